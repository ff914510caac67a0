"""Income, growth, prices, resources and the weight of the military."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from riskkit import transforms as tf
from riskkit.family import Feature

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
    """How income changed: within a year, within five, and how badly at worst."""
    change = tf.difference(_log_income(), 12)
    unit = "log ratio"
    text = "income per head, change in a year"
    yield Feature("income_change_12", change, unit, INCOME, text, "-")
    longer = tf.difference(_log_income(), 60)
    text = "income per head, change in 5 years"
    yield Feature("income_change_60", longer, unit, INCOME, text, "-")
    worst = tf.rolling_min(change, 60)
    text = "income per head, worst yearly change of 5 years"
    yield Feature("income_change_min_60", worst, unit, INCOME, text, "-")
    spread = tf.rolling_std(change, 120)
    text = "income per head, spread of its yearly changes over 10 years"
    yield Feature("income_volatility_120", spread, unit, INCOME, text, "+")


def _prices() -> Iterator[Feature]:
    """Inflation, whose tail is hyperinflation."""
    prices = pl.col(PRICES)
    level = prices.sign() * prices.abs().log1p()
    unit = "log(1 + percent), with its sign"
    yield Feature("inflation_log", level, unit, (PRICES,), "inflation", "+")
    worst = tf.rolling_max(level, 36)
    text = "inflation, highest of 3 years"
    yield Feature("inflation_log_max_36", worst, unit, (PRICES,), text, "+")


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
