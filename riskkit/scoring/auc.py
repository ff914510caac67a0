"""Area under the ROC curve of reaching a threshold."""

from __future__ import annotations

from functools import partial

import numpy as np
from numpy.typing import NDArray

from riskkit.ensemble import Floats, exceedance
from riskkit.scoring import Rule


def auc(probability: Floats, happened: NDArray[np.bool_]) -> float:
    """Chance that a row with the event got a higher probability than one without.

    Ties count one half: the Mann-Whitney statistic on mid-ranks.

    Args:
        probability: Forecast probabilities, [rows].
        happened: Whether the event came, [rows].

    Returns:
        Between 0 and 1, 0.5 for no skill; NaN when the event came always or never.
    """
    events = int(happened.sum())
    others = len(happened) - events
    if events == 0 or others == 0:
        return float("nan")
    _, where, counts = np.unique(probability, return_inverse=True, return_counts=True)
    mid_rank = np.cumsum(counts) - (counts - 1) / 2
    rank_sum = mid_rank[where][happened].sum()
    return float((rank_sum - events * (events + 1) / 2) / (events * others))


def auc_of_draws(draws: Floats, outcome: Floats, threshold: float) -> float:
    """AUC of the share of draws that reach the threshold."""
    return auc(exceedance(draws, threshold), outcome >= threshold)


RULES = tuple(
    Rule(
        name=f"auc_{threshold}",
        arithmetic=partial(auc_of_draws, threshold=threshold),
        better="higher",
        per_row=False,
        source="Hanley and McNeil 1982",
        description=f"How well the probability of {threshold} or more ranks the rows.",
    )
    for threshold in (1, 25, 100)
)
