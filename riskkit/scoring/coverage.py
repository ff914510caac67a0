"""Coverage of central prediction intervals."""

from __future__ import annotations

from functools import partial

import numpy as np

from riskkit.scoring import Rule
from riskkit.scoring.ensemble import Floats, sorted_interval


def covered(draws: Floats, outcome: Floats, coverage: float) -> Floats:
    """1 where the outcome lies in the closed central interval, 0 elsewhere, [rows].

    On counts the closed interval covers at least its nominal share even for perfect forecasts:
    when most outcomes are zero, every interval holds zero.
    """
    low, high = sorted_interval(draws, coverage)
    return np.asarray((low <= outcome) & (outcome <= high), dtype=np.float64)


RULES = tuple(
    Rule(
        name=f"coverage_{percent}",
        arithmetic=partial(covered, coverage=percent / 100),
        better="nominal",
        per_row=True,
        source="Gneiting, Balabdaoui and Raftery 2007",
        description=f"Share of outcomes inside the central {percent} % interval.",
    )
    for percent in (50, 80, 90)
)
