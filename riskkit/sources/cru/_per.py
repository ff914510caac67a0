"""The .per files of the Climatic Research Unit: one country, one variable, a line per year.

Four lines of header, the third with the period, the value that means missing and the Fortran
format (i5,17f8.1); then the year, twelve months, four seasons and the year's figure in columns of
fixed width.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from riskkit.errors import SourceError
from riskkit.reading.bundles import Member

FIRST_YEAR = 1850
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_YEAR_WIDTH, _WIDTH, _FIELDS = 5, 8, 17
_LINE = _YEAR_WIDTH + _WIDTH * _FIELDS
_ABOUT = re.compile(r"Country = ([^:]+): [Pp]arameter = ([^:]+): Units = ([^:]+)")
_PERIOD = re.compile(
    r"Period = (\d{4})\.(\d{4}) : missing value = (-\d+\.\d) : format = \(i5,17f8\.1\) *"
)
_AGAIN = "download the file again"


@dataclass(frozen=True)
class Series:
    """The monthly series of a file.

    Attributes:
        file: What messages call the file.
        country: Its name as CRU writes it, with underscores.
        parameter: Name of the variable.
        measured_in: Its unit of measurement.
        frame: Columns `month` (first day) and `value`, without missing values.
    """

    file: str
    country: str
    parameter: str
    measured_in: str
    frame: pl.DataFrame


def read_per(member: Member) -> Series:
    """Read one file.

    Raises:
        SourceError: It is no .per file, is cut off, or a value is no number.
    """
    lines = _lines(member)
    about, period = _ABOUT.fullmatch(lines[1]), _PERIOD.fullmatch(lines[2])
    if not lines[0].startswith("Climatic Research Unit") or about is None or period is None:
        raise SourceError(f"{member.file} is not a country file of CRU", hint=_AGAIN)
    if tuple(lines[3].split()[:13]) != ("YEAR", *_MONTHS):
        raise SourceError(f"{member.file}, line 4: columns are not YEAR, JAN ... DEC", hint=_AGAIN)
    first, last, missing = int(period[1]), int(period[2]), float(period[3])
    if not FIRST_YEAR <= first <= last <= date.today().year:
        raise SourceError(f"{member.file}, line 3: no such period", got=lines[2], hint=_AGAIN)
    values = _values(member.file, lines[4:], range(first, last + 1))
    months = pl.date_range(date(first, 1, 1), date(last, 12, 1), "1mo", eager=True)
    frame = pl.DataFrame({"month": months, "value": values}).filter(pl.col("value") != missing)
    country, parameter, unit = (text.strip() for text in about.groups())
    return Series(member.file, country, parameter, unit, frame)


def _lines(member: Member) -> list[str]:
    try:
        lines = member.data.decode("ascii").splitlines()
    except UnicodeDecodeError as error:
        line = member.data.count(b"\n", 0, error.start) + 1
        raise SourceError(f"{member.file}, line {line}: this is not text", hint=_AGAIN) from None
    if len(lines) < 5:
        raise SourceError(f"{member.file} is not a country file of CRU", hint=_AGAIN)
    return lines


def _values(file: str, lines: Sequence[str], years: range) -> list[float]:
    if len(lines) != len(years):
        raise SourceError(
            f"{file} has {len(lines)} years instead of the {len(years)} of its header", hint=_AGAIN
        )
    return [
        value
        for number, (line, year) in enumerate(zip(lines, years, strict=True), start=5)
        for value in _year(f"{file}, line {number}", line, year)
    ]


def _year(place: str, line: str, year: int) -> list[float]:
    if len(line.rstrip()) != _LINE or line[:_YEAR_WIDTH].strip() != str(year):
        raise SourceError(f"{place}: this is not the line of {year}", got=line[:40], hint=_AGAIN)
    starts = range(_YEAR_WIDTH, _YEAR_WIDTH + _WIDTH * len(_MONTHS), _WIDTH)
    return [
        _number(place, month, line[start : start + _WIDTH])
        for month, start in zip(_MONTHS, starts, strict=True)
    ]


def _number(place: str, month: str, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise SourceError(
            f"{place}, column '{month}': this is not a number", got=text.strip(), hint=_AGAIN
        )
    return value
