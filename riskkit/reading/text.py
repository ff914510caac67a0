"""Delimited text: encoding, delimiter and records, with a line number for everything refused."""

from __future__ import annotations

import codecs
import csv
import io
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
import polars as pl

from riskkit.errors import SourceError
from riskkit.reading.sheets import Form, Sheet, is_tag_line

DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "vertical bars"}
_CHUNK = 1 << 24
_LARGE = 1 << 26
_STRETCH = 1 << 24
_QUOTE, _NEWLINE = ord('"'), ord("\n")
_HEADER_BYTES = 1 << 16
_ABOVE = 40
"""Records above the header, with titles and notes, among which it is looked for."""
_MAGIC = (
    (b"PK\x03\x04", "a zip archive or a workbook", "give it the ending .zip or .xlsx"),
    (b"\x1f\x8b", "compressed with gzip", "unpack it with gunzip"),
    (b"PAR1", "a parquet file", "give it the ending .parquet"),
    (b"%PDF", "a PDF", "download the data, not their description"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook", "save it as .xlsx or .csv"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive", "unpack it"),
    (b"Rar!", "a rar archive", "unpack it"),
    (b"BZh91AY", "compressed with bzip2", "unpack it with bunzip2"),
    (b"\xfd7zXZ", "compressed with xz", "unpack it with unxz"),
    (b"\x28\xb5\x2f\xfd", "compressed with zstd", "unpack it with unzstd"),
    (b"SQLite format 3", "an SQLite database", "export the table as .csv"),
    (b"\x89HDF", "an HDF5 or Stata file", "export the table as .csv"),
    (b"<stata_dta>", "a Stata file", "export the table as .csv"),
    (b"$FL2", "an SPSS file", "export the table as .csv"),
)


@dataclass(frozen=True)
class _Text:
    """Checked UTF-8 bytes from the header on, and how they divide into records.

    Attributes:
        file: What messages call the file.
        data: The bytes.
        delimiter: What separates columns.
        columns: Their names.
        header: Number of records before the first row: 1, 2 with a line of tags, 0 without any.
        above: Number of lines above the header.
    """

    file: str
    data: bytes
    delimiter: str
    columns: tuple[str, ...]
    header: int
    above: int = 0


def read_text(file: str, data: bytes, form: Form) -> Sheet:
    """Read delimited text.

    Args:
        file: What messages call the file.
        data: Its bytes, not empty.
        form: What it must look like.

    Raises:
        SourceError: It is no text in the encoding of the form, lacks a column, has ragged
            records or no rows.
    """
    text = _open(file, as_utf8(file, data, form.encoding), form)
    wanted = form.choose(file, text.columns)
    frame = _read_fast(text, wanted)
    if frame is None:
        frame = _read_slow(text, wanted)
    if frame.is_empty():
        raise SourceError(f"{file} has a header but no rows", hint="download it again")
    return Sheet(file, frame, lambda row: f"line {_line(text, row)}", commas=text.delimiter == ",")


def has_columns(beginning: bytes, form: Form) -> bool:
    """Whether the beginning of a text has a header with the columns of a form."""
    text = beginning.removeprefix(codecs.BOM_UTF8).decode(form.encoding, errors="ignore")
    marks = [form.delimiter] if form.delimiter else _delimiters(text)
    try:
        heads = [islice(_records("", text, mark), _ABOVE) for mark in marks]
        return any(form.fits(record) for head in heads for _, record in head)
    except SourceError:
        return False


def as_utf8(file: str, data: bytes, encoding: str) -> bytes:
    """Check or convert the encoding, compose letters and accents, and refuse what is no text."""
    _refuse_other_formats(file, data)
    if codecs.lookup(encoding).name != "utf-8":
        try:
            return _composed(data.decode(encoding).removeprefix("\ufeff").encode())
        except UnicodeDecodeError as error:
            raise _misencoded(file, data, encoding, error.start) from None
    if _is_utf16(data[:200]):
        raise SourceError(
            f"{file} is UTF-16 text, not UTF-8", hint="save it as UTF-8, or set encoding: utf-16"
        )
    if (zero := data.find(b"\0")) >= 0:
        line = data.count(b"\n", 0, zero) + 1
        hint = "it was cut off or is no text: download or export it again"
        raise SourceError(f"{file}, line {line} holds bytes of zero", hint=hint)
    data = data.removeprefix(codecs.BOM_UTF8)
    _check_utf8(file, data)
    return _composed(data)


