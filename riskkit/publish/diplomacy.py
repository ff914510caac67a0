"""diplomacy.csv: talks, agreements, missions, pacts, treaties, sanctions and votes of each unit."""

from __future__ import annotations

import dataframely as dy
import polars as pl

from riskkit.publish import Publication
from riskkit.publish import _table as t


class Diplomacy(dy.Schema):
    """Schema version 2. A theme without rows has no table in the data; themes.csv says which."""

    unit = dy.String(primary_key=True, metadata=t.note("Code of the unit, as in ranking.csv."))
    theme = t.words("Theme of diplomacy.")
    indicator = t.words("Name of the figure in the panel.", primary_key=True)
    text = t.words("What the figure says.")
    counted = t.words("Its unit of measurement.")
    value = dy.Float64(metadata=t.note("The figure.", "as `counted` says", decimals=3))
    month = dy.Date(metadata=t.note("First day of the (last) period that the figure is of."))
    place = dy.Int32(min=1, metadata=t.note("Place among the countries; 1 is the highest value."))
    countries = dy.Int32(min=1, metadata=t.note("Countries that have the figure.", "countries"))
    data_kind = t.data_kind()
    schema_version = t.schema_version()


def table(publication: Publication) -> pl.DataFrame:
    """Give the figures; columns as in `Diplomacy`, in the order of the themes."""
    told = [fact for theme in publication.dossier.themes for fact in theme.facts]
    texts = pl.DataFrame(
        {
            "indicator": [fact.indicator for fact in told],
            "text": [fact.text for fact in told],
            "counted": [fact.unit for fact in told],
            "order": range(len(told)),
        },
        schema_overrides={"indicator": pl.String, "text": pl.String, "counted": pl.String},
    )
    frame = publication.dossier.facts.join(texts, on="indicator", how="inner")
    frame = t.rounded(frame.with_columns(*t.stamp(publication)), Diplomacy)
    return frame.sort("unit", "order").select(Diplomacy.column_names())
