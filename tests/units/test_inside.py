"""Points in areas."""

from __future__ import annotations

import numpy as np

from riskkit.units.inside import areas_of

SQUARE = [[0, 0], [4, 0], [4, 4], [0, 4], [0, 0]]
HOLE = [[1, 1], [2, 1], [2, 2], [1, 2], [1, 1]]
FAR = [[10, 10], [12, 10], [11, 12], [10, 10]]


def test_points_lie_in_the_first_area_that_holds_them():
    areas = {
        "A": {"type": "Polygon", "coordinates": [SQUARE, HOLE]},
        "B": {"type": "MultiPolygon", "coordinates": [[FAR], [HOLE]]},
    }
    lon = np.array([0.5, 1.5, 3.0, 11.0, 10.1, 20.0])
    lat = np.array([0.5, 1.5, 3.0, 11.0, 11.9, 20.0])
    assert areas_of(lon, lat, areas) == ["A", "B", "A", "B", None, None]
