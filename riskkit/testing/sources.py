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
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, get_args

import polars as pl

from riskkit.errors import SourceError
from riskkit.months import month_id_expr
from riskkit.sources import Layout, Source
from riskkit.tables import Dyads, Observations, Release
from riskkit.testing.fuzz import CHANGES, CONTAINERS, Container, mangle, misplace
from riskkit.testing.hostile import hostile_files

_TEXT = {".csv", ".tsv", ".txt", ".tab", ".per"}
_MANGLED, _MISPLACED = 18, 8
_PREFACE = 5
_SLOW = 10.0  # seconds of the processor
_LONGEST = 1000


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
    """Licence, citation, address, cadence and publication lag with its reason are declared."""
    source = sample.source
    for what in ("name", "title", "licence", "citation", "url", "cadence", "lag_reason"):
        _require(bool(getattr(source, what, "").strip()), f"{source.__name__} declares no {what}")
    _require(source.lag_months >= 0, "lag_months is negative")
    _require(isinstance(source.redistributable, bool), "redistributable is not a truth value")
    _require(source.every_months is None or source.every_months > 0, "every_months is not positive")
    _require(source.tried_on in get_args(Layout), f"tried_on is none of {get_args(Layout)}")
    lag = source.options.model_fields.get("lag_months")
    if lag is not None:
        _require(lag.default == source.lag_months, "the option lag_months has another default")


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


def check_hostile_files(sample: Sample) -> None:
    """Bombs, entities, formulas and names above the folder are refused, or a table is read."""
    with tempfile.TemporaryDirectory() as folder:
        for what, (ending, content) in hostile_files(_files(sample.path)[0].read_bytes()).items():
            path = Path(folder) / "inner" / f"sample{ending}"
            path.parent.mkdir()
            path.write_bytes(content)
            _survives(sample, path, what)
            _require([*Path(folder).rglob("*")] == [path.parent, path], f"{what}: wrote a file")
            shutil.rmtree(path.parent)


def check_mangled_files(sample: Sample) -> None:
    """Whatever chance does to a file, the reader refuses it or makes a valid table of it."""
    for seed in range(_MANGLED):
        changes = (CHANGES[seed % len(CHANGES)], CHANGES[7 * seed % len(CHANGES)])
        check_mangled(sample, tuple(CONTAINERS)[seed % len(CONTAINERS)], changes, seed)


def check_misplaced_rows(sample: Sample) -> None:
    """A row of a place that is no unit is refused or left out, never given to another unit."""
    whole = sample.read()
    for seed in range(_MISPLACED):
        check_misplaced(sample, tuple(CONTAINERS)[seed % len(CONTAINERS)], seed, whole)


def check_misplaced(
    sample: Sample, container: Container, seed: int, whole: Release | None = None
) -> Release | None:
    """Misname a unit as `riskkit.testing.fuzz.misplace` does, and read the file.

    Args:
        sample: The sample.
        container: The kind of file that the changed sample is put into.
        seed: Chooses the file, the cell and the name.
        whole: What the sample holds, if it has been read.

    Returns:
        What the reader made of it; None if it refused, or if no cell of the file names a unit.

    Raises:
        AssertionError: As in `check_mangled`, or a unit has a figure that it had not.
    """
    originals = [file for file in _files(sample.path) if file.suffix.lower() in _TEXT]
    if not originals:
        return None
    original = originals[seed % len(originals)]
    if sample.path.is_dir():
        container = "as it is"
    whole = whole or sample.read()
    changed = misplace(original.read_bytes(), container, _named(sample, _figured(whole)), seed)
    if changed is None:
        return None
    content, told = changed
    what = f"{container}, '{told}' for a unit, seed {seed}"
    with tempfile.TemporaryDirectory() as folder:
        release = _survives(sample, _placed(sample, original, container, content, folder), what)
    if release is not None:
        _require(not (more := _figures(release) - _figures(whole)), f"{what}: {more}")
    return release


def _named(sample: Sample, units: set[str]) -> list[str]:
    """What stands for units in the cells of a sample: the units, and the user's own codes."""
    names, pending = [], [dict(sample.options)]
    while pending:
        for key, value in pending.pop().items():
            if isinstance(value, Mapping):
                pending.append(dict(value))
            elif isinstance(value, str) and value in units:
                names.append(str(key))
    return [*names, *sorted(units)]


