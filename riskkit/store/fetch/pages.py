"""Interfaces that hand out pages, folders that list files, lists of hashes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import httpx

from riskkit.sources import Address, Pages, Way
from riskkit.store.fetch.download import Job, Marks, Report, download
from riskkit.store.fetch.request import Refused, Session

_MOST_PAGES = 5000
_LINK = re.compile(r"""href\s*=\s*["']([^"'?#]+)["']""", re.IGNORECASE)
_HASH = re.compile(r"^([0-9a-fA-F]{64}|[0-9a-fA-F]{32})\s+\*?(\S+)$", re.MULTILINE)


def pages(job: Job, how: Pages, session: Session, report: Report) -> Iterator[tuple[Path, Marks]]:
    """Fetch page after page into numbered files beside the job's path.

    Raises:
        Refused: A page is no JSON or has no list of rows, or the pages never end.
    """
    before: list[Any] | None = None
    for number in range(_MOST_PAGES):
        value = how.first + number * how.step
        url = httpx.URL(job.request.url).copy_set_param(how.field, str(value))
        page = replace(
            job,
            request=replace(job.request, url=str(url)),
            path=job.path.with_name(f"{job.path.name}.{number + 1:04}.json"),
        )
        page.forget()  # pages of two days do not make one table
        marks = download(page, session, report)
        if marks is None:
            return
        answer = _parsed(page)
        rows = _rows(answer, how.rows, page.request.url)
        if rows and rows == before:
            raise Refused(f"{page.request.url}: the same page came twice", hint="try again later")
        before = rows
        yield page.path, marks
        if _is_last(answer, rows, number + 1, how):
            return
    raise Refused(f"{job.request.url}: more than {_MOST_PAGES} pages")


def _parsed(page: Job) -> Any:
    try:
        return json.loads(page.path.read_bytes(), parse_float=str)
    except (ValueError, RecursionError):
        page.forget()
    raise Refused(f"{page.request.url}: what came is no JSON", hint=f"see {page.page}")


def _follow(answer: Any, way: Way) -> Any:
    for step in way:
        try:
            answer = answer[step]
        except (KeyError, IndexError, TypeError):
            return None
    return answer


def _rows(answer: Any, way: Way, url: str) -> list[Any]:
    rows = _follow(answer, way)
    if not isinstance(rows, list):
        raise Refused(f"{url}: the answer holds no rows", hint="the interface may have changed")
    return rows


def _is_last(answer: Any, rows: list[Any], number: int, how: Pages) -> bool:
    if how.last is None:
        return len(rows) < (how.size or 1)
    last = _follow(answer, how.last)
    return not rows or not str(last).isdigit() or number >= int(last)


def listed(job: Job, address: Address, session: Session, report: Report) -> list[Address]:
    """Fetch the listing of a folder and name the files in it.

    Raises:
        Refused: It lists no file of the kind that is looked for.
    """
    page = replace(job, web=True, known=None)
    page.forget()
    download(page, session, report)
    text = page.path.read_text(encoding="utf-8", errors="replace")
    page.forget()
    names = {unquote(unescape(link)) for link in _LINK.findall(text)}
    pattern = re.compile(address.listing or "")
    found = sorted(name for name in names if pattern.fullmatch(name))
    if not found:
        raise Refused(f"{address.url}: the folder does not list the files", hint=f"see {job.page}")
    plain = replace(address, listing=None, most=job.most)
    return [replace(plain, url=f"{address.url}{name}", file=name) for name in found]


def published_hash(job: Job, address: Address, session: Session, report: Report) -> str | None:
    """Find the file's hash in the publisher's list.

    Raises:
        Refused: The list does not have it.
    """
    if address.checksums is None:
        return None
    request = replace(job.request, url=address.checksums, credential=None, parts=())
    path = job.path.with_name(f"{job.path.name}.sums")
    sums = Job(request, path, 20_000_000, job.page)
    sums.forget()
    download(sums, session, report)
    hashes = _HASH.findall(sums.path.read_text(encoding="utf-8", errors="replace"))
    sums.forget()
    name = httpx.URL(address.url).path.rpartition("/")[2]
    found: list[str] = [value.lower() for value, file in hashes if file.rpartition("/")[2] == name]
    if not found:
        raise Refused(f"{address.checksums} has no checksum of {name}", hint=f"see {job.page}")
    return found[0]
