"""Models that forecast each period by itself, and are coupled into scenarios afterwards."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from riskkit.forecasting.dataset import Dataset
from riskkit.models import Model
from riskkit.models.parts.coupling import couple
from riskkit.models.parts.draws import counts


class Marginal(Model):
    """A model that gives the distribution of each unit and period; `couple` makes scenarios.

    Attributes:
        learned: Whether its forecasts rest on what followed other units' situations; in a pool,
            learned members yield to the others where there are few such.
    """

    learned: ClassVar[bool] = True

    @abstractmethod
    def marginals(self, data: Dataset, size: int) -> NDArray[np.float64]:
        """Quantiles of each unit and horizon at the midpoints of equal strata.

        Args:
            data: The origin to forecast from.
            size: Strata per unit and horizon.

        Returns:
            `[units, horizons, size]`, ascending along the last axis.
        """

    def sample(self, data: Dataset, size: int, seed: int) -> NDArray[np.int64]:
        """Draw joint scenarios with the stratified marginals; see `Model.sample`."""
        return couple(counts(self.marginals(data, size)), data, seed)
