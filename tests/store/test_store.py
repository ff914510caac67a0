"""The store: accepted files whole, refused files not at all, changed files noticed."""

from __future__ import annotations

import errno
import hashlib
import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from riskkit.errors import ConfigError, RiskkitError
from riskkit.registry import sources
from riskkit.store import MANIFEST, Origin, Store, read_file

FIXTURES = Path(__file__).parents[1] / "sources" / "fixtures"

OPTIONS = {
    "unit": {"column": "iso3", "codes": {"one": "XAA"}},
    "time": {"column": "month"},
    "indicators": {"riots": {"unit": "events"}},
    "licence": "CC0",
}


def table(folder: Path, value: str = "3", name: str = "riots.csv") -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text(f"iso3,month,riots\none,2020-01,{value}\n")
    return path


def visible(folder: Path) -> list[str]:
    """What a folder holds but its lock, which older releases of filelock take away themselves."""
    return sorted(path.name for path in folder.iterdir() if path.name != ".lock")


def test_added_files_are_read_back(tmp_path: Path) -> None:
    store = Store(tmp_path / "data")
    entry = store.add("table", table(tmp_path / "in"), OPTIONS).entry
    assert (entry.key, entry.covers, entry.rows) == ("table/riots", ("2020-01", "2020-01"), 1)
    (release,) = store.read()
    assert release.observations["value"].to_list() == [3]
    assert release.citation is not None
    assert release.citation.licence == "CC0"


def test_the_same_name_is_replaced_and_nothing_is_left_over(tmp_path: Path) -> None:
    store = Store(tmp_path / "data")
    store.add("table", table(tmp_path / "in"), OPTIONS)
    store.add("table", table(tmp_path / "in", "4"), OPTIONS)
    assert [r.observations["value"].to_list() for r in store.read()] == [[4]]
    assert len(list((tmp_path / "data" / "table" / "riots").iterdir())) == 1


def test_a_refused_file_changes_nothing(tmp_path: Path) -> None:
    store = Store(tmp_path / "data")
    with pytest.raises(RiskkitError, match="riots"):
        store.add("table", table(tmp_path / "in", "many"), OPTIONS)
    assert not (tmp_path / "data").exists()
    store.add("table", table(tmp_path / "in"), OPTIONS)
    before = sorted(tmp_path.glob("data/**/*"))
    with pytest.raises(RiskkitError, match="riots"):
        store.add("table", table(tmp_path / "in", "many"), OPTIONS)
    assert sorted(tmp_path.glob("data/**/*")) == before


@pytest.mark.parametrize("change", ["is gone", "is not the file that was added"])
def test_changed_files_are_noticed(tmp_path: Path, change: str) -> None:
    store = Store(tmp_path / "data")
    entry = store.add("table", table(tmp_path / "in"), OPTIONS).entry
    kept = tmp_path / "data" / entry.folder / "riots.csv"
    if change == "is gone":
        kept.unlink()
    else:
        kept.write_text("something else")
    with pytest.raises(RiskkitError, match=change):
        store.read()


def test_a_damaged_manifest_is_named(tmp_path: Path) -> None:
    (tmp_path / MANIFEST).write_text("{")
    with pytest.raises(RiskkitError, match=r"manifest\.json is damaged"):
        Store(tmp_path).entries()


def test_unknown_options_are_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"table riots\.csv: .*'lag'; did you mean 'lag_months'"):
        read_file("table", table(tmp_path), {**OPTIONS, "lag": 3})
    with pytest.raises(ConfigError, match=r"lag_months takes a whole number .*docs/sources\.md"):
        read_file("table", table(tmp_path), {**OPTIONS, "lag_months": "soon"})


def test_missing_files_and_sources_are_named(tmp_path: Path) -> None:
    with pytest.raises(
        RiskkitError, match=r"there is no source 'gdp'; did you mean 'gtd'. known: .*table"
    ):
        Store(tmp_path).add("gdp", tmp_path / "a.csv", {})
    with pytest.raises(RiskkitError, match=r"there is no file .*a\.csv"):
        Store(tmp_path).add("table", tmp_path / "a.csv", OPTIONS)


NOW = datetime(2026, 1, 2, tzinfo=UTC)


