"""Answers of publishers' programming interfaces: pages of JSON as one table.

A reader calls `read_pages(path, form, paging)` where it would call `read_sheet(path, form)`:

    _PAGES = Paging(items=("items",), number=("page",), last=("maxPages",))
    sheet = read_pages(path, _form(options), _PAGES)

The path is one .json page, any file that `read_sheet` reads, or a folder of such files. Every cell
becomes text (numbers as written, true and false, null as a missing value), so that the functions of
`_columns` read it as they read a csv; messages name "item 3" where they would name "line 3". The
fields of an object inside an item are columns with a dot: "country.id".
"""

from __future__ import annotations

import json
import reprlib
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from riskkit.errors import SourceError
from riskkit.reading.files import read_bytes, read_sheet
from riskkit.reading.sheets import Form, Sheet
from riskkit.reading.text import as_utf8

Way = tuple[str | int, ...]
"""Names of fields and positions in lists that lead to a value."""

_AGAIN = "download it again"


@dataclass(frozen=True)
class Paging:
    """Where a publisher's answer holds its rows, and how it says that there are more.

    Attributes:
        items: Way to the list of items; () if the answer is the list.
        number: Way to the number of the page, counted from 1; None if answers do not tell.
        last: Way to the number of the last page.
    """

    items: Way
    number: Way | None = None
    last: Way | None = None


@dataclass(frozen=True)
class _Page:
    """One answer: its items, flat, and its place among the pages if it tells."""

    file: str
    items: list[dict[str, str | None]]
    place: tuple[int, int] | None


def read_pages(path: Path, form: Form, paging: Paging) -> Sheet:
    """Read a file, or all files of a folder, as one table.

    Args:
        path: A .json page, another file that `read_sheet` reads, or a folder of them; hidden files
            are passed over.
        form: The columns wanted. A column that is optional may be missing in some files.
        paging: What a page looks like.

    Returns:
        At least one row, in the order of the files' names.

    Raises:
        SourceError: A file is not what its ending says, lacks a column or is not the publisher's
            answer; pages are missing; or there are no rows.
    """
    pages = [_read_page(file, paging) for file in _files(path) if _is_json(file)]
    _refuse_gaps(path, pages)
    filled = [page for page in pages if page.items]
    sheets = [_sheet(page, form) for page in filled]
    sheets += [read_sheet(file, form) for file in _files(path) if not _is_json(file)]
    if not sheets:
        raise SourceError(f"{path} holds no rows: the answer is empty", hint="widen the query")
    return sheets[0] if len(sheets) == 1 else stacked(str(path), sheets)


def _is_json(file: Path) -> bool:
    return file.suffix.lower() == ".json"


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    files = [file for file in sorted(path.iterdir()) if not file.name.startswith((".", "~$"))]
    if not files:
        raise SourceError(f"{path} is an empty folder", hint="put the publisher's files into it")
    return files


def _read_page(path: Path, paging: Paging) -> _Page:
    file = str(path)
    answer = _parse(file, as_utf8(file, read_bytes(path), "utf-8"))
    items = _follow(answer, paging.items)
    if not isinstance(items, list):
        where = "".join(f"[{step!r}]" for step in paging.items) or "at its top"
        raise SourceError(
            f"{file}: the answer holds no list of items {where}",
            got=reprlib.repr(answer),
            hint="it may be the publisher's refusal: repeat the query",
        )
    flat = [_flat(file, number, item) for number, item in enumerate(items, start=1)]
    return _Page(file, flat, _place(file, answer, paging))


def _parse(file: str, data: bytes) -> Any:
    """Parse JSON; numbers stay text, since a number of many digits would become none."""
    try:
        return json.loads(
            data,
            parse_int=str,
            parse_float=str,
            parse_constant=str,
            object_pairs_hook=_object,
        )
    except RecursionError:
        raise SourceError(f"{file} is nested too deeply for a table", hint=_AGAIN) from None
    except json.JSONDecodeError as error:
        raise SourceError(
            f"{file}, line {error.lineno}: this is not JSON",
            got=error.msg,
            hint=f"the file is cut off or was edited: {_AGAIN}",
        ) from None
    except _Repeated as error:
        raise SourceError(f"{file}: an object has the field '{error}' twice", hint=_AGAIN) from None


