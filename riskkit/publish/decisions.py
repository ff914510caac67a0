"""decisions.csv: what alarms on replayed rankings would have brought, beside last year's."""

from __future__ import annotations

import dataframely as dy
import polars as pl

from riskkit.publish import Publication
from riskkit.publish import _table as t

_SYSTEM = "`ranking`; `last year`: as many alarms, for the highest of the last year then known."


class Decisions(dy.Schema):
    """Schema version 2; without rows when no replay of the study is at hand."""

    event = t.words("What the alarm is about.", primary_key=True)
    alarm = dy.Float64(
        primary_key=True,
        min=0,
        max=1,
        metadata=t.note("Chance that alarm is given from.", decimals=4),
    )
    system = dy.Enum(t.DECIDERS, primary_key=True, metadata=t.note(_SYSTEM))
    hits = dy.Int64(min=0, metadata=t.note("Alarms that came true.", "unit-years"))
    misses = dy.Int64(min=0, metadata=t.note("Events without an alarm.", "unit-years"))
    false_alarms = dy.Int64(min=0, metadata=t.note("Alarms without an event.", "unit-years"))
    quiet = dy.Int64(min=0, metadata=t.note("Neither.", "unit-years"))
    hit_rate = t.probability("Share of events that had an alarm.", nullable=True)
    hit_rate_low = t.probability("5 % end, from a bootstrap over units.", nullable=True)
    hit_rate_high = t.probability("95 % end.", nullable=True)
    precision = t.probability("Share of alarms that had an event.", nullable=True)
    precision_low = t.probability("5 % end, from a bootstrap over units.", nullable=True)
    precision_high = t.probability("95 % end.", nullable=True)
    first_origin = t.month("First month at whose end a ranking was replayed.")
    last_origin = t.month("Last such month.")


def table(publication: Publication) -> pl.DataFrame:
    """Give the counts, sorted by event and alarm; columns as in `Decisions`."""
    if publication.alarms is None:
        return Decisions.create_empty()
    order = pl.col("system") != t.DECIDERS[0]
    frame = t.rounded(publication.alarms.select(Decisions.column_names()), Decisions)
    return frame.sort("event", "alarm", order)
