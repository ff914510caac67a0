"""cells.csv: where the ranked cells of a grid lie, and in which country; empty for countries."""

from __future__ import annotations

import dataframely as dy
import numpy as np
import polars as pl

from riskkit.publish import Publication
from riskkit.publish import _table as t
from riskkit.publish._places import is_cell
from riskkit.units.grid import centroid_of


class Cells(dy.Schema):
    """Schema version 2. One row per ranked cell, in the order of the ranks."""

    rank = dy.Int32(min=1, metadata=t.note("As in ranking.csv."))
    unit = dy.String(primary_key=True, metadata=t.note("Number of the cell, as in ranking.csv."))
    country = t.words("Code of the country that its centre lies in; empty for none.", nullable=True)
    region = t.words("Name of that country, as in ranking.csv and regions.csv.")
    lon = dy.Float64(
        min=-180,
        max=180,
        nullable=True,
        metadata=t.note(
            "Longitude of its centre; empty for a cell that is nowhere.", "degrees", decimals=2
        ),
    )
    lat = dy.Float64(
        min=-90,
        max=90,
        nullable=True,
        metadata=t.note("Latitude of its centre.", "degrees", decimals=2),
    )
    score = t.points("As in ranking.csv.")
    p_any = t.probability("As in ranking.csv.")
    expected = t.amount("As in ranking.csv.")
    as_of = t.month("Month at whose end the forecast was made.")
    data_kind = t.data_kind()
    schema_version = t.schema_version()


def table(publication: Publication, ranking: pl.DataFrame) -> pl.DataFrame:
    """Place the cells of a ranking; columns as in `Cells`."""
    owners = dict(publication.owners)
    cells = ranking.filter(pl.col("unit").str.contains(r"^\d+$"))
    numbers = np.array([int(cell) for cell in cells["unit"]], dtype=np.int64)
    known = np.array([is_cell(cell) for cell in cells["unit"]], dtype=np.bool_)
    lon, lat = np.full(len(numbers), np.nan), np.full(len(numbers), np.nan)
    if known.any():
        lon[known], lat[known] = centroid_of(numbers[known])
    return cells.with_columns(
        *t.stamp(publication),
        country=pl.Series([owners.get(cell) for cell in cells["unit"]], dtype=pl.String),
        lon=pl.Series(lon, nan_to_null=True),
        lat=pl.Series(lat, nan_to_null=True),
    ).select(Cells.column_names())
