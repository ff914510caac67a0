"""How much a learned model can know about a situation, and how great wars ended."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from riskkit.models.parts.history import History

Array = NDArray[np.float64]

NEAR = 0.35
"""A situation lies near when its own level is no lower than by this on a log scale (30 %)."""
MOST = 1000
"""So many highest situations are kept; whoever has as many near has all support."""
ENDED = np.log(0.2)
"""An outcome below a fifth of the level counts as an end."""
POINTS = 40


@dataclass(frozen=True)
class Support:
    """The highest own levels of training, and what followed them.

    Attributes:
        levels: Ascending own levels of the highest situations of training.
        steps: `[steps]` periods ahead, ascending.
        share: `[steps]`, of these situations those that had ended so many periods later.
        fallen: `[steps, points]` quantiles of z = log1p(y) - own level of those that had.
    """

    levels: Array
    steps: NDArray[np.int64]
    share: Array
    fallen: Array

    @classmethod
    def fit(cls, past: History) -> Self:
        """Look at every known period of every unit."""
        logs, level = past.logs, past.level
        levels = np.sort(level[~np.isnan(logs)])[-MOST:]
        steps = np.unique(past.steps)
        ends = [_ends(logs, level, int(step)) for step in steps]
        share = np.array([found for found, _ in ends])
        return cls(levels, steps, share, np.stack([fallen for _, fallen in ends]))

    def weight(self, level: Array, rows: float) -> Array:
        """Trust in a learned model, `[units]`: n / (n + rows) with n situations near or above."""
        near = len(self.levels) - np.searchsorted(self.levels, level - NEAR)
        if rows <= 0:
            return np.ones(len(level))
        return np.where(near == MOST, 1.0, near / (near + rows))

    def ends(self, level: Array, steps: NDArray[np.int64]) -> tuple[Array, Array]:
        """Chance of an end by each step, `[steps]`, and counts after it, `[units, steps, points]`.

        Steps that training did not have look to the nearest that it had.
        """
        nearest = np.abs(self.steps[:, None] - steps).argmin(axis=0)
        counts = np.expm1(np.maximum(level[:, None, None] + self.fallen[nearest], 0.0))
        return self.share[nearest], counts

    def arrays(self) -> dict[str, Any]:
        """The fields by name, prefixed, for a model's state."""
        return {f"support_{field.name}": getattr(self, field.name) for field in fields(self)}

    @classmethod
    def of_arrays(cls, state: dict[str, Any]) -> Self:
        """What `arrays` gave, from a state that may hold more."""
        return cls(**{field.name: state[f"support_{field.name}"] for field in fields(cls)})


def _ends(logs: Array, level: Array, step: int) -> tuple[float, Array]:
    """Share of ends among the highest situations, and quantiles of what was left."""
    here, there = level[:, :-step], logs[:, step:]
    known = ~np.isnan(there) & ~np.isnan(logs[:, :-step]) & (here > 0)
    highest = np.argsort(-here[known], kind="stable")[:MOST]
    z = (there - here)[known][highest]
    fallen = z[z < ENDED]
    if not fallen.size:
        return 0.0, np.zeros(POINTS)
    return len(fallen) / len(z), np.quantile(fallen, (np.arange(POINTS) + 0.5) / POINTS)
