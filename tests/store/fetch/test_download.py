"""One file: whatever a server does, the old one is intact and the next try succeeds."""

from __future__ import annotations

import gzip
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from riskkit.sources import Address
from riskkit.store.fetch.download import Job, download
from riskkit.store.fetch.request import Passing, Request, Session
from tests.store.fetch.conftest import NEW, OLD, PATIENT, SECRET, VARIABLE, Bench, leaks, table
from tests.store.fetch.hostile import (
    HTML,
    Answer,
    answer,
    bare,
    chunked,
    dripping,
    endless,
    file,
    head,
    reset,
    stalled,
    zipped,
)  # fmt: skip

SIZE = len(NEW)


def later(**span: float) -> str:
    return format_datetime(datetime.now(UTC) + timedelta(**span), usegmt=True)


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


REACHED = {
    "slow trickle": replace(PATIENT, window=0.2, slowest=50_000),
    "slow trickle without a length": replace(PATIENT, window=0.2, slowest=50_000),
    "stall": replace(PATIENT, silence=0.4),
    "slow headers": replace(PATIENT, answer=0.6),
    "stalled once": replace(PATIENT, silence=0.4, attempts=20),
}
"""The limit that an answer reaches; two short ones would be reached in the order of chance."""


@pytest.mark.parametrize("name", REFUSED)
def test_a_bad_answer_changes_nothing(
    bench: Bench, name: str, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    script, told = REFUSED[name]
    before = bench.kept()
    bench.server.script = list(script)
    outcome = bench.fetch(limits=REACHED.get(name, PATIENT))
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
    outcome = bench.fetch(limits=REACHED.get(name, PATIENT))
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


def test_time_limits_end_a_body_that_has_no_length(bench: Bench, tmp_path: Path) -> None:
    """The end that riskkit itself makes of a connection does not pass for the end of the file."""
    limits = replace(PATIENT, whole=0.3, attempts=1)
    bench.server.script = [dripping(NEW, 0.01, head("200 OK") + NEW[:3000])]
    job = Job(Request(bench.server.url()), tmp_path / "riots.csv", 200_000, "the page")
    with pytest.raises(Passing, match="too slow and was given up"):
        download(job, Session(limits), lambda size: None)
    assert not job.path.exists()


def test_files_that_are_whole_wait_for_the_others(bench: Bench) -> None:
    first = bench.address()
    second = Address(bench.server.url("/more.csv"), "more.csv", 200_000)
    bench.server.script = [file(NEW), answer(b"", "500 Oops")]
    assert bench.fetch(first, second).state == "refused"
    bench.server.asked.clear()
    bench.server.script = [file(NEW), file(table(5, 12))]
    assert bench.fetch(first, second).state == "fetched"
    assert bench.server.asked[0].headers["if-none-match"] == '"one"'
    assert len(bench.store.entries()) == 2


@pytest.mark.parametrize("damage", ["{", "", '{"address": "elsewhere"}'])
def test_a_part_whose_marks_are_lost_is_thrown_away(bench: Bench, damage: str) -> None:
    waiting = bench.store.folder / ".partial" / "table"
    waiting.mkdir(parents=True)
    (waiting / "riots.csv.part").write_text("rubbish")
    (waiting / "riots.csv.marks.json").write_text(damage)
    bench.server.script = [file(NEW)]
    assert bench.fetch().state == "fetched"
    assert bench.kept()[1] == NEW
    assert "range" not in bench.server.asked[0].headers
