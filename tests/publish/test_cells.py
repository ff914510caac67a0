"""cells.csv, the map of cells and their GeoJSON, on cells of the open sea."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from riskkit.publish import _cell_map, _tables, cells, geojson, report
from tests.publish.sample import sample_publication

GIDS = ("40346", "40347", "40348", "41066", "300001")


@pytest.fixture(scope="module")
def tables():
    made = sample_publication(n_units=5)
    forecast = replace(made.first.forecast, units=GIDS)
    units = made.units.with_columns(unit=_series(GIDS), name=_series([f"cell {g}" for g in GIDS]))
    part = replace(made.first, forecast=forecast)
    owners = dict.fromkeys(GIDS[:4], "XAA")
    publication = replace(made, parts=(part,), units=units, owners=owners)
    return publication, _tables(publication)


def _series(values):
    import polars as pl

    return pl.Series(values, dtype=pl.String)


def test_every_ranked_cell_has_its_country_and_its_centre(tables):
    table = tables[1]["cells.csv"]
    assert table["rank"].to_list() == [1, 2, 3, 4, 5]
    rows = {row["unit"]: row for row in table.to_dicts()}
    first, nowhere = rows["40346"], rows["300001"]
    assert (first["country"], first["lon"], first["lat"]) == ("XAA", -167.25, -61.75)
    assert (nowhere["country"], nowhere["lon"], nowhere["lat"]) == (None, None, None)


def test_countries_have_no_rows():
    publication = sample_publication()
    assert _tables(publication)["cells.csv"].is_empty()
    assert cells.Cells.column_names()[0] == "rank"


def test_the_geojson_of_cells_is_small(tables, tmp_path):
    geojson.write(tables[1]["ranking.csv"], tmp_path)
    written = (tmp_path / geojson.FILE).read_text("utf-8")
    features = {one["id"]: one for one in json.loads(written)["features"]}
    assert features["300001"]["geometry"] is None
    ring = features["40346"]["geometry"]["coordinates"][0]
    assert ring[0] == [-167.5, -62.0]
    assert tuple(features["40346"]["properties"]) == geojson.OF_CELLS
    assert len(written) < 700 * len(features)


def test_the_report_draws_the_cells_and_calls_them_so(tables):
    page = report.page(*tables)
    assert "cells are half a degree wide" in page
    assert "countries (" not in page
    assert 'class="map"' in page


def test_quiet_cells_of_a_row_are_drawn_together():
    marks = {"40346": (0, ""), "40347": (0, ""), "40349": (0, ""), "41066": (3, "hot <b>")}
    drawn = _cell_map.cell_map(marks, {}, "a label")
    assert drawn.count('class="c0"') == 1
    assert drawn.count("z") == 3  # two stretches of quiet cells, and one alone
    assert "<title>hot &lt;b&gt;</title>" in drawn


def test_borders_are_drawn_over_the_cells():
    square = [[[-168, -63], [-166, -63], [-166, -61], [-168, -61], [-168, -63]]]
    far = [[[0, 0], [1, 0], [1, 1], [0, 0]]]
    outlines = {
        name: {"type": "Polygon", "coordinates": c}
        for name, c in zip("ab", (square, far), strict=True)
    }
    drawn = _cell_map.cell_map({"40346": (3, "hot")}, outlines, "a label")
    assert drawn.index('class="none"') < drawn.index('class="c3"') < drawn.index("fill:none")
    assert drawn.count("M") == 3  # the country below and above the cell, and the cell
