"""Models that forecast each period by itself, and are coupled into scenarios afterwards."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from riskkit.forecasting.dataset import Dataset
from riskkit.models import Model
from riskkit.models.parts.blocks import UNITS
from riskkit.models.parts.coupling import Coupling, couple
from riskkit.models.parts.draws import counts
from riskkit.models.parts.history import history, part_of


class Marginal(Model):
    """A model that gives the distribution of each unit and period; `couple` makes scenarios.

    Attributes:
        learned: Whether its forecasts rest on what followed other units' situations; in a pool,
            learned members yield to the others where there are few such.
        apart: Whether the marginals of a unit look, once the model is fitted, at no other unit but
            for the largest value of all (`History.most`), so that many units can be forecast block
            by block.
    """

    learned: ClassVar[bool] = True
    apart: bool = False

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

    def sample_blocks(
        self, data: Dataset, size: int, seed: int, blocks: Sequence[slice]
    ) -> Iterator[NDArray[np.int64]]:
        """Draw what `sample` draws, block by block; see `Model.sample_blocks`."""
        if len(data.units) <= UNITS or not self.apart or _unseen(data):
            yield from super().sample_blocks(data, size, seed, blocks)
            return
        coupling = Coupling(data, seed)
        for block in blocks:
            drawn = counts(self.marginals(part_of(data, block), size))
            yield coupling(drawn, block.start)


def _unseen(data: Dataset) -> bool:
    """Whether a unit has no history, so that its rows are made from those of others."""
    return bool(np.isnan(history(data).values).all(axis=1).any())
