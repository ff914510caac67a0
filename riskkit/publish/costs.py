"""costs.csv: what acting on replayed rankings would have cost, beside last year's."""

from __future__ import annotations

import dataframely as dy
import polars as pl

from riskkit.publish import Publication
from riskkit.publish import _table as t

_SYSTEM = "`ranking`: act from the ratio on; `last year`: act where the event was last year."
_VALUE = "Share saved of what knowing saves over the better of never and always acting."


def _cost(description: str) -> dy.Float64:
    return dy.Float64(min=0, metadata=t.note(description, "losses per unit and year", decimals=4))


def _value(description: str) -> dy.Float64:
    return dy.Float64(max=1, nullable=True, metadata=t.note(description, "share", decimals=4))


class Costs(dy.Schema):
    """Schema version 2; without rows when no replay of the study is at hand."""

    event = t.words("What one acts against.", primary_key=True)
    ratio = dy.Float64(
        primary_key=True,
        min=0,
        max=1,
        metadata=t.note("Cost of acting divided by the loss if one did not.", decimals=4),
    )
    system = dy.Enum(t.DECIDERS, primary_key=True, metadata=t.note(_SYSTEM))
    cost = _cost("Cost of acting by it.")
    cost_low = _cost("5 % end, from a bootstrap over units.")
    cost_high = _cost("95 % end.")
    never = _cost("Cost of never acting.")
    always = _cost("Cost of always acting.")
    perfect = _cost("Cost of knowing.")
    value = _value(_VALUE)
    value_low = _value("5 % end, from a bootstrap over units.")
    value_high = _value("95 % end.")
    first_origin = t.month("First month at whose end a ranking was replayed.")
    last_origin = t.month("Last such month.")


def table(publication: Publication) -> pl.DataFrame:
    """Give the costs, sorted by event and ratio; columns as in `Costs`."""
    if publication.costs is None:
        return Costs.create_empty()
    order = pl.col("system") != t.DECIDERS[0]
    frame = t.rounded(publication.costs.select(Costs.column_names()), Costs)
    return frame.sort("event", "ratio", order)
