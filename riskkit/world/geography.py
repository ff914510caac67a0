"""The map of the simulated world: one hexagon per country, grouped into continents and islands."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, sqrt

import numpy as np
from numpy.typing import NDArray

# Hexagons with a corner at the top, in axial coordinates (column q, row r); see docs/world.md.
_STEPS = ((1, 0), (1, -1), (0, -1), (-1, 0), (-1, 1), (0, 1))
_ISLAND_SHARE = 0.15
_COUNTRIES_PER_REGION = 16
_MAX_REGIONS = 10
_LAND_SHARE = 0.4
_WEST, _EAST, _SOUTH, _NORTH = -170.0, 170.0, -55.0, 70.0

Cell = tuple[int, int]


@dataclass(frozen=True)
class Geography:
    """Where the countries lie.

    Attributes:
        region: Array [countries]: index of the region.
        lon: Array [countries]: longitude of the centre, degrees.
        lat: Array [countries]: latitude of the centre, degrees.
        radius: Distance from a hexagon's centre to its corners, degrees.
        contiguous: Boolean array [countries, countries]: the two share an edge.
    """

    region: NDArray[np.int64]
    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    radius: float
    contiguous: NDArray[np.bool_]

    def ring(self, country: int) -> list[list[float]]:
        """Outline of a country: a closed counter-clockwise ring of [lon, lat] (RFC 7946)."""
        angles = np.deg2rad(30 + 60 * np.arange(7))
        lon = self.lon[country] + self.radius * np.cos(angles)
        lat = self.lat[country] + self.radius * np.sin(angles)
        corners = [[round(float(x), 4), round(float(y), 4)] for x, y in zip(lon, lat, strict=True)]
        return [*corners[:-1], corners[0]]

    def distance(self) -> NDArray[np.float64]:
        """Distance between centres in steps of one cell: array [countries, countries]."""
        gap = np.hypot(self.lon[:, None] - self.lon, self.lat[:, None] - self.lat)
        return np.asarray(gap / (sqrt(3) * self.radius))


def n_regions(countries: int) -> int:
    """Number of regions of a world of this size."""
    return min(_MAX_REGIONS, ceil(countries / _COUNTRIES_PER_REGION))


def make_geography(countries: int, rng: np.random.Generator) -> Geography:
    """Grow continents cell by cell from scattered seeds, then strew islands into the sea.

    Args:
        countries: Number of countries.
        rng: Random stream of the map.
    """
    area = (_EAST - _WEST) * (_NORTH - _SOUTH) * _LAND_SHARE / countries
    radius = sqrt(area / (1.5 * sqrt(3)))
    sea = _sea(radius)
    islands = round(_ISLAND_SHARE * countries)
    land = _grow(sea, countries - islands, n_regions(countries), radius, rng)
    _strew(sea, land, islands, radius, rng)
    cells = sorted(land, key=lambda cell: (land[cell], -cell[1], cell[0]))
    centres = np.array([_centre(cell, radius) for cell in cells])
    index = {cell: i for i, cell in enumerate(cells)}
    contiguous = np.zeros((countries, countries), dtype=np.bool_)
    for cell, i in index.items():
        for other in _adjacent(cell):
            if other in index:
                contiguous[i, index[other]] = True
    return Geography(
        region=np.array([land[cell] for cell in cells]),
        lon=centres[:, 0],
        lat=centres[:, 1],
        radius=radius,
        contiguous=contiguous,
    )


def _centre(cell: Cell, radius: float) -> tuple[float, float]:
    q, r = cell
    return _WEST + radius * sqrt(3) * (q + r / 2 + 1), _NORTH - radius * (1.5 * r + 1)


def _adjacent(cell: Cell) -> list[Cell]:
    return [(cell[0] + dq, cell[1] + dr) for dq, dr in _STEPS]


def _sea(radius: float) -> list[Cell]:
    """All cells of the world, row by row."""
    rows = int((_NORTH - _SOUTH) / (1.5 * radius))
    columns = int((_EAST - _WEST) / (sqrt(3) * radius)) - 1
    return [(q - r // 2, r) for r in range(rows) for q in range(columns)]


def _grow(
    sea: list[Cell], size: int, regions: int, radius: float, rng: np.random.Generator
) -> dict[Cell, int]:
    """Grow one continent per region until `size` cells are land; returns cell -> region."""
    land = {cell: region for region, cell in enumerate(_scattered(sea, regions, radius, rng))}
    free = set(sea) - set(land)
    while len(land) < size:
        sizes = np.bincount(list(land.values()), minlength=regions)
        for region in np.argsort(sizes + rng.random(regions)):
            coast = sorted(
                {c for cell, owner in land.items() if owner == region for c in _adjacent(cell)}
                & free
            )
            if coast:
                cell = coast[rng.integers(len(coast))]
                land[cell] = int(region)
                free.remove(cell)
                break
    return land


def _scattered(sea: list[Cell], number: int, radius: float, rng: np.random.Generator) -> list[Cell]:
    """Choose cells far from each other: each the farthest of a few random candidates."""
    centres = np.array([_centre(cell, radius) for cell in sea])
    chosen = [int(rng.integers(len(sea)))]
    while len(chosen) < number:
        candidates = rng.integers(len(sea), size=12)
        gaps = np.linalg.norm(centres[candidates, None] - centres[chosen], axis=-1).min(axis=1)
        chosen.append(int(candidates[gaps.argmax()]))
    return [sea[i] for i in chosen]


def _strew(
    sea: list[Cell], land: dict[Cell, int], number: int, radius: float, rng: np.random.Generator
) -> None:
    """Add islands, far from land where there is room; each joins the nearest region."""
    continents = list(land)
    centres = np.array([_centre(cell, radius) for cell in continents])
    free = [sea[i] for i in rng.permutation(len(sea)) if sea[i] not in land]
    free.sort(key=lambda cell: any(other in land for other in _adjacent(cell)))
    islands: set[Cell] = set()
    for cell in free:
        if len(islands) < number and islands.isdisjoint(_adjacent(cell)):
            nearest = np.linalg.norm(centres - _centre(cell, radius), axis=1).argmin()
            land[cell] = land[continents[nearest]]
            islands.add(cell)
