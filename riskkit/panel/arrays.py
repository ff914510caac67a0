"""Arithmetic of months: arrays [units, months], NaN where missing; windows that look back.

Statistics of windows are computed from the window's own values alone, so that nothing is left of
a month once it leaves the window; sums of whole numbers are exact.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
import polars as pl
from numpy.typing import DTypeLike, NDArray

Array = NDArray[np.float64]
Values = NDArray[np.floating[Any]]
_Float = TypeVar("_Float", np.float32, np.float64)
_Join = Callable[[NDArray[Any], NDArray[Any]], NDArray[Any]]


def is_complete(a: Values) -> bool:
    """Whether no value is missing: the smallest is NaN where any is."""
    return not np.isnan(a.min())


class Windows:
    """Joins of the values of moving windows, of any length, over the same months.

    All units are joined as one long row, since numpy is slow on short ones; the empty months before
    each unit's first keep them apart. A window is joined by way of those of half its length, which
    are kept for the other windows that are made of them.

    Args:
        a: Array [units, months].
        join: What joins two neighbours.
        empty: What months before the first hold.
    """

    def __init__(self, a: NDArray[Any], join: _Join, empty: float) -> None:
        self._a, self._join, self._empty = a, join, empty
        self._pad = -1
        self._joined: dict[int, NDArray[Any]] = {}

    def over(self, window: int) -> NDArray[Any]:
        """Join the values of each window, [units, months]; a view, not to be written to."""
        units, months = self._a.shape
        window = min(window, months)
        if window > self._pad + 1:
            self._joined, self._pad = {1: self._row(window - 1)}, window - 1
        first, width = self._pad - window + 1, self._pad + months
        row = self._of(window)[first : first + units * width]
        return row.reshape(units, width)[:, :months]

    def _row(self, pad: int) -> NDArray[Any]:
        units, width = len(self._a), self._a.shape[1] + pad
        row = np.empty(units * width + pad, dtype=self._a.dtype)
        table = row[: units * width].reshape(units, width)
        table[:, :pad], table[:, pad:] = self._empty, self._a
        row[units * width :] = self._empty
        return row

    def _of(self, window: int) -> NDArray[Any]:
        """Join every `window` neighbours of the row."""
        if window not in self._joined:
            half = window // 2
            halves = self._of(half)
            joined = self._join(halves[:-half], halves[half:])
            if window % 2:
                joined = self._join(joined[:-1], self._joined[1][2 * half :])
            self._joined[window] = joined
        return self._joined[window]


class Months:
    """Values of some units by month, and what several statistics of them need.

    Args:
        values: Array [units, months], NaN where missing.
        rounded: The precision in which values are wanted that are looked up and not computed, such
            as the largest.
    """

    def __init__(self, values: Array, rounded: DTypeLike = np.float64) -> None:
        self.values = values
        self._rounded = rounded

    @cached_property
    def complete(self) -> bool:
        """Whether no value is missing."""
        return is_complete(self.values)

    @cached_property
    def missing(self) -> NDArray[np.bool_]:
        """Which values are missing."""
        return np.isnan(self.values)

    @cached_property
    def filled(self) -> Array:
        """Zero where missing."""
        return self.values if self.complete else np.where(self.missing, 0.0, self.values)

    @cached_property
    def rounded(self) -> Values:
        """The values in the precision wanted."""
        return self.values.astype(self._rounded, copy=False)

    def counts(self, window: int) -> NDArray[np.int32]:
        """Number of observed months in each window; a single row where every month is observed."""
        if self.complete:
            return np.minimum(np.arange(1, self.values.shape[1] + 1, dtype=np.int32), window)
        return self._observed.over(window)

    def sums(self, window: int) -> Array:
        """Sum of each window; missing months add nothing."""
        return self._sums.over(window)

    def highest(self, window: int) -> Values:
        """Largest value of each window, rounded; missing where nothing is observed."""
        return self._highest.over(window)

    def lowest(self, window: int) -> Values:
        """Smallest value of each window, rounded; missing where nothing is observed."""
        return self._lowest.over(window)

    @cached_property
    def _observed(self) -> Windows:
        return Windows((~self.missing).astype(np.int32), np.add, 0)

    @cached_property
    def _sums(self) -> Windows:
        return Windows(self.filled, np.add, 0.0)

    @cached_property
    def _highest(self) -> Windows:
        return Windows(self.rounded, np.fmax, np.nan)

    @cached_property
    def _lowest(self) -> Windows:
        return Windows(self.rounded, np.fmin, np.nan)


Kernel = Callable[[Months, Values], None]
"""Writes a statistic of some units' months into an array of the same shape, NaN where missing."""


def fill(
    values: Array, kernels: Mapping[str, Kernel], columns: Mapping[str, NDArray[_Float]]
) -> set[str]:
    """Compute statistics of some units.

    Units that have had nothing but zero, as most cells of a grid, and lack the same months are
    alike: one of them is computed for all.

    Args:
        values: Array [units, months], NaN where missing.
        kernels: By name, how a statistic is computed; unit by unit.
        columns: By name, the array that receives it.

    Returns:
        Names of those in which something is missing.
    """
    computed, places = _alike(values)
    rounded = next(iter(columns.values())).dtype
    months = Months(values[computed], rounded)
    result = np.empty(months.values.shape, dtype=rounded)
    gaps: set[str] = set()
    with np.errstate(over="ignore"):  # too large for 32 bits is infinite, as in polars
        for name, kernel in kernels.items():
            kernel(months, result)
            np.take(result, places, axis=0, out=columns[name], mode="clip")
            if not is_complete(result):
                gaps.add(name)
    return gaps


def _alike(values: Array) -> tuple[NDArray[np.bool_], NDArray[np.intp]]:
    """Tell which units are to be computed, and for every unit which of these it is like."""
    alike = ~(np.abs(values) > 0).any(axis=1)
    first = alike.argmax()
    bits = values.view(np.int64)  # in which what is missing is equal, too
    alike &= (bits == bits[first]).all(axis=1)
    computed = ~alike
    computed[first] = True
    places = np.cumsum(computed) - 1
    places[alike] = places[first]
    return computed, places


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

    A plain running sum of values that grow as fast, in stretches in which they stay finite. Two
    units are summed at once, as the parts of a complex number: each sum waits for the one before.
    """
    total, half = np.empty_like(a), (len(a) + 1) // 2
    pairs = np.zeros((half, a.shape[1]), dtype=np.complex128)
    parts = ((pairs.real, a[:half], total[:half]), (pairs.imag, a[half:], total[half:]))
    length = max(1, int(64 * half_life))
    for first in range(0, a.shape[1], length):
        months = slice(first, first + length)
        growth = 2.0 ** (np.arange(len(a[0, months])) / half_life)
        for part, values, done in parts:
            grown = part[: len(values), months]
            np.multiply(values[:, months], growth, out=grown)
            if first:
                grown[:, 0] += 0.5 ** (1 / half_life) * done[:, first - 1]
        np.cumsum(pairs[:, months], axis=1, out=pairs[:, months])
        for part, values, done in parts:
            np.divide(part[: len(values), months], growth, out=done[:, months])
    return total


def apart(statistic: Callable[[pl.Series], pl.Series], a: Array, window: int) -> Array:
    """Apply a moving statistic of a series to an array, with empty months between units."""
    padded = np.full((len(a), window - 1 + a.shape[1]), np.nan)
    padded[:, window - 1 :] = a
    series = statistic(pl.Series(padded.ravel()).fill_nan(None))
    return series.to_numpy().reshape(padded.shape)[:, window - 1 :]
