import json

import pytest
import shapely

from riskkit.publish import _places, _tables, geojson
from riskkit.units.points import points
from tests.publish.sample import sample_publication


@pytest.fixture
def collection(tmp_path):
    tables = _tables(sample_publication(n_units=5))
    geojson.write(tables["ranking.csv"], tmp_path)
    return json.loads((tmp_path / "map.geojson").read_text()), tables["ranking.csv"]


def test_features_are_the_rows_of_the_ranking(collection):
    found, ranking = collection
    assert set(found) == {"type", "features"}
    assert [one["id"] for one in found["features"]] == ranking["unit"].to_list()
    assert [one["properties"] for one in found["features"]] == ranking.to_dicts()


def test_invented_countries_are_nowhere(collection):
    assert {json.dumps(one["geometry"]) for one in collection[0]["features"]} == {"null"}


def test_outlines_are_valid_and_wound_by_the_right_hand_rule():
    shapes = _places.outlines()
    assert len(shapes) > 170
    for unit, shape in shapes.items():
        parts = [shape["coordinates"]] if shape["type"] == "Polygon" else shape["coordinates"]
        for outer, *holes in parts:
            assert _places.area(outer) > 0, unit
            assert all(_places.area(hole) < 0 for hole in holes), unit
            assert outer[0] == outer[-1], unit
        west, south, east, north = shapely.geometry.shape(shape).bounds
        assert west >= -180
        assert east <= 180
        assert south >= -90
        assert north <= 90


def test_small_states_are_points_and_cells_are_squares():
    where = _places.geometries(["MLT", "1", "XAA", "CHE"])
    assert where["MLT"] == {"type": "Point", "coordinates": list(points()["MLT"])}
    assert shapely.geometry.shape(where["1"]).area == 0.25
    assert where["XAA"] is None
    assert shapely.geometry.shape(where["CHE"]).contains(shapely.Point(7.5, 47))
