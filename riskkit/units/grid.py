"""PRIO-GRID cells: half a degree wide, numbered from 1 at the south-west corner of the world.

Cell 1 has its corner at 90 S, 180 W; numbers grow eastwards through 720 columns, then northwards
through 360 rows, up to 259,200 (Tollefsen, Strand and Buhaug 2012, "PRIO-GRID: A unified spatial
data structure", Journal of Peace Research 49(2)). A point on the border of two cells belongs to
the northern and the eastern one; the north pole and the meridian of 180 E belong to the last row
and column.
"""

from __future__ import annotations

from collections.abc import Sequence

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
