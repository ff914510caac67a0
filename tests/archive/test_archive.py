"""An archive keeps every publication, says what changed, and loses nothing; wherever it stands."""

from __future__ import annotations

import hashlib
import json
import threading
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from riskkit.archive import Archive
from riskkit.archive.ledger import appended, read
from riskkit.archive.places import DATED
from riskkit.errors import RiskkitError
from riskkit.publish import verify
from tests.archive.conftest import EVERYWHERE, PLACES, START, Make

ATOM = "{http://www.w3.org/2005/Atom}"


def listed(archive: Archive, name: str) -> dict:
    return json.loads(archive.place.read(name) or b"null")


@pytest.mark.parametrize("where", [*PLACES, "bucket"], indirect=True)
def test_a_publication_is_kept_as_it_was(archive: Archive, make: Make) -> None:
    filed = archive.publish(make(), due="2022-06")
    assert (filed.name, filed.new) == ("2021-12", True)
    for name in ("2021-12", "latest"):
        with archive.place.fetched(name) as folder:
            assert verify(folder) == []
            assert (folder / "ranking.csv").read_bytes() == (make() / "ranking.csv").read_bytes()
    (entry,) = listed(archive, "index.json")["publications"]
    assert entry["sha256"] == hashlib.sha256((make() / "datapackage.json").read_bytes()).hexdigest()
    assert listed(archive, "index.json")["latest"] == "2021-12"
    assert archive.findings() == []


def test_the_sums_are_those_of_sha256sum(archive: Archive, make: Make) -> None:
    archive.publish(make())
    lines = (archive.place.read("SHA256SUMS") or b"").decode().splitlines()
    assert len(lines) == len(archive.place.files("2021-12"))
    for line in lines:
        told, path = line.split("  ")
        assert hashlib.sha256(archive.place.read(path) or b"").hexdigest() == told


def test_the_same_again_is_there_already(archive: Archive, make: Make) -> None:
    archive.publish(make())
    assert not archive.publish(make()).new
    assert archive.names() == ["2021-12"]


@EVERYWHERE
def test_a_month_is_never_overwritten(archive: Archive, make: Make) -> None:
    archive.publish(make())
    with pytest.raises(RiskkitError, match="stands on something else"):
        archive.publish(make(seed=2))
    filed = archive.publish(make(seed=2), reason="a file was read twice")
    assert filed.name == "2021-12-r2"
    assert archive.publish(make(seed=3), reason="once more").name == "2021-12-r3"
    with archive.place.fetched("2021-12") as folder:
        assert (folder / "ranking.csv").read_bytes() == (make() / "ranking.csv").read_bytes()
    entries = listed(archive, "index.json")["publications"]
    assert [one["revises"] for one in entries] == [None, "2021-12", "2021-12-r2"]
    assert entries[1]["reason"] == "a file was read twice"
    assert archive.findings() == []


def test_latest_is_the_latest_month_whatever_came_last(archive: Archive, make: Make) -> None:
    archive.publish(make(505))
    archive.publish(make(504))
    assert listed(archive, "index.json")["latest"] == "2022-01"
    with archive.newest("2021-12") as folder:
        assert folder is not None
        assert (
            json.loads((folder / "datapackage.json").read_text())["riskkit"]["as_of"] == "2021-12"
        )


def test_the_feed_has_an_entry_a_publication(archive: Archive, make: Make) -> None:
    archive.publish(make(504))
    archive.publish(make(504, seed=2), reason="corrected")
    root = ET.fromstring(archive.place.read("feed.xml") or b"")
    assert root.tag == f"{ATOM}feed"
    for required in ("id", "title", "updated", "author"):
        assert root.find(f"{ATOM}{required}") is not None
    entries = root.findall(f"{ATOM}entry")
    assert len(entries) == 2
    assert len({entry.findtext(f"{ATOM}id") for entry in entries}) == 2
    assert any("corrected" in (entry.findtext(f"{ATOM}summary") or "") for entry in entries)
    before = entries[0].findtext(f"{ATOM}id")
    archive.publish(make(505))
    ids = {e.findtext(f"{ATOM}id") for e in ET.fromstring(archive.place.read("feed.xml") or b"")}
    assert before in ids


def test_the_four_words_of_status(where: str, make: Make) -> None:
    now = [START]
    archive = Archive(where, lambda: now[0])
    assert archive.status()["status"] == "no data"
    archive.publish(make(), due="2022-06")
    assert listed(archive, "status.json")["status"] == "fresh"
    assert listed(archive, "status.json")["next_due"] == "2022-06-30"
    now[0] = datetime(2022, 7, 1, tzinfo=UTC)
    assert archive.status()["status"] == "late"
    archive.failed("error", "the disk is full")
    told = listed(archive, "status.json")
    assert (told["status"], told["message"]) == ("error", "the disk is full")
    assert told["publication"] == "2021-12"
    archive.refresh()
    assert listed(archive, "status.json")["status"] == "error", "only a publication mends it"
    archive.publish(make(510), due="2022-12")
    assert listed(archive, "status.json")["status"] == "fresh"


@EVERYWHERE
def test_two_publishers_at_once_lose_nothing(where: str, make: Make) -> None:
    months = list(range(504, 507))
    folders = [make(month) for month in months]
    errors: list[BaseException] = []

    def work(folder: Path) -> None:
        try:
            Archive(where, lambda: START).publish(folder)
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=work, args=(folder,)) for folder in folders]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    archive = Archive(where)
    assert len(archive.names()) == len(months)
    assert [one["folder"] for one in listed(archive, "index.json")["publications"]] == (
        archive.names()
    )
    assert archive.findings() == []


