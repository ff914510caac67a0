"""Any table of units and periods: an agency's own indicators, without a line of Python."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

import polars as pl
from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, model_validator

from riskkit import refusals
from riskkit.errors import SourceError
from riskkit.months import first_day, last_day, month_id, parse_month
from riskkit.reading import columns
from riskkit.reading.files import read_sheet
from riskkit.reading.sheets import Form, Sheet
from riskkit.sources import Options, _keys
from riskkit.tables import Indicator, Release

COUNTS = {"deaths", "events", "attacks", "incidents"}
"""Units of measurement whose values cannot be negative."""


_STAND_INS = (-9.0, -77.0, -88.0, -99.0, -999.0, -9999.0, -99999.0)
_KEYS = ("unit", "code", "month", "known_from", "indicator", "value")


def _no_key(name: str) -> str:
    if name in _KEYS:
        raise ValueError(f"'{name}' is a key; give the indicator another name")
    return name


Name = Annotated[str, StringConstraints(pattern=refusals.NAME), AfterValidator(_no_key)]


def _texts(value: object) -> object:
    """Numbers that stand for what is missing, as -99, are texts like others."""
    values = value if isinstance(value, list | tuple) else [value]
    return tuple(str(item) if isinstance(item, int | float) else item for item in values)


Missing = Annotated[tuple[str, ...], BeforeValidator(_texts)]


class DayColumn(Options):
    """A column of days."""

    column: str
    format: str | None = None


class IndicatorColumn(Options):
    """What a column measures. `null` says what an empty cell stands for.

    `reference` names the first and last year that the values are measured against, or that an
    index is fitted to. No value is known before the last of these years is; `hindsight` lets
    earlier origins see them all the same, and every study then says so. `revised` marks what the
    publisher computes anew for all years each year.
    """

    unit: str
    description: str = ""
    census: bool = False
    column: str | None = None
    null: Literal["missing", "zero", "error"] = "missing"
    carry_months: int = Field(default=36, ge=1)
    reference: tuple[int, int] | None = None
    hindsight: bool = False
    revised: bool = False

    @model_validator(mode="after")
    def _in_order(self) -> IndicatorColumn:
        if self.reference is not None and self.reference[0] > self.reference[1]:
            raise ValueError("a reference period is a first and a last year, as in [1991, 2020]")
        if self.hindsight and self.reference is None:
            raise ValueError("hindsight is of a reference period: name its first and last year")
        return self


class TableOptions(Options):
    """How to read a table.

    `lag_months` is the time from the end of a period to its publication. `known_from` names a
    column with publication days, for tables that hold several vintages; `lag_months` then says
    at which age a monthly value enters the panel.

    `repeated` says what several rows of one unit and period are: an error, or the first, the mean
    or the sum of those that are not missing counts. `covers_to` is the last month that the table
    speaks of ("2021-12"), where a census leaves out rows of zeros at its end; by default that of
    its last row.
    """

    unit: _keys.UnitColumn
    time: _keys.TimeColumns
    indicators: dict[Name, IndicatorColumn] = Field(min_length=1)
    lag_months: int = Field(default=0, ge=0, le=120)
    known_from: DayColumn | None = None
    repeated: Literal["error", "first", "mean", "sum"] = "error"
    covers_to: str | None = Field(default=None, pattern=refusals.MONTH)
    missing: Missing = ("NA",)
    decimal: Literal[".", ","] = "."
    delimiter: str | None = Field(default=None, min_length=1, max_length=1)
    encoding: columns.Encoding = "utf-8"
    sheet: str | None = None
    citation: str = ""
    licence: str = ""

    @model_validator(mode="after")
    def _whole_years(self) -> TableOptions:
        if self.covers_to and self.time.frequency == "year" and not self.covers_to.endswith("-12"):
            raise ValueError("covers_to of a yearly table is a December, as in 2021-12")
        return self


class Table(_keys.OwnTable):
    """Reader of a table with one row per unit and period and one column per indicator."""

    name = "table"
    sample = "a table of one's own, as its options say"
    themes = ("own",)
    by_hand = "is a table of your own: add it with `riskkit data add`"
    title = "A table of your own"
    options = TableOptions
    layouts = (
        (
            "hdx-acled-monthly.csv",
            "ACLED's monthly counts on HDX: months by name, thousands by comma",
        ),
        ("semicolons.csv", "semicolons, decimal commas, numbers that stand for what is missing"),
    )

    def read(self, path: Path, options: TableOptions) -> Release:
        """Read a table."""
        sheet = read_sheet(path, _form(options))
        month = _keys.periods(sheet, options.time)
        counts = all(_is_count(item) for item in options.indicators.values())
        unit = _keys.units(sheet, options.unit, month, parts=counts)
        code = sheet.frame[options.unit.column].cast(pl.String).str.strip_chars()
        keys = pl.DataFrame([unit, code.str.to_uppercase().rename("code"), month])
        values = [_values(sheet, name, options) for name in options.indicators]
        rows = keys.with_columns(_known(sheet, keys, options), *values)
        known, dropped = _known_units(_one_each(sheet, rows, options), options)
        if known.is_empty():
            raise SourceError(
                f"{path}: no row names a known unit",
                got=sheet.frame[options.unit.column].head(3).to_list(),
                hint="check options.unit.system",
            )
        return _release(sheet.file, known, options, dropped)


def _form(options: TableOptions) -> Form:
    wanted = [options.unit.column, *options.time.named]
    wanted += [options.known_from.column] if options.known_from else []
    wanted += [item.column or name for name, item in options.indicators.items()]
    return Form(
        required=tuple(dict.fromkeys(wanted)),
        encoding=options.encoding,
        delimiter=options.delimiter,
        sheet=options.sheet,
    )


def _known(sheet: Sheet, keys: pl.DataFrame, options: TableOptions) -> pl.Series:
    """Publication days, as column `known_from`."""
    lagged = columns.known_from(options.time.frequency, options.lag_months)
    if options.known_from is None:
        return keys.select(lagged).to_series()
    column = options.known_from.column
    day = columns.days(sheet, column, options.known_from.format).rename("known_from")
    sheet.refuse(column, day < keys["month"], "published before its period began", "correct it")
    if options.time.frequency == "month":
        _refuse_lateness(sheet.file, keys.with_columns(day), lagged, options.lag_months)
    return day


def _refuse_lateness(file: str, rows: pl.DataFrame, lagged: pl.Expr, lag_months: int) -> None:
    """The panel looks for a value `lag_months` after its month, and would find most missing."""
    first = rows.group_by("code", "month").agg(told=pl.col("known_from").min())
    late = first.filter(pl.col("told") > lagged)
    if 2 * late.height > first.height:
        raise SourceError(
            f"{file}: {late.height} of {first.height} values were first published more than "
            f"{lag_months} month(s) after their month ended",
            hint="set lag_months to the age at which most values are known",
        )


def _one_each(sheet: Sheet, rows: pl.DataFrame, options: TableOptions) -> pl.DataFrame:
    """Make one row of several of a unit and period, or refuse them."""
    key = ["code", "month", "known_from"]
    if options.repeated == "error":
        hint = "keep one, or set repeated to first, mean or sum"
        columns.refuse_repeats(sheet, options.unit.column, rows, key, hint)
        return rows
    values = [_of_several(name, options.repeated) for name in options.indicators]
    return rows.group_by("unit", *key, maintain_order=True).agg(values)


def _of_several(name: str, repeated: str) -> pl.Expr:
    """Sorted, so that the order of the rows does not show in the last digit of a sum."""
    values = pl.col(name).drop_nulls()
    if repeated == "first":
        return values.first()
    if repeated == "mean":
        return values.sort().mean()
    return pl.when(values.len() > 0).then(values.sort().sum()).alias(name)


def _known_units(rows: pl.DataFrame, options: TableOptions) -> tuple[pl.DataFrame, dict[str, int]]:
    """Leave out rows of unknown units, and count them."""
    known = rows.drop_nulls("unit")
    unknown = rows.height - known.height
    reason = f"unknown unit in column '{options.unit.column}'"
    return known, {reason: unknown} if unknown else {}


def _values(sheet: Sheet, name: str, options: TableOptions) -> pl.Series:
    item = options.indicators[name]
    column = item.column or name
    values = columns.numbers(sheet, column, options.missing, options.decimal)
    if _is_count(item):
        sheet.refuse(column, values < 0, f"{item.unit} cannot be negative", "correct it")
    if "missing" not in options.model_fields_set:
        _refuse_stand_ins(sheet, column, values)
    if item.null == "error":
        sheet.refuse(column, values.is_null(), "the value is missing", "fill it in")
    return (values.fill_null(0.0) if item.null == "zero" else values).rename(name)


def _refuse_stand_ins(sheet: Sheet, column: str, values: pl.Series) -> None:
    """Refuse -99 and its like where nothing else is negative: they stand for what is missing."""
    negative = values < 0
    if (values >= 0).any() and values.filter(negative).is_in(_STAND_INS).all():
        sheet.refuse(
            column,
            negative,
            "the only negative figures look like a sign for what is missing",
            "name it, as in missing: [NA, -99]; if it is a figure, set missing: [NA]",
        )


def _release(
    file: str, rows: pl.DataFrame, options: TableOptions, dropped: dict[str, int]
) -> Release:
    observed = _after_references(_observations(file, rows, options.indicators), options)
    # A census is silent only in the periods of its figures, not where the table has none at all.
    census = any(item.census for item in options.indicators.values())
    spoken = observed["month"] if census else rows["month"]
    return Release(
        observations=observed,
        indicators=tuple(_indicator(name, options) for name in options.indicators),
        covers=_covers(file, columns.span(spoken, options.time.frequency), options.covers_to),
        covered_units=columns.covered_units(rows["unit"]),
        dropped=dropped,
        simulated=columns.simulated(rows["unit"]),
    )


def _covers(file: str, span: tuple[date, date], covers_to: str | None) -> tuple[date, date]:
    """First and last month that the table speaks of."""
    if covers_to is None:
        return span
    last = first_day(parse_month(covers_to))
    if not span[1] <= last <= date.today():
        raise SourceError(
            f"{file}: covers_to is {covers_to}, which lies "
            f"{'in the future' if last > span[1] else 'before the last row'}",
            got=f"last row of {span[1]:%Y-%m}",
            hint="set covers_to to the last month that the table speaks of",
        )
    return span[0], last


def _observations(
    file: str, rows: pl.DataFrame, items: Mapping[str, IndicatorColumn]
) -> pl.DataFrame:
    """Unpivot, and add up counts where two codes stand for one unit.

    A month in which one state succeeds another has a row of each in some tables. What is no count
    cannot be added up and is refused.
    """
    key = ["unit", "month", "indicator", "known_from"]
    index = ["unit", "code", "month", "known_from"]
    values = rows.unpivot(list(items), index=index, variable_name="indicator").drop_nulls("value")
    is_count = pl.col("indicator").is_in([name for name, item in items.items() if _is_count(item)])
    sums = values.filter(is_count).group_by(key).agg(pl.col("value").sum())
    others = values.filter(~is_count)
    columns.refuse_clashes(file, others)
    merged = pl.concat([sums, others.select(sums.columns)])
    if merged.is_empty():
        raise SourceError(
            f"{file}: every value of {', '.join(items)} is missing",
            hint="check the columns, or leave the file out",
        )
    return merged.select("unit", "month", "indicator", "value", "known_from").sort(key)


def _after_references(observed: pl.DataFrame, options: TableOptions) -> pl.DataFrame:
    """Let values wait for the end of the period that they are measured against."""
    waiting = {
        name: last_day(month_id(date(item.reference[1], 12, 1)) + options.lag_months)
        for name, item in options.indicators.items()
        if item.reference is not None and not item.hindsight
    }
    if not waiting:
        return observed
    since = pl.col("indicator").replace_strict(waiting, default=None, return_dtype=pl.Date)
    # Of several vintages from before that day, the last one is what was known on it.
    return (
        observed.sort("known_from")
        .with_columns(known_from=pl.max_horizontal("known_from", since))
        .unique(["unit", "month", "indicator", "known_from"], keep="last", maintain_order=True)
        .sort("unit", "month", "indicator", "known_from")
    )


def _is_count(item: IndicatorColumn) -> bool:
    return item.census or item.unit in COUNTS


def _indicator(name: str, options: TableOptions) -> Indicator:
    item = options.indicators[name]
    return Indicator(
        name=name,
        unit=item.unit,
        source="table",
        description=item.description,
        frequency=options.time.frequency,
        lag_months=options.lag_months,
        census=item.census,
        carry_months=item.carry_months,
        revised=item.revised,
        reference=item.reference,
        by_reports=item.census and options.covers_to is None,
        hindsight=item.hindsight,
    )
