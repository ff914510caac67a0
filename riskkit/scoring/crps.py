"""Continuous ranked probability score."""

from __future__ import annotations

from riskkit.scoring import Rule
from riskkit.scoring.ensemble import sorted_crps

RULES = (
    Rule(
        name="crps",
        arithmetic=sorted_crps,
        better="lower",
        per_row=True,
        source="Gneiting and Raftery 2007, eq. 21; VIEWS prediction challenge 2023/24",
        description="Distance of the whole distribution from the outcome, in the target's unit.",
    ),
)
