"""Plain tables: a row per country and year, a column per figure; declared, not programmed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from math import inf
from pathlib import Path
from typing import Any, ClassVar

import polars as pl

from riskkit.errors import SourceError
from riskkit.reading import columns
from riskkit.reading.files import read_sheet
from riskkit.reading.sheets import Form, Sheet
from riskkit.reading.states import january, known_units, long_form
from riskkit.sources import Source
from riskkit.tables import Indicator, Release
from riskkit.units import System

_MOVED = "columns may have changed places: download the file again"


@dataclass(frozen=True)
class Measure:
    """One column, and the indicator that it becomes.

    Attributes:
        column: Its heading.
        unit: Unit of measurement.
        text: Description; messages begin with it.
        low: The least it can be.
        high: The most it can be.
        factor: What a figure is multiplied by.
        count: Whether every row has a whole number.
        optional: Whether releases without it are read.
        revised: Whether each release computes all years anew.
    """

    column: str
    unit: str
    text: str
    low: float = -inf
    high: float = inf
    factor: float = 1.0
    count: bool = False
    optional: bool = False
    revised: bool = False


class PlainYears(Source):
    """A table with a row per country and year.

    Attributes:
        code: The column of countries, and what its codes are.
        times: The columns that may name the year, the first that a release has.
        first_year: The first that the table can speak of.
        measures: Indicator -> its column.
        renamed: Headings of other releases -> today's.
        left_out: Codes that stand for no unit -> why.
        missing: Texts that stand for a missing figure.
        census: Whether a row of zeros is as good as none.
        also: Other columns without which the file is refused.
        averaged: Whether two codes of one unit in one year give their mean; else they are refused.
        succeeded: Whether codes of dead states go to their successors.
        restated: Whether later releases change the figures of past years.
        unit_names: Unit -> name to display, where its rows hold another place as well.
    """

    code: ClassVar[tuple[str, System]]
    times: ClassVar[tuple[str, ...]] = ("year",)
    first_year: ClassVar[int]
    measures: ClassVar[Mapping[str, Measure]]
    renamed: ClassVar[Mapping[str, str] | None] = None
    left_out: ClassVar[Mapping[str, str]] = {}
    missing: ClassVar[tuple[str, ...]] = ()
    census: ClassVar[bool] = False
    also: ClassVar[tuple[str, ...]] = ()
    averaged: ClassVar[bool] = False
    succeeded: ClassVar[bool] = True
    restated: ClassVar[bool] = False
    unit_names: ClassVar[Mapping[str, str]] = {}

    def read(self, path: Path, options: Any) -> Release:
        """Read a release.

        Args:
            path: A .csv, .tab, .zip, .parquet or .xlsx file in the publisher's layout.
            options: How to read it.

        Returns:
            The yearly indicators whose columns the release has.

        Raises:
            SourceError: The file is not a release, or a figure is impossible; the text names the
                file, the line and the column.
        """
        column, system = self.code
        dropped: dict[str, int] = {}
        sheet = self.select(self.table(path, self._form(options)), path, options, dropped)
        month = january(self.years(sheet).rename("year"))
        on = month if self.succeeded else None
        unit, nowhere = known_units(sheet, column, system, options.codes, on, self.left_out)
        measures = self.declared(options)
        found = {n: m for n, m in measures.items() if m.column in sheet.frame.columns}
        figures = [self._figures(sheet, measure).alias(name) for name, measure in found.items()]
        rows = pl.DataFrame([unit, sheet.frame[column].alias("code"), month, *figures])
        key = ["code" if self.averaged else "unit", "month"]
        columns.refuse_repeats(sheet, column, rows, key)
        known = rows.drop_nulls("unit").group_by("unit", "month").agg(pl.col(*found).mean())
        observations = long_form(known, found, "year", options.lag_months)
        if observations.is_empty():
            raise SourceError(f"{sheet.file} holds no figure", hint="download it again")
        return Release(
            observations=observations,
            indicators=tuple(
                Indicator(
                    name,
                    measure.unit,
                    self.name,
                    measure.text,
                    frequency="year",
                    lag_months=options.lag_months,
                    census=self.census,
                    revised=measure.revised,
                    restated=self.restated,
                )
                for name, measure in found.items()
            ),
            covers=columns.span(month, "year"),
            covered_units=columns.covered_units(unit.drop_nulls()) if self.census else None,
            dropped=dropped | nowhere,
            simulated=columns.simulated(known["unit"]),
            unit_names=dict(self.unit_names),
        )

    def declared(self, options: Any) -> Mapping[str, Measure]:
        """The indicators, and those that the user asks for."""
        del options
        return self.measures

    def table(self, path: Path, form: Form) -> Sheet:
        """Read the file."""
        return read_sheet(path, form)

    def select(self, sheet: Sheet, path: Path, options: Any, dropped: dict[str, int]) -> Sheet:
        """Leave rows out that speak of no country and year; by default none."""
        del path, options, dropped
        return sheet

    def years(self, sheet: Sheet) -> pl.Series:
        """The calendar year of each row."""
        today = date.today().year
        return columns.whole_numbers(sheet, self._time(sheet), self.first_year, today, "a year")

    def _time(self, sheet: Sheet) -> str:
        """The column that names the year."""
        for column in self.times:
            if column in sheet.frame.columns:
                return column
        raise SourceError(
            f"{sheet.file}: column '{self.times[0]}' is missing",
            got=sheet.frame.columns,
            hint=f"a release has {' or '.join(self.times)}",
        )

    def _form(self, options: Any) -> Form:
        measures = self.declared(options).values()
        needed = tuple(m.column for m in measures if not m.optional)
        some = tuple(m.column for m in measures if m.optional)
        return Form(
            required=tuple(dict.fromkeys((self.code[0], *self.also, *needed))),
            either=() if needed else some,
            optional=(*self.times, *some),
            renamed=self.renamed,
            encoding=options.encoding,
        )

    def _figures(self, sheet: Sheet, measure: Measure) -> pl.Series:
        if measure.count:
            least, most = int(measure.low), int(measure.high)
            what = f"the number of {measure.unit}"
            counts = columns.whole_numbers(sheet, measure.column, least, most, what)
            return counts.cast(pl.Float64)
        values = columns.numbers(sheet, measure.column, self.missing)
        low, high = measure.low, measure.high
        bounds = f"lies between {low:g} and {high:g}" if high < inf else f"is at least {low:g}"
        what = f"a figure of '{measure.text}' {bounds}"
        sheet.refuse(measure.column, ~values.is_between(low, high), what, _MOVED)
        return values * measure.factor
