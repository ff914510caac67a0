"""Baselines that look at averages or at the last value: no learning."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from riskkit.forecasting.dataset import Dataset
from riskkit.models import Model
from riskkit.models.parts.history import history
from riskkit.models.parts.level import latest, moving_mean


class Zero(Model):
    """No deaths anywhere."""

    name: ClassVar[str] = "zero"
    summary: ClassVar[str] = "No deaths anywhere."
    calibrated: ClassVar[bool] = False

    def sample(self, data: Dataset, size: int, seed: int) -> NDArray[np.int64]:
        """Zeros; see `Model.sample`."""
        return np.zeros((len(data.units), len(data.horizons), size), dtype=np.int64)


class _PoissonAverage(Model):
    """Independent Poisson draws around the unit's mean over the last months."""

    calibrated: ClassVar[bool] = False
    months: ClassVar[int]

    def sample(self, data: Dataset, size: int, seed: int) -> NDArray[np.int64]:
        """Poisson draws; units without history get zeros. See `Model.sample`."""
        past = history(data)
        window = max(1, self.months // past.period)
        recent = moving_mean(past.values, window)[:, -1]
        mean = np.nan_to_num(np.where(np.isnan(recent), latest(past.values), recent))
        shape = (len(data.units), len(data.horizons), size)
        return np.random.default_rng(seed).poisson(mean[:, None, None], shape).astype(np.int64)


class Last(_PoissonAverage):
    """Poisson around the last known value."""

    name: ClassVar[str] = "last"
    summary: ClassVar[str] = "Poisson around the last known value."
    months: ClassVar[int] = 1


class Average12(_PoissonAverage):
    """Poisson around the mean of the last 12 months."""

    name: ClassVar[str] = "average12"
    summary: ClassVar[str] = "Poisson around the mean of the last 12 months."
    months: ClassVar[int] = 12


class Average60(_PoissonAverage):
    """Poisson around the mean of the last 60 months."""

    name: ClassVar[str] = "average60"
    summary: ClassVar[str] = "Poisson around the mean of the last 60 months."
    months: ClassVar[int] = 60


class Bootstrap(Model):
    """Draws from all units over the last 12 months."""

    name: ClassVar[str] = "bootstrap"
    summary: ClassVar[str] = "Draws from all units over the last 12 months."
    calibrated: ClassVar[bool] = False

    def sample(self, data: Dataset, size: int, seed: int) -> NDArray[np.int64]:
        """Independent draws, the same distribution for every unit. See `Model.sample`."""
        past = history(data)
        recent = past.values[:, -max(1, 12 // past.period) :]
        pool = np.append(recent[~np.isnan(recent)], 0.0 if np.isnan(recent).all() else [])
        shape = (len(data.units), len(data.horizons), size)
        return np.random.default_rng(seed).choice(pool, shape).astype(np.int64)
