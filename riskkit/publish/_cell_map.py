"""A map of cells as static SVG: the part of the world that they lie in, cells of a row together."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from html import escape

import numpy as np

from riskkit.publish._places import Geometry
from riskkit.units.grid import SIZE, centroid_of

WIDTH = 1400
MOST_TOLD = 2000
"""Cells that tell their figures under a mouse: those above the lowest class, the highest first."""
_ROOM = 4 * SIZE
_LINE = "fill:none;stroke:#777;stroke-width:1;pointer-events:none"
Mark = tuple[int, str]


class _Frame:
    """Degrees to whole pixels, true to scale in the middle of the map."""

    def __init__(self, lon: Sequence[float], lat: Sequence[float]) -> None:
        self.west, self.north = min(lon) - _ROOM, max(lat) + _ROOM
        self.east, self.south = max(lon) + _ROOM, min(lat) - _ROOM
        narrow = math.cos(math.radians((self.north + self.south) / 2))
        self.x_scale = WIDTH / (self.east - self.west)
        self.y_scale = self.x_scale / max(narrow, 0.2)

    @property
    def height(self) -> int:
        return round((self.north - self.south) * self.y_scale)

    def place(self, lon: float, lat: float) -> tuple[int, int]:
        return round((lon - self.west) * self.x_scale), round((self.north - lat) * self.y_scale)

    def holds(self, ring: Sequence[Sequence[float]]) -> bool:
        lon, lat = [point[0] for point in ring], [point[1] for point in ring]
        apart = max(lon) < self.west or min(lon) > self.east
        return not apart and max(lat) > self.south and min(lat) < self.north

    def box(self, west: float, north: float, cells: int) -> str:
        x, y = self.place(west, north)
        u, v = self.place(west + cells * SIZE, north - SIZE)
        return f"M{x} {y}H{u}V{v}H{x}z"


def cell_map(marks: Mapping[str, Mark], outlines: Mapping[str, Geometry], label: str) -> str:
    """Draw cells by class, over the outlines of countries.

    Args:
        marks: By cell, in the order of the ranks, the number of its class and what it tells.
        outlines: Countries around, as Polygons and MultiPolygons.
        label: What the map says, for those who do not see it.
    """
    lon, lat = centroid_of(np.array([int(cell) for cell in marks]))
    frame = _Frame(lon.tolist(), lat.tolist())
    told: list[str] = []
    quiet: list[tuple[int, float, float]] = []
    for (kind, text), x, y in zip(marks.values(), lon.tolist(), lat.tolist(), strict=True):
        if kind > 0 and len(told) < MOST_TOLD:
            shape = frame.box(x - SIZE / 2, y + SIZE / 2, 1)
            told.append(f'<path class="c{kind}" d="{shape}"><title>{escape(text)}</title></path>')
        else:
            quiet.append((kind, y, x))
    runs = "".join(
        f'<path class="c{kind}" d="{"".join(frame.box(*run) for run in found)}"/>'
        for kind, found in _runs(quiet).items()
    )
    borders = "".join(_outline(shape, frame) for shape in outlines.values())
    around = f'<path class="none" d="{borders}"/>' if borders else ""
    over = f'<path style="{_LINE}" d="{borders}"/>' if borders else ""
    return (
        f'<svg class="map" viewBox="0 0 {WIDTH} {frame.height}" role="img" '
        f'aria-label="{escape(label)}">{around}{runs}{"".join(told)}{over}</svg>'
    )


def _runs(cells: Iterable[tuple[int, float, float]]) -> dict[int, list[tuple[float, float, int]]]:
    """Join cells of one class that follow each other in a row: west, north and number of each."""
    found: dict[int, list[tuple[float, float, int]]] = {}
    before = (-1, 0.0, 0.0)
    for kind, lat, lon in sorted(cells):
        runs = found.setdefault(kind, [])
        if runs and before == (kind, lat, lon - SIZE):
            west, north, number = runs[-1]
            runs[-1] = (west, north, number + 1)
        else:
            runs.append((lon - SIZE / 2, lat + SIZE / 2, 1))
        before = (kind, lat, lon)
    return found


def _outline(shape: Geometry, frame: _Frame) -> str:
    parts = shape["coordinates"] if shape["type"] == "MultiPolygon" else [shape["coordinates"]]
    rings = [part[0] for part in parts if frame.holds(part[0])]
    places = (" ".join(f"{x} {y}" for x, y in (frame.place(*p[:2]) for p in r)) for r in rings)
    return "".join(f"M{text}z" for text in places)
