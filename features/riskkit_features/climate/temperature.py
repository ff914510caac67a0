"""Heat: against a fixed reference period, and against the country's own last ten years."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from riskkit import transforms as tf
from riskkit.family import Feature, Sign
from riskkit_features.climate._past import same_month_mean

ANOMALY = ("era5_t2m_anom_c", "temperature_anomaly")
"""Departure from the normal of a reference period, and its name in the simulated world."""
LEVEL = ("era5_t2m_c", *ANOMALY)
"""Whatever differs from the temperature by a constant per calendar month has the same departure
from the country's own past."""
Z = "era5_t2m_z"
DEGREES = "degrees Celsius"


def temperature() -> Iterator[Feature]:
    """All features of this module."""
    yield from _anomalies()
    yield from _departures()
    yield from _spells()


def _feature(
    what: str,
    expr: pl.Expr,
    unit: str,
    phrase: str,
    inputs: tuple[str, ...] = LEVEL,
    sign: Sign = "+",
) -> Feature:
    return Feature(f"temperature_{what}", expr, unit, inputs, f"temperature, {phrase}", sign)


def departure() -> pl.Expr:
    """Degrees above the same calendar month of the ten years before."""
    level = pl.coalesce(LEVEL)
    return level - same_month_mean(level)


def _anomalies() -> Iterator[Feature]:
    """Against the reference period of the publisher."""
    against = "against the reference period"
    anomaly = pl.coalesce(ANOMALY)
    yield _feature("anomaly", anomaly, DEGREES, f"latest month {against}", ANOMALY)
    for window in (3, 12):
        mean = tf.rolling_mean(anomaly, window)
        phrase = f"last {window} months {against}"
        yield _feature(f"anomaly_mean_{window}", mean, DEGREES, phrase, ANOMALY)
    unit = "standard deviations"
    mean = tf.rolling_mean(Z, 3)
    yield _feature("z_mean_3", mean, unit, f"last 3 months {against}, standardised", (Z,))
    worst = tf.rolling_max(Z, 12)
    yield _feature("z_max_12", worst, unit, f"hottest month of a year {against}", (Z,))


def _departures() -> Iterator[Feature]:
    """Against the same calendar months of the ten years before."""
    against = "against the same months of the 10 years before"
    yield _feature("departure", departure(), DEGREES, f"latest month {against}")
    for window in (3, 12):
        mean = tf.rolling_mean(departure(), window)
        yield _feature(f"departure_mean_{window}", mean, DEGREES, f"last {window} months {against}")


def _spells() -> Iterator[Feature]:
    """Hot and cold months, as the country knows them from ten years."""
    hot = departure() > tf.rolling_quantile(departure(), 0.9, 120)
    cold = departure() < tf.rolling_quantile(departure(), 0.1, 120)
    phrase = "hotter for the season than nine months in ten of its last 10 years"
    yield _feature("hot_months_12", tf.count(hot, 12), "months", f"months of a year {phrase}")
    yield _feature("hot_streak", tf.streak(hot, 12), "months", f"months in a row {phrase}")
    phrase = "colder for the season than nine months in ten of its last 10 years"
    count = tf.count(cold, 12)
    yield _feature("cold_months_12", count, "months", f"months of a year {phrase}", sign="?")
