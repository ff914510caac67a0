"""From an embedded table to rows of observations, each with the day it could be known from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

import polars as pl

from riskkit.base.indicators import Columns
from riskkit.base.provenance import tables
from riskkit.tables import Indicator, Observations, Release

PUBLISHED = date(2025, 6, 30)
"""The day at whose end one stands: what came out later is left out."""

IN_JUNE = pl.date(pl.col("year") + 1, 6, 30)
"""Known at the end of June of the next year."""

_LATER = f"figure that was not out by {PUBLISHED}"

Part = tuple[pl.DataFrame, Columns]
"""Rows `unit, month, known_from, <columns>`, and what the columns measure."""


def after_month(lag: int) -> pl.Expr:
    """Known so many months after the end of the month."""
    return pl.col("month").dt.offset_by(f"{lag}mo").dt.month_end()


def after_year(lag: int) -> pl.Expr:
    """Known so many months after the end of the year."""
    return pl.date("year", 12, 1).dt.offset_by(f"{lag}mo").dt.month_end()


def read(name: str, known: pl.Expr) -> pl.DataFrame:
    """Read an embedded table.

    Args:
        name: Its name.
        known: Day from which a row could be known, of the columns `month` and `year`.

    Returns:
        Columns `unit, year, calendar` (the month's number, or 1), `month` (first day of the
        period), `known_from` and those of the file.
    """
    table = pl.read_parquet(tables()[name].file, glob=False)
    calendar = pl.col("month") if "month" in table.columns else pl.lit(1, dtype=pl.Int8)
    keyed = table.rename({"iso3": "unit"}, strict=False).with_columns(calendar.alias("calendar"))
    return keyed.with_columns(month=pl.date("year", "calendar", 1)).with_columns(known_from=known)


def release(
    name: str,
    parts: Iterable[Part],
    dropped: Mapping[str, int] | None = None,
    covered_units: tuple[str, ...] | None = None,
    unit_names: Mapping[str, str] | None = None,
) -> Release:
    """Put parts together: the figures of one publisher that were out by the end of June 2025.

    Args:
        name: The main table, whose publisher and vintage are told.
        parts: Rows and what their columns measure.
        dropped: What was left out before, and how often.
        covered_units: Units of a census.
        unit_names: Unit -> name to display, where its rows hold more than the unit.
    """
    told = [(_long(rows, columns), columns) for rows, columns in parts]
    everything = pl.concat([rows for rows, _ in told])
    out = everything.filter(pl.col("known_from") <= PUBLISHED)
    later = everything.height - out.height
    indicators = tuple(i for _, columns in told for i in columns.values())
    return Release(
        observations=out,
        indicators=indicators,
        covers=_covers(out, indicators),
        covered_units=covered_units,
        dropped={**(dropped or {}), **({_LATER: later} if later else {})},
        citation=tables()[name].publisher.cited,
        vintage=tables()[name].vintage,
        unit_names=unit_names or {},
    )


def _long(rows: pl.DataFrame, columns: Columns) -> pl.DataFrame:
    values = [pl.col(column).cast(pl.Float64).alias(i.name) for column, i in columns.items()]
    return (
        rows.select("unit", "month", "known_from", *values)
        .unpivot(index=["unit", "month", "known_from"], variable_name="indicator")
        .drop_nulls("value")
        .select(Observations.column_names())
    )


def _covers(observations: pl.DataFrame, indicators: Iterable[Indicator]) -> tuple[date, date]:
    """First and last month; a year is told of to its December."""
    yearly = [indicator.name for indicator in indicators if indicator.frequency == "year"]
    last = pl.when(pl.col("indicator").is_in(yearly)).then(pl.col("month").dt.offset_by("11mo"))
    first, end = observations.select(
        pl.col("month").min(), last.otherwise("month").max().alias("end")
    ).row(0)
    return first, end
