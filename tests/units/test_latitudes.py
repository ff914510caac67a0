"""Latitudes: every place once, as drawn on the map, and where another atlas has it."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from riskkit.units import countries
from riskkit.units.latitudes import build, latitudes


def test_every_country_alive_has_one() -> None:
    table = latitudes()
    assert table["unit"].is_unique().all()
    assert table["unit"].is_sorted()
    assert table["latitude"].is_between(-90, 90).all()
    assert set(table["source"]) == {"outline", "by hand"}
    states = countries("separable")
    without = states.join(table, on="unit", how="anti")
    assert without["unit"].to_list() == ["CSK", "DDR", "VDR", "YMD"]
    assert table.join(countries(), on="unit", how="anti").is_empty()


def test_the_largest_part_tells(tmp_path: Path) -> None:
    """A colony in the south moves no centroid, and a place drawn is no longer listed by hand."""
    pytest.importorskip("shapely", reason="needs the extra geo")
    path = tmp_path / "map.geojson"
    features = [_square("FRA", 45.0, 2.0, colony=4.0), _square("MLT", 35.0, 0.5)]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    built = build(path)
    found = {unit: (latitude, source) for unit, latitude, source in built.rows()}
    assert found["FRA"] == (46.0, "outline")
    assert found["MLT"] == (35.2, "outline")
    assert found["SGP"] == (1.4, "by hand")


def test_the_committed_table_is_that_of_the_map(shared_data: Path) -> None:
    pytest.importorskip("shapely", reason="needs the extra geo")
    path = shared_data / "raw" / "naturalearth" / "ne_110m_admin_0_countries.geojson"
    assert build(path).equals(latitudes()), "run `python -m riskkit.units.latitudes MAP`"


def test_another_atlas_agrees() -> None:
    """Its latitudes are whole degrees of a middle of the country: Chile's is seven degrees off."""
    countryinfo = pytest.importorskip("countryinfo", reason="needs the development extra")
    names = dict(countries().select("unit", "name").rows())
    apart = []
    for unit, latitude, source in latitudes().rows():
        try:
            theirs = countryinfo.CountryInfo(names[unit]).latlng()[0]
        except (countryinfo.CountryNotFoundError, IndexError, TypeError):
            continue
        apart.append((source, abs(theirs - latitude)))
    table = pl.DataFrame(apart, schema=["source", "degrees"], orient="row")
    assert table.height > 200
    assert table["degrees"].max() < 8
    assert table.filter(source="by hand")["degrees"].max() < 2
    assert (table["degrees"] < 2).mean() > 0.9


def _square(code: str, south: float, size: float, colony: float | None = None) -> dict[str, object]:
    corners = [(south, size)] + ([(colony, size / 2)] if colony is not None else [])
    rings = [
        [[0, low], [width, low], [width, low + width], [0, low + width], [0, low]]
        for low, width in corners
    ]
    geometry = {"type": "MultiPolygon", "coordinates": [[ring] for ring in rings]}
    return {"type": "Feature", "properties": {"ADM0_A3": code}, "geometry": geometry}
