"""Threshold-weighted CRPS: only what happens above a threshold counts."""

from __future__ import annotations

from functools import partial

import numpy as np

from riskkit.scoring import Rule
from riskkit.scoring.ensemble import Floats, sorted_crps


def twcrps(draws: Floats, outcome: Floats, threshold: float) -> Floats:
    """CRPS of max(x, threshold), [rows], in the target's unit."""
    return sorted_crps(np.maximum(draws, threshold), np.maximum(outcome, threshold))


def at_threshold(threshold: int) -> Rule:
    """The rule of one threshold."""
    return Rule(
        name=f"twcrps_{threshold}",
        arithmetic=partial(twcrps, threshold=threshold),
        better="lower",
        per_row=True,
        source="Gneiting and Ranjan 2011; chaining function of Allen, Ginsbourger and Ziegel 2023",
        description=f"CRPS that ignores everything below {threshold}, in the target's unit.",
    )


RULES = tuple(at_threshold(threshold) for threshold in (25, 100))
AT_THRESHOLD = {"twcrps": at_threshold}
