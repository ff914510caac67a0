"""Dealings with other states as the news report them: how kind, how harsh, with whom.

GDELT's daily sums of scores stand for cooperation (above zero) and conflict (below zero). A pair of
states has a sum of each, so that a state's opponents are weighted by the harshness of its dealings
with them.
"""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from riskkit.family import Feature
from riskkit.family import transforms as tf
from riskkit_features.diplomacy.alliances import RIVALS

COOPERATION = "gdelt_ext_pos_per_day"
CONFLICT = "gdelt_ext_neg_per_day"
WITH_PARTNERS = "gdelt_cooperation"
WITH_OPPONENTS = "gdelt_conflict"
BORDERS = "contiguity"


def events() -> Iterator[Feature]:
    """All features of this module."""
    yield from _dealings()
    yield Feature(
        name="opponents_ged_sb_mean_log_12",
        expr=tf.network_lag(tf.rolling_sum("ged_sb", 12).log1p(), WITH_OPPONENTS),
        unit="log(1 + deaths)",
        inputs=("ged_sb",),
        description="state-based deaths in the states it clashes with, 12 months, weighted by "
        "conflict",
        sign="+",
    )
    yield from _dealings_with("neighbours", BORDERS, "neighbouring countries")
    yield from _dealings_with("rivals", RIVALS, "its rivals")


def _dealings() -> Iterator[Feature]:
    """With all other states together, and against the year before."""
    kind, harsh = pl.col(COOPERATION), pl.col(CONFLICT).abs()
    yield Feature(
        name="events_cooperation_share",
        expr=tf.share(kind, kind + harsh, window=3),
        unit="share",
        inputs=(COOPERATION, CONFLICT),
        description="cooperation among the reported dealings with other states, last 3 months",
        sign="-",
    )
    level, unit = tf.rolling_mean(harsh, 3).log1p(), "log(1 + points a day)"
    phrase = "reported conflict with other states"
    text = f"{phrase}, last 3 months"
    yield Feature("events_conflict_log", level, unit, (CONFLICT,), text, "+")
    change, unit = tf.difference(level, 12), f"change of {unit}"
    text = f"{phrase}, change in a year"
    yield Feature("events_conflict_log_change_12", change, unit, (CONFLICT,), text, "+")


def _dealings_with(who: str, relation: str, phrase: str) -> Iterator[Feature]:
    """With some states alone, from the sums of the pairs."""
    kind, harsh = _scores(WITH_PARTNERS, relation), _scores(WITH_OPPONENTS, relation)
    yield Feature(
        name=f"events_cooperation_with_{who}_share",
        expr=tf.share(kind, kind + harsh, window=3),
        unit="share",
        inputs=(),
        description=f"cooperation among the reported dealings with {phrase}, last 3 months",
        sign="-",
    )
    yield Feature(
        name=f"events_conflict_with_{who}_log",
        expr=tf.rolling_mean(harsh, 3).log1p(),
        unit="log(1 + points a month)",
        inputs=(),
        description=f"reported conflict with {phrase}, last 3 months",
        sign="+",
    )


def _scores(pairs: str, relation: str) -> pl.Expr:
    """Sum of the month over the partners in a relation; zero if they deal with others only.

    Missing where no pair with any of them is told of, as in months that the table lacks.
    """
    total = tf.network_lag(pl.lit(1), over=pairs, how="sum", among=relation)
    told = tf.network_lag(tf.network_lag(pl.lit(1), pairs, "max"), relation, "max")
    return pl.coalesce(total, 0 * told)
