"""Powell and Thyne, Global Instances of Coups: attempts and their success."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
from pydantic import Field

from riskkit.errors import RiskkitError, SourceError
from riskkit.months import first_day, parse_month
from riskkit.reading import columns
from riskkit.reading.files import read_sheet
from riskkit.reading.selection import leave_out
from riskkit.reading.sheets import Form, Sheet
from riskkit.sources import MB, Address, Source, offered
from riskkit.sources._options import FileOptions
from riskkit.tables import Frequency, Indicator, Release

FIRST_YEAR = 1950
EVENT_COLUMNS = ("ccode", "month", "coup")
YEAR_COLUMNS = ("gwcode", "pt_attempt_num", "pt_coup_num", "pt_failed_num")
PARTS = {"396", "397", "511", "711"}
"""Abkhazia, South Ossetia, Zanzibar and Tibet, which are parts of other units."""

_SUCCESS = 2
_MOST = 50


class CoupsOptions(FileOptions):
    """How to read the file.

    Attributes:
        lag_months: Months from the end of a month or year to the publication of its attempts.
        covers_to: Last month that an event list speaks of ("2021-12"); by default that of its last
            attempt, because the list does not say how long nothing has happened since.
    """

    lag_months: int = Field(default=1, ge=0, le=60)
    covers_to: str | None = None


class Coups(Source):
    """Reader of the event list (powell_thyne_coups_final.txt) and of a country-year table.

    The event list has a row per attempt with `ccode` (Correlates of War), `year`, `month` and
    `coup` (1 failed, 2 succeeded) and separates columns by tabs; it was read by its published
    layout only. The country-year table has a row per state and year, zeros included, with `gwcode`
    and `pt_attempt_num, pt_coup_num, pt_failed_num`; it was tried on a real file. Two codes of one
    unit in one year (Yugoslavia and Serbia, 2006) are added up.
    """

    name = "coups"
    sample = "list of attempts, tabs"
    themes = ("conflict",)
    title = "Global Instances of Coups"
    licence = "free for research with citation; no licence stated"
    citation = (
        "Powell and Thyne (2011), Global Instances of Coups from 1950 to 2010: A New Dataset, "
        "Journal of Peace Research 48(2), 249-259"
    )
    url = "https://arresteddictatorship.com/coups/"
    offer = offered(
        Address(
            "https://www.uky.edu/~clthyn2/coup_data/powell_thyne_coups_final.txt",
            "powell_thyne_coups_final.txt",
            5 * MB,
        )
    )
    cadence = "updated as attempts happen"
    lag_months = 1
    lag_reason = (
        "the authors update the list regularly and attempts are public at once; a month leaves "
        "time for coding"
    )
    redistributable = False
    tried_on = "real files"
    options = CoupsOptions
    layouts = (("country-year.csv", "table of countries and years, zeros included"),)

    def read(self, path: Path, options: CoupsOptions) -> Release:
        """Read the event list or a country-year table.

        Returns:
            From the event list the monthly counts `coup_attempts`, `coup_successes` and
            `coup_failures`, a census; from the country-year table the yearly `pt_attempt_num`,
            `pt_coup_num` and `pt_failed_num`.
        """
        form = Form(
            required=("year",),
            optional=(*EVENT_COLUMNS, *YEAR_COLUMNS),
            encoding=options.encoding,
            delimiter=None,
        )
        sheet = read_sheet(path, form)
        if set(EVENT_COLUMNS) <= set(sheet.frame.columns):
            return _events(sheet, options)
        if set(YEAR_COLUMNS) <= set(sheet.frame.columns):
            return _country_years(sheet, options)
        raise SourceError(
            f"{sheet.file} is neither an event list nor a country-year table of coups",
            got=sheet.frame.columns,
            hint=f"it needs the columns year, {', '.join(EVENT_COLUMNS)}, "
            f"or year, {', '.join(YEAR_COLUMNS)}",
        )


def _events(sheet: Sheet, options: CoupsOptions) -> Release:
    sheet, dropped = _states(sheet, "ccode", options)
    month = _months(sheet)
    outcome = columns.whole_numbers(sheet, "coup", 1, _SUCCESS, "the outcome")
    unit = columns.units(sheet, "ccode", "cowcode", options.codes, month)
    success = pl.col("coup") == _SUCCESS
    counts = (
        pl.DataFrame([unit, month, outcome])
        .group_by("unit", "month")
        .agg(coup_attempts=pl.len(), coup_successes=success.sum(), coup_failures=(~success).sum())
    )
    texts = {
        "coup_attempts": "Attempted coups",
        "coup_successes": "Successful coups",
        "coup_failures": "Failed coups",
    }
    lag = options.lag_months
    return Release(
        observations=_long(counts, "month", lag),
        indicators=tuple(
            Indicator(name, "coups", Coups.name, text, lag_months=lag, census=True)
            for name, text in texts.items()
        ),
        covers=_covered(sheet.file, month, options.covers_to),
        covered_units=columns.covered_units(unit),
        dropped=dropped,
        simulated=columns.simulated(unit),
    )


def _country_years(sheet: Sheet, options: CoupsOptions) -> Release:
    sheet, dropped = _states(sheet, "gwcode", options)
    year = columns.whole_numbers(sheet, "year", FIRST_YEAR, date.today().year, "a year")
    month = pl.DataFrame([year]).select(pl.date("year", 1, 1).alias("month")).to_series()
    counts = [
        columns.whole_numbers(sheet, column, 0, _MOST, "the number of coups")
        for column in YEAR_COLUMNS[1:]
    ]
    sheet.refuse(
        YEAR_COLUMNS[1],
        counts[0] != counts[1] + counts[2],
        "attempts are not the sum of successes and failures",
        "columns may have changed places: download the file again",
    )
    columns.refuse_repeats(
        sheet, "gwcode", sheet.frame.select("gwcode", "year", unit="gwcode"), ["gwcode", "year"]
    )
    unit = columns.units(sheet, "gwcode", "gwcode", options.codes, month)
    sums = pl.DataFrame([unit, month, *counts]).group_by("unit", "month").agg(pl.all().sum())
    texts = dict(zip(YEAR_COLUMNS[1:], ("Attempted", "Successful", "Failed"), strict=True))
    return Release(
        observations=_long(sums, "year", options.lag_months),
        indicators=tuple(
            Indicator(name, "coups", Coups.name, f"{text} coups", "year", options.lag_months)
            for name, text in texts.items()
        ),
        covers=columns.span(month, "year"),
        dropped=dropped,
        simulated=columns.simulated(unit),
    )


def _states(sheet: Sheet, column: str, options: CoupsOptions) -> tuple[Sheet, dict[str, int]]:
    """The rows of states, and how many were of places that are parts of other units."""
    dropped: dict[str, int] = {}
    codes = sheet.frame[column].cast(pl.String).str.strip_chars()
    parts = codes.is_in(sorted(PARTS - set(options.codes)))
    return leave_out(sheet, parts, "row of a place that is part of another unit", dropped), dropped


def _months(sheet: Sheet) -> pl.Series:
    year = columns.whole_numbers(sheet, "year", FIRST_YEAR, date.today().year, "a year")
    calendar = columns.whole_numbers(sheet, "month", 1, 12, "a month")
    month = pl.DataFrame([year, calendar]).select(pl.date("year", "month", 1).alias("month"))
    future = month["month"] > date.today()
    sheet.refuse("month", future, "this month lies in the future", "correct it")
    return month.to_series()


def _covered(file: str, month: pl.Series, to: str | None) -> tuple[date, date]:
    """From the beginning of the list to its last attempt, or to the month the user names."""
    _, last = columns.span(month)
    if to is not None:
        try:
            named = first_day(parse_month(to))
        except RiskkitError as error:
            raise SourceError("covers_to is not a month", got=to, hint=error.hint) from None
        if named < last:
            raise SourceError(
                f"{file} has an attempt in {last:%Y-%m}, after covers_to",
                got=to,
                hint="name the last month that the list speaks of",
            )
        last = named
    return date(FIRST_YEAR, 1, 1), last


def _long(counts: pl.DataFrame, frequency: Frequency, lag_months: int) -> pl.DataFrame:
    """Observations of a table with one row per unit and period."""
    rows = counts.unpivot(index=["unit", "month"], variable_name="indicator")
    known = columns.known_from(frequency, lag_months)
    return rows.with_columns(known, pl.col("value").cast(pl.Float64)).sort(
        "unit", "month", "indicator"
    )