def test_the_manifest_tells_where_a_file_came_from(tmp_path: Path) -> None:
    store = Store(tmp_path / "data")
    path = table(tmp_path / "in")
    store.add("table", path, OPTIONS)
    (entry,) = store.entries()
    by_hand = entry.files["riots.csv"]
    assert by_hand.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert (by_hand.size, by_hand.address, by_hand.etag) == (path.stat().st_size, None, None)
    assert by_hand.retrieved_at.tzinfo is not None
    assert by_hand.vintage == f"added {by_hand.retrieved_at:%Y-%m-%d}"
    assert by_hand.licence == sources()["table"].licence
    origin = Origin(retrieved_at=NOW, address="https://example.org/a", vintage="2", etag='"e"')
    store.add("table", path, OPTIONS, {"riots.csv": origin})
    written = json.loads((tmp_path / "data" / MANIFEST).read_text())
    (stored,) = written["entries"][0]["files"].values()
    assert stored["retrieved_at"] == "2026-01-02T00:00:00Z"
    assert (stored["address"], stored["vintage"]) == ("https://example.org/a", "2")


def test_what_was_fetched_replaces_what_was_fetched_and_joins_what_was_added(
    tmp_path: Path,
) -> None:
    store = Store(tmp_path / "data")
    events = next((FIXTURES / "ucdp-ged").glob("*.csv")).read_text()
    for name in ("GEDEvent_v22_1.csv", "GEDEvent_v23_1.csv"):
        (tmp_path / name).write_text(events)
    codes = {"codes": {"9001": "XAA", "9002": "XAB"}}
    for name in ("GEDEvent_v22_1.csv", "GEDEvent_v23_1.csv"):
        origin = Origin(retrieved_at=NOW, address=f"https://example.org/{name}", vintage=name)
        store.add("ucdp-ged", tmp_path / name, codes, {name: origin})
    (entry,) = store.entries()
    assert [*entry.files] == ["GEDEvent_v23_1.csv"]
    (tmp_path / "own.csv").write_text(events)
    store.add("ucdp-ged", tmp_path / "own.csv", codes)
    store.add("ucdp-ged", tmp_path / "GEDEvent_v22_1.csv", codes, {"GEDEvent_v22_1.csv": origin})
    (entry,) = store.entries()
    assert sorted(entry.files) == ["GEDEvent_v22_1.csv", "own.csv"]
    assert entry.files["own.csv"].address is None


def test_adding_again_mends_a_damaged_file(tmp_path: Path) -> None:
    store = Store(tmp_path / "data")
    path = table(tmp_path / "in")
    entry = store.add("table", path, OPTIONS).entry
    (tmp_path / "data" / entry.folder / "riots.csv").write_text("something else")
    store.add("table", path, OPTIONS)
    assert store.read()


