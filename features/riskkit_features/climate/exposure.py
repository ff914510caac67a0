"""Disasters, the people they displace, and how exposed and vulnerable a country is."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from riskkit import transforms as tf
from riskkit.family import Feature, Sign
from riskkit_features.climate.rain import FARMING, agriculture
from riskkit_features.climate.temperature import LEVEL, departure

PEOPLE = ("population", "wpp24_pop")
DISPLACED = "idmc_disaster_disp"
BY_WEATHER = "idmc_weather_disp"
EVENTS = "idmc_n_disaster_events"
LOG_RATE = "log(1 + people per 100,000 inhabitants)"

INDICES: tuple[tuple[str, str, str, Sign], ...] = (
    ("ndgain_vulnerability", "index 0-1", "vulnerability to climate change", "+"),
    ("ndgain_readiness", "index 0-1", "readiness to adapt to climate change", "-"),
    ("ndgain_exposure", "index 0-1", "exposure to climate change", "+"),
    ("inform_hazard_exposure", "index 0-10", "exposure to hazards, of nature and of people", "+"),
    ("inform_vulnerability", "index 0-10", "vulnerability of people to disasters", "+"),
    ("inform_lack_of_coping_capacity", "index 0-10", "lack of capacity to cope", "+"),
)
"""Indicator, unit, phrase, expected sign."""


def exposure() -> Iterator[Feature]:
    """All features of this module."""
    yield from _disasters()
    for indicator, unit, phrase, sign in INDICES:
        yield Feature(f"{indicator}_index", pl.col(indicator), unit, (indicator,), phrase, sign)
    yield from _interactions()


def _log_rate(indicator: str) -> pl.Expr:
    return (tf.ratio(indicator, pl.coalesce(PEOPLE)) * 100_000).log1p()


def _disasters() -> Iterator[Feature]:
    """The latest published year, what changed, and the worst of five years."""
    for name, indicator, who in (
        ("disaster_displaced", DISPLACED, "people displaced by disasters"),
        ("weather_displaced", BY_WEATHER, "people displaced by the weather"),
    ):
        level, inputs = _log_rate(indicator), (indicator, *PEOPLE)
        phrase = f"{who}, per head, latest year"
        yield Feature(f"{name}_log_rate", level, LOG_RATE, inputs, phrase, "+")
        worst = tf.rolling_max(level, 60)
        phrase = f"{who}, per head, worst of the last 5 years"
        yield Feature(f"{name}_log_rate_max_60", worst, LOG_RATE, inputs, phrase, "+")
    change = tf.difference(_log_rate(DISPLACED), 12)
    phrase = "people displaced by disasters, per head, change in a year"
    inputs = (DISPLACED, *PEOPLE)
    yield Feature("disaster_displaced_log_change_12", change, LOG_RATE, inputs, phrase, "+")
    events = pl.col(EVENTS).log1p()
    phrase = "disasters that displaced people, latest year"
    yield Feature("disaster_events_log", events, "log(1 + events)", (EVENTS,), phrase, "+")


def _interactions() -> Iterator[Feature]:
    """Shocks where they find people unprotected."""
    yield Feature(
        name="temperature_heat_farming",
        expr=tf.rolling_mean(departure(), 12).clip(lower_bound=0) * agriculture(),
        unit="degrees Celsius times share",
        inputs=(*LEVEL, *FARMING),
        description="heat of the last 12 months times the share of agriculture",
        sign="+",
    )
    yield Feature(
        name="disaster_displaced_vulnerability",
        expr=_log_rate(DISPLACED) * pl.col("ndgain_vulnerability"),
        unit=f"{LOG_RATE} times index",
        inputs=(DISPLACED, *PEOPLE, "ndgain_vulnerability"),
        description="people displaced by disasters, per head, times the vulnerability",
        sign="+",
    )
