"""Ignorance score of the VIEWS prediction challenge."""

from __future__ import annotations

import numpy as np

from riskkit.scoring import Rule
from riskkit.scoring.ensemble import IGN_EDGES, Floats, count_in_bin


def ign(draws: Floats, outcome: Floats) -> Floats:
    """Surprise in bits, -log2((c + 1) / (S + 11)), with c draws in the outcome's bin.

    The eleven bins are closed below and open above; one pseudo-count lies in each, so a forecast
    that gave the bin no draw still gets a finite score. The challenge's own script first resamples
    forecasts of other than 1000 draws; here they are scored as they are.

    Args:
        draws: [rows, draws].
        outcome: [rows].

    Returns:
        [rows], in bits.
    """
    inside = count_in_bin(draws, outcome, IGN_EDGES)
    share: Floats = (inside + 1) / (draws.shape[1] + len(IGN_EDGES) - 1)
    return -np.log2(share)


RULES = (
    Rule(
        name="ign",
        arithmetic=ign,
        better="lower",
        per_row=True,
        source="Roulston and Smith 2002; bins of the VIEWS prediction challenge 2023/24",
        description="Bits of surprise at the outcome's bin, eleven bins, one pseudo-count each.",
    ),
)
