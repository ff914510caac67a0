"""A baseline: any month of a unit's own past may come again."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from riskkit.forecasting.dataset import Dataset
from riskkit.models import Model


class AnyMonth(Model):
    """Draws from all known months of the unit."""

    name: ClassVar[str] = "any_month"
    summary: ClassVar[str] = "Draws from all known months of the unit."
    calibrated: ClassVar[bool] = False

    def sample(self, data: Dataset, size: int, seed: int) -> NDArray[np.int64]:
        """Draw months with replacement; see `Model.sample`."""
        rng = np.random.default_rng(seed)
        draws = np.zeros((len(data.units), len(data.horizons), size), dtype=np.int64)
        for unit, past in enumerate(data.y[:, : data.last_known + 1]):
            known = past[~np.isnan(past)]
            if len(known):
                draws[unit] = rng.choice(known, draws.shape[1:])
        return draws
