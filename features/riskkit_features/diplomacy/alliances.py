"""Networks of pacts and rivalries: how strong a state's allies and rivals are, how central it is.

A state's capability is its share of the world's (`nmc_cinc`), in percent and on the logarithmic
scale that zero allows, since a few powers hold most of it.
"""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from riskkit import transforms as tf
from riskkit.family import Feature

ALLIES = "defence_pact"
RIVALS = "rivalry"
CAPABILITY = "nmc_cinc"
LOG_PERCENT = "log(1 + percent of the world's)"
STEPS = 3
"""Pacts in a row of the walks that are counted."""


def alliances() -> Iterator[Feature]:
    """All features of this module."""
    yield from _capability()
    yield from _centrality()
    yield from _rivals()


def log_capability(share: pl.Expr) -> pl.Expr:
    """Shares of the world's capabilities, one or summed, on the scale of this module."""
    return (100 * share).log1p()


def _capability() -> Iterator[Feature]:
    """What the state can bring to bear, and what its allies would add."""
    own, theirs = pl.col(CAPABILITY), tf.network_lag(CAPABILITY, ALLIES, "sum")
    share = tf.ratio(own, own + theirs)
    for name, expr, unit, phrase in (
        ("capability_log", log_capability(own), LOG_PERCENT, "material capabilities of the state"),
        (
            "allies_capability_log",
            log_capability(theirs),
            LOG_PERCENT,
            "material capabilities of all partners in defence pacts",
        ),
        (
            "allies_capability_own_share",
            share,
            "share",
            "the state's own part of its and its allies' capabilities",
        ),
    ):
        yield Feature(name, expr, unit, (CAPABILITY,), phrase)


def _centrality() -> Iterator[Feature]:
    """How connected the state's allies are, and how central that makes the state."""
    degree = tf.network_lag(pl.lit(1), ALLIES, "sum")
    yield Feature(
        name="allies_partners_mean_log",
        expr=tf.network_lag(degree.log1p(), ALLIES),
        unit="log(1 + states)",
        inputs=(),
        description="partners in defence pacts that its partners have, mean",
        sign="-",
    )
    walks = degree
    for _ in range(STEPS - 1):
        walks = tf.network_lag(walks, ALLIES, "sum")
    yield Feature(
        name="alliance_centrality_log",
        expr=walks.log1p(),
        unit="log(1 + walks)",
        inputs=(),
        description="centrality among defence pacts: walks of three pacts from the state",
        sign="-",
    )


def _rivals() -> Iterator[Feature]:
    """Against whom the state prepares, by a list of rivalries."""
    yield Feature(
        name="rivals_count",
        expr=tf.network_lag(pl.lit(1), RIVALS, "sum"),
        unit="states",
        inputs=(),
        description="number of rivals",
        sign="+",
    )
    theirs = tf.network_lag(CAPABILITY, RIVALS, "sum")
    yield Feature(
        name="rivals_capability_gap",
        expr=log_capability(theirs) - log_capability(pl.col(CAPABILITY)),
        unit=f"difference of {LOG_PERCENT}",
        inputs=(CAPABILITY,),
        description="material capabilities of all rivals, less the state's own",
    )
