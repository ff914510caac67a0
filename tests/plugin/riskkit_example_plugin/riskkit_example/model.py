"""A baseline made of riskkit's parts: any month of a unit's own past may come again."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from riskkit.forecasting.dataset import Dataset
from riskkit.models.parts.draws import stratified
from riskkit.models.parts.history import history
from riskkit.models.parts.marginal import Marginal

HALF_LIFE = 5.0
"""Years after which a past month counts half."""


class AnyMonth(Marginal):
    """Quantiles of all known months of the unit; riskkit makes joint scenarios of them."""

    name: ClassVar[str] = "any_month"
    summary: ClassVar[str] = "Draws from all known months of the unit, from recent ones rather."
    calibrated: ClassVar[bool] = False

    def marginals(self, data: Dataset, size: int) -> NDArray[np.float64]:
        """The same distribution for every horizon; see `Marginal.marginals`."""
        past = history(data)
        age = np.arange(past.values.shape[1])[::-1] / past.season
        known = ~np.isnan(past.values)
        weights = np.where(known, 0.5 ** (age / HALF_LIFE), 0.0)
        weights[~known.any(axis=1)] = 1.0  # a unit without a past gets zeros
        draws = stratified(np.nan_to_num(past.values), weights, size)
        return np.repeat(draws[:, None, :], len(data.horizons), axis=1)
