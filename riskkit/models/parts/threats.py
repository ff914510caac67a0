"""Scenarios across threats: draw k of one threat and draw k of another belong together."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from riskkit.forecasting.dataset import Dataset
from riskkit.forecasting.forecast import Forecast
from riskkit.models.parts.coupling import TEMPLATES, Analogues
from riskkit.models.parts.history import History, history


class Scenarios:
    """The scenarios of the first threat, which the draws of other threats are to follow.

    The first threat's draws are in the order of past situations of any unit (see `couple`), which
    are looked up once for all that follow.

    Args:
        first: What the first threat's forecast was made from.
        seed: The one that the first threat's scenarios were drawn with.
    """

    def __init__(self, first: Dataset, seed: int) -> None:
        self.first = first
        self._situations = Analogues(history(first), TEMPLATES, seed).all()

    def followed(self, other: Dataset, forecast: Forecast) -> Forecast:
        """Reorder the draws of another threat.

        They are put, unit by unit and whole paths at a time, into the order of what that threat
        did after the same situations, relative to its own level then. Where its history does not
        reach back to a situation, the order is left to chance. Distributions do not change.

        Args:
            other: What the other threat's forecast was made from.
            forecast: The other threat's forecast.

        Returns:
            The same draws in another order.
        """
        if self._situations is None:
            return forecast
        unit, at, stream = self._situations
        rng = deepcopy(stream)
        size = forecast.draws.shape[-1]
        months = _months(history(self.first), at)
        after = _after(history(other), months, unit, _rows(self.first, other))
        source = np.arange(size) * unit.shape[1] // size
        place = {code: row for row, code in enumerate(self.first.units)}
        draws = forecast.draws.copy()
        for row, code in enumerate(forecast.units):
            if code in place:
                draws[row] = _reordered(draws[row], after[place[code]][source], rng)
        return replace(forecast, draws=draws)


def _months(past: History, at: NDArray[np.int64]) -> NDArray[np.int64]:
    """Month id in which the last known period of each situation ends."""
    return past.first + past.period * (at + 1) - 1


def _rows(first: Dataset, other: Dataset) -> NDArray[np.int64]:
    """Row in the other dataset of each unit of the first; -1 where it has none."""
    place = {code: row for row, code in enumerate(other.units)}
    return np.array([place.get(code, -1) for code in first.units])


def _after(
    past: History, month: NDArray[np.int64], unit: NDArray[np.int64], rows: NDArray[np.int64]
) -> NDArray[np.float64]:
    """What the other threat did after each situation, relative to its level then.

    Returns:
        [units, situations]; NaN where its history does not reach.
    """
    logs, level = past.logs, past.level
    ended = (month - past.first + 1) // past.period - 1
    row = rows[unit]
    known = (row >= 0) & (ended >= 0) & (ended + int(past.steps.max()) <= past.last)
    at = np.where(known, ended, 0)
    ahead = np.minimum(at[..., None] + past.steps, past.last)
    path = logs[np.maximum(row, 0)[..., None], ahead] - level[np.maximum(row, 0), at][..., None]
    return np.where(known, path.mean(axis=-1), np.nan)


def _reordered(
    draws: NDArray[np.int64], key: NDArray[np.float64], rng: np.random.Generator
) -> NDArray[np.int64]:
    """Put whole paths into the order of a key; unknown keys take their places by chance.

    Args:
        draws: [horizons, draws].
        key: [draws].
        rng: Breaks ties.
    """
    known = np.flatnonzero(~np.isnan(key))
    if len(known) < 2:
        return draws
    noise = rng.random((len(key),))
    total = np.lexsort((noise, draws.sum(axis=0)))
    quantile = rng.random((len(key),))
    order = known[np.lexsort((noise[known], key[known]))]
    quantile[order] = (np.arange(len(order)) + 0.5) / len(order)
    rank = np.empty(len(key), dtype=np.int64)
    rank[np.argsort(quantile, kind="stable")] = np.arange(len(key))
    return np.asarray(draws[:, total[rank]], dtype=np.int64)