def test_a_folder_that_the_index_does_not_know_yet_is_taken_in(
    archive: Archive, make: Make
) -> None:
    archive.publish(make(504))
    about = {"archived": "2022-03-01T00:00:00Z", "revises": None, "reason": None, "next_due": None}
    archive.place.put("2022-01", make(505), {"archived.json": json.dumps(about).encode()})
    assert archive.findings() == []
    archive.refresh()
    assert listed(archive, "index.json")["latest"] == "2022-01"


def test_what_was_changed_is_named(archive: Archive, make: Make) -> None:
    archive.publish(make())
    archive.place.write("2021-12/ranking.csv", b"rank\n1\n")
    archive.place.write("2021-12/extra.txt", b"!")
    assert archive.findings() == [
        "2021-12/extra.txt was added after 2021-12 was archived",
        "2021-12/ranking.csv was changed",
    ]
    archive.refresh()
    assert "2021-12/ranking.csv was changed" in archive.findings()


def test_a_forged_description_is_noticed(archive: Archive, make: Make) -> None:
    archive.publish(make())
    sums = (archive.place.read("SHA256SUMS") or b"").decode()
    old = archive.place.read("2021-12/datapackage.json") or b""
    new = old.replace(b"Ranked", b"Forged")
    hashes = [hashlib.sha256(data).hexdigest() for data in (old, new)]
    archive.place.write("2021-12/datapackage.json", new)
    archive.place.write("SHA256SUMS", sums.replace(*hashes).encode())
    assert archive.findings() == ["2021-12/datapackage.json is not the one that was archived"]


@EVERYWHERE
def test_the_ledger_and_its_outcomes_are_watched(archive: Archive, make: Make) -> None:
    archive.publish(make())
    (entry,) = archive.entries()
    text = "threat,unit,value\nconflict,XAA,1\n"
    row = {
        "publication": "2021-12",
        "figures": "first",
        "state": "graded",
        "publication_hash": entry["sha256"],
        "outcomes_hash": hashlib.sha256(text.encode()).hexdigest(),
    }
    path = "outcomes/2021-12-first.csv"
    assert archive.record([row], {path: text}) == 1
    assert archive.record([row], {path: text}) == 0, "it is graded once"
    assert archive.findings() == []
    whole = archive.ledger()
    archive.place.write("ledger.csv", whole.replace(",graded,", ",voided,").encode())
    assert archive.findings() == ["line 1 of ledger.csv (publication 2021-12) was changed"]
    archive.place.write("ledger.csv", appended("", []).encode())
    assert "lost its last lines" in archive.findings()[0]
    archive.place.write("ledger.csv", whole.encode())
    archive.place.write(path, b"threat,unit,value\nconflict,XAA,2\n")
    assert archive.findings() == [
        f"{path} was changed",
        f"{path} is not what the ledger graded with",
    ]
    assert read(whole).height == 1


def test_a_damaged_index_is_made_again_when_removed(tmp_path: Path, make: Make) -> None:
    archive = Archive(tmp_path / "archive", lambda: START)
    archive.publish(make())
    (tmp_path / "archive" / "index.json").write_text("{")
    with pytest.raises(RiskkitError, match=r"index\.json .* is damaged"):
        archive.entries()
    (tmp_path / "archive" / "index.json").unlink()
    archive.refresh()
    assert listed(archive, "index.json")["latest"] == "2021-12"


def test_an_unfinished_upload_is_no_publication(bucket: str, make: Make) -> None:
    archive = Archive(bucket, lambda: START)
    archive.place.write("2021-12/ranking.csv", b"half")
    archive.place.write("2021-12/left.csv", b"half")
    assert archive.names() == []
    archive.publish(make())
    assert archive.findings() == []
    assert "2021-12/left.csv" not in archive.place.files("2021-12")


def test_the_lock_of_a_killed_publisher_ends(bucket: str, make: Make) -> None:
    archive = Archive(bucket, lambda: START)
    archive.place.write(".lock", json.dumps({"token": "dead", "since": 0}).encode())
    archive.publish(make())
    assert archive.place.read(".lock") is None


def test_a_living_lock_is_waited_for(
    bucket: str, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("riskkit.archive.places._PATIENCE", 0.5)
    one, other = Archive(bucket), Archive(bucket)
    with one.place.locked(), pytest.raises(RiskkitError, match="another publisher is using"):
        other.publish(make())


def test_a_bucket_that_is_not_there_is_told_in_a_line(server: str, make: Make) -> None:
    del server
    with pytest.raises(RiskkitError, match="cannot use s3://no-such-bucket") as refused:
        Archive("s3://no-such-bucket/archive").publish(make())
    assert "\n" not in str(refused.value)


def test_an_unknown_address_says_what_it_needs(make: Make) -> None:
    with pytest.raises(RiskkitError, match="cannot use nowhere://x"):
        Archive("nowhere://x").publish(make())


def test_without_links_latest_is_a_copy(
    tmp_path: Path, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError("no links here")

    monkeypatch.setattr(Path, "symlink_to", refuse)
    archive = Archive(tmp_path / "archive", lambda: START)
    archive.publish(make(504))
    archive.publish(make(505))
    latest = tmp_path / "archive" / "latest"
    assert not latest.is_symlink()
    assert verify(latest) == []
    assert json.loads((latest / "datapackage.json").read_text())["riskkit"]["as_of"] == "2022-01"


def test_names_of_dated_folders() -> None:
    assert DATED.fullmatch("2025-06")
    assert DATED.fullmatch("2025-06-r12")
    assert not DATED.fullmatch("latest")
