"""situations.csv: the past situations most like each unit's present, and what followed them."""

from __future__ import annotations

import dataframely as dy
import polars as pl

from riskkit.publish import Publication
from riskkit.publish import _table as t


class Situations(dy.Schema):
    """Schema version 2. Alike in level, recent change, spread and activity of the first threat."""

    unit = dy.String(primary_key=True, metadata=t.note("Code of the unit, as in ranking.csv."))
    place = dy.Int32(primary_key=True, min=1, metadata=t.note("1 is the most alike."))
    past_unit = dy.String(metadata=t.note("Code of the unit that was in the situation."))
    past_name = t.words("Its name.")
    month = dy.Date(metadata=t.note("First day of the month (or year) at whose end it was."))
    before = t.amount("Count of the first threat in the year before.", nullable=True)
    after = t.amount("Count in the year that followed.", nullable=True)
    data_kind = t.data_kind()
    schema_version = t.schema_version()


def table(publication: Publication) -> pl.DataFrame:
    """Give the situations; columns as in `Situations`, sorted by unit and place."""
    frame = publication.dossier.situations.with_columns(*t.stamp(publication))
    frame = t.rounded(frame, Situations).sort("unit", "place")
    return frame.select(Situations.column_names())
