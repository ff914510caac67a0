"""The cells of the simulated grid: a block of PRIO-GRID cells in the empty South Pacific.

No land lies there, so that no invented figure stands in a real place. Worlds of more cells than
the ocean has room for go on with numbers that no PRIO-GRID cell has, and are nowhere on a map.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import ceil, sqrt

import numpy as np
from numpy.typing import NDArray

from riskkit.units.grid import COLUMNS, SIZE

WEST, SOUTH = -174.0, -66.0
OCEAN_COLUMNS, OCEAN_ROWS = 184, 72
"""The block that holds no land: 174 to 82 degrees west, 66 to 30 south."""
NOWHERE = 300_000
"""Cells beyond the ocean are numbered from here on."""
_CELLS_PER_COUNTRY = 60
_MOST_COUNTRIES = 200
_FEWEST_COUNTRIES = 3

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Lattice:
    """Where the cells lie, in rows from the south and columns from the west.

    Attributes:
        cells: Number of cells; the last row may be shorter than the others.
        columns: Cells in a whole row.
    """

    cells: int
    columns: int

    @classmethod
    def of(cls, cells: int) -> Lattice:
        """Lay out cells about twice as wide as high, if the ocean is wide enough."""
        wide = max(ceil(sqrt(2 * cells)), ceil(cells / OCEAN_ROWS))
        return cls(cells, min(OCEAN_COLUMNS, wide))

    @property
    def rows(self) -> int:
        """Number of rows."""
        return ceil(self.cells / self.columns)

    @cached_property
    def row(self) -> NDArray[np.int64]:
        """Row of each cell."""
        return np.arange(self.cells) // self.columns

    @cached_property
    def column(self) -> NDArray[np.int64]:
        """Column of each cell."""
        return np.arange(self.cells) % self.columns

    @property
    def gids(self) -> NDArray[np.int64]:
        """Number of each cell.

        >>> int(Lattice.of(200).gids[0]) - 48 * 720
        13
        """
        south, west = round((SOUTH + 90) / SIZE), round((WEST + 180) / SIZE)
        numbers = (south + self.row) * COLUMNS + west + self.column + 1
        return np.where(self.row < OCEAN_ROWS, numbers, NOWHERE + np.arange(self.cells))

    def around(self, values: Array) -> Array:
        """Mean over the up to eight cells around each cell.

        Args:
            values: `[..., cells]`.
        """
        sums = self._sum_around(values)
        return np.asarray(sums / self._counts)

    @cached_property
    def _counts(self) -> Array:
        return self._sum_around(np.ones(self.cells))

    def _sum_around(self, values: Array) -> Array:
        size = self.rows * self.columns
        flat = np.zeros((*values.shape[:-1], size))
        flat[..., : self.cells] = values
        table = flat.reshape(*values.shape[:-1], self.rows, self.columns)
        sums = table.copy()
        sums[..., 1:, :] += table[..., :-1, :]
        sums[..., :-1, :] += table[..., 1:, :]
        whole = sums.copy()
        whole[..., 1:] += sums[..., :-1]
        whole[..., :-1] += sums[..., 1:]
        return np.asarray((whole - table).reshape(*values.shape[:-1], size)[..., : self.cells])

    def countries(self, rng: np.random.Generator) -> NDArray[np.int64]:
        """Divide the cells among countries: each belongs to the nearest of some capitals.

        Returns:
            Array [cells], whole numbers from 0; every country has a cell.
        """
        number = min(max(self.cells // _CELLS_PER_COUNTRY, _FEWEST_COUNTRIES), _MOST_COUNTRIES)
        capital = np.sort(rng.choice(self.cells, number, replace=False))
        nearest = np.empty(self.cells, dtype=np.int64)
        for row in range(self.rows):  # row by row, for the table of distances is large
            here = self.row == row
            north = (self.row[capital] - row) ** 2
            east = (self.column[here][:, None] - self.column[capital]) ** 2
            nearest[here] = (north + east).argmin(axis=1)
        return nearest
