"""Arithmetic of months: arrays [units, months], NaN where missing; windows that look back.

Statistics of windows are computed from the window's own values alone, so that nothing is left of
a month once it leaves the window; sums of whole numbers are exact.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import numpy as np
import polars as pl
from numpy.typing import NDArray

Array = NDArray[np.float64]
_Number = TypeVar("_Number", np.float64, np.int32)


def is_complete(a: Array) -> bool:
    """Whether no value is missing: the smallest is NaN where any is."""
    return not np.isnan(a.min())


def where_observed(a: Array, result: Array) -> Array:
    """The result, missing where the month itself is."""
    return result if is_complete(a) else np.where(np.isnan(a), np.nan, result)


def filled(a: Array) -> Array:
    """Zero where missing."""
    return a if is_complete(a) else np.where(np.isnan(a), 0.0, a)


def counts(a: Array, window: int) -> NDArray[np.int32]:
    """Number of observed months in each window; a single row where every month is observed."""
    if is_complete(a):
        return np.minimum(np.arange(1, a.shape[1] + 1, dtype=np.int32), window)
    return over_windows((~np.isnan(a)).astype(np.int32), window, np.add, 0)


def sums(a: Array, window: int) -> Array:
    """Sum of each window; missing months add nothing."""
    return over_windows(filled(a), window, np.add, 0.0)


def over_windows(
    a: NDArray[_Number], window: int, join: Callable[..., NDArray[_Number]], empty: float
) -> NDArray[_Number]:
    """Join the values of each window, which begins with empty months at a unit's start.

    All units are joined as one long row, since numpy is slow on short ones; the empty months keep
    them apart.
    """
    window = min(window, a.shape[1])
    units, width = len(a), a.shape[1] + window - 1
    row = np.empty(units * width + window - 1, dtype=a.dtype)
    table = row[: units * width].reshape(units, width)
    table[:, : window - 1], table[:, window - 1 :] = empty, a
    row[units * width :] = empty
    return _joined(row, window, join).reshape(units, width)[:, : a.shape[1]]


def _joined(
    row: NDArray[_Number], window: int, join: Callable[..., NDArray[_Number]]
) -> NDArray[_Number]:
    """Join every `window` neighbours, by way of the windows of half that length."""
    if window == 1:
        return row
    half = window // 2
    halves = _joined(row, half, join)
    joined = join(halves[:-half], halves[half:])
    return joined if window % 2 == 0 else join(joined[:-1], row[2 * half :])


def slopes(a: Array, window: int) -> Array:
    """Slope of each full window: monthly change k of w - 1 weighs 6 k (w - k) / (w (w^2 - 1))."""
    slopes = np.full_like(a, np.nan)
    n_windows = a.shape[1] - window + 1
    if n_windows > 0:
        changes = np.diff(a, axis=1)
        slopes[:, window - 1 :] = 0.0
        for k in range(1, window):
            weight = 6 * k * (window - k) / (window * (window**2 - 1))
            slopes[:, window - 1 :] += weight * changes[:, k - 1 : k - 1 + n_windows]
    return slopes


def decayed(a: Array, half_life: float) -> Array:
    """Running sum that loses half of itself every `half_life` months.

    A plain running sum of values that grow as fast, in stretches in which they stay finite.
    """
    total = np.empty_like(a)
    length = max(1, int(64 * half_life))
    for first in range(0, a.shape[1], length):
        stretch = a[:, first : first + length]
        growth = 2.0 ** (np.arange(stretch.shape[1]) / half_life)
        grown = stretch * growth
        if first:
            grown[:, 0] += 0.5 ** (1 / half_life) * total[:, first - 1]
        np.cumsum(grown, axis=1, out=grown)
        np.divide(grown, growth, out=total[:, first : first + length])
    return total


def apart(
    statistic: Callable[[pl.Series, int], pl.Series],
) -> Callable[[Array, int], Array]:
    """Turn a moving statistic of a series into one of arrays, with empty months between units."""

    def apply(a: Array, window: int) -> Array:
        padded = np.full((len(a), window - 1 + a.shape[1]), np.nan)
        padded[:, window - 1 :] = a
        series = statistic(pl.Series(padded.ravel()).fill_nan(None), window)
        return series.to_numpy(writable=True).reshape(padded.shape)[:, window - 1 :]

    return apply