class _Repeated(Exception):  # noqa: N818 - never leaves this module
    """A field that an object has twice."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) < len(pairs):
        ((name, _),) = Counter(name for name, _ in pairs).most_common(1)
        raise _Repeated(ascii(name)[1:-1])
    return fields


def _follow(answer: Any, way: Way) -> Any:
    """The value at the end of a way, or None."""
    for step in way:
        if isinstance(step, str) and isinstance(answer, dict):
            answer = answer.get(step)
        elif isinstance(step, int) and isinstance(answer, list) and step < len(answer):
            answer = answer[step]
        else:
            return None
    return answer


def _flat(file: str, number: int, item: Any) -> dict[str, str | None]:
    """Write an item as columns of text."""
    if not isinstance(item, dict):
        raise SourceError(
            f"{file}, item {number} is no object", got=reprlib.repr(item), hint=_AGAIN
        )
    flat: dict[str, str | None] = {}
    for name, value in item.items():
        inner = value.items() if isinstance(value, dict) else None
        for column, cell in [(f"{name}.{key}", v) for key, v in inner or ()] or [(name, value)]:
            flat[_text(column)] = _cell(cell)
    return flat


def _cell(value: Any) -> str | None:
    """One value as text; null and "" are missing, what is no single value is shown shortened."""
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    return _text(value) if isinstance(value, str) else reprlib.repr(value)


def _text(text: str) -> str:
    """Replace halves of surrogate pairs, which are no text: they cannot be stored or printed."""
    return unicodedata.normalize("NFC", text).encode("utf-8", "replace").decode()


def _place(file: str, answer: Any, paging: Paging) -> tuple[int, int] | None:
    if paging.number is None or paging.last is None:
        return None
    number, last = (_page_number(_follow(answer, way)) for way in (paging.number, paging.last))
    if number is None and last is None:
        return None
    if number is None or last is None or not 1 <= number <= max(last, 1):
        raise SourceError(
            f"{file} does not say which page it is",
            got=f"page {number} of {last}",
            hint=_AGAIN,
        )
    return number, last


def _page_number(value: Any) -> int | None:
    digits = isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 10
    return int(value) if digits else None


def _refuse_gaps(path: Path, pages: Iterable[_Page]) -> None:
    """Refuse a query of which a page is missing; several queries may lie in one folder."""
    told = Counter(page.place for page in pages if page.place)
    for last in sorted({last for _, last in told}):
        most = max(count for (_, of), count in told.items() if of == last)
        pages_of_all = range(1, last + 1)
        missing = next((number for number in pages_of_all if told[number, last] < most), None)
        if missing:
            raise SourceError(
                f"{path}: page {missing} of {last} is missing",
                hint="put all pages of the query into one folder, or query with larger pages",
            )


def _sheet(page: _Page, form: Form) -> Sheet:
    names = list(dict.fromkeys(name for item in page.items for name in item))
    wanted = form.choose(page.file, names)
    required = {today: names[wanted[today]] for today in form.required}
    for number, item in enumerate(page.items, start=1):
        for today, name in required.items():
            if name not in item:
                raise SourceError(
                    f"{page.file}, item {number}: field '{today}' is missing", hint=_AGAIN
                )
    columns: Mapping[str, list[str | None]] = {
        today: [item.get(names[at]) for item in page.items] for today, at in wanted.items()
    }
    frame = pl.DataFrame(columns, schema=dict.fromkeys(wanted, pl.String))
    return Sheet(page.file, frame, lambda row: f"item {row + 1}")


def stacked(file: str, sheets: Sequence[Sheet]) -> Sheet:
    """Put sheets of text below each other; messages name the file and place of each row."""
    frames = [sheet.frame.cast(pl.String) for sheet in sheets]
    starts = [0]
    for frame in frames:
        starts.append(starts[-1] + frame.height)

    def place(row: int) -> str:
        at = max(i for i, start in enumerate(starts[:-1]) if start <= row)
        return f"{Path(sheets[at].file).name}, {sheets[at].place(row - starts[at])}"

    commas = all(sheet.commas for sheet in sheets)
    return Sheet(file, pl.concat(frames, how="diagonal"), place, commas)
