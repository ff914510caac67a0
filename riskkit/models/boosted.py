"""Boosted trees over outcome classes relative to the own level."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from riskkit.forecasting.dataset import Dataset
from riskkit.models.parts.boosting import from_bytes, predict, to_bytes, train, training_losses
from riskkit.models.parts.classes import Classes
from riskkit.models.parts.draws import stratified
from riskkit.models.parts.history import history
from riskkit.models.parts.marginal import Marginal
from riskkit.models.parts.rows import RowMaker
from riskkit.models.parts.search import Between, Space

if TYPE_CHECKING:
    import xgboost as xgb


class BoostedClasses(Marginal):
    """A classifier over no deaths and bins of z = log1p(y) - own level.

    One vector-leaf tree per round serves all classes; the counts of a class are those of
    training rows with the nearest level, so nothing depends on the scale of a war.
    """

    name: ClassVar[str] = "xgboost"
    summary: ClassVar[str] = "Boosted classes of the outcome relative to the own level."
    apart = True
    searched: ClassVar[Space] = {
        "rounds": Between(20, 150, log=True),
        "bins": Between(6, 20),
        "max_depth": Between(2, 6),
    }

    def __init__(self, rounds: int = 60, bins: int = 14, max_depth: int = 3) -> None:
        self.rounds, self.bins, self.max_depth = rounds, bins, max_depth
        self.classes: Classes | None = None
        self.booster: xgb.Booster | None = None

    def fit(self, data: Dataset, seed: int) -> Self:
        """Learn class probabilities from all origins whose outcome is known."""
        rows = RowMaker(data, history(data)).training(per_origin=2, quiet_every=4, seed=seed)
        self.classes = Classes.fit(rows.y, rows.level, self.bins)
        self.booster = None
        if (rows.y > 0).any():
            self.booster = train(
                rows.X,
                self.classes.label(rows.y, rows.level).astype(np.float64),
                self.rounds,
                rows.weight,
                objective="multi:softprob",
                num_class=self.classes.size,
                multi_strategy="multi_output_tree",
                max_depth=self.max_depth,
                seed=seed,
            )
        return self

    def marginals(self, data: Dataset, size: int) -> NDArray[np.float64]:
        """Stratified quantiles; zeros where training never saw a death."""
        shape = (len(data.units), len(data.horizons), size)
        if self.booster is None or self.classes is None:
            return np.zeros(shape)
        rows = RowMaker(data, history(data)).forecast()
        values, weights = self.classes.support(predict(self.booster, rows.X), rows.level)
        return stratified(values, weights, size).reshape(shape)

    def training_losses(self) -> dict[str, list[float]]:
        """Log loss of the classes."""
        return {"classes": training_losses(self.booster)}

    def state(self) -> dict[str, Any]:
        """The classes as arrays, the trees as xgboost's ubj."""
        if self.classes is None:
            return {}
        return {**self.classes.arrays(), "trees": to_bytes(self.booster)}

    def restore(self, state: dict[str, Any]) -> Self:
        """Take back what `state` gave."""
        if state:
            self.classes = Classes(**{key: state[key] for key in Classes.__dataclass_fields__})
            self.booster = from_bytes(state["trees"])
        return self
