"""The 0-10 risk score: the order of magnitude of a year's outcome, averaged over scenarios.

The scale is fixed: it depends on neither the other units nor the date, so that a score means the
same in every publication. With the usual thresholds (1, 25, 100 deaths), one scenario scores 0
for no death, 2.5 for about 10 in twelve months, 5 for about 100, 7.5 for about 1,000 and 10 for
10,000 and more. `docs/risk.md` gives the reasons.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

MAXIMUM = 10.0
TOP = 10_000
"""Outcome of twelve months, in units of the target's first threshold, that scores 10."""
INTERVAL = (0.05, 0.95)
CLASSES = ("very low", "low", "medium", "high", "very high")
CLASS_STARTS = (2.0, 3.5, 5.0, 6.5)
"""Where low, medium, high and very high begin (INFORM), for scores of one decimal."""


@dataclass(frozen=True)
class Score:
    """Scores of several units, each array [units] in points from 0 to 10.

    Attributes:
        mean: The score.
        low: 5 % quantile over scenarios, or the score where that is lower.
        high: 95 % quantile over scenarios, or the score where that is higher.
    """

    mean: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]


def scenario_scores(
    totals: NDArray[Any], months: int, first_threshold: float = 1
) -> NDArray[np.float64]:
    """Score each scenario: `10 log10(1 + y) / log10(1 + 10,000)`, at most 10.

    `y` is the window total brought to twelve months and counted in units of the first threshold.

    Args:
        totals: Window totals [units, draws], not negative.
        months: Months that the window counts.
        first_threshold: The target's first threshold.

    Returns:
        [units, draws], in points.
    """
    yearly = np.asarray(totals, dtype=np.float64) * (12 / months) / first_threshold
    points = np.log1p(yearly) * (MAXIMUM / np.log1p(TOP))
    return np.asarray(np.minimum(points, MAXIMUM), dtype=np.float64)


def score(totals: NDArray[Any], months: int, first_threshold: float = 1) -> Score:
    """Score units by the mean over scenarios.

    The mean rises with every part of the distribution, so a small chance of a war counts even
    where most scenarios stay at zero, which a median would not show.

    Args:
        totals: Window totals [units, draws], not negative.
        months: Months that the window counts.
        first_threshold: The target's first threshold.
    """
    points = scenario_scores(totals, months, first_threshold)
    mean = points.mean(axis=1)
    low, high = np.quantile(points, INTERVAL, axis=1)
    return Score(mean, np.minimum(low, mean), np.maximum(high, mean))


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
