"""Disasters, the people they displace, and how exposed and vulnerable a country is."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from riskkit.family import Feature, Sign
from riskkit.family import transforms as tf
from riskkit_features.climate.rain import FARMING, agriculture
from riskkit_features.climate.temperature import LEVEL, departure

PEOPLE = ("population", "wpp24_pop")
DISPLACED = "idmc_disaster_disp"
EVENTS = "idmc_n_disaster_events"
LOG_RATE = "log(1 + people per 100,000 inhabitants)"

INDICES: tuple[tuple[str, str, str, Sign], ...] = (
    ("ndgain_vulnerability", "index 0-1", "vulnerability to climate change", "+"),
    ("ndgain_readiness", "index 0-1", "readiness to adapt to climate change", "-"),
    ("inform_hazard_exposure", "index 0-10", "exposure to hazards, of nature and of people", "+"),
    ("inform_lack_of_coping_capacity", "index 0-10", "lack of capacity to cope", "+"),
)
"""Indicator, unit, phrase, expected sign."""


def exposure() -> Iterator[Feature]:
    """All features of this module."""
    yield from _disasters()
    for indicator, unit, phrase, sign in INDICES:
        yield Feature(f"{indicator}_index", pl.col(indicator), unit, (indicator,), phrase, sign)
    yield _heat_on_farms()


def _disasters() -> Iterator[Feature]:
    """The latest published year, what changed, and the worst of five years."""
    level = (tf.ratio(DISPLACED, pl.coalesce(PEOPLE)) * 100_000).log1p()
    for what, expr, when in (
        ("log_rate", level, "latest year"),
        ("log_rate_max_60", tf.rolling_max(level, 60), "worst of the last 5 years"),
        ("log_change_12", tf.difference(level, 12), "change in a year"),
    ):
        phrase = f"people displaced by disasters, per head, {when}"
        inputs = (DISPLACED, *PEOPLE)
        yield Feature(f"disaster_displaced_{what}", expr, LOG_RATE, inputs, phrase, "+")
    events = pl.col(EVENTS).log1p()
    phrase = "disasters that displaced people, latest year"
    yield Feature("disaster_events_log", events, "log(1 + events)", (EVENTS,), phrase, "+")


def _heat_on_farms() -> Feature:
    """Heat where people live off the land."""
    return Feature(
        name="temperature_heat_farming",
        expr=tf.rolling_mean(departure(), 12).clip(lower_bound=0) * agriculture(),
        unit="degrees Celsius times share",
        inputs=(*LEVEL, *FARMING),
        description="heat of the last 12 months times the share of agriculture",
        sign="+",
    )
