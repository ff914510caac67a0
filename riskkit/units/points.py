"""Where small places are that a map of the world leaves out: one point each, by hand."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import polars as pl

_TABLE = Path(__file__).with_name("points.csv")
_SCHEMA = {"unit": pl.String(), "longitude": pl.Float64(), "latitude": pl.Float64()}


@cache
def points() -> dict[str, tuple[float, float]]:
    """Return the points.

    Returns:
        Unit -> degrees of longitude and latitude, to the tenth: the main island or, without
        islands, the middle, as in `riskkit.units.latitudes`.
    """
    table = pl.read_csv(_TABLE, schema=_SCHEMA, glob=False)
    return {unit: (lon, lat) for unit, lon, lat in table.iter_rows()}
