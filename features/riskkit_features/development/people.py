"""How many people there are, how young, where they live, and how many infants they lose."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from riskkit.family import Feature
from riskkit.family import transforms as tf

PEOPLE = ("population", "wpp24_pop")
INFANTS = ("infmort", "infant_mortality")
DENSITY = "gm_pop_density"
YOUTH = "wpp17_youth_share_15_24_of_15plus"
URBAN = "gm_urban_pct"


def people() -> Iterator[Feature]:
    """All features of this module."""
    yield from _numbers()
    yield from _youth()
    yield from _health()
    yield from _towns()


def _numbers() -> Iterator[Feature]:
    log = pl.coalesce(PEOPLE).log1p()
    yield Feature("population_log", log, "log(1 + people)", PEOPLE, "population", "+")
    growth = tf.difference(log, 12)
    text = "population, growth in a year"
    yield Feature("population_growth_12", growth, "log ratio", PEOPLE, text, "+")
    crowd = pl.col(DENSITY).log1p()
    unit = "log(1 + people per square kilometre)"
    yield Feature("population_density_log", crowd, unit, (DENSITY,), "population density")


def _youth() -> Iterator[Feature]:
    text = "people of 15 to 24 among those above 14"
    yield Feature("youth_share", pl.col(YOUTH), "share", (YOUTH,), text, "+")


def _health() -> Iterator[Feature]:
    log = pl.coalesce(INFANTS).log1p()
    unit = "log(1 + deaths per 1,000 births)"
    yield Feature("infant_mortality_log", log, unit, INFANTS, "infant mortality", "+")
    change = tf.difference(log, 60)
    text = "infant mortality, change in 5 years"
    yield Feature("infant_mortality_change_60", change, "log ratio", INFANTS, text, "+")


def _towns() -> Iterator[Feature]:
    share = pl.col(URBAN) / 100
    yield Feature("urban_share", share, "share", (URBAN,), "people who live in towns")
