"""PRIO-GRID cells: half a degree wide, numbered from 1 at the south-west corner of the world.

Cell 1 has its corner at 90 S, 180 W; numbers grow eastwards through 720 columns, then northwards
through 360 rows, up to 259,200 (Tollefsen, Strand and Buhaug 2012, "PRIO-GRID: A unified spatial
data structure", Journal of Peace Research 49(2)). A point on the border of two cells belongs to
the northern and the eastern one; the north pole and the meridian of 180 E belong to the last row
and column.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from riskkit.errors import RiskkitError, UnknownUnit

COLUMNS = 720
ROWS = 360
SIZE = 0.5
"""Width and height of a cell in degrees."""

Numbers = float | Sequence[float] | npt.NDArray[np.generic] | pl.Series
Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int32]


def gid_of(lon: Numbers, lat: Numbers) -> Integers:
    """Return the cells that points lie in.

    Args:
        lon: Longitudes in degrees, -180 to 180.
        lat: Latitudes in degrees, -90 to 90.

    Returns:
        Cell ids, an array of the shape that `lon` and `lat` broadcast to.

    Raises:
        RiskkitError: A coordinate is missing or out of range.

    >>> int(gid_of(80.566667, 6.083333))
    138762
    """
    column = _steps(lon, 180.0, COLUMNS, "longitude")
    row = _steps(lat, 90.0, ROWS, "latitude")
    return row * COLUMNS + column + np.int32(1)


def centroid_of(gid: Numbers) -> tuple[Floats, Floats]:
    """Return longitudes and latitudes, in degrees, of the centres of cells.

    Raises:
        UnknownUnit: There is no cell of this number.

    >>> [float(degrees) for degrees in centroid_of(1)]
    [-179.75, -89.75]
    """
    cells = np.asarray(gid)
    wrong = ~((cells >= 1) & (cells <= ROWS * COLUMNS) & (cells == np.floor(cells)))
    if wrong.any():
        raise UnknownUnit(
            "this is not a PRIO-GRID cell",
            got=cells[wrong].flat[0].item(),
            hint=f"cells are numbered from 1 to {ROWS * COLUMNS}",
        )
    row, column = np.divmod(cells.astype(np.int64) - 1, COLUMNS)
    return (column + 0.5) * SIZE - 180.0, (row + 0.5) * SIZE - 90.0


def place_of(gid: Numbers) -> tuple[Integers, Integers]:
    """Return row and column of cells, counted from the south and from the west.

    >>> [int(place) for place in place_of(721)]
    [1, 0]
    """
    row, column = np.divmod(np.asarray(gid, dtype=np.int32) - 1, np.int32(COLUMNS))
    return row, column


def pairs_within(
    row: npt.NDArray[np.integer[Any]], column: npt.NDArray[np.integer[Any]], reach: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Find the pairs of cells that are at most so many rows and columns apart.

    Args:
        row: Row of each cell.
        column: Column of each cell; those of 180 W and 180 E do not meet.
        reach: 1 for cells that touch.

    Returns:
        Places of the two cells of each pair, in both directions, sorted; and how far they are
        apart, the larger of rows and columns.
    """
    place = np.full((np.ptp(row) + 1 + 2 * reach, np.ptp(column) + 1 + 2 * reach), -1)
    r, c = row - row.min() + reach, column - column.min() + reach
    place[r, c] = np.arange(len(r))
    steps = range(-reach, reach + 1)
    around = [(north, east) for north in steps for east in steps if north or east]
    others = np.stack([place[r + north, c + east] for north, east in around], axis=1)
    distance = np.array([max(abs(north), abs(east)) for north, east in around])
    first, which = np.nonzero(others >= 0)
    second = others[first, which]
    order = np.lexsort((second, first))
    return first[order], second[order], distance[which][order]


def polygon_of(gid: int) -> list[tuple[float, float]]:
    """Return the border of a cell as a closed ring of five (longitude, latitude) pairs.

    The ring starts in the south-west and runs counterclockwise, as GeoJSON (RFC 7946) wants it.

    Raises:
        UnknownUnit: There is no cell of this number.

    >>> polygon_of(1)
    [(-180.0, -90.0), (-179.5, -90.0), (-179.5, -89.5), (-180.0, -89.5), (-180.0, -90.0)]
    """
    lon, lat = (float(degrees) for degrees in centroid_of(gid))
    half = SIZE / 2
    west, east, south, north = lon - half, lon + half, lat - half, lat + half
    return [(west, south), (east, south), (east, north), (west, north), (west, south)]


def _steps(degrees: Numbers, limit: float, count: int, axis: str) -> Integers:
    """Count the cells between the western or southern border of the world and each coordinate."""
    values = np.asarray(degrees, dtype=np.float64)
    wrong = ~(np.abs(values) <= limit)
    if wrong.any():
        raise RiskkitError(
            f"{axis} must lie between -{limit:.0f} and {limit:.0f} degrees",
            got=values[wrong].flat[0].item(),
        )
    steps = np.floor((values + limit) / SIZE)
    return np.minimum(steps, count - 1).astype(np.int32)
