"""Ranks of units, how far scenarios disagree about them, and how they moved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from riskkit.tables import INTERVAL


def ranks(score: ArrayLike, expected: ArrayLike, units: Sequence[str]) -> NDArray[np.int64]:
    """Rank units by score; equal scores by expected total, then by unit code.

    Args:
        score: [units].
        expected: [units], expected window total.
        units: Codes, each once.

    Returns:
        [units], from 1 (highest risk) to the number of units, each once.
    """
    order = np.lexsort((np.array(units), -np.asarray(expected), -np.asarray(score)))
    result = np.empty(len(units), dtype=np.int64)
    result[order] = np.arange(1, len(units) + 1)
    return result


def rank_intervals(
    totals: NDArray[Any], ranks: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Find the ranks that each unit takes in 90 % of the joint scenarios.

    In a scenario, units with equal totals share every rank of their tie: `low` counts the best of
    them and `high` the worst. So a unit at zero in most scenarios gets a wide interval: its place
    among the other quiet units is not known, and no tie-break pretends that it is.

    Args:
        totals: Window totals [units, draws]; draw k is one joint scenario.
        ranks: Published rank [units].

    Returns:
        `low`: 5 % quantile of the best rank; `high`: 95 % quantile of the worst; each [units] and
        widened, where needed, to hold the published rank.
    """
    scenarios = np.ascontiguousarray(np.transpose(totals))
    best, worst = np.empty(scenarios.shape, np.int64), np.empty(scenarios.shape, np.int64)
    for k, total in enumerate(scenarios):
        ascending = np.sort(total)
        best[k] = total.size - np.searchsorted(ascending, total, side="right") + 1
        worst[k] = total.size - np.searchsorted(ascending, total, side="left")
    low = np.quantile(best, INTERVAL[0], axis=0, method="inverted_cdf")
    high = np.quantile(worst, INTERVAL[1], axis=0, method="inverted_cdf")
    return np.minimum(low, ranks).astype(np.int64), np.maximum(high, ranks).astype(np.int64)


def rank_changes(
    units: Sequence[str], ranks: NDArray[np.int64], previous: Mapping[str, int]
) -> list[int | None]:
    """Count the places that each unit moved up since an earlier ranking.

    Args:
        units: Codes.
        ranks: [units].
        previous: Earlier rank by unit; empty when there is none.

    Returns:
        Positive where risk rose in rank, None for units that were not ranked before.

    >>> rank_changes(["AAA", "BBB"], np.array([1, 2]), {"AAA": 4})
    [3, None]
    """
    return [
        previous[unit] - int(rank) if unit in previous else None
        for unit, rank in zip(units, ranks, strict=True)
    ]
