"""Latitudes of countries, from which the length of their days follows.

Run `python -m riskkit.units.latitudes MAP` to write `latitudes.csv` anew from Natural Earth's
ne_110m_admin_0_countries.geojson (public domain; needs shapely). A latitude is that of the centroid
of the largest part of a country's outline, so that overseas parts do not move it. Small places that
the map leaves out are listed by hand: their main island or, without islands, their middle. One
number per country is coarse for Chile or Russia; it serves where only the seasons matter.
"""

from __future__ import annotations

import sys
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl

from riskkit.atomic import atomic_file
from riskkit.units.geometry import read_borders

_TABLE = Path(__file__).with_name("latitudes.csv")
_BY_HAND = "by hand"
_SCHEMA = {"unit": pl.String(), "latitude": pl.Float64(), "source": pl.String()}


@cache
def latitudes() -> pl.DataFrame:
    """Return the latitudes of today's countries and territories.

    Returns:
        `unit`, `latitude` (degrees north, to the tenth) and `source` (`outline` or `by hand`), in
        order of the units. Former states and simulated countries have none.
    """
    return pl.read_csv(_TABLE, schema=_SCHEMA, glob=False)


def build(path: Path) -> pl.DataFrame:
    """Compute the table from a map, with the places listed by hand that the map leaves out.

    Raises:
        RiskkitError: The file is no map of Natural Earth's, or shapely is not installed.
    """
    outlines = read_borders(path).items()
    rows = [(unit, round(_middle(shape), 1), "outline") for unit, shape in outlines]
    drawn = pl.DataFrame(rows, schema=_SCHEMA, orient="row")
    others = latitudes().filter(source=_BY_HAND).join(drawn, on="unit", how="anti")
    return pl.concat([drawn, others]).sort("unit")


def _middle(shape: Any) -> float:
    """Latitude of the centroid of the largest part."""
    parts = getattr(shape, "geoms", (shape,))
    return float(max(parts, key=lambda part: part.area).centroid.y)


if __name__ == "__main__":
    with atomic_file(_TABLE) as draft:
        build(Path(sys.argv[1])).write_csv(draft)