@pytest.mark.parametrize("step", ["rename", "_write", "rmtree"])
def test_a_crash_at_any_step_leaves_the_old_file_or_the_new(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    store = Store(tmp_path / "data")
    store.add("table", table(tmp_path / "in"), OPTIONS)

    def die(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        target = {"rename": Path, "_write": Store, "rmtree": shutil}[step]
        patch.setattr(target, step, die)
        with pytest.raises(KeyboardInterrupt):
            store.add("table", table(tmp_path / "in", "4"), OPTIONS)
    (release,) = Store(tmp_path / "data").read()
    assert release.observations["value"].to_list() in ([3], [4])
    store.add("table", table(tmp_path / "in", "5"), OPTIONS)
    assert [r.observations["value"].to_list() for r in store.read()] == [[5]]


def test_a_second_file_replaces_what_brings_the_same_or_is_kept_as_well(tmp_path: Path) -> None:
    store = Store(tmp_path / "data")
    store.add("table", table(tmp_path / "in", "1", "old.csv"), OPTIONS)
    other = {**OPTIONS, "indicators": {"strikes": {"unit": "events", "column": "riots"}}}
    store.add("table", table(tmp_path / "in", "9", "strikes.csv"), other)
    added = store.add("table", table(tmp_path / "in", "2", "new.csv"), OPTIONS)
    assert [entry.key for entry in added.replaced] == ["table/old"]
    assert [entry.key for entry in store.entries()] == ["table/new", "table/strikes"]
    assert not (tmp_path / "data" / "table" / "old").exists()
    for number in (3, 4):
        path = table(tmp_path / f"in{number}", str(number), "new.csv")
        assert store.add("table", path, OPTIONS, also=True).replaced == ()
    keys = ["table/new", "table/new-2", "table/new-3", "table/strikes"]
    assert [entry.key for entry in store.entries()] == keys
    values = [release.observations["value"].to_list() for release in store.read()]
    assert values == [[2], [3], [4], [9]]
    again = store.add("table", table(tmp_path / "in", "5", "new.csv"), OPTIONS)
    replaced = sorted(entry.key for entry in again.replaced)
    assert replaced == ["table/new", "table/new-2", "table/new-3"]


def test_a_manifest_of_an_earlier_version_is_understood(tmp_path: Path) -> None:
    store = Store(tmp_path / "data")
    store.add("table", table(tmp_path / "in", "1", "old.csv"), OPTIONS)
    manifest = tmp_path / "data" / MANIFEST
    told = json.loads(manifest.read_text())
    del told["entries"][0]["brings"]
    manifest.write_text(json.dumps(told))
    added = store.add("table", table(tmp_path / "in", "2", "new.csv"), OPTIONS)
    assert [entry.key for entry in added.replaced] == ["table/old"]


def test_files_that_are_read_together_say_so(tmp_path: Path) -> None:
    store = Store(tmp_path / "data")
    events = next((FIXTURES / "ucdp-ged").glob("*.csv")).read_text()
    codes = {"codes": {"9001": "XAA", "9002": "XAB"}}
    for name in ("GEDEvent_v22_1.csv", "own.csv"):
        (tmp_path / name).write_text(events)
    store.add("ucdp-ged", tmp_path / "GEDEvent_v22_1.csv", codes)
    added = store.add("ucdp-ged", tmp_path / "own.csv", codes)
    assert (added.replaced, added.joined) == ((), ("GEDEvent_v22_1.csv",))
    with pytest.raises(RiskkitError, match=r"holds own\.csv already.*another name"):
        store.add("ucdp-ged", tmp_path / "own.csv", codes, also=True)


def test_removed_files_are_gone(tmp_path: Path) -> None:
    store = Store(tmp_path / "data")
    for name in ("one.csv", "two.csv", "three.csv"):
        store.add("table", table(tmp_path / "in", "1", name), OPTIONS, also=True)
    assert store.remove("table/two").covers == ("2020-01", "2020-01")
    assert not (tmp_path / "data" / "table" / "two").exists()
    with pytest.raises(RiskkitError, match="holds no 'table'; it holds: table/one, table/three"):
        store.remove("table")
    with pytest.raises(RiskkitError, match="holds no 'table/on'; did you mean 'table/one'"):
        store.remove("table/on")
    store.remove("table/one")
    store.remove("table")
    assert store.entries() == ()
    assert visible(tmp_path / "data") == [MANIFEST]
    with pytest.raises(RiskkitError, match="it holds: nothing"):
        store.remove("table")


def test_what_killed_processes_left_is_swept_and_nothing_else(tmp_path: Path) -> None:
    store = Store(tmp_path / "data")
    store.add("table", table(tmp_path / "in"), OPTIONS)
    data = tmp_path / "data"
    orphans = [
        data / "table" / "old" / ("a" * 12),
        data / ".adding" / "x",
        data / "cru" / ("b" * 12),
    ]
    mine = [data / "table" / "notes", data / "gtd", data / "table" / "riots" / "readme"]
    for folder in (*orphans, *mine):
        folder.mkdir(parents=True)
        (folder / "file.csv").write_text("text")
    store.add("table", table(tmp_path / "in", "4"), OPTIONS)
    assert not [folder for folder in orphans if folder.exists()]
    assert [folder for folder in mine if (folder / "file.csv").exists()] == mine


@pytest.mark.parametrize(
    "change",
    [
        {"key": "../outside"},
        {"folder": "table/../../outside"},
        {"folder": "/outside"},
        {"files": {"../x": None}},
        {"rows": "many"},
        {"options": 3},
    ],
)
def test_a_manifest_that_leads_out_of_the_store_is_damaged(
    tmp_path: Path, change: dict[str, object]
) -> None:
    store = Store(tmp_path / "data")
    store.add("table", table(tmp_path / "in"), OPTIONS)
    manifest = tmp_path / "data" / MANIFEST
    told = json.loads(manifest.read_text())
    told["entries"][0] |= change
    manifest.write_text(json.dumps(told))
    with pytest.raises(RiskkitError, match=r"manifest\.json is damaged .*add the files again"):
        store.entries()


def test_a_disk_that_takes_no_more_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(tmp_path / "data")
    store.add("table", table(tmp_path / "in"), OPTIONS)

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(shutil, "copyfile", full)
    with pytest.raises(RiskkitError, match=r"cannot write .*data .*No space left.*make room"):
        store.add("table", table(tmp_path / "in", "4"), OPTIONS)
    assert [release.observations["value"].to_list() for release in store.read()] == [[3]]
    assert visible(tmp_path / "data") == [MANIFEST, "table"]


def test_a_reader_gets_the_new_file_if_it_was_replaced_meanwhile(tmp_path: Path) -> None:
    store = Store(tmp_path / "data")
    before = store.add("table", table(tmp_path / "in"), OPTIONS).entry
    store.add("table", table(tmp_path / "in", "4"), OPTIONS)
    assert store.read_entry(before).observations["value"].to_list() == [4]
    store.remove("table/riots")
    with pytest.raises(RiskkitError, match="is gone"):
        store.read_entry(before)
