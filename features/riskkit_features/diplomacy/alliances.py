"""Networks of pacts and rivalries: how strong a state and its allies are, and how central it is.

A state's capability is its share of the world's (`nmc_cinc`), in percent and on the logarithmic
scale that zero allows, since a few powers hold most of it.
"""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from riskkit.family import Feature
from riskkit.family import transforms as tf

ALLIES = "defence_pact"
RIVALS = "rivalry"
CAPABILITY = "nmc_cinc"
STEPS = 3
"""Pacts in a row of the walks that are counted."""


def alliances() -> Iterator[Feature]:
    """All features of this module."""
    yield from _capability()
    yield _centrality()
    yield Feature(
        name="rivals_count",
        expr=tf.network_lag(pl.lit(1), RIVALS, "sum"),
        unit="states",
        inputs=(),
        description="number of rivals",
        sign="+",
    )


def _capability() -> Iterator[Feature]:
    """What the state can bring to bear, and what its allies would add."""
    for name, share, phrase in (
        ("capability_log", pl.col(CAPABILITY), "material capabilities of the state"),
        (
            "allies_capability_log",
            tf.network_lag(CAPABILITY, ALLIES, "sum"),
            "material capabilities of all partners in defence pacts",
        ),
    ):
        expr = (100 * share).log1p()
        yield Feature(name, expr, "log(1 + percent of the world's)", (CAPABILITY,), phrase)


def _centrality() -> Feature:
    """How connected the state's allies are, and how central that makes the state."""
    walks: pl.Expr = pl.lit(1)
    for _ in range(STEPS):
        walks = tf.network_lag(walks, ALLIES, "sum")
    return Feature(
        name="alliance_centrality_log",
        expr=walks.log1p(),
        unit="log(1 + walks)",
        inputs=(),
        description="centrality among defence pacts: walks of three pacts from the state",
        sign="-",
    )
