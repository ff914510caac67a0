"""Ignorance score as the views-evaluation package computes it."""

from __future__ import annotations

import numpy as np

from riskkit.scoring import Rule
from riskkit.scoring.ensemble import IGN_EDGES, Floats, count_in_bin


def ign_views(draws: Floats, outcome: Floats) -> Floats:
    """Surprise in bits with ten bins up to 1000.5, -log2((c + 1) / (S + 10)).

    That package has no bin above 1000.5 until a draw falls there, which adds an eleventh bin and
    its pseudo-count to that row alone; an outcome there without a draw is an error in it. Here
    such an outcome opens the eleventh bin too, so every row has a score. For comparison with that
    package only: what a row's draws are decides how many bins there are, so it is not proper.

    Args:
        draws: [rows, draws].
        outcome: [rows].

    Returns:
        [rows], in bits.
    """
    inside = count_in_bin(draws, outcome, IGN_EDGES)
    overflows = (draws.max(axis=1) >= IGN_EDGES[-2]) | (outcome >= IGN_EDGES[-2])
    share: Floats = (inside + 1) / (draws.shape[1] + 10 + overflows)
    return -np.log2(share)


RULES = (
    Rule(
        name="ign_views",
        arithmetic=ign_views,
        better="lower",
        per_row=True,
        source="views-evaluation, calculate_ignorance_score_native",
        description="Bits of surprise at the outcome's bin, ten bins as in views-evaluation.",
    ),
)
