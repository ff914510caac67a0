"""What is normal: means and spreads of a fixed reference period, and who could know them when.

A normal of 1991-2020 would tell a forecaster of 2007 about the rain of 2020. So the reference
period ends before the first forecast, and what is measured against it is known from the day on
which its last value was.
"""

from __future__ import annotations

from typing import Annotated

import polars as pl
from pydantic import AfterValidator

_SHORTEST = 20


def _long_enough(years: tuple[int, int]) -> tuple[int, int]:
    first, last = years
    if last - first + 1 < _SHORTEST:
        raise ValueError(f"a reference period has {_SHORTEST} years or more, as in [1961, 1990]")
    return years


Reference = Annotated[tuple[int, int], AfterValidator(_long_enough)]
"""An option: first and last year of the reference period."""

STANDARD = (1961, 1990)
"""The reference period of the World Meteorological Organization for long-term assessments; CRU's
gridded climatology is of these years as well (Harris et al. 2020)."""


def with_normals(
    observed: pl.DataFrame, reference: tuple[int, int], dropped: dict[str, int]
) -> pl.DataFrame:
    """Put the normals of its calendar month beside each value.

    Args:
        observed: Columns `unit, month, value, known_from`, one row per unit and period.
        reference: First and last year of the reference period.
        dropped: Reasons and numbers of rows left out so far; rows without normals are added.

    Returns:
        The rows whose unit has a value of that calendar month in every year of the reference
        period, with `mean` and `deviation` (sample standard deviation) of these years;
        `known_from` is not before the last of them was known.
    """
    first, last = reference
    calendar = observed.with_columns(calendar=pl.col("month").dt.month())
    normals = (
        calendar.filter(pl.col("month").dt.year().is_between(first, last))
        .group_by("unit", "calendar")
        .agg(
            mean=pl.col("value").mean(),
            deviation=pl.col("value").std(),
            complete=pl.col("known_from").max(),
            years=pl.len(),
        )
        .filter(pl.col("years") == last - first + 1)
    )
    joined = (
        calendar.join(normals, on=["unit", "calendar"])
        .with_columns(known_from=pl.max_horizontal("known_from", "complete"))
        .drop("calendar", "complete", "years")
    )
    if joined.height < observed.height:
        reason = f"anomaly of a unit whose values of {first}-{last} have gaps"
        dropped[reason] = dropped.get(reason, 0) + observed.height - joined.height
    return joined


def reference_known(observed: pl.DataFrame, reference: tuple[int, int]) -> pl.DataFrame:
    """Tell when the reference period became known.

    Args:
        observed: Columns `unit, month, known_from`, one row per unit and month.
        reference: First and last year of the reference period.

    Returns:
        Columns `unit, since` of the units that have a value in every month of these years.
    """
    first, last = reference
    inside = observed.filter(pl.col("month").dt.year().is_between(first, last))
    whole = 12 * (last - first + 1)
    found = inside.group_by("unit").agg(since=pl.col("known_from").max(), months=pl.len())
    return found.filter(pl.col("months") == whole).select("unit", "since")
