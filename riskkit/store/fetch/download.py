"""One file: tried again, resumed, limited in size and time, checked before anybody sees it."""

from __future__ import annotations

import gzip
import hashlib
import re
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic

import httpx
from pydantic import ValidationError

from riskkit.atomic import write_text
from riskkit.store import Origin
from riskkit.store.fetch.request import (
    Limits,
    Passing,
    Refused,
    Request,
    Session,
    again_and_again,
    check_status,
    opened,
    too_slow,
)

Report = Callable[[int], None]
"""Called with the number of bytes that came."""

_UNPACKED = 40
"""A zip archive may hold this many times as many bytes as the file itself may have."""

_RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+)")
_PAGE = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<!--.*?-->\s*)*"
    rb"<(?:!doctype\s+html|html|head|body|script|meta|title)\b",
    re.DOTALL | re.IGNORECASE,
)
_ENCODINGS = {"", "identity", "gzip", "x-gzip"}


class Marks(Origin):
    """What a server says of a file so that one can ask whether it changed.

    Attributes:
        total: Its bytes in full, if the server says.
        packed: It comes compressed; then a part of it cannot be continued.
        whole: Every byte is here.
    """

    vintage: str = ""
    total: int | None = None
    packed: bool = False
    whole: bool = False

    @classmethod
    def of(cls, origin: Origin) -> Marks:
        """The marks of a file that is in the store."""
        return cls(**origin.model_dump(include={*Origin.model_fields}), whole=True)

    @property
    def strong(self) -> str | None:
        """What tells that two ranges are of the same content."""
        return self.etag if self.etag and not self.etag.startswith("W/") else self.last_modified


@dataclass(frozen=True)
class Job:
    """One file to fetch.

    Attributes:
        request: Where it is.
        path: Where it goes; beside it stand the part that has come and the marks.
        most: Largest number of bytes.
        page: The publisher's page for people.
        known: Marks of the file that is in the store, if it came from this address.
        optional: The publisher may not have it yet; then it is left out.
        checksum: Expected hash (md5 or sha256, hexadecimal), where the publisher states one.
        web: It is a web page, as the listing of a folder is.
    """

    request: Request
    path: Path
    most: int
    page: str
    known: Marks | None = None
    optional: bool = False
    checksum: str | None = None
    web: bool = False

    @property
    def part(self) -> Path:
        """What has come so far."""
        return self.path.with_name(f"{self.path.name}.part")

    @property
    def plain(self) -> Path:
        """What a compressed part unpacks to."""
        return self.path.with_name(f"{self.path.name}.plain")

    @property
    def notes(self) -> Path:
        """The marks of the part, or of the file once it is whole."""
        return self.path.with_name(f"{self.path.name}.marks.json")

    def marks(self) -> Marks | None:
        """Read the marks; None if there are none that can be trusted."""
        try:
            marks = Marks.model_validate_json(self.notes.read_bytes())
        except (OSError, ValidationError):
            return None
        return marks if marks.address == self.request.url else None

    def forget(self) -> None:
        """Start anew."""
        for path in (self.part, self.plain, self.notes, self.path):
            path.unlink(missing_ok=True)


def download(job: Job, session: Session, report: Report) -> Marks | None:
    """Fetch a file, or find that the one in the store is still the publisher's.

    Returns:
        The marks of the file. It lies at `job.path` if it is new; otherwise the one in the store
        is. None if the publisher does not have it yet.

    Raises:
        Passing: All tries failed; what has come is kept for the next time.
        Refused: The answer cannot be used; nothing of it is kept.
    """
    job.path.parent.mkdir(parents=True, exist_ok=True)
    work = _Try(job, session, report).work
    try:
        return again_and_again(work, job.request.url, session, session.limits.whole)
    except Refused:
        job.forget()
        raise


