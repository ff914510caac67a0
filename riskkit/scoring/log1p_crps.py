"""CRPS of log(1 + x): relative rather than absolute misses."""

from __future__ import annotations

import numpy as np

from riskkit.scoring import Rule
from riskkit.scoring.ensemble import Floats, sorted_crps


def log1p_crps(draws: Floats, outcome: Floats) -> Floats:
    """CRPS after both sides went through log(1 + x), [rows], in log units."""
    return sorted_crps(np.log1p(draws), np.log1p(outcome))


RULES = (
    Rule(
        name="log1p_crps",
        arithmetic=log1p_crps,
        better="lower",
        per_row=True,
        source="Bosse et al. 2023, Scoring epidemiological forecasts on transformed scales",
        description="CRPS of log(1 + x), so that small conflicts count beside large ones.",
    ),
)
