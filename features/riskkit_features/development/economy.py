"""Income, growth, prices, resources and the weight of the military."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from riskkit.family import Feature
from riskkit.family import transforms as tf

PEOPLE = ("population", "wpp24_pop")
INCOME = ("wdi_gdppc_kd", "gdp_per_capita")
FARMING = ("gm_agri_pct_gdp", "agriculture_share")
PRICES = "gm_inflation"
OIL = "gm_oil_production"
ARMS = "gm_milex_pct_gdp"
LOG_DOLLARS = "log(1 + dollars per head)"


def economy() -> Iterator[Feature]:
    """All features of this module."""
    yield from _income()
    yield from _growth()
    yield from _prices()
    yield from _resources()


def _log_income() -> pl.Expr:
    return pl.coalesce(INCOME).log1p()


def _income() -> Iterator[Feature]:
    """How rich, and whether anyone knows: figures are missing where states have failed."""
    text = "income per head"
    yield Feature("income_log", _log_income(), LOG_DOLLARS, INCOME, text, "-")
    silent = pl.when(pl.coalesce(PEOPLE).is_not_null()).then(pl.coalesce(INCOME).is_null())
    text = "income per head is not known"
    yield Feature("income_missing", silent, "0 or 1", (*PEOPLE, *INCOME), text, "+")


def _growth() -> Iterator[Feature]:
    """How income changed: within a year, and within five."""
    for months, words in ((12, "a year"), (60, "5 years")):
        change = tf.difference(_log_income(), months)
        text = f"income per head, change in {words}"
        yield Feature(f"income_change_{months}", change, "log ratio", INCOME, text, "-")


def _prices() -> Iterator[Feature]:
    """Inflation, whose tail is hyperinflation."""
    prices = pl.col(PRICES)
    level = prices.sign() * prices.abs().log1p()
    unit = "log(1 + percent), with its sign"
    yield Feature("inflation_log", level, unit, (PRICES,), "inflation", "+")


def _resources() -> Iterator[Feature]:
    """What there is to fight over or to live from, and what is spent on arms."""
    oil = tf.ratio(OIL, pl.coalesce(PEOPLE)).log1p()
    unit = "log(1 + tonnes per head)"
    yield Feature("oil_log", oil, unit, (OIL, *PEOPLE), "oil production per head", "+")
    farms = pl.coalesce(pl.col(FARMING[0]) / 100, pl.col(FARMING[1]))
    yield Feature("agriculture", farms, "share", FARMING, "agriculture in the economy", "+")
    arms = pl.col(ARMS).log1p()
    text = "military expenditure"
    yield Feature("military_spending_log", arms, "log(1 + percent of GDP)", (ARMS,), text)
