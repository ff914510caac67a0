"""Sources and the store: archives, new versions, failures of some, and what is there offline."""

from __future__ import annotations

from time import monotonic

import pytest

from riskkit.errors import RiskkitError
from riskkit.sources import Address, Credential, Offer
from riskkit.store import Store
from riskkit.store.fetch.request import Limits, Session
from riskkit.store.fetch.run import fetch, offline
from tests.store.fetch.conftest import NEW, OLD, PATIENT, VARIABLE, Bench, leaks
from tests.store.fetch.hostile import (
    HTML,
    answer,
    file,
    head,
    serving,
    stalled,
    zipped,
)

ARCHIVES: dict[str, tuple[bytes, str]] = {
    "two tables": (zipped(a_csv=NEW, b_csv=NEW), "several csv files"),
    "no table": (zipped(readme=b"hello"), "no csv file"),
    "cut off": (zipped(a_csv=NEW)[:-60], "not a whole zip"),
    "a web page": (HTML, "a web page came"),
}


@pytest.mark.parametrize("name", ARCHIVES)
def test_a_bad_archive_changes_nothing(bench: Bench, name: str) -> None:
    body, told = ARCHIVES[name]
    before = bench.kept()
    bench.server.script = [answer(body)]
    outcome = bench.fetch(Address(bench.server.url("/riots.zip"), "riots.zip", 200_000))
    assert outcome.state == "refused"
    assert told in outcome.told
    assert bench.kept() == before


def test_an_archive_writes_nowhere_else(bench: Bench) -> None:
    """It is kept packed, and a member is written under the name that the table gives it."""
    body = zipped(____evil_csv=NEW)
    bench.server.script = [answer(body)]
    assert bench.fetch(Address(bench.server.url(), "riots.zip", 200_000)).state == "fetched"
    address = Address(bench.server.url(), "riots.zip", 200_000, member="evil.csv")
    assert bench.fetch(address).files == ("evil.csv",)
    assert not list(bench.store.folder.parent.glob("*.csv"))
    assert {p.name for p in bench.store.folder.parent.iterdir()} == {"data", "in"}


def test_a_member_that_is_not_there(bench: Bench) -> None:
    bench.server.script = [answer(zipped(a_csv=NEW))]
    address = Address(bench.server.url(), "riots.zip", 200_000, member="riots.csv")
    assert "the archive does not hold riots.csv" in bench.fetch(address).told


@pytest.mark.parametrize("marks", [('"one"', None), (None, "Mon, 01 Jun 2026 00:00:00 GMT")])
def test_what_did_not_change_is_not_transferred(
    bench: Bench, marks: tuple[str | None, str | None]
) -> None:
    bench.server.script = [file(NEW, *marks)]
    assert bench.fetch().state == "fetched"
    before = bench.kept()
    again = bench.fetch()
    assert (again.state, again.files) == ("not modified", ("riots.csv",))
    assert bench.kept() == before
    (entry,) = bench.store.entries()
    stored = entry.files["riots.csv"]
    assert (stored.etag, stored.last_modified, stored.size) == (*marks, len(NEW))
    assert stored.address == bench.server.url()
    assert stored.vintage == ("2026-06-01" if marks[1] else f"retrieved {stored.retrieved_at:%F}")


def test_the_same_bytes_without_marks_are_not_modified(bench: Bench) -> None:
    bench.server.script = [answer(NEW)]
    assert bench.fetch().state == "fetched"
    assert bench.fetch().state == "not modified"


def test_a_damaged_store_is_fetched_anew(bench: Bench) -> None:
    bench.server.script = [file(NEW)]
    bench.fetch()
    (entry,) = bench.store.entries()
    (bench.store.folder / entry.folder / "riots.csv").write_bytes(OLD)
    assert bench.fetch().state == "fetched"
    assert bench.kept()[1] == NEW


