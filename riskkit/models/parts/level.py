"""Own level and other backward-looking summaries of the outcome series."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

FEW = 2.0


def decayed_mean(values: Array, half_life: float) -> Array:
    """Exponentially weighted mean of everything up to each period, skipping NaN.

    Args:
        values: `[units, periods]`.
        half_life: Periods after which a value counts half.

    Returns:
        `[units, periods]`; NaN before the first known value.
    """
    keep = 0.5 ** (1.0 / half_life)
    total = np.zeros(values.shape[0])
    weight = np.zeros(values.shape[0])
    out = np.full(values.shape, np.nan)
    known = ~np.isnan(values)
    filled = np.where(known, values, 0.0)
    for t in range(values.shape[1]):
        total = total * keep + filled[:, t]
        weight = weight * keep + known[:, t]
        np.divide(total, weight, out=out[:, t], where=weight > 0)
    return out


def moving(values: Array, window: int, statistic: Callable[..., Array] = np.nanmean) -> Array:
    """A NaN-skipping statistic over the last `window` periods, shorter at the start.

    Args:
        values: `[units, periods]`.
        window: Periods, the current one included.
        statistic: A numpy reduction that takes `axis`, such as `numpy.nanmax`.

    Returns:
        `[units, periods]`; NaN where the whole window is.
    """
    pad = np.full((values.shape[0], window - 1), np.nan)
    views = np.lib.stride_tricks.sliding_window_view(np.hstack([pad, values]), window, axis=1)
    if statistic is np.nanmax:  # the same without a copy of every window
        return np.asarray(np.fmax.reduce(views, axis=-1), dtype=np.float64)
    known = _moving_sum((~np.isnan(values)).astype(np.int64), window) > 0
    out = np.full(values.shape, np.nan)
    if statistic is np.nanstd:  # nothing but zeros does not differ
        out[known] = 0.0
        known &= _moving_sum((values != 0).astype(np.int64), window) > 0
    out[known] = statistic(views[known], axis=-1)
    return out


def moving_mean(values: Array, window: int) -> Array:
    """`moving` with the mean, by cumulative sums."""
    known = ~np.isnan(values)
    total = _moving_sum(np.where(known, values, 0.0), window)
    count = _moving_sum(known.astype(np.float64), window)
    unknown = np.full(values.shape, np.nan)
    return np.asarray(np.divide(total, count, out=unknown, where=count > 0), dtype=np.float64)


def _moving_sum(values: NDArray[Any], window: int) -> NDArray[Any]:
    running = np.cumsum(values, axis=1)
    running[:, window:] -= running[:, :-window].copy()
    return running


def latest(values: Array) -> Array:
    """The last known value of each unit, whatever is missing after it.

    Args:
        values: `[units, periods]`.

    Returns:
        `[units]`; NaN where nothing is known.
    """
    known = ~np.isnan(values)
    last = values.shape[1] - 1 - known[:, ::-1].argmax(axis=1)
    return np.asarray(values[np.arange(len(values)), last], dtype=np.float64)


def own_level(logs: Array, window: int) -> Array:
    """The level forecasts are relative to, from log1p outcomes.

    .6 of an exponentially weighted mean with a half-life of a third of the window, .4 of the
    plain mean over the window; 0 where nothing is known.

    Args:
        logs: `[units, periods]`, log1p of the outcomes.
        window: Periods that describe recent behaviour.
    """
    level = 0.6 * decayed_mean(logs, window / 3.0) + 0.4 * moving_mean(logs, window)
    return np.nan_to_num(level)


def unsteadiness(logs: Array, level: Array, step: int, span: int) -> Array:
    """Root mean square of a unit's own surprises: how far it fell from its level `step` before.

    `FEW` surprises of the usual size are added, so that a short series tells little.

    Args:
        logs: `[units, periods]`, log1p of the outcomes.
        level: Own level after each period.
        step: Periods between a level and the outcome that is held against it.
        span: Periods that count.

    Returns:
        `[units, periods]`, above zero.
    """
    surprise = np.full(logs.shape, np.nan)
    surprise[:, step:] = logs[:, step:] - level[:, :-step]
    squares = np.where(np.isnan(surprise), 0.0, surprise**2)
    counted = (~np.isnan(surprise)).astype(np.float64)
    usual = squares.sum() / max(counted.sum(), 1.0)
    total, count = (_moving_sum(values, span) for values in (squares, counted))
    mean = (total + FEW * usual) / (count + FEW)
    return np.asarray(np.sqrt(mean) + 1e-6, dtype=np.float64)


def periods_since(flags: NDArray[np.bool_]) -> Array:
    """Periods since the flag was last set, from the start of the table if never."""
    t = np.arange(flags.shape[1])
    latest = np.maximum.accumulate(np.where(flags, t, -1), axis=1)
    return (t - latest).astype(np.float64)
