"""How many people there are, how young, where they live, and how many infants they lose."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from riskkit import transforms as tf
from riskkit.family import Feature

PEOPLE = ("population", "wpp24_pop")
INFANTS = ("infmort", "infant_mortality")
DENSITY = "gm_pop_density"
YOUTH = "wpp17_youth_share_15_24_of_15plus"
CHILDREN = "wpp17_share_under15"
URBAN = "gm_urban_pct"
ONLINE = "gm_internet_pct"


def people() -> Iterator[Feature]:
    """All features of this module."""
    yield from _numbers()
    yield from _ages()
    yield from _health()
    yield from _places()


def _numbers() -> Iterator[Feature]:
    log = pl.coalesce(PEOPLE).log1p()
    yield Feature("population_log", log, "log(1 + people)", PEOPLE, "population", "+")
    for months, words in ((12, "a year"), (60, "5 years")):
        growth = tf.difference(log, months)
        text = f"population, growth in {words}"
        yield Feature(f"population_growth_{months}", growth, "log ratio", PEOPLE, text, "+")
    crowd = pl.col(DENSITY).log1p()
    unit = "log(1 + people per square kilometre)"
    yield Feature("population_density_log", crowd, unit, (DENSITY,), "population density")


def _ages() -> Iterator[Feature]:
    text = "people of 15 to 24 among those above 14"
    yield Feature("youth_share", pl.col(YOUTH), "share", (YOUTH,), text, "+")
    change = tf.difference(YOUTH, 60)
    text = f"{text}, change in 5 years"
    yield Feature("youth_share_change_60", change, "share", (YOUTH,), text, "+")
    text = "children under 15 in the population"
    yield Feature("children_share", pl.col(CHILDREN), "share", (CHILDREN,), text, "+")


def _health() -> Iterator[Feature]:
    log = pl.coalesce(INFANTS).log1p()
    unit = "log(1 + deaths per 1,000 births)"
    yield Feature("infant_mortality_log", log, unit, INFANTS, "infant mortality", "+")
    change = tf.difference(log, 60)
    text = "infant mortality, change in 5 years"
    yield Feature("infant_mortality_change_60", change, "log ratio", INFANTS, text, "+")


def _places() -> Iterator[Feature]:
    """Towns and the internet, where people meet."""
    for name, indicator, text, months in (
        ("urban_share", URBAN, "people who live in towns", 60),
        ("internet_share", ONLINE, "people online", 36),
    ):
        share = pl.col(indicator) / 100
        yield Feature(name, share, "share", (indicator,), text)
        change = tf.difference(share, months)
        words = f"{text}, change in {months // 12} years"
        yield Feature(f"{name}_change_{months}", change, "share", (indicator,), words)
