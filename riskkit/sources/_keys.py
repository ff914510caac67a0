"""Which columns of a table name the unit and the period, in the options of tables of any layout."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any, Literal

import polars as pl
from pydantic import Field, model_validator

from riskkit.months import first_day_expr, month_id
from riskkit.reading import columns
from riskkit.reading.sheets import Sheet
from riskkit.sources import Options, Source
from riskkit.tables import Citation, Frequency
from riskkit.units import System

FIRST_YEAR = 1800


class UnitColumn(Options):
    """Which column names the unit, in which codes.

    System "cell" takes PRIO-GRID cell numbers. `codes` maps codes of one's own to units.
    """

    column: str
    system: Literal[System, "cell"] = "iso3"
    unknown: Literal["error", "drop"] = "error"
    codes: columns.Codes = Field(default_factory=dict)


class TimeColumns(Options):
    """Which columns name the period: `year`, `year` and `month`, or one `column`.

    `format` is "month_id" (1 = January 1980) or a strptime format; without one, a column holds
    2021-03 or 2021-03-31. A year alone makes the figures yearly.
    """

    year: str | None = None
    month: str | None = None
    column: str | None = None
    format: str | None = None

    @model_validator(mode="after")
    def _one_way(self) -> TimeColumns:
        if (self.column is None) == (self.year is None) or (self.month and not self.year):
            raise ValueError("give year, year and month, or column")
        return self

    @property
    def frequency(self) -> Frequency:
        """How long the periods are."""
        if self.column is None:
            return "month" if self.month else "year"
        marks = ("%m", "%b", "%B", "%j")
        yearly = self.format not in {None, "month_id"} and not any(
            mark in str(self.format) for mark in marks
        )
        return "year" if yearly else "month"

    @property
    def named(self) -> tuple[str, ...]:
        """The columns that are read."""
        return tuple(name for name in (self.year, self.month, self.column) if name)


def units(sheet: Sheet, unit: UnitColumn, on: pl.Series, *, parts: bool = True) -> pl.Series:
    """Map the unit column to units, as column `unit`.

    Args:
        sheet: The table.
        unit: Its column of units.
        on: The day each row speaks of.
        parts: As in `riskkit.reading.columns.units`.

    Raises:
        SourceError: A cell names no unit, unless these are to be dropped and become null.
    """
    if unit.system == "cell":
        cells = columns.whole_numbers(sheet, unit.column, 1, 259_200, "a PRIO-GRID cell")
        return cells.cast(pl.String).rename("unit")
    drop = unit.unknown == "drop"
    return columns.units(
        sheet,
        unit.column,
        unit.system,
        unit.codes,
        on,
        drop_unknown=drop,
        parts=parts,
        otherwise="map it with unit.codes, or leave such rows out with unit.unknown: drop",
    )


def periods(sheet: Sheet, time: TimeColumns) -> pl.Series:
    """Read the first days of the periods, as column `month`.

    Raises:
        SourceError: A cell names no period, or one in the future.
    """
    if time.column is None:
        return _years_and_months(sheet, str(time.year), time.month)
    if time.format == "month_id":
        latest = month_id(date.today())
        ids = columns.whole_numbers(sheet, time.column, -2159, latest, "a month_id")
        return pl.DataFrame({"month": ids}).select(month=first_day_expr("month")).to_series()
    day = columns.days(sheet, time.column, time.format)
    return day.dt.truncate("1y" if time.frequency == "year" else "1mo").rename("month")


def _years_and_months(sheet: Sheet, year_column: str, month_column: str | None) -> pl.Series:
    this_year = date.today().year
    year = columns.whole_numbers(sheet, year_column, FIRST_YEAR, this_year, "a year")
    month = pl.lit(1)
    if month_column:
        month = pl.lit(columns.months(sheet, month_column))
    first = pl.select(pl.date(pl.lit(year), month, 1).alias("month")).to_series()
    wrong = first > date.today()
    sheet.refuse(month_column or year_column, wrong, "this month lies in the future", "fix it")
    return first


class OwnTable(Source):
    """What sources of the user's own tables share: the user says what the publisher would."""

    licence = "as its publisher says; state it in the option licence"
    citation = "as its publisher asks; state it in the option citation"
    url = "a file of your own"
    cadence = "as its publisher releases it"
    lag_months = 0
    lag_reason = "the option lag_months says when each period became known"
    redistributable = False
    tried_on = "own layout"

    def cite(self, path: Path, options: Any) -> Citation:
        """Say what the user declared of the table's publisher."""
        return Citation(
            title=path.name,
            citation=options.citation or self.citation,
            licence=options.licence or self.licence,
            url=self.url,
        )
