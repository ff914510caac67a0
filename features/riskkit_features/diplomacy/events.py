"""Dealings with other states as the news report them: how kind, how harsh, with whom.

GDELT's daily sums of scores stand for cooperation (above zero) and conflict (below zero). A pair of
states has a sum of each, so that a state's opponents are weighted by the harshness of its dealings
with them, and its partners by the kindness.
"""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from riskkit import transforms as tf
from riskkit.family import Feature
from riskkit_features.diplomacy.alliances import CAPABILITY, LOG_PERCENT, RIVALS, log_capability

COOPERATION = "gdelt_ext_pos_per_day"
CONFLICT = "gdelt_ext_neg_per_day"
PARTNERS = "gdelt_n_partners"
WITH_PARTNERS = "gdelt_cooperation"
WITH_OPPONENTS = "gdelt_conflict"
BORDERS = "contiguity"
LOG_POINTS = "log(1 + points a day)"
LOG_DEATHS = "log(1 + deaths)"


def events() -> Iterator[Feature]:
    """All features of this module."""
    yield from _dealings()
    yield from _neighbours()
    yield from _opponents()
    yield from _partners_at_war()
    yield from _dealings_with("neighbours", BORDERS, "neighbouring countries")
    yield from _dealings_with("rivals", RIVALS, "its rivals")


def _conflict() -> pl.Expr:
    """Conflict with all other states, mean of 3 months."""
    return tf.rolling_mean(pl.col(CONFLICT).abs(), 3).log1p()


def _cooperation() -> pl.Expr:
    """Cooperative part of the reported dealings with all other states, 3 months."""
    kind, harsh = pl.col(COOPERATION), pl.col(CONFLICT).abs()
    return tf.share(kind, kind + harsh, window=3)


def _dealings() -> Iterator[Feature]:
    """With all other states together, and against the year before."""
    share, inputs = (
        "cooperation among the reported dealings with other states",
        (
            COOPERATION,
            CONFLICT,
        ),
    )
    text = f"{share}, last 3 months"
    yield Feature("events_cooperation_share", _cooperation(), "share", inputs, text, "-")
    change = tf.difference(_cooperation(), 12)
    text = f"{share}, change in a year"
    yield Feature("events_cooperation_share_change_12", change, "share", inputs, text, "-")
    harsh = "reported conflict with other states"
    text = f"{harsh}, last 3 months"
    yield Feature("events_conflict_log", _conflict(), LOG_POINTS, (CONFLICT,), text, "+")
    change = tf.difference(_conflict(), 12)
    text = f"{harsh}, change in a year"
    unit = f"change of {LOG_POINTS}"
    yield Feature("events_conflict_log_change_12", change, unit, (CONFLICT,), text, "+")
    number = pl.col(PARTNERS).log1p()
    text = "states with which dealings are reported"
    yield Feature("events_partners_log", number, "log(1 + states)", (PARTNERS,), text)


def _neighbours() -> Iterator[Feature]:
    """How the neighbours deal with the world."""
    yield Feature(
        name="events_conflict_of_neighbours_log",
        expr=tf.network_lag(_conflict(), BORDERS),
        unit=LOG_POINTS,
        inputs=(CONFLICT,),
        description="reported conflict of neighbouring countries with other states, 3 months, mean",
        sign="+",
    )
    yield Feature(
        name="events_cooperation_of_neighbours_share",
        expr=tf.network_lag(_cooperation(), BORDERS),
        unit="share",
        inputs=(COOPERATION, CONFLICT),
        description="cooperation among the dealings of neighbouring countries, 3 months, mean",
        sign="-",
    )


def _opponents() -> Iterator[Feature]:
    """With whom the state clashes in the news: one or many, at war or not, strong or weak."""
    yield Feature(
        name="opponents_concentration",
        expr=tf.network_lag(pl.lit(1), WITH_OPPONENTS, "concentration"),
        unit="index 0-1",
        inputs=(),
        description="reported conflict with other states, concentration on few (Herfindahl index)",
    )
    yield _wars_of("opponents", WITH_OPPONENTS, "the states it clashes with", "conflict")
    theirs = log_capability(tf.network_lag(CAPABILITY, WITH_OPPONENTS))
    yield Feature(
        name="opponents_capability_gap",
        expr=theirs - log_capability(pl.col(CAPABILITY)),
        unit=f"difference of {LOG_PERCENT}",
        inputs=(CAPABILITY,),
        description="material capabilities of the states it clashes with, weighted by conflict, "
        "less its own",
    )


def _partners_at_war() -> Iterator[Feature]:
    yield _wars_of("partners", WITH_PARTNERS, "the states it deals kindly with", "cooperation")


def _wars_of(who: str, relation: str, phrase: str, weight: str) -> Feature:
    toll = tf.rolling_sum("ged_sb", 12).log1p()
    return Feature(
        name=f"{who}_ged_sb_mean_log_12",
        expr=tf.network_lag(toll, relation),
        unit=LOG_DEATHS,
        inputs=("ged_sb",),
        description=f"state-based deaths in {phrase}, 12 months, weighted by {weight}",
        sign="+",
    )


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
