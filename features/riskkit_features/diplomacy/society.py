"""Diplomacy beyond governments: civil society, public debate, the internet."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from riskkit.family import Feature
from riskkit.family import transforms as tf

CIVIL_SOCIETY = {
    "civil_society": ("v2x_cspart", "index 0-1", "participation of civil society in politics"),
    "civil_society_core": ("v2xcs_ccsi", "index 0-1", "civil society that is free of the state"),
    "public_debate": ("v2dlengage", "V-Dem scale", "how wide public deliberation reaches"),
}
"""Feature -> V-Dem indicator, unit of measurement, phrase."""


def society() -> Iterator[Feature]:
    """All features of this module."""
    for name, (indicator, unit, phrase) in CIVIL_SOCIETY.items():
        yield Feature(name, pl.col(indicator), unit, (indicator,), phrase, "-")
    core, unit, phrase = CIVIL_SOCIETY["civil_society_core"]
    change = tf.difference(core, 36)
    text = f"{phrase}, change in 3 years"
    yield Feature("civil_society_core_change_36", change, unit, (core,), text, "-")
    yield Feature(
        name="internet_reach",
        expr=pl.col("gm_internet_pct"),
        unit="percent of people",
        inputs=("gm_internet_pct",),
        description="people who use the internet",
    )
