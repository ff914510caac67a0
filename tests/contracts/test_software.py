"""Every reader, on its own sample as other software would have written it: the same figures.

Spreadsheets, R, pandas and portals number the rows, make fractions of whole numbers, type columns,
take accents apart and end lines in their own ways. None of it may change a figure, or its place.
"""

from __future__ import annotations

import io
import shutil
import unicodedata
from collections.abc import Callable
from functools import cache
from pathlib import Path

import polars as pl
import pytest

from riskkit.registry import sources
from riskkit.tables import Release
from riskkit.testing.packing import Rows, parse, render
from riskkit.testing.sources import Sample
from tests.contracts.test_sources import sample_of

TEXT = {".csv", ".tsv", ".txt", ".tab"}


def _numbered(rows: Rows) -> Rows:
    """As R's write.csv and pandas' to_csv do by default."""
    return [["", *rows[0]], *([str(number), *row] for number, row in enumerate(rows[1:]))]


def _fractions(rows: Rows) -> Rows:
    def written(cell: str) -> str:
        return f"{cell}.0" if cell.strip().lstrip("-").isdigit() else cell

    return [rows[0], *([written(cell) for cell in row] for row in rows[1:])]


def _tagged(rows: Rows) -> Rows:
    return [rows[0], [f"#meta+c{at}" for at in range(len(rows[0]))], *rows[1:]]


def _padded(rows: Rows) -> Rows:
    return [[f" {cell} " for cell in row] for row in rows]


ROWS: dict[str, Callable[[Rows], Rows]] = {
    "rows numbered": _numbered,
    "whole numbers as fractions": _fractions,
    "a line of tags": _tagged,
    "tags, rows numbered": lambda rows: _numbered(_tagged(rows)),
    "blanks around cells": _padded,
    "headings in capitals": lambda rows: [[cell.upper() for cell in rows[0]], *rows[1:]],
}


def _lines(data: bytes, end: bytes) -> bytes:
    return data.replace(b"\r\n", b"\n").replace(b"\n", end)


BYTES: dict[str, Callable[[bytes], bytes]] = {
    "accents apart": lambda data: unicodedata.normalize("NFD", data.decode()).encode(),
    "carriage returns only": lambda data: _lines(data, b"\r"),
    "byte-order mark, carriage returns": lambda data: b"\xef\xbb\xbf" + _lines(data, b"\r"),
    "lines of Windows": lambda data: _lines(data, b"\r\n"),
}


def _typed(frame: pl.DataFrame, kind: pl.DataType) -> pl.DataFrame:
    """Columns of numbers as pandas and databases type them; empty cells are null."""
    typed = []
    for column in frame:
        numbers = column.cast(pl.Float64, strict=False)
        whole = column.is_not_null().any() and numbers.null_count() == column.null_count()
        typed.append(numbers.cast(kind) if whole else column)
    return pl.DataFrame(typed)


FRAMES: dict[str, Callable[[pl.DataFrame], pl.DataFrame]] = {
    "parquet, numbers": lambda frame: _typed(frame, pl.Float64()),
    "parquet, decimals": lambda frame: _typed(frame, pl.Decimal(30, 12)),
    "parquet, categories": lambda frame: frame.cast(pl.Categorical()),
    "parquet, text": lambda frame: frame,
}
KINDS = (*ROWS, *BYTES, *FRAMES)
NEED_NOT = {
    # Its own preface or tags stand where another's would.
    ("hapi", "a line of tags"),
    ("hapi", "tags, rows numbered"),
    # Headings are years, which are no fractions; a table of titles is no frame.
    *(("world-bank", kind) for kind in ("whole numbers as fractions", *FRAMES)),
    # 400 MB are read record by record, as the publisher writes them.
    *(("vdem", kind) for kind in ("a line of tags", "tags, rows numbered", *FRAMES)),
    # Latin-1 has no accents of their own.
    ("reign", "accents apart"),
    # Files of these names and endings make up the publication.
    *((name, kind) for name in ("ndgain", "reign", "era5-owid") for kind in FRAMES),
    # The code of the world is looked for as the publisher writes it.
    ("era5-owid", "blanks around cells"),
    # Two tables of R's, told apart by the headings that R writes.
    *(("gtd-yearly", kind) for kind in ("headings in capitals", *FRAMES)),
    *((name, kind) for name in ("emdat", "gdelt") for kind in FRAMES),
}
"""What a reader may refuse, or pass over; never misread."""


def _written(data: bytes, kind: str) -> tuple[bytes, str | None]:
    """The table in another form, and the ending of its file if that is another."""
    if kind in BYTES:
        return BYTES[kind](data), None
    rows, delimiter = parse(data)
    if kind in ROWS:
        return render(ROWS[kind](rows), delimiter), None
    header, *body = rows
    cells = {name: [row[at] or None for row in body] for at, name in enumerate(header)}
    out = io.BytesIO()
    FRAMES[kind](pl.DataFrame(cells, schema=dict.fromkeys(header, pl.String))).write_parquet(out)
    return out.getvalue(), ".parquet"


def _copy(sample: Sample, kind: str, folder: Path) -> Path | None:
    """Write the sample in another form; None where it holds no table of text."""
    target = folder / sample.path.name
    (shutil.copytree if sample.path.is_dir() else shutil.copyfile)(sample.path, target)
    files = [target] if target.is_file() else sorted(target.rglob("*"))
    tables = [file for file in files if file.suffix.lower() in TEXT]
    for file in tables:
        content, ending = _written(file.read_bytes(), kind)
        renamed = file if ending is None else file.with_suffix(ending)
        file.unlink()
        renamed.write_bytes(content)
        target = renamed if file == target else target
    return target if tables else None


def _figures(release: Release) -> list[pl.DataFrame]:
    tables = [release.observations, *([] if release.dyads is None else [release.dyads])]
    return [table.sort(table.columns) for table in tables]


@cache
def _ours(name: str) -> list[pl.DataFrame]:
    return _figures(sample_of(name).read())


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", sources())
def test_what_software_makes_of_a_file_holds_the_same(name: str, kind: str, tmp_path: Path) -> None:
    sample = sample_of(name)
    if (name, kind) in NEED_NOT:
        pytest.skip("need not be read")
    path = _copy(sample, kind, tmp_path)
    if path is None:
        pytest.skip("no table of text")
    for ours, theirs in zip(_ours(name), _figures(sample.read(path)), strict=True):
        assert ours.equals(theirs)
