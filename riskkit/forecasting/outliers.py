"""Inputs beyond anything that a unit had, on which no model was trained.

A unit is an outlier when its last known year of the target is more than `MARGIN` times the most of
any year before and reaches the second threshold, or when a feature lies outside all that training
held and outside the unit's own past by more than `APART` of its range.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from riskkit.forecasting.cube import rows_of
from riskkit.forecasting.dataset import Dataset

MARGIN = 1.5
"""How many times the former maximum a count has to be."""
APART = 0.1
"""How far outside its own past a feature has to lie, in parts of the range of that."""
_YEAR = 12
_ALL = {"country": "countries", "cell": "cells"}
_AT_ONCE = 1000
"""Units that are looked at at once."""

Array = NDArray[np.float64]


def find_outliers(
    data: Dataset,
    counted: str = "count",
    described: Mapping[str, str] | None = None,
    level: Literal["country", "cell"] = "country",
) -> dict[str, tuple[str, ...]]:
    """Name the units whose inputs are beyond anything that they had.

    Args:
        data: What a forecast is made from.
        counted: Unit of measurement of the target, in words.
        described: Phrase for each feature; its name where there is none.
        level: What the units are.

    Returns:
        What is beyond, in words, by unit; of units that are forecast only.
    """
    found: dict[str, list[str]] = {}
    for row, text in (*_counts(data, counted), *_features(data, described or {}, level)):
        if data.eligibility.forecast[row]:
            found.setdefault(data.units[row], []).append(text)
    return {unit: tuple(texts) for unit, texts in found.items()}


def _counts(data: Dataset, counted: str) -> Iterator[tuple[int, str]]:
    """Units whose last known year is far above every earlier one."""
    years = _totals(data)
    if years.shape[1] <= _YEAR // data.period:
        return
    last, before = years[:, -1], np.fmax.reduce(years[:, : -(_YEAR // data.period)], axis=1)
    beyond = (last >= data.target.thresholds[1]) & (last > MARGIN * before)
    for row in np.flatnonzero(beyond):
        yield int(row), f"{last[row]:,.0f} {counted} in a year, {before[row]:,.0f} at most before"


def _totals(data: Dataset) -> Array:
    """Totals of the twelve months that end with each period, [units, periods]; NaN if unknown."""
    step = data.period
    start = data.last_known % step
    periods = data.y[:, start : data.last_known + 1 : step]
    size = _YEAR // step
    if size == 1:
        return periods
    if periods.shape[1] < size:
        return np.empty((len(periods), 0))
    sums = np.lib.stride_tricks.sliding_window_view(periods, size, axis=1).sum(axis=-1)
    return np.asarray(sums, dtype=np.float64)


def _features(data: Dataset, described: Mapping[str, str], level: str) -> Iterator[tuple[int, str]]:
    """Units of which a feature lies outside training and far outside the unit's own past."""
    if data.X.shape[1] <= _YEAR:
        return
    now = rows_of(data.X, slice(None), -1)
    own_low, own_high = np.empty_like(now), np.empty_like(now)
    for start in range(0, len(now), _AT_ONCE):  # a mapped array may be larger than the memory
        units = slice(start, start + _AT_ONCE)
        past = rows_of(data.X, units, slice(None, -_YEAR))
        own_low[units], own_high[units] = np.fmin.reduce(past, axis=1), np.fmax.reduce(past, axis=1)
    low, high = np.fmin.reduce(own_low, axis=0), np.fmax.reduce(own_high, axis=0)
    room = APART * (own_high - own_low)
    beyond = ((now > high) & (now > own_high + room)) | ((now < low) & (now < own_low - room))
    for row, column in np.argwhere(beyond):
        name = data.features[column]
        known = f"{low[column]:,.4g} to {high[column]:,.4g}"
        phrase = described.get(name, name)
        yield (
            int(row),
            f"{phrase}: {now[row, column]:,.4g}, outside the {known} of all {_ALL[level]}",
        )
