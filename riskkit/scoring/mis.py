"""Interval score of central prediction intervals."""

from __future__ import annotations

from functools import partial

import numpy as np

from riskkit.scoring import Rule
from riskkit.scoring.ensemble import Floats, sorted_interval


def interval_score(draws: Floats, outcome: Floats, coverage: float) -> Floats:
    """Width of the central interval plus 2 / (1 - coverage) times the miss.

    Args:
        draws: [rows, draws], each row ascending; the interval's ends are linear quantiles.
        outcome: [rows].
        coverage: Nominal coverage between 0 and 1.

    Returns:
        [rows], in the target's unit.
    """
    low, high = sorted_interval(draws, coverage)
    miss = np.maximum(low - outcome, 0) + np.maximum(outcome - high, 0)
    return high - low + 2 / (1 - coverage) * miss


RULES = tuple(
    Rule(
        name=name,
        arithmetic=partial(interval_score, coverage=coverage),
        better="lower",
        per_row=True,
        source="Gneiting and Raftery 2007, eq. 43",
        description=f"Width of the {coverage:.0%} interval plus a penalty for missing it.",
    )
    for name, coverage in (("mis", 0.90), ("mis95", 0.95))
)
