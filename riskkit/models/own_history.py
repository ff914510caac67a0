"""Baselines that redraw a unit's own history: conflictology and its relatives."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from riskkit.forecasting.dataset import Dataset
from riskkit.models.parts.draws import counts, stratified
from riskkit.models.parts.history import History, history
from riskkit.models.parts.level import latest
from riskkit.models.parts.marginal import Marginal

Weighted = tuple[NDArray[np.float64], NDArray[np.float64]]


class _OwnHistory(Marginal):
    """The same weighted set of past values for every horizon."""

    learned: ClassVar[bool] = False

    @abstractmethod
    def support(self, past: History) -> Weighted:
        """Values and weights, both `[units, points]`."""

    def marginals(self, data: Dataset, size: int) -> NDArray[np.float64]:
        """Stratified quantiles of the past values; see `Marginal.marginals`."""
        draws = stratified(*self.support(history(data)), size)
        return np.repeat(draws[:, None, :], len(data.horizons), axis=1)


class Conflictology(_OwnHistory):
    """The unit's own last 12 months (three years for yearly targets)."""

    name: ClassVar[str] = "conflictology"
    summary: ClassVar[str] = "Redraws the unit's own last 12 months."
    apart = True

    def support(self, past: History) -> Weighted:
        """The last window, equally weighted."""
        return recent(past, past.window, np.inf)


class ConflictologyMixture(_OwnHistory):
    """Conflictology with 5 % of draws from all positive values ever seen anywhere."""

    name: ClassVar[str] = "conflictology_mixture"
    summary: ClassVar[str] = "Conflictology with 5 % of draws from all positive values."
    share: ClassVar[float] = 0.05

    def support(self, past: History) -> Weighted:
        """Own window, then a common grid of quantiles of the positive values."""
        values, weights = recent(past, past.window, np.inf)
        positive = past.values[past.values > 0]
        if not positive.size:
            return values, weights
        grid = np.quantile(positive, (np.arange(200) + 0.5) / 200)
        common = np.broadcast_to(np.round(grid), (len(values), len(grid)))
        own = weights / weights.sum(1, keepdims=True) * (1 - self.share)
        rest = np.full(common.shape, self.share / len(grid))
        return np.hstack([values, common]), np.hstack([own, rest])


class EwHistory(_OwnHistory):
    """Two windows of own history, recent values more, each also scaled by .7 and 1.4."""

    name: ClassVar[str] = "ewhistory"
    summary: ClassVar[str] = "Redraws the unit's own last 24 months, recent ones more often."
    apart = True
    factors: ClassVar[tuple[float, ...]] = (0.7, 1.0, 1.4)

    def support(self, past: History) -> Weighted:
        """Weights halve every half window."""
        values, weights = recent(past, 2 * past.window, past.window / 2)
        scaled = [counts(values * factor).astype(np.float64) for factor in self.factors]
        return np.hstack(scaled), np.tile(weights, len(self.factors))


def recent(past: History, window: int, half_life: float) -> Weighted:
    """The last values of each unit with weights that halve every `half_life` periods.

    Units without a value in the window get their last known one, or else a zero.
    """
    values = past.values[:, -window:]
    age = np.arange(values.shape[1])[::-1]
    weights = np.where(np.isnan(values), 0.0, 0.5 ** (age / half_life))
    empty = weights.sum(axis=1) == 0
    values = np.where(empty[:, None], latest(past.values)[:, None], values)
    weights[empty, -1] = 1.0
    return np.nan_to_num(values), weights
