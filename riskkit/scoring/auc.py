"""Area under the ROC curve of reaching a threshold."""

from __future__ import annotations

from functools import partial

import numpy as np
from numpy.typing import NDArray

from riskkit.scoring import Rule
from riskkit.scoring.ensemble import Floats, exceedance


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


def weighted_auc(probability: Floats, happened: NDArray[np.bool_], weights: Floats) -> Floats:
    """AUC of rows that count several times.

    Args:
        probability: Forecast probabilities, [rows].
        happened: Whether the event came, [rows].
        weights: How often each row counts, [rows, weightings].

    Returns:
        [weightings]; NaN where the event came always or never.
    """
    order = np.argsort(probability, kind="stable")
    steps = np.flatnonzero(np.diff(probability[order], prepend=-np.inf))
    events = np.add.reduceat(weights[order] * happened[order, None], steps)
    others = np.add.reduceat(weights[order] * ~happened[order, None], steps)
    below = np.cumsum(others, axis=0) - others / 2
    pairs = events.sum(axis=0) * others.sum(axis=0)
    return np.asarray((events * below).sum(axis=0) / np.where(pairs > 0, pairs, np.nan))


def auc_of_draws(draws: Floats, outcome: Floats, threshold: float) -> float:
    """AUC of the share of draws that reach the threshold."""
    return auc(exceedance(draws, threshold), outcome >= threshold)


def _reweighted(draws: Floats, outcome: Floats, weights: Floats, threshold: float) -> Floats:
    return weighted_auc(exceedance(draws, threshold), outcome >= threshold, weights)


def at_threshold(threshold: int) -> Rule:
    """The rule of one threshold."""
    return Rule(
        name=f"auc_{threshold}",
        arithmetic=partial(auc_of_draws, threshold=threshold),
        better="higher",
        per_row=False,
        source="Hanley and McNeil 1982",
        description=f"How well the probability of {threshold} or more ranks the rows.",
        reweighted=partial(_reweighted, threshold=threshold),
    )


RULES = tuple(at_threshold(threshold) for threshold in (1, 25, 100))
AT_THRESHOLD = {"auc": at_threshold}
