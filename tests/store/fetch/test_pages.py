"""Pages of an answer, listings and lists of checksums: whole, or nothing changes."""

from __future__ import annotations

import json

import pytest

from riskkit.sources import Address, Pages
from riskkit.store.fetch.run import Outcome
from tests.cli.running import contents
from tests.store.fetch.conftest import NEW, OLD, Bench, leaks, table
from tests.store.fetch.hostile import (
    HTML,
    Answer,
    answer,
)

PAGED = Pages("page", ("items",), ("maxPages",))


def page(number: int, last: int, rows: int = 3) -> bytes:
    """A page of refugees from one country to others."""
    hosts = ("NER", "TCD", "MRT")[:rows]
    fixed = {"year": 1990 + number, "coo_iso": "MLI", "asylum_seekers": 0, "returned_refugees": 0}
    fixed |= dict.fromkeys(("idps", "returned_idps", "stateless", "oip", "hst", "ooc"), 0)
    items = [{**fixed, "coa_iso": host, "refugees": 7} for host in hosts]
    return json.dumps({"page": number, "maxPages": last, "items": items}).encode()


def paged(bench: Bench, *script: Answer, how: Pages = PAGED) -> Outcome:
    bench.server.asked.clear()
    bench.server.script = list(script)
    address = Address(bench.server.url("/population"), "population", 200_000, pages=how)
    return bench.fetch(address, name="unhcr")


def test_pages_are_read_together(bench: Bench) -> None:
    outcome = paged(bench, *(answer(page(n, 3)) for n in (1, 2, 3)))
    assert (outcome.state, outcome.covers) == ("fetched", ("1991-01", "1993-12"))
    assert outcome.files == tuple(f"population.{n:04}.json" for n in (1, 2, 3))
    assert [a.target.partition("page=")[2][0] for a in bench.server.asked] == ["1", "2", "3"]
    assert paged(bench, *(answer(page(n, 3)) for n in (1, 2, 3))).state == "not modified"
    fewer = paged(bench, answer(page(1, 2)), answer(page(2, 2)))
    assert (fewer.state, len(fewer.files)) == ("fetched", 2)


def test_pages_end_with_one_that_is_not_full(bench: Bench) -> None:
    how = Pages("offset", ("items",), size=3, first=0, step=3)
    pages = [json.loads(page(1, 9)), json.loads(page(2, 9, rows=1))]
    bodies = [json.dumps({"items": one["items"]}).encode() for one in pages]
    outcome = paged(bench, *map(answer, bodies), how=how)
    assert (outcome.state, outcome.covers) == ("fetched", ("1991-01", "1992-12"))
    assert [a.target.partition("offset=")[2][0] for a in bench.server.asked] == ["0", "3"]


BAD_PAGES: dict[str, tuple[list[Answer], str]] = {
    "invalid JSON": ([answer(page(1, 3)), answer(b'{"items": [')], "what came is no JSON"),
    "deep JSON": ([answer(b"[" * 100_000)], "what came is no JSON"),
    "no rows": ([answer(page(1, 3)), answer(b'{"error": "no"}')], "the answer holds no rows"),
    "rows are no list": ([answer(b'{"items": 5}')], "the answer holds no rows"),
    "rows are no objects": (
        [answer(b'{"items": [5], "page": 1, "maxPages": 1}')],
        "item 1 is no object",
    ),
    "the same page for ever": ([answer(page(1, 900))], "the same page came twice"),
    "a page is missing": ([answer(page(1, 3)), answer(b"", "500 Oops")], "server failed (500)"),
    "a page that is another": (
        [answer(page(1, 3)), answer(page(3, 3)), answer(page(3, 3, rows=1))],
        "of 3 is missing",
    ),
    "a web page among them": ([answer(page(1, 3)), answer(HTML)], "a web page came"),
    "pages cut off": ([answer(page(1, 3)), answer(page(2, 3)[:-30])], "no JSON"),
}


@pytest.mark.parametrize("name", BAD_PAGES)
def test_a_bad_page_changes_nothing(
    bench: Bench, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    assert paged(bench, answer(page(1, 1))).state == "fetched"
    before = contents(bench.store.folder)
    script, told = BAD_PAGES[name]
    outcome = paged(bench, *script)
    assert outcome.state == "refused"
    assert told in outcome.told
    after = contents(bench.store.folder)
    assert {n: b for n, b in after.items() if not n.startswith(".partial")} == before
    assert paged(bench, answer(page(1, 1, rows=2))).state == "fetched"
    assert not leaks(f"{outcome}{caplog.text}{bench.written()}")


def test_a_folder_is_fetched_by_its_listing(bench: Bench) -> None:
    listing = (
        b'<html><a href="../up.csv"><a href="riots1980.csv"><a href="riots2000.csv">'
        b'<a href="/etc/passwd"><a href="riots..%2f..%2fx.csv"><a href="readme.txt"></html>'
    )
    later_rows = table(4, 24).replace(b"198", b"200")
    bench.server.script = [answer(listing), answer(table(4, 24)), answer(later_rows)]
    address = Address(bench.server.url("/f/"), "f.html", 200_000, listing=r"riots[\w.]+\.csv")
    outcome = bench.fetch(address)
    assert (outcome.state, outcome.files) == ("fetched", ("riots1980.csv", "riots2000.csv"))
    targets = [asked.target.partition("?")[0] for asked in bench.server.asked]
    assert targets == ["/f/", "/f/riots1980.csv", "/f/riots2000.csv"]
    bench.server.script = [answer(b"<html>nothing</html>")]
    assert "does not list the files" in bench.fetch(address).told


@pytest.mark.parametrize("good", [True, False])
def test_published_checksums_count(bench: Bench, good: bool) -> None:
    import hashlib

    sums = f"{hashlib.md5(NEW if good else OLD).hexdigest()}  riots.csv\n".encode()
    bench.checksums = bench.server.url("/sums")
    bench.server.script = [answer(sums), answer(NEW)]
    before = bench.kept()
    outcome = bench.fetch()
    if good:
        assert outcome.state == "fetched"
        assert not leaks(bench.server.asked[0].target)
    else:
        assert "does not have the checksum" in outcome.told
        assert bench.kept() == before


def test_a_list_without_the_checksum(bench: Bench) -> None:
    bench.checksums = bench.server.url("/sums")
    bench.server.script = [answer(b"abc  other.csv\n"), answer(NEW)]
    assert "has no checksum of riots.csv" in bench.fetch().told
