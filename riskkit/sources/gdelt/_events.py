"""GDELT's files of events: their layouts, the days they hold, sums by day and pair of countries.

Columns and codes after the data format codebooks of version 1.03 (57 columns for the historical
backfile until March 2013, 58 for the daily files since) and 2.0 (61 columns every 15 minutes).
"""

from __future__ import annotations

import calendar
import io
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path, PurePath

import polars as pl

from riskkit.errors import SourceError
from riskkit.reading import columns
from riskkit.reading.files import read_bytes, read_sheet, unzip
from riskkit.reading.sheets import Form, Sheet

CLASSES = {
    1: "gdelt_verbal_cooperation",
    2: "gdelt_material_cooperation",
    3: "gdelt_verbal_conflict",
    4: "gdelt_material_conflict",
}
"""QuadClass -> indicator that counts it."""

PAIR = ["day", "a", "b"]
_KEY = ("SQLDATE", "Actor1CountryCode", "Actor2CountryCode", "QuadClass", "GoldsteinScale")
_EVENTS = "NumEvents"
_ADDED = "DATEADDED"
_EVENT_COLUMNS = dict(zip(_KEY, (1, 7, 17, 29, 30), strict=True))
_POSITIONS: dict[int, dict[str, int]] = {
    57: _EVENT_COLUMNS,
    58: {**_EVENT_COLUMNS, _ADDED: 56},
    61: {**_EVENT_COLUMNS, _ADDED: 59},
}
_TEXT = {".csv", ".txt", ".tsv", ".zip"}
_STAMP = re.compile(r"(\d{4}|\d{6}|\d{8}|\d{14})(\.export)?(\.csv)?(\.zip)?", re.IGNORECASE)
_QUARTERS = 96
_EARLIEST = date(1900, 1, 1)  # events of the daily files may lie decades back
_MOST_POINTS = 10.0
_OWN = {"ROM": "ROU", "TMP": "TLS", "MTN": "MNE", "IMY": "IMN", "KSV": "XKX"} | {
    "WSB": "PSE",
    "GZS": "PSE",
    "BAG": "IRQ",
}
# Africa, Asia, Balkans, Caribbean, Caucasus and so on, in the order of GDELT's table of countries.
_REGIONS = (
    *("AFR", "ASA", "BLK", "CRB", "CAU", "CFR", "CAS", "CEU", "EIN", "EAF", "EEU", "EUR", "LAM"),
    *("MEA", "MDT", "NAF", "NMR", "PGS", "SCN", "SAM", "SAS", "SEA", "SAF", "WAF", "WST"),
)
_ONE_SIDED = "event with a country on one side only, or on none"
_REGION = "event in which a side is a region"
_NO_UNIT = "event in which a side is no unit (a territory, or a code that GDELT does not document)"
_LATE = "event that GDELT added after the month's figures became known"


@dataclass(frozen=True)
class Part:
    """The events of one file, or of several.

    Attributes:
        file: What messages call the file.
        pairs: Columns `day, a, b` (units in alphabetical order, equal within a country),
            `goldstein` (sum) and the number of events of each class.
        days: Days that the file holds, each with the share of the day.
        dropped: Events left out, by reason.
    """

    file: str
    pairs: pl.DataFrame
    days: Mapping[date, float]
    dropped: Counter[str]


def read_part(path: Path, codes: Mapping[str, str], lag_months: int) -> Part:
    """Read one file and add up its events.

    Args:
        path: A file of events, or a table of sums by day, pair and class.
        codes: The user's own codes of countries -> units.
        lag_months: Months from the end of a month to the day on which its figures are known.

    Raises:
        SourceError: It is none of GDELT's layouts, or an event is impossible.
    """
    export = _read_export(path)
    sheet = read_sheet(path, Form(required=_KEY, optional=(_EVENTS,))) if export is None else export
    day = columns.days(sheet, "SQLDATE", "%Y%m%d")
    sheet.refuse("SQLDATE", day < _EARLIEST, "GDELT begins in 1979", "correct it")
    events, points = _sums(sheet)
    rows = pl.DataFrame([day.alias("day"), *_units(sheet, codes), events, points]).with_columns(
        columns.whole_numbers(sheet, "QuadClass", 1, 4, "the class").alias("quad"),
        late=_late(sheet, day, lag_months),
    )
    dropped: Counter[str] = Counter()
    for reason, wrong in _REASONS.items():
        gone = rows.filter(wrong)
        if gone.height:
            dropped[reason] = int(gone["events"].sum())
            rows = rows.filter(~wrong)
    days = _named_days(path) if export is not None else _all_days(day)
    return Part(sheet.file, _by_pair(rows), days, dropped)


def combine(folder: Path, parts: Sequence[Part]) -> Part:
    """Add up the events of several files.

    Raises:
        SourceError: A day lies in two files of different kinds, or twice in one kind.
    """
    held: dict[date, float] = {}
    for part in parts:
        for day, share in part.days.items():
            held[day] = held.get(day, 0.0) + share
            if held[day] > 1.001:
                raise SourceError(
                    f"{folder}: {day} lies in several files",
                    got=PurePath(part.file).name,
                    hint="keep one file of each day, and no other kind of file beside it",
                )
    counts = list(CLASSES.values())
    pairs = pl.concat([part.pairs for part in parts]).group_by(PAIR)
    dropped = sum((part.dropped for part in parts), Counter[str]())
    sums = pairs.agg(exact_sum("goldstein"), pl.col(counts).sum())
    return Part(str(folder), sums, held, dropped)


def exact_sum(column: str) -> pl.Expr:
    """Sum of scores of one decimal, without the traces that the order of the rows leaves."""
    return pl.col(column).sum().round(6)


