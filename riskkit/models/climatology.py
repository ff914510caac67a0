"""The calendar month's own past: the baseline of whoever forecasts the weather."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from riskkit.forecasting.dataset import Dataset
from riskkit.models.parts.draws import stratified
from riskkit.models.parts.history import history
from riskkit.models.parts.marginal import Marginal
from riskkit.models.parts.search import Between, OneOf, Space


class Climatology(Marginal):
    """Redraws what the unit had in the same part of earlier years.

    Args:
        years: How many years back.
        width: Calendar months that count, the forecast one in the middle.
    """

    name: ClassVar[str] = "climatology"
    summary: ClassVar[str] = "Redraws the unit's own values in the same season of earlier years."
    apart = True
    calibrated: ClassVar[bool] = False
    learned: ClassVar[bool] = False
    searched: ClassVar[Space] = {"years": Between(3, 40), "width": OneOf((1, 3, 5))}

    def __init__(self, years: int = 15, width: int = 3) -> None:
        self.years, self.width = years, width

    def marginals(self, data: Dataset, size: int) -> NDArray[np.float64]:
        """Stratified quantiles, equally weighted; zeros where nothing is known."""
        past = history(data)
        half = self.width // 2 if past.season > 1 else 0
        near = np.arange(-half, half + 1)
        draws = []
        for step in past.steps:
            latest = past.last + step - past.season * -(-step // past.season)
            at = (latest - past.season * np.arange(self.years)[:, None] + near).ravel()
            at = at[(at >= 0) & (at <= past.last)]
            values = past.values[:, at] if at.size else np.full((len(data.units), 1), np.nan)
            weights = (~np.isnan(values)).astype(np.float64)
            weights[weights.sum(axis=1) == 0, -1] = 1.0
            draws.append(stratified(np.nan_to_num(values), weights, size))
        return np.stack(draws, axis=1)
