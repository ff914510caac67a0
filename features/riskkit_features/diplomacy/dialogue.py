"""What states and firms take part in: treaties by theme, training of diplomats, the private sector.

All of it comes from tables of one's own (docs/sources-own.md) and is missing until they are given.
"""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from riskkit.family import Feature
from riskkit.family import transforms as tf

PEOPLE = ("population", "wpp24_pop")
COMPACT = "un_global_compact_participants"
THEMES = {
    "terrorism": "conventions against terrorism to which the state is party",
    "climate": "climate treaties to which the state is party",
    "migration": "treaties on refugees and migrants to which the state is party",
}


def dialogue() -> Iterator[Feature]:
    """All features of this module."""
    for theme, phrase in THEMES.items():
        name = f"treaties_{theme}"
        yield Feature(name, pl.col(name), "treaties", (name,), phrase)
    yield Feature(
        name="diplomats_trained_log",
        expr=pl.col("diplomats_trained").log1p(),
        unit="log(1 + people)",
        inputs=("diplomats_trained",),
        description="diplomats that the state trained in the year",
        sign="-",
    )
    yield Feature(
        name="global_compact_participants_log",
        expr=(1e6 * tf.ratio(COMPACT, pl.coalesce(PEOPLE))).log1p(),
        unit="log(1 + participants per million people)",
        inputs=(COMPACT, *PEOPLE),
        description="firms and others that take part in the UN Global Compact, per head",
        sign="-",
    )
