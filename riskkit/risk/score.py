"""The 0-10 risk score of one threat: what a year may bring, averaged over scenarios.

The scale is fixed: it depends on neither the other units nor the date, so that a score means the
same in every publication. With the usual thresholds (1, 25, 100 deaths), one scenario scores 0
for no death, 2.5 for about 10 in twelve months, 5 for about 100, 7.5 for about 1,000 and 10 for
10,000 and more. `docs/risk.md` gives the reasons.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from riskkit.tables import INTERVAL

MAXIMUM = 10.0
TOP = 10_000
"""Outcome of twelve months, in units of the target's first threshold, that scores 10."""
CLASSES = ("very low", "low", "medium", "high", "very high")
CLASS_STARTS = (2.0, 3.5, 5.0, 6.5)
"""Where low, medium, high and very high begin (INFORM), for scores of one decimal."""
Scale = Literal["log", "linear"]


@dataclass(frozen=True)
class Score:
    """Scores of several units, each array [units] in points from 0 to 10; NaN where there is none.

    Attributes:
        mean: The score.
        low: 5 % quantile over scenarios, or the score where that is lower.
        high: 95 % quantile over scenarios, or the score where that is higher.
    """

    mean: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]


def scenario_scores(
    totals: NDArray[Any],
    months: int,
    first_threshold: float = 1,
    *,
    top: float = TOP,
    scale: Scale = "log",
) -> NDArray[np.float64]:
    """Score each scenario, at most 10.

    `y` is the window total brought to twelve months and counted in units of the first threshold.
    On the logarithmic scale the score is its order of magnitude, `10 log(1 + y) / log(1 + top)`;
    on the linear one it is `10 y / top`.

    Args:
        totals: Window totals [units, draws], not negative.
        months: Months that the window counts.
        first_threshold: The target's first threshold.
        top: The `y` that scores 10.
        scale: "log" for counts over several orders of magnitude, "linear" for bounded ones.

    Returns:
        [units, draws], in points.
    """
    yearly = np.asarray(totals, dtype=np.float64) * (12 / months) / first_threshold
    if scale == "linear":
        points = yearly * (MAXIMUM / top)
    else:
        points = np.log1p(yearly) * (MAXIMUM / np.log1p(top))
    return np.asarray(np.minimum(points, MAXIMUM), dtype=np.float64)


def summarise_scores(points: NDArray[np.float64]) -> Score:
    """Summarise scenario scores by their mean and 90 % interval.

    The mean rises with every part of the distribution, so a small chance of a war counts even
    where most scenarios stay at zero, which a median would not show.

    Args:
        points: [units, draws]; a unit without a score has NaN throughout.
    """
    mean = points.mean(axis=1)
    low, high = np.quantile(points, INTERVAL, axis=1)
    return Score(mean, np.minimum(low, mean), np.maximum(high, mean))


def score(totals: NDArray[Any], months: int, first_threshold: float = 1) -> Score:
    """Score units on the logarithmic scale by the mean over scenarios.

    Args:
        totals: Window totals [units, draws], not negative.
        months: Months that the window counts.
        first_threshold: The target's first threshold.
    """
    return summarise_scores(scenario_scores(totals, months, first_threshold))


def class_codes(scores: ArrayLike) -> NDArray[np.int64]:
    """Positions in `CLASSES` of scores that have at most two decimals.

    Scores are first rounded half up to one decimal, in whole hundredths so that 1.95 becomes 2.0
    whatever its binary form; no score falls between two classes.
    """
    hundredths = np.rint(np.asarray(scores, dtype=np.float64) * 100).astype(np.int64)
    tenths = (hundredths + 5) // 10
    starts = np.rint(np.array(CLASS_STARTS) * 10).astype(np.int64)
    return np.searchsorted(starts, tenths, side="right").astype(np.int64)


def risk_classes(scores: ArrayLike) -> list[str]:
    """Name the INFORM class of each score.

    >>> risk_classes([0.0, 1.94, 1.95, 3.5, 6.45])
    ['very low', 'very low', 'low', 'medium', 'very high']
    """
    return [CLASSES[code] for code in class_codes(scores)]
