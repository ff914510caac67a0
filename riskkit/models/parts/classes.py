"""Outcome classes relative to the own level, and the counts behind a class."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

NEIGHBOURS = 96


@dataclass(frozen=True)
class Classes:
    """A zero class and bins of z = log1p(y) - own level.

    Attributes:
        edges: `[bins - 1]`, inner edges of z.
        z: Training values of z above zero counts, sorted by class, then level.
        level: Own levels of the same rows.
        start: `[bins + 1]`, where each bin begins in `z`.
    """

    edges: NDArray[np.float64]
    z: NDArray[np.float64]
    level: NDArray[np.float64]
    start: NDArray[np.int64]

    @classmethod
    def fit(cls, y: NDArray[np.float64], level: NDArray[np.float64], bins: int) -> Self:
        """Bins with equal numbers of positive outcomes.

        Args:
            y: `[rows]` outcomes.
            level: `[rows]` own levels, log1p counts.
            bins: At most so many; fewer where there are few positive rows.
        """
        positive = y > 0
        z, own = np.log1p(y[positive]) - level[positive], level[positive]
        bins = int(np.clip(len(z) // 20, 1, bins))
        edges = np.unique(np.quantile(z, np.linspace(0, 1, bins + 1)[1:-1])) if len(z) else z
        label = np.searchsorted(edges, z, side="right")
        order = np.lexsort((z, own, label))
        start = np.searchsorted(label[order], np.arange(len(edges) + 2))
        return cls(edges, z[order], own[order], start)

    @property
    def size(self) -> int:
        """Number of classes, the zero class included."""
        return len(self.edges) + 2

    def arrays(self) -> dict[str, NDArray[np.float64] | NDArray[np.int64]]:
        """The fields by name, for `numpy.savez`."""
        return {"edges": self.edges, "z": self.z, "level": self.level, "start": self.start}

    def label(self, y: NDArray[np.float64], level: NDArray[np.float64]) -> NDArray[np.int64]:
        """Class of each outcome: 0 for none, then the bins in ascending order."""
        bins = np.searchsorted(self.edges, np.log1p(y) - level, side="right")
        return np.where(y > 0, bins + 1, 0)

    def support(
        self, p: NDArray[np.float64], level: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Counts that a row may take, and their weights.

        Each bin is represented by the training rows of that bin with the nearest level.

        Args:
            p: `[rows, classes]` probabilities.
            level: `[rows]` own levels.

        Returns:
            Values, ascending, and weights, both `[rows, points]`.
        """
        values, weights = [np.zeros((len(p), 1))], [p[:, :1]]
        for b in range(self.size - 1):
            z = np.sort(self._nearest(b, level), axis=1)
            if z.shape[1]:
                values.append(np.maximum(np.round(np.expm1(level[:, None] + z)), 1.0))
                weights.append(np.repeat(p[:, b + 1 : b + 2] / z.shape[1], z.shape[1], axis=1))
        return np.hstack(values), np.hstack(weights)

    def _nearest(self, b: int, level: NDArray[np.float64]) -> NDArray[np.float64]:
        low, high = self.start[b], self.start[b + 1]
        width = min(NEIGHBOURS, high - low)
        middle = np.searchsorted(self.level[low:high], level)
        first = np.clip(middle - width // 2, 0, high - low - width)
        return np.asarray(self.z[low + first[:, None] + np.arange(width)], dtype=np.float64)