_REASONS: dict[str, pl.Expr] = {
    _ONE_SIDED: pl.col("code1").is_null() | pl.col("code2").is_null(),
    _REGION: pl.col("code1").is_in(_REGIONS) | pl.col("code2").is_in(_REGIONS),
    _NO_UNIT: pl.col("unit1").is_null() | pl.col("unit2").is_null(),
    _LATE: pl.col("late"),
}


def _read_export(path: Path) -> Sheet | None:
    """Read a file without a header; None for other layouts."""
    if path.suffix.lower() not in _TEXT or not path.is_file():
        return None
    data, file = read_bytes(path), str(path)
    if path.suffix.lower() == ".zip":
        inner, data = unzip(path, data)
        file = f"{path}: {inner}"
    first = data[: data.find(b"\n")] if b"\n" in data else data
    width = first.count(b"\t") + 1
    if width not in _POSITIONS or not first.split(b"\t", 1)[0].isdigit():
        return None
    _refuse_ragged(file, data, width)
    return Sheet(file, _parse(data, _POSITIONS[width]), lambda row: f"line {row + 1}")


def _refuse_ragged(file: str, data: bytes, width: int) -> None:
    for number, line in enumerate(io.BytesIO(data), start=1):
        found = line.count(b"\t") + 1
        if found != width:
            raise SourceError(
                f"{file}, line {number}: {found} columns instead of {width}",
                hint="the file is cut off: download it again",
            )


def _parse(data: bytes, positions: Mapping[str, int]) -> pl.DataFrame:
    """Take the columns wanted; names of places, some of them no UTF-8, are not looked at."""
    wanted = sorted(positions.values())
    frame = pl.read_csv(
        data,
        columns=wanted,
        has_header=False,
        separator="\t",
        quote_char=None,
        infer_schema=False,
        encoding="utf8-lossy",
    )
    frame.columns = [str(position) for position in wanted]
    return frame.select(pl.col(str(at)).alias(name) for name, at in positions.items())


def _sums(sheet: Sheet) -> tuple[pl.Series, pl.Series]:
    """Number of events and sum of their scores on Goldstein's scale; a missing score adds none."""
    one = pl.repeat(1, sheet.frame.height, dtype=pl.Int64, eager=True)
    summed = _EVENTS in sheet.frame.columns
    what = "the number of events"
    events = columns.whole_numbers(sheet, _EVENTS, 1, 10**9, what) if summed else one
    points = columns.numbers(sheet, "GoldsteinScale")
    wrong = points.abs() > _MOST_POINTS * events + 1e-6
    sheet.refuse("GoldsteinScale", wrong, "the scale goes from -10 to 10", "download it again")
    return events.alias("events"), points.fill_null(0.0).alias("goldstein")


def _units(sheet: Sheet, codes: Mapping[str, str]) -> list[pl.Series]:
    """Code and unit of both sides; a code without a unit has null."""
    sides = []
    for side in (1, 2):
        name = f"Actor{side}CountryCode"
        code = sheet.frame[name].cast(pl.String).str.strip_chars().replace("", None)
        unique = code.drop_nulls().unique()
        known = Sheet(sheet.file, pl.DataFrame({name: unique}), sheet.place)
        unit = columns.units(known, name, "iso3", {**_OWN, **codes}, drop_unknown=True)
        mapped = code.replace_strict(unique, unit, default=None, return_dtype=pl.String)
        sides += [code.alias(f"code{side}"), mapped.alias(f"unit{side}")]
    return sides


def _late(sheet: Sheet, day: pl.Series, lag_months: int) -> pl.Series:
    """Whether an event was added after the figures of its month became known."""
    if _ADDED not in sheet.frame.columns:
        return pl.repeat(value=False, n=len(day), eager=True)
    added = sheet.frame[_ADDED].str.slice(0, 8).str.to_date("%Y%m%d", strict=False)
    sheet.refuse(_ADDED, added.is_null(), "this is not a day", "download it again")
    month = pl.DataFrame({"month": day.dt.truncate("1mo")})
    return added > month.select(columns.known_from("month", lag_months)).to_series()


def _by_pair(rows: pl.DataFrame) -> pl.DataFrame:
    """Sums by day and pair, whoever acted."""
    first, second = pl.col("unit1"), pl.col("unit2")
    return (
        rows.with_columns(a=pl.min_horizontal(first, second), b=pl.max_horizontal(first, second))
        .group_by(PAIR)
        .agg(
            exact_sum("goldstein"),
            *(
                pl.col("events").filter(pl.col("quad") == quad).sum().alias(name)
                for quad, name in CLASSES.items()
            ),
        )
    )


def _named_days(path: Path) -> dict[date, float]:
    """Days in the name of a file as GDELT gives it, each with the share of the day."""
    stamp = _STAMP.fullmatch(path.name)
    try:
        digits = stamp[1] if stamp else ""
        year, month, day = int(digits[:4]), int(digits[4:6] or 1), int(digits[6:8] or 1)
        first = date(year, month, day)
    except ValueError:
        raise SourceError(
            f"{path}: its name does not say which days it holds",
            hint="give it GDELT's name back: 20200131.export.CSV.zip, 200601.zip, 1979.zip",
        ) from None
    if len(digits) > 6:
        return {first: 1.0 if len(digits) == 8 else 1 / _QUARTERS}
    months = range(1, 13) if len(digits) == 4 else [month]
    length = sum(calendar.monthrange(year, number)[1] for number in months)
    return {first + timedelta(days=past): 1.0 for past in range(length)}


def _all_days(day: pl.Series) -> dict[date, float]:
    """Every day from the first to the last of a table."""
    first, last = columns.span(day)
    return {first + timedelta(days=past): 1.0 for past in range((last - first).days + 1)}
