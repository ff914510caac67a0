"""From GTD's attacks to the figures of country-months and country-years, zeros included."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import polars as pl

from riskkit.errors import SourceError
from riskkit.reading import columns
from riskkit.reading.living import living
from riskkit.reading.states import long_form

LOST_YEAR = 1993
"""The cards of 1993 were lost before they were typed in; few of its attacks were found again."""

_KEY = ["unit", "month"]


def covers(file: str, attacks: pl.DataFrame) -> tuple[date, date]:
    """From the January of the first attack to the month of the last, or its December.

    A file of the whole world has attacks in every month, an extract may end with a quiet one.

    Raises:
        SourceError: The months of all attacks are unknown.
    """
    if attacks["month"].null_count() == attacks.height:
        raise SourceError(f"{file} has no attack in a known month", hint="download it again")
    first, last = columns.span(attacks["month"].drop_nulls())
    start, end = columns.span(attacks["year"], "year")
    if columns.covered_units(attacks["unit"]) is not None:
        last = end
    return min(first, start), max(last, end.replace(month=1))


def monthly(
    attacks: pl.DataFrame,
    units: pl.Series,
    covered: tuple[date, date],
    names: Iterable[str],
    lag_months: int,
) -> pl.DataFrame:
    """Sum what attacks add to counts, and measure how alike those are that have names.

    Args:
        attacks: One row per attack: `unit`, `month` or null, and the columns of `names`.
        units: Units that have zeros where nothing happened.
        covered: First and last month.
        names: Indicators: numbers are added up, of texts the concentration is taken.
        lag_months: Months from the end of a month to the publication of its attacks.

    Returns:
        Rows of `Observations`.
    """
    names = list(names)
    counts = [name for name in names if attacks[name].dtype.is_numeric()]
    sums = attacks.drop_nulls("month").group_by(_KEY).agg(pl.col(counts).sum())
    months = pl.date_range(*covered, interval="1mo", eager=True).alias("month")
    full = _with_zeros(sums, units, months, 1)
    for name in names:
        if name not in counts:
            full = full.join(concentration(attacks, name), on=_KEY, how="left")
    return long_form(full, names, "month", lag_months)


def yearly(
    attacks: pl.DataFrame, units: pl.Series, covered: tuple[date, date], lag_months: int
) -> pl.DataFrame:
    """Add up the years that the file covers to their end, unknown months included."""
    end = covered[1] if covered[1].month == 12 else date(covered[1].year - 1, 12, 1)
    sums = (
        attacks.filter(pl.col("year") <= end)
        .group_by("unit", month="year")
        .agg(gtd_incidents=pl.col("attacks").sum(), gtd_killed=pl.col("attacks_killed").sum())
    )
    years = pl.date_range(covered[0], end, interval="1y", eager=True).alias("month")
    full = _with_zeros(sums, units, years, 12)
    return long_form(full, ("gtd_incidents", "gtd_killed"), "year", lag_months)


def concentration(attacks: pl.DataFrame, indicator: str) -> pl.DataFrame:
    """Herfindahl index of each month's attacks over what they name.

    The sum of squared shares (Herfindahl 1950, Hirschman 1945): 1 where all attacks are of one
    name, 1 / n where n names have as many each.

    Args:
        attacks: One row per attack: `unit`, `month` or null, and a name or null in `indicator`.
        indicator: The column of names, and the result's.

    Returns:
        Columns `unit, month, <indicator>`; no row where no attack has a name.
    """
    number = pl.col("attacks").cast(pl.Int64)
    return (
        attacks.drop_nulls(["month", indicator])
        .group_by(*_KEY, indicator)
        .agg(attacks=pl.len())
        .group_by(_KEY)
        # Whole numbers up to the division: their sum is the same in every order.
        .agg((number.pow(2).sum() / number.sum().pow(2)).alias(indicator))
    )


def _with_zeros(
    sums: pl.DataFrame, units: pl.Series, periods: pl.Series, length: int
) -> pl.DataFrame:
    """Add the periods of living units in which nothing happened, but for the lost year."""
    kept = periods.filter(periods.dt.year() != LOST_YEAR)
    grid = units.to_frame().join(kept.to_frame(), how="cross")
    silent = grid.filter(living(grid, length))
    return silent.join(sums, on=_KEY, how="full", coalesce=True).fill_null(0.0)
