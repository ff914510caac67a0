"""Average precision of reaching a threshold."""

from __future__ import annotations

from functools import partial

import numpy as np
from numpy.typing import NDArray

from riskkit.scoring import Rule
from riskkit.scoring.ensemble import Floats, exceedance


def average_precision(probability: Floats, happened: NDArray[np.bool_]) -> float:
    """Precision averaged over the steps of recall, sum_n (R_n - R_(n-1)) P_n.

    Rows with the same probability are one step; the curve is not interpolated.

    Args:
        probability: Forecast probabilities, [rows].
        happened: Whether the event came, [rows].

    Returns:
        Between 0 and 1, the base rate for no skill; NaN when the event never came.
    """
    if not happened.any():
        return float("nan")
    _, where = np.unique(-probability, return_inverse=True)
    events = np.bincount(where, weights=happened)
    precision = np.cumsum(events) / np.cumsum(np.bincount(where))
    return float((precision * events).sum() / events.sum())


def weighted_average_precision(
    probability: Floats, happened: NDArray[np.bool_], weights: Floats
) -> Floats:
    """Average precision of rows that count several times.

    Args:
        probability: Forecast probabilities, [rows].
        happened: Whether the event came, [rows].
        weights: How often each row counts, [rows, weightings].

    Returns:
        [weightings]; NaN where the event never came.
    """
    order = np.argsort(-probability, kind="stable")
    steps = np.flatnonzero(np.diff(probability[order], prepend=np.inf))
    events = np.add.reduceat(weights[order] * happened[order, None], steps)
    rows = np.cumsum(np.add.reduceat(weights[order], steps), axis=0)
    precision = np.cumsum(events, axis=0) / np.where(rows > 0, rows, 1)
    total = events.sum(axis=0)
    return np.asarray((precision * events).sum(axis=0) / np.where(total > 0, total, np.nan))


def average_precision_of_draws(draws: Floats, outcome: Floats, threshold: float) -> float:
    """Average precision of the share of draws that reach the threshold."""
    return average_precision(exceedance(draws, threshold), outcome >= threshold)


def _reweighted(draws: Floats, outcome: Floats, weights: Floats, threshold: float) -> Floats:
    happened = outcome >= threshold
    return weighted_average_precision(exceedance(draws, threshold), happened, weights)


def at_threshold(threshold: int) -> Rule:
    """The rule of one threshold."""
    return Rule(
        name=f"ap_{threshold}",
        arithmetic=partial(average_precision_of_draws, threshold=threshold),
        better="higher",
        per_row=False,
        source="Davis and Goadrich 2006; Manning, Raghavan and Schuetze 2008, section 8.4",
        description=f"Precision of the probability of {threshold} or more, averaged over recall.",
        reweighted=partial(_reweighted, threshold=threshold),
    )


RULES = tuple(at_threshold(threshold) for threshold in (1, 25, 100))
AT_THRESHOLD = {"ap": at_threshold}
