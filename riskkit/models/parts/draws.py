"""From weighted values to sorted draws."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from riskkit.forecasting.bounds import LARGEST


def stratified(
    values: NDArray[np.float64], weights: NDArray[np.float64], size: int
) -> NDArray[np.float64]:
    """Quantiles of weighted values at the midpoints of `size` equal strata.

    Args:
        values: `[rows, points]`, any order.
        weights: `[rows, points]`, not negative, not all zero in a row.
        size: Draws per row.

    Returns:
        `[rows, size]`, ascending.
    """
    order = np.argsort(values, axis=1, kind="stable")
    ordered = np.take_along_axis(values, order, axis=1)
    mass = np.cumsum(np.take_along_axis(weights, order, axis=1), axis=1)
    mass /= mass[:, -1:]
    edges = np.ceil(mass * size - 0.5).astype(np.int64)
    repeats = np.diff(edges, axis=1, prepend=0)
    return np.repeat(ordered.ravel(), repeats.ravel()).reshape(len(values), size)


def counts(values: NDArray[np.float64]) -> NDArray[np.int64]:
    """Whole numbers from 0 to the largest that a draw may be, halves away from zero."""
    return np.floor(np.clip(values, 0.0, LARGEST) + 0.5).astype(np.int64)
