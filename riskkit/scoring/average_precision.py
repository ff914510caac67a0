"""Average precision of reaching a threshold."""

from __future__ import annotations

from functools import partial

import numpy as np
from numpy.typing import NDArray

from riskkit.ensemble import Floats, exceedance
from riskkit.scoring import Rule


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


def average_precision_of_draws(draws: Floats, outcome: Floats, threshold: float) -> float:
    """Average precision of the share of draws that reach the threshold."""
    return average_precision(exceedance(draws, threshold), outcome >= threshold)


RULES = tuple(
    Rule(
        name=f"ap_{threshold}",
        arithmetic=partial(average_precision_of_draws, threshold=threshold),
        better="higher",
        per_row=False,
        source="Davis and Goadrich 2006; Manning, Raghavan and Schuetze 2008, section 8.4",
        description=f"Precision of the probability of {threshold} or more, averaged over recall.",
    )
    for threshold in (1, 25, 100)
)
