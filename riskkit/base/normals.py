"""What is normal, from years that end before the one that is judged."""

from __future__ import annotations

import polars as pl

REFERENCE = (1961, 1990)
"""The reference period of the World Meteorological Organization for long-term assessments; it ends
before the first forecast."""
YEARS = 30
"""Length of the moving reference, which ends with the year before."""
_ALMOST_ALL = 29
"""Of 30 years, so that 95 % of them are exceeded."""

_SERIES = ("unit", "calendar")


def against_reference(table: pl.DataFrame, value: str) -> pl.DataFrame:
    """Put mean and spread of 1961-1990 beside each value.

    Args:
        table: Columns `unit`, `year`, `calendar` (number of the period within the year), `value`
            and `known_from`.
        value: Name of the column of values.

    Returns:
        The rows whose unit has a value in each year of the reference period, with `mean` and
        `deviation` (sample standard deviation) of the same calendar period in these years;
        `known_from` is not before the last of them was known.
    """
    first, last = REFERENCE
    normals = (
        table.filter(pl.col("year").is_between(first, last))
        .group_by(_SERIES)
        .agg(
            mean=pl.col(value).cast(pl.Float64).mean(),
            deviation=pl.col(value).cast(pl.Float64).std(),
            since=pl.col("known_from").max(),
            years=pl.col(value).count(),
        )
        .filter(pl.col("years") == last - first + 1)
    )
    return (
        table.join(normals, on=_SERIES)
        .with_columns(known_from=pl.max_horizontal("known_from", "since"))
        .drop("since", "years")
    )


def against_years_before(table: pl.DataFrame, value: str, deviations: float) -> pl.DataFrame:
    """Judge each value by the same calendar period of the 30 years before; its own is no part.

    Args:
        table: Columns `unit`, `year`, `calendar` (number of the period within the year) and
            `value`.
        value: Name of the column of values.
        deviations: Beyond how many standard deviations a value counts; below zero, too low ones.

    Returns:
        The table with `beyond` and `extreme`, 1.0 or 0.0, null where a year of the 30 is absent:
        further from their mean than so many sample standard deviations; further than 29 of them.
    """
    own, sign = pl.col(value).cast(pl.Float64), 1 if deviations > 0 else -1
    flags = {
        "beyond": sign * (own - pl.col("mean")) > abs(deviations) * pl.col("deviation"),
        "extreme": pl.col("passed") >= _ALMOST_ALL,
    }
    # Where the row 30 rows before is of the same series, 30 years earlier, none between is not.
    same = [pl.col(key) == pl.col(key).shift(YEARS) for key in _SERIES]
    whole = pl.all_horizontal(*same, pl.col("year") - pl.col("year").shift(YEARS) == YEARS)
    ordered = table.sort(*_SERIES, "year").with_columns(
        mean=own.shift(1).rolling_mean(YEARS),
        deviation=own.shift(1).rolling_std(YEARS),
        passed=pl.sum_horizontal(sign * (own - own.shift(n)) > 0 for n in range(1, YEARS + 1)),
    )
    return ordered.with_columns(
        pl.when(whole).then(flag.cast(pl.Float64)).alias(name) for name, flag in flags.items()
    )
