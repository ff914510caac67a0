"""Checks that every source passes, built in or plugged in.

Each check takes a `Sample`, a small file in the publisher's layout with the options that it needs,
and raises AssertionError with the broken promise. A plug-in's tests:

    SAMPLE = Sample(MySource, Path("tests/fixture.csv"), {})

    @pytest.mark.parametrize("check", SOURCE_CHECKS, ids=lambda check: check.__name__)
    def test_contract(check):
        check(SAMPLE)
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from riskkit.errors import SourceError
from riskkit.months import month_id_expr
from riskkit.sources import Source
from riskkit.tables import Observations, Release

_TEXT = {".csv", ".tsv", ".txt", ".per"}


@dataclass(frozen=True)
class Sample:
    """A file, or a folder of files, that a source must be able to read.

    Attributes:
        source: The source's class.
        path: The file, or the folder that the source reads as one.
        options: Options as in params.yaml.
    """

    source: type[Source]
    path: Path
    options: Mapping[str, Any]

    def read(self, path: Path | None = None) -> Release:
        """Read the sample, or another file with the sample's options."""
        options = self.source.options.model_validate(dict(self.options))
        return self.source().read(path or self.path, options)


def check_declarations(sample: Sample) -> None:
    """Licence, citation, address and publication lag with its reason are declared."""
    source = sample.source
    for what in ("name", "title", "licence", "citation", "url", "cadence", "lag_reason"):
        _require(bool(getattr(source, what, "").strip()), f"{source.__name__} declares no {what}")
    _require(source.lag_months >= 0, "lag_months is negative")
    _require(isinstance(source.redistributable, bool), "redistributable is not a truth value")


def check_observations(sample: Sample) -> None:
    """Rows have the columns, types and keys of `Observations`, and lie in the months covered."""
    release = sample.read()
    Observations.validate(release.observations)
    first, last = release.covers
    _require(first.day == last.day == 1 and first <= last, f"covers {first} to {last}")
    outside = release.observations.filter(~pl.col("month").is_between(first, last))
    _require(outside.is_empty(), f"observations outside {first} to {last}")
    if release.covered_units is not None:
        strangers = set(release.observations["unit"]) - set(release.covered_units)
        _require(not strangers, f"observations of units that are not covered: {strangers}")


def check_indicators(sample: Sample) -> None:
    """Every indicator is declared once, with its unit, and counts of a census are not negative."""
    release = sample.read()
    names = [indicator.name for indicator in release.indicators]
    _require(len(names) == len(set(names)), "an indicator is declared twice")
    undeclared = set(release.observations["indicator"]) - set(names)
    _require(not undeclared, f"indicators without declaration: {undeclared}")
    for indicator in release.indicators:
        _require(bool(indicator.unit), f"{indicator.name} has no unit of measurement")
        _require(indicator.source == sample.source.name, f"{indicator.name} names another source")
        values = release.observations.filter(indicator=indicator.name)["value"]
        _require(not indicator.census or bool((values >= 0).all()), f"{indicator.name} below zero")


def check_point_in_time(sample: Sample) -> None:
    """Nothing is known before its period is over, nor before the declared lag has passed."""
    release = sample.read()
    lengths = {i.name: 12 if i.frequency == "year" else 1 for i in release.indicators}
    lags = {i.name: i.lag_months for i in release.indicators}
    end = month_id_expr("month") + pl.col("indicator").replace_strict(lengths) - 1
    due = end + pl.col("indicator").replace_strict(lags)
    early = release.observations.filter(month_id_expr("known_from") < due)
    _require(early.is_empty(), f"known before their time: {early.head(3).rows()}")


def check_repeatable(sample: Sample) -> None:
    """Reading twice gives the same rows in the same order."""
    first, second = sample.read(), sample.read()
    _require(first.observations.equals(second.observations), "two readings differ")


def check_broken_files(sample: Sample) -> None:
    """Broken files are refused with one line that names the file and says how to fix it."""
    for change, spoil in _CHANGES.items():
        with tempfile.TemporaryDirectory() as folder:
            target, file = _copy(sample.path, Path(folder))
            if file.suffix.lower() in _TEXT or change in _ANY_FORMAT:
                file.write_bytes(spoil(file.read_bytes()))
                _refuses(sample, target, change)


def check_no_file(sample: Sample) -> None:
    """A missing file and an empty folder are refused with one line that names them."""
    with tempfile.TemporaryDirectory() as folder:
        missing = Path(folder) / sample.path.name
        _refuses(sample, missing, "missing")
        missing.mkdir()
        _refuses(sample, missing, "an empty folder")


SOURCE_CHECKS: tuple[Callable[[Sample], None], ...] = (
    check_declarations,
    check_observations,
    check_indicators,
    check_point_in_time,
    check_repeatable,
    check_broken_files,
    check_no_file,
)


def _copy(path: Path, folder: Path) -> tuple[Path, Path]:
    """Copy the sample; return its copy and the file in it to break."""
    target = folder / path.name
    if path.is_file():
        return target, Path(shutil.copyfile(path, target))
    shutil.copytree(path, target)
    return target, min(file for file in target.iterdir() if file.is_file())


def _refuses(sample: Sample, path: Path, change: str) -> None:
    try:
        sample.read(path)
    except SourceError as error:
        text = str(error)
        _require("\n" not in text, f"{change}: more than one line")
        _require(path.name in text, f"{change}: the refusal does not name the file: {text}")
        _require(bool(error.hint), f"{change}: the refusal does not say how to fix it: {text}")
    else:
        raise AssertionError(f"a file that is {change} was read")


def _cut(data: bytes) -> bytes:
    """Cut text in its last row, other formats in the middle."""
    if b"\0" in data:
        return data[: len(data) // 2]
    start = data.rstrip().rfind(b"\n") + 1
    return data[: start + (len(data) - start) // 4]


def _other_header(data: bytes) -> bytes:
    first, line_end, rest = data.partition(b"\n")
    return first.replace(b"a", b"o").replace(b"e", b"u").replace(b"i", b"y") + line_end + rest


_CHANGES: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda data: b"",  # noqa: ARG005
    "a login page": lambda data: b"<!DOCTYPE html><html>Please log in</html>",  # noqa: ARG005
    "cut off": _cut,
    "headed in another language": _other_header,
    "in Latin-1": lambda data: data[:-1] + b"\xe9" + data[-1:],
    "in UTF-16": lambda data: data.decode().encode("utf-16"),
}
_ANY_FORMAT = ("empty", "a login page", "cut off")


def _require(holds: bool, promise: str) -> None:
    if not holds:
        raise AssertionError(promise)
