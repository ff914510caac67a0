"""series.csv: what came of each threat in the past, as it was known."""

from __future__ import annotations

import dataframely as dy
import polars as pl

from riskkit.publish import Publication
from riskkit.publish import _table as t


class Series(dy.Schema):
    """Schema version 2: the last two years of monthly threats, the last ten of yearly ones."""

    unit = dy.String(primary_key=True, metadata=t.note("Code of the unit, as in ranking.csv."))
    threat = t.words("Name of the threat.", primary_key=True)
    month = dy.Date(primary_key=True, metadata=t.note("First day of the period."))
    value = t.amount("Outcome of the period, as known at `as_of`.")
    data_kind = t.data_kind()
    schema_version = t.schema_version()


def table(publication: Publication) -> pl.DataFrame:
    """Give the known outcomes; columns as in `Series`, sorted by these."""
    frame = publication.dossier.series.with_columns(*t.stamp(publication))
    frame = t.rounded(frame, Series).sort("unit", "threat", "month")
    return frame.select(Series.column_names())