def _figured(release: Release) -> set[str]:
    ties = set() if release.dyads is None else set(release.dyads["unit"])
    return {str(unit) for unit in {*release.observations["unit"], *ties}}


def _figures(release: Release) -> set[tuple[object, ...]]:
    """Who has a figure other than zero, of what and when."""
    keys = ["unit", "month", "indicator"]
    found = set(release.observations.filter(pl.col("value") != 0).select(keys).rows())
    if release.dyads is not None:
        found |= set(release.dyads.select("unit", "other", "month", "relation").rows())
    return found


def _placed(
    sample: Sample, original: Path, container: Container, content: bytes, folder: str
) -> Path:
    """Write changed content into a copy of the sample, or into a file of its own."""
    if container == "as it is":
        target, _ = _copy(sample.path, Path(folder))
        file = target / original.name if target.is_dir() else target
    else:
        target = file = Path(folder) / (original.stem + CONTAINERS[container])
    file.write_bytes(content)
    return target


def check_mangled(
    sample: Sample, container: Container, changes: Sequence[str], seed: int
) -> Release | None:
    """Change the sample's file as `riskkit.testing.fuzz.mangle` does, and read it.

    Returns:
        What the reader made of it; None if it refused.

    Raises:
        AssertionError: The reader fails in another way than by a one-line SourceError, takes
            longer than ten seconds, or returns a release that breaks the contract.
    """
    originals = _files(sample.path)
    original = originals[seed % len(originals)]
    content = mangle(original.read_bytes(), container, changes, seed)
    with tempfile.TemporaryDirectory() as folder:
        target = _placed(sample, original, container, content, folder)
        return _survives(sample, target, f"{container}, {'; '.join(changes)}, seed {seed}")


SOURCE_CHECKS: tuple[Callable[[Sample], None], ...] = (
    check_declarations,
    check_observations,
    check_indicators,
    check_point_in_time,
    check_repeatable,
    check_broken_files,
    check_no_file,
    check_hostile_files,
    check_mangled_files,
    check_misplaced_rows,
)


def _copy(path: Path, folder: Path) -> tuple[Path, Path]:
    """Copy the sample; return its copy and the file in it to break."""
    target = folder / path.name
    if path.is_file():
        return target, Path(shutil.copyfile(path, target))
    shutil.copytree(path, target)
    return target, _files(target)[0]


def _files(path: Path) -> list[Path]:
    """The sample's file, or those of its folder."""
    return [path] if path.is_file() else sorted(f for f in path.iterdir() if f.is_file())


def _survives(sample: Sample, path: Path, what: str) -> Release | None:
    """Read a file that may be refused, but must not lead to anything else."""
    start = time.process_time()
    release = None
    try:
        release = sample.read(path)
    except SourceError as error:
        text = str(error)
        _require(text.isprintable(), f"{what}: the refusal has more than one line: {text!r}")
        _require(len(text) < _LONGEST, f"{what}: the refusal has {len(text)} characters")
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # a panic of a library written in Rust is no Exception
        raise AssertionError(f"{what}: {type(error).__name__}: {error}") from error
    seconds = time.process_time() - start
    _require(seconds < _SLOW, f"{what}: reading took {seconds:.0f} s")
    if release is not None:
        _valid(release, what)
    return release


def _valid(release: Release, what: str) -> None:
    """A release that was made of an odd file still keeps the contract."""
    Observations.validate(release.observations)
    if release.dyads is not None:
        Dyads.validate(release.dyads)
    _require(release.rows > 0, f"{what}: an empty release")
    first, last = release.covers
    _require(first.day == last.day == 1 and first <= last, f"{what}: covers {first} to {last}")
    _require(last <= date.today(), f"{what}: covers the future, {last}")
    undeclared = set(release.observations["indicator"]) - {i.name for i in release.indicators}
    _require(not undeclared, f"{what}: indicators without declaration: {undeclared}")
    census = [i.name for i in release.indicators if i.census]
    below = release.observations.filter(pl.col("indicator").is_in(census), pl.col("value") < 0)
    _require(below.is_empty(), f"{what}: a census below zero")


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
    """Change the first lines: column names may stand below a preface."""
    lines = data.split(b"\n")
    head = b"\n".join(lines[:_PREFACE])
    changed = head.replace(b"a", b"o").replace(b"e", b"u").replace(b"i", b"y")
    return b"\n".join([changed, *lines[_PREFACE:]])


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
