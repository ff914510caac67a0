"""Borders: what is read of a map, who touches whom, agreement with the table of contiguity."""

from __future__ import annotations

import importlib
import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from riskkit.errors import RiskkitError
from riskkit.units.geometry import contiguity, read_borders

shapely = pytest.importorskip("shapely", reason="needs the extra geo")
Ring = list[tuple[float, float]]


def square(west: float, south: float, size: float = 1.0) -> Ring:
    east, north = west + size, south + size
    return [(west, south), (east, south), (east, north), (west, north), (west, south)]


def feature(code: str, *rings: Ring) -> dict[str, Any]:
    geometry = {"type": "MultiPolygon", "coordinates": [[ring] for ring in rings]}
    return {"type": "Feature", "properties": {"ADM0_A3": code}, "geometry": geometry}


def map_of(folder: Path, *features: Any) -> Path:
    path = folder / "map.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return path


def test_codes_of_natural_earth_become_units(tmp_path: Path) -> None:
    codes = ("SDS", "SAH", "PSX", "KOS", "FRA")
    path = map_of(tmp_path, *(feature(code, square(2.0 * i, 0)) for i, code in enumerate(codes)))
    assert list(read_borders(path)) == ["ESH", "FRA", "PSE", "SSD", "XKX"]


def test_parts_are_merged_into_their_unit_and_strangers_left_out(tmp_path: Path) -> None:
    path = map_of(
        tmp_path,
        feature("SOM", square(0, 0)),
        feature("SOL", square(1, 0)),
        feature("USG", square(5, 5)),
    )
    borders = read_borders(path)
    assert list(borders) == ["SOM"]
    assert borders["SOM"].area == pytest.approx(2.0)
    assert borders["SOM"].geom_type == "Polygon"


def test_a_common_line_makes_neighbours_and_a_common_point_does_not(tmp_path: Path) -> None:
    path = map_of(
        tmp_path,
        feature("FRA", square(0, 0)),
        feature("DEU", square(1, 0)),
        feature("ITA", square(1, 1)),
        feature("ISL", square(8, 8)),
    )
    pairs = contiguity(read_borders(path))
    assert pairs.rows() == [("DEU", "FRA"), ("DEU", "ITA"), ("FRA", "DEU"), ("ITA", "DEU")]
    assert pairs.columns == ["unit_1", "unit_2"]


def test_islands_have_no_neighbours(tmp_path: Path) -> None:
    pairs = contiguity(read_borders(map_of(tmp_path, feature("ISL", square(0, 0)))))
    assert pairs.is_empty()
    assert pairs.schema == {"unit_1": pl.String, "unit_2": pl.String}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "is not JSON"),
        ("[]", "not Natural Earth's layer"),
        ('{"features": [{"properties": {}}]}', "not Natural Earth's layer.*ADM0_A3"),
        ('{"features": []}', "holds no country"),
        (
            json.dumps({"features": [{**feature("FRA"), "geometry": None}]}),
            "FRA has no (geom|area)",
        ),
        (json.dumps({"features": [feature("FRA")]}), "FRA has no area"),
        (
            json.dumps({"features": [{**feature("FRA"), "geometry": {"type": "Blob"}}]}),
            "FRA has no geometry",
        ),
    ],
)
def test_other_files_are_refused(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "map.geojson"
    path.write_text(text)
    with pytest.raises(RiskkitError, match=message):
        read_borders(path)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RiskkitError, match=r"map\.geojson cannot be read.*download"):
        read_borders(tmp_path / "map.geojson")


def test_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(name: str) -> None:
        raise ImportError(name)

    monkeypatch.setattr(importlib, "import_module", absent)
    with pytest.raises(RiskkitError, match=r"shapely.*riskkit\[geo\]"):
        contiguity({})


def test_agrees_with_the_table_of_contiguity(shared_data: Path) -> None:
    """301 of the 316 pairs of 2021; what differs is named here.

    At 1:110 million eight borders are missing because six small states are, Ceuta and Melilla are
    not drawn, and the 17 km between Azerbaijan and Turkey shrink to a point. The table has Western
    Sahara as Morocco, the bridge between Denmark and Sweden as land, and borders that no longer
    are; it lacks French Guiana and counts the lakes Chad and Tanganyika as water.
    """
    folder = shared_data / "raw" / "naturalearth"
    borders = read_borders(folder / "ne_110m_admin_0_countries.geojson")
    table = pl.read_parquet(shared_data / "tables" / "contiguity.parquet").filter(year=2021)
    covered = {*table["iso3_1"], *table["iso3_2"]}
    theirs = _pairs(table.filter(land_contiguous=1).select("iso3_1", "iso3_2"))
    ours = {pair for pair in _pairs(contiguity(borders)) if set(pair) <= covered}
    undrawn = {pair for pair in theirs if not set(pair) <= set(borders)}
    assert (len(borders), len(theirs), len(ours & theirs)) == (175, 316, 301)
    assert {unit for pair in undrawn for unit in pair} - set(borders) == {
        *("AND", "BHR", "LIE", "MCO", "SGP", "SMR"),
    }
    assert theirs - ours - undrawn == {
        *(("ARE", "QAT"), ("AZE", "TUR"), ("CYP", "TUR"), ("DNK", "SWE")),
        *(("ESP", "MAR"), ("MAR", "MRT"), ("MMR", "PAK")),
    }
    assert ours - theirs == {("BRA", "FRA"), ("CMR", "NER"), ("COD", "TZA"), ("FRA", "SUR")}


def _pairs(table: pl.DataFrame) -> set[tuple[str, str]]:
    return {(min(pair), max(pair)) for pair in table.rows()}