def _is_utf16(beginning: bytes) -> bool:
    """Whether it says so, or every other byte of most letters is zero."""
    if beginning.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return True
    return 3 * beginning.count(0) > len(beginning) and b"\0\0" not in beginning


def _composed(data: bytes) -> bytes:
    """Write letters and their accents as one sign: software of Apple's takes them apart."""
    if b"\xcc" in data or b"\xcd" in data:  # where the marks of U+0300 to U+036F begin
        return unicodedata.normalize("NFC", data.decode()).encode()
    return data


def _with_newlines(data: bytes) -> bytes:
    """End lines as everybody does, where software of old Macs ended them by a carriage return."""
    first = data.find(b"\r")
    newline = data.find(b"\n")
    if first < 0 or data[first + 1 : first + 2] == b"\n" or -1 < newline < first:
        return data
    return data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")


def _refuse_other_formats(file: str, data: bytes) -> None:
    for magic, what, hint in _MAGIC:
        if data.startswith(magic):
            raise SourceError(f"{file} is not text but {what}", hint=hint)
    if data[:1000].lstrip().lower().startswith((b"<!doctype", b"<html", b"<?xml")):
        raise SourceError(
            f"{file} is a web page, not data",
            hint="a login or error page answered the download: log in and download again",
        )


def _check_utf8(file: str, data: bytes) -> None:
    """Decode in pieces: as one string, text may take four times its bytes."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    for start in range(0, len(data), _CHUNK):
        pending = len(decoder.getstate()[0])
        try:
            decoder.decode(data[start : start + _CHUNK], final=start + _CHUNK >= len(data))
        except UnicodeDecodeError as error:
            raise _misencoded(file, data, "utf-8", start - pending + error.start) from None


def _misencoded(file: str, data: bytes, encoding: str, at: int) -> SourceError:
    line = data.count(b"\n", 0, at) + 1
    return SourceError(
        f"{file}, line {line}: this is not {encoding} text",
        got=data[max(at - 10, 0) : at + 10],
        hint="save it as UTF-8, or set its encoding, for example encoding: latin-1",
    )


def _open(file: str, data: bytes, form: Form) -> _Text:
    """Find the header, or take the documented columns where the first record is data."""
    data = _with_newlines(data)
    start = data[:_HEADER_BYTES].decode("utf-8", errors="ignore")
    marks = [form.delimiter] if form.delimiter else _delimiters(start)
    heads = {mark: list(islice(_records(file, start, mark), _ABOVE)) for mark in marks}
    for mark, head in heads.items():
        if head and _is_data(head[0][1], form):
            return _Text(file, data, mark, form.positions, header=0)
    for mark, head in heads.items():
        for number, (line, record) in enumerate(head):
            if form.fits(record):
                _refuse_rows_above(file, head[:number], record)
                below = head[number + 1 :][:1]
                tags = bool(below) and is_tag_line(below[0][1], record)
                rest, above = _from_line(start, data, line)
                return _Text(file, rest, mark, tuple(record), 2 if tags else 1, above)
    return _without_header(file, data, start, form, heads[marks[0]])


def _refuse_rows_above(
    file: str, above: Sequence[tuple[int, list[str]]], header: Sequence[str]
) -> None:
    """Titles and notes may stand above a header; rows as long as it are data that would be lost."""
    for line, record in above:
        if len(record) > 1 and sum(bool(cell.strip()) for cell in record) >= len(header):
            raise SourceError(
                f"{file}, line {line}: a row of data stands above the header",
                got=record[:3],
                hint="put the header on top",
            )


def _without_header(
    file: str, data: bytes, start: str, form: Form, head: list[tuple[int, list[str]]]
) -> _Text:
    """Take the record with most of the columns for the header; others will be found missing."""
    found = _delimiters(start)[0]
    delimiter = form.delimiter or found
    if not head:
        raise SourceError(f"{file}, line 1: there are no column names", hint="add a header line")
    _, first = max(head, key=lambda numbered: form.found(numbered[1]))
    if len(first) == 1 and found != delimiter and found in first[0]:
        raise SourceError(
            f"{file}, line 1: columns are separated by {DELIMITERS[found]}",
            hint=f"save it with {DELIMITERS.get(delimiter, repr(delimiter))}, or set delimiter",
        )
    return _Text(file, data, delimiter, tuple(first), header=1)


def _is_data(record: list[str], form: Form) -> bool:
    return len(record) == len(form.positions) and record[0].strip().isdigit()


def _delimiters(text: str) -> list[str]:
    """What may separate columns, the likeliest first."""
    line = next((line for line in text.splitlines() if line.strip()), "")
    return sorted(DELIMITERS, key=line.count, reverse=True)


def _from_line(start: str, data: bytes, line: int) -> tuple[bytes, int]:
    """The bytes from a line on, counted from 1, and how many lines were cut off."""
    lines = io.StringIO(start, newline="")
    cut = sum(len(lines.readline().encode()) for _ in range(line - 1))
    return data[cut:], line - 1


def _read_fast(text: _Text, wanted: Mapping[str, int]) -> pl.DataFrame | None:
    """Read by polars, or None where a closer look is due: it fails, or a record may be short.

    Polars fills short records with nulls without a word, so that where a cell is empty the
    separators of every record are counted; and it notices that a record is too long only if it
    reads all columns, which in very large files costs more than it is worth.
    """
    positions = sorted(wanted.values()) if len(text.data) > _LARGE else range(len(text.columns))
    try:
        frame = pl.read_csv(
            text.data,
            columns=list(positions),
            has_header=text.header > 0,
            skip_rows_after_header=max(text.header - 1, 0),
            separator=text.delimiter,
            infer_schema=False,
        )
    except pl.exceptions.PolarsError:
        return None
    if frame.width != len(positions):
        return None
    frame.columns = [str(position) for position in positions]
    chosen = frame.select(pl.col(str(at)).alias(name) for name, at in wanted.items())
    empty = pl.all().is_null() | (pl.all() == "")
    if not any(chosen.select(empty.any()).row(0)):
        return chosen
    if not _is_whole(text) or chosen.select(pl.all_horizontal(empty).any()).item():
        return None
    return chosen.select(pl.when(pl.all() != "").then(pl.all()))


def _is_whole(text: _Text) -> bool:
    """Whether every record is as wide as the header; what is quoted does not separate.

    Where quotation marks stand as csv does not expect them, the count is wrong, and calls for a
    closer look as well.
    """
    data, mark = np.frombuffer(text.data, dtype=np.uint8), ord(text.delimiter)
    parts = (data[start : start + _STRETCH] for start in range(0, len(data), _STRETCH))
    marks = np.concatenate(
        [part[(part == mark) | (part == _QUOTE) | (part == _NEWLINE)] for part in parts]
    )
    quotes = np.cumsum(marks == _QUOTE, dtype=np.uint8)  # odd inside of quotation marks
    outside = marks[(quotes % 2 == 0) & (marks != _QUOTE)]
    ends = np.flatnonzero(outside == _NEWLINE)
    if data[-1] != _NEWLINE:
        ends = np.append(ends, len(outside))
    return bool((np.diff(ends, prepend=-1) == len(text.columns)).all())


def _read_slow(text: _Text, wanted: Mapping[str, int]) -> pl.DataFrame:
    """Read record by record; every record must have as many columns as the header.

    Raises:
        SourceError: A record is shorter or longer; the text names its line.
    """
    cells: dict[str, list[str | None]] = {name: [] for name in wanted}
    for line, record in _rows(text):
        if len(record) != len(text.columns):
            raise SourceError(
                f"{text.file}, line {line}: {len(record)} columns instead of {len(text.columns)}",
                hint="the file is cut off, or a cell that holds the separator or a line break is "
                "not quoted: download it again",
            )
        for name, position in wanted.items():
            cells[name].append(record[position] or None)
    return pl.DataFrame(cells, schema=dict.fromkeys(wanted, pl.String))


def _rows(text: _Text) -> Iterator[tuple[int, list[str]]]:
    records = _records(text.file, text.data.decode(), text.delimiter)
    for line, record in islice(records, text.header, None):
        yield line + text.above, record


def _records(file: str, text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the records that are not blank, each with the line it starts in."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    while True:
        line = reader.line_num + 1
        try:
            record = next(reader, None)
        except csv.Error as error:
            raise SourceError(
                f"{file}, line {line}: this is not delimited text",
                got=str(error),
                hint="a quotation mark is not closed, or the file is not what its ending says",
            ) from None
        if record is None:
            return
        if any(record):
            yield line, record


def _line(text: _Text, row: int) -> int:
    return next(line for number, (line, _) in enumerate(_rows(text)) if number == row)
