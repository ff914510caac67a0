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
        values: `[rows, points]`, any order; ascending ones save the sorting.
        weights: `[rows, points]`, not negative, not all zero in a row.
        size: Draws per row.

    Returns:
        `[rows, size]`, ascending.
    """
    rows, points = values.shape
    if not (values[:, 1:] >= values[:, :-1]).all():
        order = np.argsort(values, axis=1, kind="stable")
        order += points * np.arange(rows)[:, None]
        values, weights = np.take(values, order), np.take(weights, order)
    mass = np.cumsum(weights, axis=1)
    mass /= mass[:, -1:]
    mass *= size
    mass -= 0.5
    repeats = np.ceil(mass, out=mass).astype(np.int64)
    repeats[:, 1:] -= repeats[:, :-1].copy()
    return np.repeat(values.ravel(), repeats.ravel()).reshape(rows, size)


def counts(values: NDArray[np.float64]) -> NDArray[np.int64]:
    """Whole numbers from 0 to the largest that a draw may be, halves away from zero."""
    return np.floor(np.clip(values, 0.0, LARGEST) + 0.5).astype(np.int64)
