"""onsets.csv: how often what was given a chance of breaking out or doubling came, in a replay."""

from __future__ import annotations

import dataframely as dy
import polars as pl

from riskkit.publish import Publication
from riskkit.publish import _table as t
from riskkit.risk.onset import EVENTS


class Onsets(dy.Schema):
    """Schema version 2; without rows when no replay of the study is at hand."""

    event = dy.Enum(
        EVENTS, primary_key=True, metadata=t.note("Column of components.csv that is graded.")
    )
    from_chance = dy.Float64(
        primary_key=True,
        min=0,
        max=1,
        metadata=t.note("Lower end of the chances.", "probability", decimals=4),
    )
    to_chance = t.probability("Upper end, which belongs to the next row.")
    forecasts = dy.Int64(
        min=1, metadata=t.note("Forecasts of such a chance.", "units at an origin")
    )
    came = dy.Int64(min=0, metadata=t.note("How many of them came.", "units at an origin"))
    chance = t.probability("Mean chance of them.")
    first_origin = t.month("First month at whose end a forecast was replayed.")
    last_origin = t.month("Last such month.")

    @dy.rule()
    def no_more_came_than_was_forecast(cls) -> pl.Expr:  # noqa: N805 - dataframely's class method
        """Each forecast comes once at most."""
        return pl.col("came") <= pl.col("forecasts")


def table(publication: Publication) -> pl.DataFrame:
    """Give the counts, sorted by event and chance; columns as in `Onsets`."""
    if publication.onsets is None:
        return Onsets.create_empty()
    frame = t.rounded(publication.onsets.select(Onsets.column_names()), Onsets)
    order = pl.col("event").replace_strict({event: place for place, event in enumerate(EVENTS)})
    return frame.sort(order, "from_chance")
