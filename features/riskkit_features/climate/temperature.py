"""Heat: against a fixed reference period, and against the country's own last ten years."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from riskkit.family import Feature
from riskkit.family import transforms as tf
from riskkit_features.climate._past import same_month_mean

ANOMALY = ("era5_t2m_anom_c", "temperature_anomaly")
"""Departure from the normal of a reference period, and its name in the simulated world."""
LEVEL = ("era5_t2m_c", *ANOMALY)
"""Whatever differs from the temperature by a constant per calendar month has the same departure
from the country's own past."""
DEGREES = "degrees Celsius"


def temperature() -> Iterator[Feature]:
    """All features of this module."""
    yield from _anomalies()
    yield _own_past()
    yield from _spells()


def _feature(
    what: str,
    expr: pl.Expr,
    unit: str,
    phrase: str,
    inputs: tuple[str, ...] = LEVEL,
    against: tuple[str, ...] = (),
) -> Feature:
    text = f"temperature, {phrase}"
    return Feature(f"temperature_{what}", expr, unit, inputs, text, "+", against=against)


def departure() -> pl.Expr:
    """Degrees above the same calendar month of the ten years before."""
    level = pl.coalesce(LEVEL)
    return level - same_month_mean(level)


def _anomalies() -> Iterator[Feature]:
    """Against the reference period of the publisher."""
    against = "against the reference period"
    anomaly = pl.coalesce(ANOMALY)
    yield _feature("anomaly", anomaly, DEGREES, f"latest month {against}", ANOMALY, ANOMALY)
    mean = tf.rolling_mean(anomaly, 12)
    phrase = f"last 12 months {against}"
    yield _feature("anomaly_mean_12", mean, DEGREES, phrase, ANOMALY, ANOMALY)


def _own_past() -> Feature:
    """Against the same calendar months of the ten years before."""
    mean = tf.rolling_mean(departure(), 12)
    phrase = "last 12 months against the same months of the 10 years before"
    return _feature("departure_mean_12", mean, DEGREES, phrase)


def _spells() -> Iterator[Feature]:
    """Hot months, as the country knows them from ten years."""
    hot = departure() > tf.rolling_quantile(departure(), 0.9, 120)
    phrase = "hotter for the season than nine months in ten of its last 10 years"
    yield _feature("hot_months_12", tf.count(hot, 12), "months", f"months of a year {phrase}")
    yield _feature("hot_streak", tf.streak(hot, 12), "months", f"months in a row {phrase}")
