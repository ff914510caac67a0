"""Regime, repression, exclusion and corruption as experts code them, and the age of the state."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from riskkit.family import Feature, Sign
from riskkit.family import transforms as tf

PEOPLE = ("population", "wpp24_pop")
DEMOCRACY = ("v2x_polyarchy", "democracy")
INDEX = "index 0-1"
SCALE = "V-Dem scale"
MEMORY = 120
"""Cap of the time since a change of regime, in months."""

LEVELS: tuple[tuple[str, str, str, str, Sign], ...] = (
    ("rule_of_law", "v2x_rule", INDEX, "rule of law", "-"),
    ("clean_elections", "v2xel_frefair", INDEX, "free and fair elections", "-"),
    (
        "physical_integrity",
        "v2x_clphy",
        INDEX,
        "freedom from killings and torture by the state",
        "-",
    ),
    ("civil_society_freedom", "v2csreprss", SCALE, "freedom of civil society from repression", "-"),
    ("non_state_violence", "v2caviol", SCALE, "political violence by others than the state", "+"),
    ("protest_for_democracy", "v2cademmob", SCALE, "mobilisation for democracy", "+"),
    ("polarisation", "v2cacamps", SCALE, "polarisation of society into camps", "+"),
    ("exclusion_social", "v2xpe_exlsocgr", INDEX, "exclusion of social groups", "+"),
    ("exclusion_political", "v2xpe_exlpol", INDEX, "exclusion by political affiliation", "+"),
    ("excluded_share", "excluded_population", "share", "people without power", "+"),
    ("corruption", "v2x_corr", INDEX, "political corruption", "+"),
)
"""Feature, indicator, unit, phrase, expected sign."""


def institutions() -> Iterator[Feature]:
    """All features of this module."""
    yield from _regime()
    for name, indicator, unit, text, sign in LEVELS:
        yield Feature(name, pl.col(indicator), unit, (indicator,), text, sign)
    yield _age()


def _regime() -> Iterator[Feature]:
    """Electoral democracy, the middle ground between the regimes, and change."""
    level = pl.coalesce(DEMOCRACY)
    text = "electoral democracy"
    yield Feature("democracy_index", level, INDEX, DEMOCRACY, text, "?")
    middle = 4 * level * (1 - level)
    words = "how far between autocracy and democracy"
    yield Feature("democracy_middle", middle, "1 in the middle", DEMOCRACY, words, "+")
    change = tf.difference(level, 60)
    words = f"{text}, change in 5 years"
    yield Feature("democracy_change_60", change, INDEX, DEMOCRACY, words, "-")
    # Both are published with three decimals; their difference has stray ones.
    turned = tf.difference(level, 12).abs().round(3) >= 0.1
    since = tf.time_since(turned, MEMORY)
    words = f"{text}, months since it moved by 0.1 within a year"
    yield Feature("democracy_months_since_turn", since, "months", DEMOCRACY, words, "-")
    silent = pl.when(pl.coalesce(PEOPLE).is_not_null()).then(level.is_null())
    words = f"{text} is not coded, as in the smallest states"
    yield Feature("democracy_missing", silent, "0 or 1", (*PEOPLE, *DEMOCRACY), words, "-")


def _age() -> Feature:
    age = pl.col("state_age").log1p()
    return Feature("state_age_log", age, "log(1 + years)", ("state_age",), "age of the state", "-")
