"""Who fought: distinct pairs and sides of events, where the files name them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import polars as pl

from riskkit.reading.sheets import Sheet
from riskkit.sources.ucdp._releases import Part

SIDES = {"dyad": "dyad_new_id", "side_a": "side_a_new_id", "side_b": "side_b_new_id"}
"""Columns of a file that name the pair and its two sides."""
WHO = {
    "ged_dyads": ("dyads", "Pairs of sides with a lethal event of organised violence"),
    "ged_actors": ("actors", "Governments and groups with a lethal event of organised violence"),
}
"""Indicator -> unit and description."""
_ONE_SIDED = 3


def sides(sheet: Sheet, violence: pl.Series) -> list[pl.Series]:
    """The pair and its sides by event; none where the file does not name them.

    The victims of one-sided violence, whom UCDP calls side B, are no side.
    """
    if not set(SIDES.values()) <= set(sheet.frame.columns):
        return []
    found = sheet.frame.select(
        pl.col(column).cast(pl.String).str.strip_chars().replace("", None).alias(name)
        for name, column in SIDES.items()
    )
    if found["dyad"].null_count() == found.height:
        return []
    fighting = pl.when(violence != _ONE_SIDED).then("side_b").alias("side_b")
    return found.with_columns(fighting).get_columns()


def names_sides(part: Part) -> bool:
    """Whether the events of a file name their sides."""
    return set(SIDES) <= set(part.events.columns)


def alike(parts: Sequence[Part]) -> list[Part]:
    """Leave the sides out where not every file names them: counts would be of a part."""
    if all(map(names_sides, parts)):
        return list(parts)
    return [replace(part, events=part.events.drop(SIDES, strict=False)) for part in parts]


def who_fought(events: pl.DataFrame, month: pl.Expr) -> pl.DataFrame:
    """Count distinct pairs and sides.

    Args:
        events: Columns `place`, those of `SIDES` if the files name them, and what `month` reads.
        month: The month that an event counts to.

    Returns:
        `place, month, indicator, value`; without rows where the sides are not named.
    """
    keys = ("place", "month")
    booked = events.with_columns(month.alias("month"))
    if not set(SIDES) <= set(events.columns):
        return booked.head(0).select(*keys, indicator=pl.lit(""), value=pl.lit(0.0))
    pairs = booked.group_by(keys).agg(ged_dyads=pl.col("dyad").drop_nulls().n_unique())
    actors = booked.select(*keys, actor=pl.concat_list("side_a", "side_b")).explode("actor")
    counted = actors.group_by(keys).agg(ged_actors=pl.col("actor").drop_nulls().n_unique())
    return pairs.join(counted, on=keys).unpivot(list(WHO), index=keys, variable_name="indicator")
