"""Which area points lie in: the even-odd rule, for polygons with holes as GeoJSON has them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Ring = Sequence[Sequence[float]]


def areas_of(lon: Array, lat: Array, areas: Mapping[str, Mapping[str, Any]]) -> list[str | None]:
    """Name the area that each point lies in.

    Args:
        lon: Longitudes in degrees.
        lat: Latitudes in degrees.
        areas: Polygons and MultiPolygons by name, as GeoJSON has them.

    Returns:
        The first area in the order of `areas` that holds a point; None where none does.

    >>> square = [[[0, 0], [2, 0], [2, 2], [0, 2], [0, 0]]]
    >>> areas_of(np.array([1.0, 3.0]), np.array([1.0, 1.0]), {"A": {"type": "Polygon",
    ...     "coordinates": square}})
    ['A', None]
    """
    found = np.full(len(lon), -1)
    for number, area in enumerate(areas.values()):
        parts = area["coordinates"]
        for rings in parts if area["type"] == "MultiPolygon" else [parts]:
            near = _in_box(lon, lat, rings[0]) & (found < 0)
            if near.any():
                at = np.flatnonzero(near)
                held = np.zeros(len(at), dtype=np.bool_)
                for ring in rings:
                    held ^= _inside(lon[at], lat[at], np.asarray(ring, dtype=np.float64)[:, :2])
                found[at[held]] = number
    names = [*areas, None]
    return [names[number] for number in found.tolist()]


def _in_box(lon: Array, lat: Array, ring: Ring) -> NDArray[np.bool_]:
    corners = np.array([point[:2] for point in ring])
    (west, south), (east, north) = corners.min(axis=0), corners.max(axis=0)
    return np.asarray((lon >= west) & (lon <= east) & (lat >= south) & (lat <= north))


def _inside(lon: Array, lat: Array, ring: Array) -> NDArray[np.bool_]:
    """Whether a ray to the east crosses the ring an odd number of times."""
    odd = np.zeros(len(lon), dtype=np.bool_)
    for (x, y), (u, v) in pairwise(ring):
        if y != v:
            crosses = (lat < y) != (lat < v)
            odd ^= crosses & (lon < x + (lat - y) * (u - x) / (v - y))
    return odd
