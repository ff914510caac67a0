"""The checks of sources find readers that break on odd files."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Any, ClassVar

import polars as pl
import pytest

from riskkit.errors import SourceError
from riskkit.sources import Source
from riskkit.sources.table import Table
from riskkit.tables import Release
from riskkit.testing import sources as checks
from riskkit.testing.fuzz import BYTES, CELLS, CHANGES, CONTAINERS, ODD, mangle
from riskkit.testing.hostile import hostile_files
from riskkit.testing.sources import Sample, check_hostile_files, check_mangled, check_mangled_files

ROWS = b"country,month,attacks\nXAA,2020-01,3\nXAB,2020-01,0\nXAA,2020-02,14\nXAB,2020-02,1\n"
OPTIONS = {
    "unit": {"column": "country"},
    "time": {"column": "month"},
    "indicators": {"attacks": {"unit": "attacks"}},
}


class Odd(Source):
    """A reader that breaks as it is told."""

    name, title, licence, citation, url = "odd", "Odd", "none", "nobody", "nowhere"
    cadence, lag_months, lag_reason, redistributable = "never", 0, "none", False
    options = Table.options
    breaks: ClassVar[str]

    def read(self, path: Path, options: Any) -> Release:
        try:
            return Table().read(path, options)
        except SourceError as error:
            return _BROKEN[self.breaks](path, error)


def _crash(path: Path, error: SourceError) -> Release:
    raise IndexError from error


def _panic(path: Path, error: SourceError) -> Release:
    raise pl.exceptions.PanicException from error


def _tell_too_much(path: Path, error: SourceError) -> Release:
    class ChattyError(SourceError):
        def __str__(self) -> str:
            return "one line\nand another"

    raise ChattyError("") from error


def _unpack(path: Path, error: SourceError) -> Release:
    (path.parent.parent / "up.csv").write_bytes(ROWS)
    raise error


def _linger(path: Path, error: SourceError) -> Release:
    sum(range(2_000_000))
    raise error


_BROKEN = {
    "crash": _crash,
    "panic": _panic,
    "talk": _tell_too_much,
    "write": _unpack,
    "linger": _linger,
}


@pytest.fixture
def sample(tmp_path: Path) -> Sample:
    (tmp_path / "good.csv").write_bytes(ROWS)
    return Sample(Odd, tmp_path / "good.csv", OPTIONS)


@pytest.mark.parametrize(
    ("breaks", "found"),
    [
        ("crash", "IndexError"),
        ("panic", "PanicException"),
        ("talk", "more than one line"),
        ("linger", "reading took"),
        ("write", "wrote a file"),
    ],
)
def test_a_reader_that_breaks_is_found(
    sample: Sample, monkeypatch: pytest.MonkeyPatch, breaks: str, found: str
) -> None:
    monkeypatch.setattr(Odd, "breaks", breaks, raising=False)
    monkeypatch.setattr(checks, "_SLOW", 0.01 if breaks == "linger" else 60)
    with pytest.raises(AssertionError, match=found):
        check_hostile_files(sample)
    if breaks != "write":
        with pytest.raises(AssertionError, match=found):
            check_mangled_files(sample)


def test_what_a_good_reader_makes_of_a_mangled_file(sample: Sample) -> None:
    good = Sample(Table, sample.path, OPTIONS)
    read = [check_mangled(good, "as it is", ["shuffle_rows"], seed) for seed in range(20)]
    rows = {None if release is None else release.rows for release in read}
    assert rows == {None, 4}, "with the header on top the rows are those of the sample"


@pytest.mark.parametrize("change", CELLS)
def test_a_change_of_cells_works_on_whatever_another_left(change: str) -> None:
    for text in ODD:
        rows = [["country", "month"], *([text, "2020-01"] for _ in range(6))]
        CELLS[change](rows, Random(3))
        assert all(isinstance(cell, str) for row in rows for cell in row)


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("container", CONTAINERS)
def test_a_mangled_file_is_the_same_again(container: Any, change: str) -> None:
    once = {mangle(ROWS, container, [change], seed) for seed in range(8)}
    again = {mangle(ROWS, container, [change], seed) for seed in range(8)}
    assert once == again
    nothing_to_change = change in ("decompose", "thousands", "month_names")
    assert ROWS not in once or len(once) > 1 or nothing_to_change
    assert set(CHANGES) == {*BYTES, *CELLS}


def test_hostile_files_are_what_they_say() -> None:
    files = hostile_files(ROWS)
    assert {ending for ending, _ in files.values()} == {".zip", ".xlsx"}
    assert b"../../up.csv" in files["names above the folder"][1]
    assert len(files["a zip bomb"][1]) < 5_000_000
