"""Where units are: outlines of countries, points of small states, squares of cells."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from functools import cache
from typing import Any

from riskkit import base
from riskkit.units.grid import COLUMNS, ROWS, polygon_of
from riskkit.units.points import points

Geometry = dict[str, Any]
Ring = list[list[float]]
DECIMALS = 2


def geometries(units: Iterable[str]) -> dict[str, Geometry | None]:
    """Find the geometry of each unit as RFC 7946 wants it; None for a unit that is nowhere.

    Outer rings run counterclockwise and holes clockwise; small states that the map leaves out are
    points. Simulated countries are nowhere.
    """
    return {unit: _geometry(unit) for unit in units}


def is_cell(unit: str) -> bool:
    """Whether a unit is a cell of the PRIO-GRID; simulated ones beyond it are nowhere."""
    return unit.isdigit() and 1 <= int(unit) <= ROWS * COLUMNS


def _geometry(unit: str) -> Geometry | None:
    if is_cell(unit):
        ring = [list(corner) for corner in polygon_of(int(unit))]
        return {"type": "Polygon", "coordinates": [ring]}
    if unit in points():
        return {"type": "Point", "coordinates": list(points()[unit])}
    return outlines().get(unit)


@cache
def outlines() -> dict[str, Geometry]:
    """The map of the embedded data, wound and rounded: unit -> Polygon or MultiPolygon."""
    return {unit: _wound(geometry) for unit, geometry in base.outlines().items()}


def _wound(geometry: Geometry) -> Geometry:
    shape, parts = geometry["type"], geometry["coordinates"]
    if shape == "Polygon":
        return {"type": shape, "coordinates": _polygon(parts)}
    polygons = [_polygon(part) for part in parts]
    return {"type": shape, "coordinates": [polygon for polygon in polygons if polygon]}


def _polygon(rings: list[Ring]) -> list[Ring]:
    """Wind the rings; those that rounding leaves no area are dropped."""
    outer, *holes = [_rounded(ring) for ring in rings]
    if area(outer) == 0:
        return []
    return [_turned(outer, 1), *(_turned(hole, -1) for hole in holes if area(hole))]


def _rounded(ring: Ring) -> Ring:
    return [[round(lon, DECIMALS), round(lat, DECIMALS)] for lon, lat, *_ in ring]


def _turned(ring: Ring, direction: int) -> Ring:
    """Let a ring run counterclockwise (1) or clockwise (-1)."""
    return ring if direction * area(ring) > 0 else ring[::-1]


def area(ring: Ring) -> float:
    """Twice the signed area of a closed ring; positive where it runs counterclockwise."""
    return sum(here[0] * there[1] - there[0] * here[1] for here, there in itertools.pairwise(ring))