@dataclass(frozen=True)
class _Try:
    """One try of a job."""

    job: Job
    session: Session
    report: Report

    @property
    def limits(self) -> Limits:
        return self.session.limits

    @property
    def url(self) -> str:
        return self.job.request.url

    async def work(self) -> Marks | None:
        """Ask for the rest of a part, or for the file if it changed."""
        before = self._resumable()
        offset = self.job.part.stat().st_size if before else 0
        headers = self._headers(before, offset)
        async with opened(self.job.request, headers, self.session) as answer:
            if self.job.optional and answer.status_code in {400, 404}:
                return None
            check_status(answer, self.job.request, self.job.page, self.limits)
            if answer.status_code == 304:
                return self._unchanged()
            marks = self._marks(answer)
            if before:
                offset = self._join(answer, before, marks, offset)
                marks = marks if not offset else before
            elif answer.status_code != 200:
                raise Refused(f"{self.url}: a part came that was not asked for")
            await self._receive(answer, marks, offset)
        if marks.packed:
            self._unpack()
        self._check(marks)
        return self._finish(marks)

    def _resumable(self) -> Marks | None:
        marks = self.job.marks()
        begun = marks and not marks.whole and not marks.packed and marks.strong
        usable = begun and self.job.part.is_file()
        return marks if usable and self.job.part.stat().st_size else None

    def _headers(self, before: Marks | None, offset: int) -> dict[str, str]:
        if before and before.strong:
            return {"Range": f"bytes={offset}-", "If-Range": before.strong}
        known = self._known()
        headers = {}
        if known and known.etag:
            headers["If-None-Match"] = known.etag
        if known and known.last_modified:
            headers["If-Modified-Since"] = known.last_modified
        return headers

    def _known(self) -> Marks | None:
        """The marks of the file as last fetched, waiting beside the store or in it, if any."""
        marks = self.job.marks()
        waiting = marks and marks.whole and self.job.path.is_file()
        known = marks if waiting else self.job.known
        return known if known and (known.etag or known.last_modified) else None

    def _unchanged(self) -> Marks:
        known = self._known()
        if known is None:
            raise Refused(
                f"{self.url}: the server says that nothing changed, but nothing was fetched yet"
            )
        return known

    def _marks(self, answer: httpx.Response) -> Marks:
        """What the server says of the file."""
        length = answer.headers.get("content-length", "")
        total = int(length) if length.isascii() and length.isdigit() and len(length) < 16 else None
        if total is not None and total > self.job.most:
            raise self._too_large(total)
        encoding = answer.headers.get("content-encoding", "").strip().lower()
        if encoding not in _ENCODINGS:
            raise Refused(f"{self.url}: the answer has an unknown encoding", got=encoding[:40])
        packed = "gzip" in encoding
        return Marks(
            address=self.url,
            etag=self._mark(answer, "etag"),
            last_modified=self._mark(answer, "last-modified"),
            total=None if packed else total,
            packed=packed,
            retrieved_at=datetime.now(UTC).replace(microsecond=0),
        )

    def _mark(self, answer: httpx.Response, name: str) -> str | None:
        """A header that may be sent back and written down."""
        text = answer.headers.get(name, "")
        plain = text.isascii() and text.isprintable() and 0 < len(text) < 200
        return text if plain and self.session.veil.over(text) == text else None

    def _join(self, answer: httpx.Response, before: Marks, now: Marks, offset: int) -> int:
        """Where the answer goes on; 0 if the server sends everything again.

        Raises:
            Passing: The answer does not fit the part, which is thrown away.
        """
        if answer.status_code == 200:
            return 0
        span = _RANGE.fullmatch(answer.headers.get("content-range", ""))
        start, total = (int(span[1]), int(span[3])) if span else (-1, -1)
        same = (now.etag, now.last_modified) == (before.etag, before.last_modified)
        fits = before.total in (None, total) and start == offset and same and not now.packed
        if answer.status_code == 206 and fits and total <= self.job.most:
            return offset
        self.job.forget()
        failure = Passing(f"{self.url}: the file changed while it was fetched", hint="try again")
        failure.wait = 0.01
        raise failure

    async def _receive(self, answer: httpx.Response, marks: Marks, offset: int) -> None:
        """Write the body behind what is there as it comes, if it comes fast enough, and count."""
        self.job.path.unlink(missing_ok=True)
        write_text(self.job.notes, marks.model_dump_json())
        size, since, came = offset, monotonic(), 0
        with self.job.part.open("ab" if offset else "wb") as file:
            async for chunk in answer.aiter_raw():
                self.report(len(chunk))
                size, came = size + len(chunk), came + len(chunk)
                if size > self.job.most:
                    raise self._too_large(None)
                file.write(chunk)
                if monotonic() - since > self.limits.window:
                    if came < self.limits.slowest * self.limits.window:
                        raise too_slow(self.url)
                    since, came = monotonic(), 0

    def _unpack(self) -> None:
        """Undo the compression, which was not asked for, without ever exceeding the limit.

        Raises:
            Passing: It is damaged or cut off.
            Refused: It unpacks to too much.
        """
        room = self.job.most
        try:
            with gzip.open(self.job.part) as packed, self.job.plain.open("wb") as file:
                while chunk := packed.read(1 << 20):
                    room -= len(chunk)
                    if room < 0:
                        raise self._too_large(None)
                    file.write(chunk)
        except (EOFError, gzip.BadGzipFile, zlib.error):
            self.job.forget()
            raise Passing(f"{self.url}: the compressed answer is damaged or cut off") from None
        self.job.plain.replace(self.job.part)

    def _too_large(self, size: int | None) -> Refused:
        told = f" ({size:,})" if size else ""
        return Refused(f"{self.url}: more than the {self.job.most:,} bytes it may have{told}")

    def _check(self, marks: Marks) -> None:
        """Refuse what is not a whole file of data.

        Raises:
            Passing: It is too short or too long, or its hash is another.
            Refused: It is empty, a web page or an archive that unpacks to too much.
        """
        part = self.job.part
        size = part.stat().st_size
        if marks.total is not None and size != marks.total:
            self.job.forget()
            raise Passing(f"{self.url}: {size:,} bytes came instead of {marks.total:,}")
        with part.open("rb") as file:
            head = file.read(4096)
        if not head.strip():
            raise Refused(f"{self.url}: the answer is empty", hint=f"see {self.job.page}")
        if _PAGE.match(head) and not self.job.web:
            raise Refused(
                f"{self.url}: a web page came instead of data",
                hint=f"the publisher may ask to log in or have moved the file: see {self.job.page}",
            )
        if head.startswith(b"PK\x03\x04"):
            self._check_archive()
        if self.job.checksum and self.job.checksum != _hash(part, self.job.checksum):
            self.job.forget()
            raise Passing(f"{self.url}: what came does not have the checksum that is published")

    def _check_archive(self) -> None:
        try:
            with zipfile.ZipFile(self.job.part) as archive:
                unpacked = sum(member.file_size for member in archive.infolist())
        except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
            return  # the reader says so better
        if unpacked > _UNPACKED * self.job.most:
            raise Refused(f"{self.url}: the archive unpacks to {unpacked:,} bytes")

    def _finish(self, marks: Marks) -> Marks:
        whole = marks.model_copy(update={"whole": True})
        self.job.part.replace(self.job.path)
        write_text(self.job.notes, whole.model_dump_json())
        return whole


def _hash(path: Path, expected: str) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "md5" if len(expected) == 32 else "sha256").hexdigest()
