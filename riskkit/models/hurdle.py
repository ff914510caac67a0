"""A hurdle: whether anybody dies, and boosted quantiles of how many."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from riskkit.forecasting.dataset import Dataset
from riskkit.models import Contributions
from riskkit.models.parts.blocks import in_blocks
from riskkit.models.parts.boosting import (
    from_bytes,
    predict,
    shapley,
    to_bytes,
    train,
    training_losses,
)
from riskkit.models.parts.draws import stratified
from riskkit.models.parts.history import history
from riskkit.models.parts.marginal import Marginal
from riskkit.models.parts.rows import (
    MANY,
    OWN,
    RowMaker,
    Sample,
    at_most,
    feature_names,
    own_units,
)
from riskkit.models.parts.screen import worth_keeping
from riskkit.models.parts.search import Between, Space

if TYPE_CHECKING:
    import xgboost as xgb

LEVELS = np.concatenate([[0.01], (np.arange(9) + 0.5) / 9, [0.99]])
POINTS = (np.arange(200) + 0.5) / 200
FEWEST = 100
MOST = 16_000
MOST_OF_ANY = 40_000
"""Rows that the chance is trained on, unless the units are so many that they are cells."""
ANY_ROUNDS = 70
AT_ONCE = 10_000
"""Rows whose draws are made at once."""


class BoostedHurdle(Marginal):
    """P(y > 0) times quantiles of log1p(y) - own level given y > 0.

    The quantiles see the models' own features and those of the families that are worth keeping
    (`riskkit.models.parts.screen`).
    """

    name: ClassVar[str] = "xgboost_hurdle"
    summary: ClassVar[str] = "Boosted chance of any deaths times boosted quantiles of how many."
    apart = True
    searched: ClassVar[Space] = {"rounds": Between(20, 150, log=True)}

    def __init__(self, rounds: int = 60, everything: bool = False) -> None:
        self.rounds, self.everything = rounds, everything
        self.any: xgb.Booster | None = None
        self.size: xgb.Booster | None = None
        self.common = np.zeros(len(LEVELS))
        self.kept = np.zeros(0, dtype=np.int64)

    def fit(self, data: Dataset, seed: int) -> Self:
        """Learn both parts from all origins whose outcome is known."""
        maker, per_origin = RowMaker(data, history(data)), 1 if self.everything else 2
        rows = maker.sample(per_origin, 4, seed + 1, everything=self.everything)
        positive = rows.y > 0
        counted = np.flatnonzero(positive)
        seen = rows.only(counted)
        z = np.log1p(seen.y) - seen.level
        self.any = self.size = None
        self.common = np.quantile(z, LEVELS) if len(z) else self.common * 0.0
        if len(z):
            if len(data.units) <= MANY and not self.everything:
                part = at_most(MOST_OF_ANY, np.arange(len(positive)), np.random.default_rng(seed))
                self.any = _chance(rows.only(part), positive[part], seed)
            else:
                self.any = _chance(rows, positive, seed)
        if len(z) >= FEWEST:
            some = at_most(MOST, counted, np.random.default_rng(seed))
            X, z = rows.design(some), z[np.searchsorted(counted, some)]
            self.kept = worth_keeping(rows, some, X, z, seed)
            self.size = _sizes(X[:, self.kept], z, self.rounds, seed)
        return self

    def marginals(self, data: Dataset, size: int) -> NDArray[np.float64]:
        """Stratified quantiles; zeros where training never saw a death."""
        shape = (len(data.units), len(data.horizons), size)
        if self.any is None:
            return np.zeros(shape)
        rows = RowMaker(data, history(data)).forecast()
        draws = np.empty((len(rows.X), size))
        for block in in_blocks(len(draws), AT_ONCE):
            draws[block] = self._drawn(self.any, rows.X[block], rows.level[block], size)
        return draws.reshape(shape)

    def _drawn(
        self, any_: xgb.Booster, X: NDArray[np.float32], level: NDArray[np.float64], size: int
    ) -> NDArray[np.float64]:
        chance = predict(any_, X)[:, None]
        values = np.maximum(np.round(np.expm1(level[:, None] + self._quantiles(X))), 1.0)
        weights = np.repeat(chance / len(POINTS), len(POINTS), axis=1)
        none = np.zeros_like(chance)
        return stratified(np.hstack([none, values]), np.hstack([1 - chance, weights]), size)

    def _quantiles(self, X: NDArray[np.float32]) -> NDArray[np.float64]:
        """Quantiles of z at POINTS, `[rows, points]`."""
        if self.size is None:
            return np.broadcast_to(np.interp(POINTS, LEVELS, self.common), (len(X), len(POINTS)))
        known = np.sort(predict(self.size, X[:, self.kept]), axis=1)
        right = np.clip(np.searchsorted(LEVELS, POINTS), 1, len(LEVELS) - 1)
        share = np.clip((POINTS - LEVELS[right - 1]) / np.diff(LEVELS)[right - 1], 0.0, 1.0)
        between = known[:, right - 1] * (1 - share) + known[:, right] * share
        return np.asarray(between, dtype=np.float64)

    def contributions(self, data: Dataset) -> Contributions | None:
        """What moves the log odds of any deaths: Shapley values of the first part."""
        if self.any is None:
            return None
        past = history(data)
        X = RowMaker(data, past).forecast().X
        units = len(data.units)
        return Contributions(
            features=feature_names(data),
            values=shapley(self.any, X, units),
            margin="log odds of any in a period",
            descriptions=OWN,
            units=own_units(past),
            inputs=X.reshape(units, -1, X.shape[1]).mean(axis=1, dtype=np.float64),
        )

    def training_losses(self) -> dict[str, list[float]]:
        """Log loss of the chance, and quantile loss of the sizes."""
        return {"any": training_losses(self.any), "size": training_losses(self.size)}

    def state(self) -> dict[str, Any]:
        """The trees of both parts as xgboost's ubj, the pooled quantiles, what the sizes see."""
        return {
            "any": to_bytes(self.any),
            "size": to_bytes(self.size),
            "common": self.common,
            "kept": self.kept,
        }

    def restore(self, state: dict[str, Any]) -> Self:
        """Take back what `state` gave."""
        self.any, self.size = from_bytes(state["any"]), from_bytes(state["size"])
        self.common, self.kept = state["common"], state["kept"]
        return self


def _chance(rows: Sample, positive: NDArray[np.bool_], seed: int) -> xgb.Booster:
    share = float(np.average(positive, weights=rows.weight))
    return train(
        rows,
        positive.astype(np.float64),
        ANY_ROUNDS,
        rows.weight,
        objective="binary:logistic",
        base_score=min(max(share, 0.001), 0.999),
        eta=0.14,
        seed=seed,
    )


def _sizes(X: NDArray[np.float32], z: NDArray[np.float64], rounds: int, seed: int) -> xgb.Booster:
    return train(
        X,
        z,
        rounds,
        objective="reg:quantileerror",
        quantile_alpha=LEVELS.tolist(),
        max_depth=4,
        eta=0.1,
        colsample_bytree=0.5,
        seed=seed,
    )
