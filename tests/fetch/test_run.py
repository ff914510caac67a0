"""Whatever a server does: the old file is intact, the error is clear, the next try succeeds."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from riskkit.errors import RiskkitError
from riskkit.fetch.addresses import Address, Offer, Pages
from riskkit.fetch.credentials import Credential
from riskkit.fetch.request import Session
from riskkit.fetch.run import Outcome, fetch, offline
from riskkit.store import Store
from tests.cli.running import contents
from tests.fetch.conftest import NEW, OLD, QUICK, SECRET, VARIABLE, Bench, leaks, table
from tests.fetch.hostile import (
    Answer,
    answer,
    bare,
    chunked,
    dripping,
    endless,
    file,
    head,
    reset,
    serving,
    stalled,
)  # fmt: skip

HTML = b"<!DOCTYPE html>\n<html><body>Please log in</body></html>"
SIZE = len(NEW)


def later(**span: float) -> str:
    return format_datetime(datetime.now(UTC) + timedelta(**span), usegmt=True)


def zipped(**files: bytes) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name.replace("__", "../").replace("_csv", ".csv"), data)
    return content.getvalue()


REFUSED: dict[str, tuple[list[Answer], str]] = {
    "500 always": ([answer(b"oops", "500 Internal Server Error")], "server failed (500)"),
    "502 always": ([answer(HTML, "502 Bad Gateway")], "server failed (502)"),
    "503 with a web page": ([answer(HTML, "503 Service Unavailable")], "server failed (503)"),
    "429 always": ([answer(b"", "429 Too Many Requests")], "server failed (429)"),
    "429 and a very long wait": (
        [answer(b"", "429 Too Many Requests", Retry_After=86400)],
        "the server asks to wait (429); try again after 20",
    ),
    "503 and a far date": (
        [answer(b"", "503 Unavailable", Retry_After=later(days=2))],
        "the server asks to wait (503); try again after 20",
    ),
    "an absurd wait": (
        [answer(b"", "429 Too Many Requests", Retry_After="9" * 400)],
        "try again another day",
    ),
    "redirect loop": ([answer(b"", "301 Moved", Location="/riots.csv")], "more than 5 redirects"),
    "long chain": (
        [answer(b"", "302 Found", Location=f"/step{n}") for n in range(9)],
        "more than 5 redirects",
    ),
    "redirect to a file": (
        [answer(b"", "302 Found", Location="file:///etc/passwd")],
        "redirect from http to file is not followed",
    ),
    "redirect to ftp": (
        [answer(b"", "307 Temporary", Location="ftp://127.0.0.1/riots.csv")],
        "redirect from http to ftp is not followed",
    ),
    "redirect with a password": (
        [answer(b"", "302 Found", Location="http://me:pass@127.0.0.1/")],
        "is not followed",
    ),
    "redirect to nonsense": ([answer(b"", "302 Found", Location="http://[::")], "is no HTTP"),
    "cut off": ([answer(NEW[:500], Content_Length=SIZE)], "the answer broke off"),
    "cut off in chunks": ([chunked([NEW[:900]], end=False)], "the answer broke off"),
    "broken chunks": (
        [bare(head("200 OK", Transfer_Encoding="chunked") + b"zz\r\nabc")],
        "the answer broke off",
    ),
    "reset": ([reset(head("200 OK", Content_Length=SIZE) + NEW[:700])], "the answer broke off"),
    "closed before headers": ([bare(b"")], "the answer broke off"),
    "no HTTP": ([bare(b"SSH-2.0-OpenSSH_9.6\r\n")], "the answer broke off"),
    "slow trickle": (
        [dripping(NEW, 0.01, head("200 OK", Content_Length=SIZE))],
        "too slow and was given up",
    ),
    "slow trickle without a length": ([dripping(NEW, 0.01, head("200 OK"))], "too slow"),
    "stall": ([stalled(head("200 OK", Content_Length=SIZE) + NEW[:300])], "not a byte came"),
    "slow headers": ([dripping(head("200 OK", X_Filler="x" * 500), 0.01)], "too slow"),
    "web page": ([answer(HTML, Content_Type="text/html")], "a web page came instead of data"),
    "web page as csv": ([answer(HTML, Content_Type="text/csv")], "a web page came instead"),
    "web page behind a comment": (
        [answer(b"\xef\xbb\xbf <!-- hi -->\n<html></html>", Content_Type="text/csv")],
        "a web page came instead",
    ),
    "empty": ([answer(b"")], "the answer is empty"),
    "blank": ([answer(b" \n\n")], "the answer is empty"),
    "204": ([bare(head("204 No Content"))], "the answer is empty"),
    "compressed bomb": (
        [answer(gzip.compress(b"\0" * 5_000_000), Content_Encoding="gzip")],
        "more than the 200,000 bytes",
    ),
    "archive bomb": ([answer(zipped(a_csv=b"\0" * 20_000_000))], "unpacks to 20,000,000 bytes"),
    "endless": ([endless(head("200 OK"), b"x" * 4096)], "more than the 200,000 bytes"),
    "endless chunks": (
        [endless(head("200 OK", Transfer_Encoding="chunked"), b"1000\r\n" + b"x" * 4096 + b"\r\n")],
        "more than the 200,000 bytes",
    ),
    "announced too large": ([answer(NEW, Content_Length=10**12)], "more than the 200,000 bytes"),
    "length too long": ([answer(NEW, Content_Length=SIZE + 9)], "the answer broke off"),
    "length too short": ([answer(NEW, Content_Length=SIZE - 4)], "line 481"),
    "length no number": ([answer(NEW, Content_Length="many")], "the answer broke off"),
    "length below zero": ([answer(NEW, Content_Length=-5)], "the answer broke off"),
    "nothing changed, they say, but nothing was asked": (
        [bare(head("304 Not Modified"))],
        "nothing was fetched yet",
    ),
    "a part that nobody asked for": (
        [answer(NEW[9:], "206 Partial Content", Content_Range=f"bytes 9-{SIZE - 1}/{SIZE}")],
        "a part came that was not asked for",
    ),
    "416 out of the blue": ([answer(b"", "416 Range Not Satisfiable")], "a part came"),
    "401": ([answer(b"", "401 Unauthorized")], f"access denied (401); check {VARIABLE}; register"),
    "403 with a web page": ([answer(HTML, "403 Forbidden")], f"check {VARIABLE}; register"),
    "404": ([answer(HTML, "404 Not Found")], "moved (404); download the file by hand from"),
    "410": ([answer(b"", "410 Gone")], "add it with `riskkit data add`"),
    "418": ([answer(b"", "418 I'm a teapot")], "the server answers 418"),
    "damaged gzip": ([answer(b"\x1f\x8bnonsense" * 9, Content_Encoding="gzip")], "is damaged"),
    "gzip cut off": ([answer(gzip.compress(NEW)[:-9], Content_Encoding="gzip")], "cut off"),
    "gzip and more": ([answer(gzip.compress(NEW) + b"x", Content_Encoding="gzip")], "damaged"),
    "unknown encoding": ([answer(NEW, Content_Encoding="br")], "has an unknown encoding"),
    "another layout": ([answer(NEW.replace(b"riots", b"Unruhen"))], "column 'riots' is missing"),
    "another encoding": ([answer(NEW.decode().encode("utf-16"))], "UTF-16"),
    "bytes": ([answer(bytes(range(256)) * 9)], "riots.csv"),
    "huge headers": ([bare(head("200 OK", X_Large="y" * 300_000))], "the answer broke off"),
    "invalid Unicode in headers": (
        [bare(b"HTTP/1.1 302 \xff\xfe\r\nLocation: http://\xff\xfe\xfd\r\n\r\n")],
        "http",
    ),
    "the secret thrown back": (
        [answer(SECRET.encode(), "500 Oops", ETag=SECRET, X_Key=SECRET, Set_Cookie=f"k={SECRET}")],
        "server failed (500)",
    ),
    "the secret in a csv": ([answer(b"iso3,month," + SECRET.encode())], "is missing"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_a_bad_answer_changes_nothing(
    bench: Bench, name: str, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    script, told = REFUSED[name]
    before = bench.kept()
    bench.server.script = list(script)
    outcome = bench.fetch()
    assert (outcome.source, outcome.state) == ("table", "refused")
    assert told in outcome.told
    assert bench.server.url() in outcome.told
    assert "\n" not in outcome.told
    assert bench.kept() == before
    assert bench.store.read()
    bench.server.script = [file(NEW)]
    again = bench.fetch()
    assert again.state == "fetched", again.told
    assert bench.kept()[1] == NEW
    assert not list((bench.store.folder / ".partial").rglob("*"))
    assert bench.server.asked[0].target.startswith("/riots.csv?key=s3cr3t")
    output = capfd.readouterr()
    assert not leaks(f"{outcome}{again}{caplog.text}{bench.written()}{output.out}{output.err}")


WORKS: dict[str, list[Answer]] = {
    "at once": [file(NEW)],
    "500 twice": [answer(b"", "500 Oops"), answer(b"", "500 Oops"), file(NEW)],
    "429 with seconds": [answer(b"", "429 Too Many Requests", Retry_After=0), file(NEW)],
    "429 with a date": [answer(b"", "429 Too", Retry_After=later(seconds=-5)), file(NEW)],
    "429 with nonsense": [answer(b"", "429 Too", Retry_After="soon"), file(NEW)],
    "503 once": [answer(b"", "503 Unavailable"), file(NEW)],
    "five redirects": [*[answer(b"", "302 Found", Location=f"/{n}") for n in range(5)], file(NEW)],
    "no length": [bare(head("200 OK") + NEW)],
    "chunks": [chunked([NEW[:100], NEW[100:]])],
    "gzip that was not asked for": [answer(gzip.compress(NEW), Content_Encoding="gzip")],
    "wrong type": [answer(NEW, Content_Type="text/html")],
    "reset once": [reset(head("200 OK", Content_Length=SIZE) + NEW[:99]), file(NEW)],
    "stalled once": [stalled(head("200 OK", Content_Length=SIZE) + NEW[:99]), file(NEW)],
    "a strange ETag": [answer(NEW, ETag='"\xe9\xff"')],
}  # fmt: skip


@pytest.mark.parametrize("name", WORKS)
def test_what_can_be_mended_is_mended(bench: Bench, name: str) -> None:
    bench.server.script = list(WORKS[name])
    outcome = bench.fetch()
    assert outcome.state == "fetched", outcome.told
    assert bench.kept()[1] == NEW


def part_of(body: bytes, **marks: object) -> Answer:
    return bare(head("200 OK", Content_Length=len(body), **marks) + body[:4000])


PART = part_of(NEW, ETag='"one"')
RESUMED: dict[str, tuple[list[Answer], int]] = {
    "goes on": ([PART, file(NEW)], 4000),
    "goes on by date": (
        [part_of(NEW, Last_Modified="Mon, 01 Jun 2026 00:00:00 GMT"),
         file(NEW, None, "Mon, 01 Jun 2026 00:00:00 GMT")], 4000,
    ),
    "the server ignores ranges": ([PART, answer(NEW, ETag='"one"')], 4000),
    "the ETag changed": ([part_of(OLD, ETag='"one"'), file(NEW, '"two"')], 4000),
    "another ETag in the rest": (
        [part_of(OLD, ETag='"one"'),
         answer(NEW[4000:], "206 Part", ETag='"two"',
                Content_Range=f"bytes 4000-{SIZE - 1}/{SIZE}"), file(NEW, '"two"')], 4000,
    ),
    "another date in the rest": (
        [part_of(OLD, Last_Modified="Mon, 01 Jun 2026 00:00:00 GMT"),
         answer(NEW[4000:], "206 Part", Last_Modified="Tue, 02 Jun 2026 00:00:00 GMT",
                Content_Range=f"bytes 4000-{SIZE - 1}/{SIZE}"), file(NEW)], 4000,
    ),
    "another length": (
        [PART, answer(NEW[4000:] + b"x", "206 Part", ETag='"one"',
                      Content_Range=f"bytes 4000-{SIZE}/{SIZE + 1}"), file(NEW)], 4000,
    ),
    "another range than asked for": (
        [PART, answer(NEW[3000:], "206 Part", ETag='"one"',
                      Content_Range=f"bytes 3000-{SIZE - 1}/{SIZE}"), file(NEW)], 4000,
    ),
    "no range at all": ([PART, answer(NEW[4000:], "206 Part", ETag='"one"'), file(NEW)], 4000),
    "416": ([PART, answer(b"", "416 Range Not Satisfiable"), file(NEW)], 4000),
    "nothing to compare by": ([part_of(OLD), file(NEW)], 0),
    "a weak ETag": ([part_of(OLD, ETag='W/"one"'), file(NEW)], 0),
}  # fmt: skip


@pytest.mark.parametrize("name", RESUMED)
def test_a_part_is_continued_or_thrown_away(bench: Bench, name: str) -> None:
    script, offset = RESUMED[name]
    bench.server.script = list(script)
    outcome = bench.fetch()
    assert outcome.state == "fetched", outcome.told
    assert bench.kept()[1] == NEW
    asked = bench.server.asked[1].headers.get("range")
    assert asked == (f"bytes={offset}-" if offset else None)


def test_a_part_survives_until_the_next_run(bench: Bench) -> None:
    bench.server.script = [PART, answer(b"", "500 Oops")]
    assert bench.fetch().state == "refused"
    assert (bench.store.folder / ".partial" / "table" / "riots.csv.part").stat().st_size == 4000
    bench.server.script = [file(NEW)]
    assert bench.fetch().state == "fetched"
    assert bench.server.asked[-1].headers["range"] == "bytes=4000-"


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
    assert (stored.etag, stored.last_modified, stored.size) == (*marks, SIZE)
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


def test_files_not_published_yet_are_left_out(bench: Bench) -> None:
    soon = Address(bench.server.url("/soon.csv"), "soon.csv", 200_000, optional=True)
    bench.server.script = [file(NEW), answer(b"", "400 Bad Request")]
    assert bench.fetch(bench.address(), soon).files == ("riots.csv",)
    bench.server.script = [answer(b"", "404 Not Found")]
    assert "nothing is published" in bench.fetch(soon).told


TOKEN = Credential((VARIABLE, "RISKKIT_TEST_PASSWORD"), "token", "", "register at example.org")


def test_a_password_becomes_a_token_and_neither_is_seen(
    bench: Bench,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setenv("RISKKIT_TEST_PASSWORD", "hunter2hunter2")
    bench.credential = Credential(
        TOKEN.variables, "token", bench.server.url("/oauth"), TOKEN.register
    )
    issued = json.dumps({"access_token": "t0ken-t0ken"}).encode()
    bench.server.script = [answer(issued), answer(b"", "401 t0ken-t0ken", X="t0ken-t0ken")]
    refused = bench.fetch()
    assert "access denied (401)" in refused.told
    assert b"hunter2hunter2" in bench.server.asked[0].body
    assert bench.server.asked[1].headers["authorization"] == "Bearer t0ken-t0ken"
    bench.server.script = [answer(issued), file(NEW)]
    assert bench.fetch().state == "fetched"
    seen = f"{refused}{caplog.text}{bench.written()}"
    assert not leaks(seen)
    assert "hunter2" not in seen
    assert "t0ken" not in seen


@pytest.mark.parametrize(
    ("reply", "told"),
    [
        (answer(b"{}"), "no token came"),
        (answer(HTML), "no token came"),
        (answer(b"[" * 100_000), "no token came"),
        (answer(b'{"access_token": "a\\r\\nX: y"}'), "no token came"),
        (answer(b"x" * 200_000), "too large for a token"),
        (answer(b"", "400 Bad Request"), "access denied (400)"),
        (answer(b"", "401 Unauthorized"), "access denied (401)"),
        (answer(b"", "302 Found", Location="http://127.0.0.1:1/"), "answers 302"),
        (answer(b"", "500 Oops"), "server failed (500)"),
    ],
)
def test_no_token(bench: Bench, monkeypatch: pytest.MonkeyPatch, reply: Answer, told: str) -> None:
    monkeypatch.setenv("RISKKIT_TEST_PASSWORD", "hunter2hunter2")
    url = bench.server.url("/oauth")
    bench.credential = Credential(TOKEN.variables, "token", url, TOKEN.register)
    bench.server.script = [reply]
    before = bench.kept()
    outcome = bench.fetch()
    assert told in outcome.told
    assert "hunter2" not in outcome.told
    assert bench.kept() == before


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
        outcomes = fetch(bench.store, table=offers, by_hand={}, session=Session(QUICK))
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
