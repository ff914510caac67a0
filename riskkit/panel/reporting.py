"""From when on silence is a zero: a census speaks of a period once those who report have reported.

A publisher says up to when a census speaks. A table of one's own ends with its last row, and where
one unit reports earlier than all others, the others' silence in its last months is no zero. Nobody
can tell silence from lateness of units that report now and then; but where most units report in
nearly every period, a period is told once most of these have reported it, or a later one. Decided
is by what had been published then, so that a panel of a past month is not changed by what came
later.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from riskkit.months import month_id_expr
from riskkit.panel.schedule import comes_out
from riskkit.tables import Indicator, Release

MEMORY = 24
"""Periods in which a unit shows whether it usually reports."""
_ENOUGH = 6
"""Closed periods in the memory, without which nobody is said to report usually."""
_USUALLY = 0.8
"""Share of these that who usually reports has reported."""
_NEVER = 1 << 20
_LENGTH = {"month": 1, "year": 12}


def silence_known(
    indicator: Indicator, release: Release, starts: Sequence[int]
) -> list[int | None]:
    """Tell from when on the silence of each period of a census is known.

    Args:
        indicator: The declaration.
        release: The source as read.
        starts: Month ids of the first months of the periods, in order and without gaps.

    Returns:
        Month ids, not before the period comes out; None where too few have reported.
    """
    length = _LENGTH[indicator.frequency]
    out = np.array([comes_out(indicator, start + length - 1) for start in starts], dtype=np.int64)
    if not indicator.by_reports or not starts:
        return list(out.tolist())
    told = _told(indicator, release, starts, length)
    known = np.full(len(out), _NEVER)
    for period, due in enumerate(out):
        first = max(period - MEMORY, 0)
        closed = first + np.flatnonzero(known[first:period] <= due)
        known[period] = _known_of_most(told[:, closed] <= due, told[:, period], int(due))
    # Whoever has reported a later period has reported this one, too, or was silent.
    later = np.minimum.accumulate(known[::-1])[::-1]
    return [None if month >= _NEVER else month for month in np.maximum(out, later).tolist()]


def _told(
    indicator: Indicator, release: Release, starts: Sequence[int], length: int
) -> NDArray[np.int64]:
    """Array [units, periods]: month id in which each unit first reported it."""
    rows = (
        release.observations.filter(pl.col("indicator") == indicator.name)
        .select(
            "unit",
            period=(month_id_expr("month") - starts[0]) // length,
            known=month_id_expr("known_from").cast(pl.Int64),
        )
        .group_by("unit", "period")
        .agg(pl.col("known").min())
        .filter(pl.col("period").is_between(0, len(starts) - 1))
        .with_columns(row=pl.col("unit").rank("dense") - 1)
    )
    told = np.full((rows["unit"].n_unique(), len(starts)), _NEVER, dtype=np.int64)
    told[rows["row"].to_numpy(), rows["period"].to_numpy()] = rows["known"].to_numpy()
    return told


def _known_of_most(before: NDArray[np.bool_], told: NDArray[np.int64], due: int) -> int:
    """Month id at which most of those who usually report had reported a period.

    Args:
        before: `[units, periods]`, who had reported which of the periods that were closed before.
        told: `[units]`, when each unit reported the period.
        due: When it comes out by its lag.
    """
    usual = before.mean(axis=1) >= _USUALLY if before.shape[1] >= _ENOUGH else np.array([])
    if 2 * usual.sum() <= before.any(axis=1).sum():
        return due
    return int(np.sort(told[usual])[usual.sum() // 2])
