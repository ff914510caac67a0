"""chances.csv: whether what was given a chance of the ten highest came as often as that."""

from __future__ import annotations

import dataframely as dy
import polars as pl

from riskkit.publish import Publication
from riskkit.publish import _table as t


class Chances(dy.Schema):
    """Schema version 2; without rows when no replay of the study is at hand."""

    chance_from = dy.Float64(
        primary_key=True, min=0, max=1, metadata=t.note("Lower end of the step.", decimals=4)
    )
    chance_to = dy.Float64(min=0, max=1, metadata=t.note("Its upper end.", decimals=4))
    cases = dy.Int64(min=1, metadata=t.note("Units at origins that had it.", "unit-years"))
    forecast = t.probability("Mean chance of these cases.")
    came = t.probability("Share of them that were among the ten highest.")
    came_low = t.probability("5 % end of that share, from a bootstrap over units.")
    came_high = t.probability("95 % end.")
    first_origin = t.month("First month at whose end a ranking was replayed.")
    last_origin = t.month("Last such month.")


def table(publication: Publication) -> pl.DataFrame:
    """Give the steps, lowest first; columns as in `Chances`."""
    if publication.chances is None:
        return Chances.create_empty()
    frame = t.rounded(publication.chances.select(Chances.column_names()), Chances)
    return frame.sort("chance_from")