@pytest.mark.parametrize("place", ["query", "header"])
def test_a_credential_stays_with_its_host(bench: Bench, place: str) -> None:
    bench.credential = Credential((VARIABLE,), place, "key", "register")  # type: ignore[arg-type]
    with serving() as other:
        there = other.url("/far.csv") + "?key=s3cr3t%2F%2Bkey%26value&a=1"
        bench.server.script = [answer(b"", "302 Found", Location=there)]
        other.script = [file(NEW)]
        assert bench.fetch().state == "fetched"
        assert not (place == "query" and leaks(other.asked[0].target))
        assert not leaks(str(other.asked[0].headers))
        assert leaks(f"{bench.server.asked[0]}")


def test_files_not_published_yet_are_left_out(bench: Bench) -> None:
    soon = Address(bench.server.url("/soon.csv"), "soon.csv", 200_000, optional=True)
    bench.server.script = [file(NEW), answer(b"", "400 Bad Request")]
    assert bench.fetch(bench.address(), soon).files == ("riots.csv",)
    bench.server.script = [answer(b"", "404 Not Found")]
    assert "nothing is published" in bench.fetch(soon).told


def test_a_missing_credential_skips_the_source(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(VARIABLE)
    outcome = bench.fetch()
    assert (outcome.state, outcome.told) == ("skipped", "register at https://example.org/register")
    assert not bench.server.asked


def test_one_failure_does_not_stop_the_others(bench: Bench) -> None:
    coups = b"country\tccode\tyear\tmonth\tday\tcoup\tversion\n" + b"\n".join(
        b"Mali\t432\t%d\t3\t2\t1\t2026" % year for year in range(1991, 2020)
    )
    with serving() as other:
        other.script, bench.server.script = [answer(coups)], [answer(b"", "404 Not Found")]
        good = Address(other.url("/coups.txt"), "coups.txt")
        offers = {"table": Offer(lambda _: (bench.address(),)), "coups": Offer(lambda _: (good,))}
        outcomes = fetch(bench.store, table=offers, by_hand={}, session=Session(PATIENT))
    assert [(o.source, o.state) for o in outcomes] == [("coups", "fetched"), ("table", "refused")]
    assert [entry.key for entry in bench.store.entries()] == ["coups/coups", "table/riots"]


def test_a_new_version_takes_the_place_of_the_one_fetched_before(bench: Bench) -> None:
    bench.server.script = [file(NEW)]
    address = Address(bench.server.url("/riots2.csv"), "riots2.csv", 200_000)
    assert bench.fetch(address).state == "fetched"
    assert [entry.key for entry in bench.store.entries()] == ["table/riots2"]
    assert not (bench.store.folder / "table" / "riots").exists()


def test_unknown_sources_are_named(bench: Bench) -> None:
    with pytest.raises(RiskkitError, match="there is no source 'gdp'"):
        fetch(bench.store, ["gdp"])
    with pytest.raises(RiskkitError, match="there is no source 'gdp'"):
        offline(bench.store, ["gdp"])


def test_offline_tells_what_is_there(bench: Bench) -> None:
    (held, missing) = offline(bench.store, ["table", "gtd"])[::-1]
    assert held.told.startswith("1 file(s), 1980-01 to 2019-12, from 2026-01-01, ")
    assert (missing.state, missing.source) == ("skipped", "gtd")
    assert not bench.server.asked
    assert offline(Store(bench.store.folder / "none")) == []


def test_a_stopped_run_ends_at_once_and_goes_on_later(bench: Bench) -> None:
    bench.server.script = [
        stalled(head("200 OK", Content_Length=len(NEW), ETag='"one"') + NEW[:4000])
    ]
    session = Session(Limits(silence=60))
    offers = {"table": Offer(lambda _: (bench.address(),))}

    def interrupt(source: str, size: int) -> None:
        if size:
            session.stopped.set()

    start = monotonic()
    (outcome,) = fetch(
        bench.store, ["table"], table=offers, by_hand={}, session=session, progress=interrupt
    )
    assert monotonic() - start < 30
    assert (outcome.state, outcome.told) == ("refused", "stopped")
    bench.server.script = [file(NEW)]
    assert bench.fetch().state == "fetched"
    assert bench.server.asked[-1].headers["range"] == "bytes=4000-"
