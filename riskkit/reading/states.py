"""Rows of states: codes without a unit, cells that name several states, successors, long form."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

import polars as pl

from riskkit.errors import SourceError
from riskkit.reading import columns
from riskkit.reading.sheets import Sheet
from riskkit.tables import Frequency
from riskkit.units import System, to_unit


def rows_of(sheet: Sheet, rows: pl.Series) -> Sheet:
    """Take some rows of a sheet, any of them several times; messages still name their places."""
    return replace(sheet, frame=sheet.frame[rows], place=lambda row: sheet.place(int(rows[row])))


def one_row_each(sheet: Sheet, column: str, parts: pl.Series) -> tuple[Sheet, pl.Series]:
    """Make a row of every part of a column's cells.

    Args:
        sheet: The table.
        column: The column whose cells hold several values.
        parts: A list of values for each row.

    Returns:
        The longer table, and the row of the table that each of its rows came from.
    """
    numbered = pl.DataFrame({"row": pl.int_range(len(parts), eager=True), "part": parts})
    exploded = numbered.explode("part")
    rows = rows_of(sheet, exploded["row"])
    frame = rows.frame.with_columns(exploded["part"].alias(column))
    return replace(rows, frame=frame), exploded["row"]


def known_units(
    sheet: Sheet,
    column: str,
    system: System,
    own: Mapping[str, str],
    on: pl.Series | None,
    left_out: Mapping[str, str],
) -> tuple[pl.Series, dict[str, int]]:
    """Map a column of codes or names to units, as `placed`, and refuse one that names none.

    Raises:
        SourceError: As in `placed`; or all rows are left out.
    """
    unit, dropped = placed(sheet, column, system, own, on, left_out)
    if unit.is_null().all():
        what = f"{sheet.file}: no row in column '{column}' names a unit"
        got = sheet.frame[column].head(3).to_list()
        raise SourceError(what, got=got, hint="check that it is the right file")
    return unit, dropped


def placed(
    sheet: Sheet,
    column: str,
    system: System,
    own: Mapping[str, str],
    on: pl.Series | None,
    left_out: Mapping[str, str],
) -> tuple[pl.Series, dict[str, int]]:
    """Map a column of codes or names to units, and leave out what is known to have none.

    Args:
        sheet: The table.
        column: One of its columns.
        system: What the codes are. Of names, those are left out too that are plainly no country's.
        own: The user's own codes -> units, before any other.
        on: The day each row speaks of, for codes that changed hands.
        left_out: Codes that stand for no unit -> why.

    Returns:
        Units, null where left out, and how many rows were left out for each reason.

    Raises:
        SourceError: A code is missing, or neither a unit nor left out.
    """
    codes = sheet.frame[column].cast(pl.String).str.strip_chars().str.replace(r"\.0+$", "")
    reasons = {code: reason for code, reason in left_out.items() if code not in own}
    reason = codes.replace_strict(reasons, default=None, return_dtype=pl.String)
    found = columns.units(sheet, column, system, own, on, drop_unknown=True)
    unit = pl.select(pl.when(reason.is_null()).then(found).alias("unit")).to_series()
    unknown = unit.is_null() & reason.is_null()
    if system == "name" and unknown.any():
        nowhere = columns.unplaced(codes.filter(unknown).drop_nulls().unique(), own)
        stranger = codes.replace_strict(nowhere, default=None, return_dtype=pl.String)
        reason = pl.select(pl.when(unknown).then(stranger).otherwise(reason)).to_series()
        unknown = unit.is_null() & reason.is_null()
    if unknown.any():
        rows = unknown.arg_true()
        columns.units(rows_of(sheet, rows), column, system, own, None if on is None else on[rows])
    return unit, dict(reason.drop_nulls().value_counts(sort=True).rows())


def units_where_given(
    sheet: Sheet, column: str, system: System, own: Mapping[str, str], on: pl.Series
) -> pl.Series:
    """Map a column of codes to units; empty cells and "NA" stay without one.

    Raises:
        SourceError: No unit answers to a code.
    """
    codes = sheet.frame[column].cast(pl.String).str.strip_chars()
    given = (~codes.fill_null("").is_in(["", "NA"])).arg_true()
    unit = pl.Series("unit", [None] * len(codes), dtype=pl.String)
    if len(given) == 0:
        return unit
    return unit.scatter(given, columns.units(rows_of(sheet, given), column, system, own, on[given]))


def succeeded(unit: pl.Series, on: pl.Series) -> pl.Series:
    """Replace units that were dead on a day by their successors."""
    living = to_unit(unit, "iso3", on, unknown="null")
    return pl.select(pl.coalesce(living, unit).alias("unit")).to_series()


def long_form(
    wide: pl.DataFrame, indicators: Iterable[str], frequency: Frequency, lag_months: int
) -> pl.DataFrame:
    """Turn rows of `unit, month, <indicators>` into rows of `Observations`, in their order."""
    values = [pl.col(name).cast(pl.Float64) for name in indicators]
    return (
        wide.select("unit", "month", *values)
        .unpivot(index=["unit", "month"], variable_name="indicator")
        .drop_nulls("value")
        .with_columns(columns.known_from(frequency, lag_months))
        .sort("unit", "month", "indicator")
    )


def january(year: pl.Series) -> pl.Series:
    """First days of years, as column `month`."""
    return pl.DataFrame({"year": year}).select(month=pl.date("year", 1, 1)).to_series()
