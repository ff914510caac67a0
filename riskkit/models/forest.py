"""Extremely randomised trees whose leaves hold distributions relative to the own level."""

from __future__ import annotations

from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from riskkit.forecasting.dataset import Dataset
from riskkit.models.parts.draws import stratified
from riskkit.models.parts.history import ceiling, history
from riskkit.models.parts.marginal import Marginal
from riskkit.models.parts.rows import RowMaker, Rows, at_most
from riskkit.models.parts.search import Between, Space

Array = NDArray[np.float64]

MOST = 30_000
POINTS = 7
"""Quantiles of the positive outcomes that a leaf keeps."""
LEAF = -1
HUGE = np.float32(1e30)
_SHARES = (np.arange(POINTS) + 0.5) / POINTS


class Forest(Marginal):
    """A forecast is the mixture of the training outcomes in the leaves that a row falls into.

    Trees split z = log1p(y) - own level (scikit-learn's ExtraTrees, Geurts et al. 2006), and the
    leaves serve as weights of a conditional distribution (Meinshausen 2006, quantile regression
    forests). A leaf keeps its share of zeros and quantiles of z above zero, so a saved forest
    does not grow with the training data.

    Args:
        trees: How many.
        least: Training rows of a leaf, at least.
        share: Of the features that each split chooses from.
    """

    name: ClassVar[str] = "forest"
    summary: ClassVar[str] = "Random trees whose leaves hold outcomes relative to the own level."
    apart = True
    searched: ClassVar[Space] = {
        "least": Between(8, 120, log=True),
        "share": Between(0.05, 1.0, log=True),
    }

    def __init__(self, trees: int = 60, least: int = 30, share: float = 0.3) -> None:
        self.trees, self.least, self.share = trees, least, share
        self.filling = np.zeros(0, dtype=np.float32)
        self.starts = np.zeros(0, dtype=np.int64)
        self.nodes: dict[str, NDArray[Any]] = {}

    def fit(self, data: Dataset, seed: int) -> Self:
        """Grow the trees on all origins whose outcome is known."""
        rows = RowMaker(data, history(data)).training(per_origin=2, quiet_every=4, seed=seed + 5)
        self.nodes, self.starts = {}, np.zeros(0, dtype=np.int64)
        if (rows.y > 0).any():
            self._grow(rows, seed)
        return self

    def _grow(self, rows: Rows, seed: int) -> None:
        from sklearn.ensemble import ExtraTreesRegressor

        some = at_most(MOST, np.arange(len(rows.y)), np.random.default_rng(seed))
        self.filling = _medians(rows.X[some])
        X = _filled(rows.X[some], self.filling)
        y, weight = rows.y[some], rows.weight[some]
        z = np.log1p(y) - rows.level[some]
        learner = ExtraTreesRegressor(
            self.trees,
            min_samples_leaf=min(self.least, max(1, len(z) // 4)),
            max_features=self.share,
            random_state=seed % 2**32,
        )
        learner.fit(X, z, sample_weight=weight)
        trees = [one.tree_ for one in learner.estimators_]
        self.starts = np.cumsum([0, *(tree.node_count for tree in trees)])
        told = [_leaves(tree, tree.apply(X), z, y > 0, weight) for tree in trees]
        self.nodes = {key: np.concatenate([one[key] for one in told]) for key in told[0]}

    def marginals(self, data: Dataset, size: int) -> Array:
        """Stratified quantiles; zeros where training never saw a death."""
        shape = (len(data.units), len(data.horizons), size)
        if not self.nodes:
            return np.zeros(shape)
        past = history(data)
        rows = RowMaker(data, past).forecast()
        leaves = self._reached(_filled(rows.X, self.filling))
        some, z = self.nodes["some"][leaves], self.nodes["z"][leaves]
        weights = np.repeat(some[..., None] / POINTS, POINTS, axis=-1).reshape(len(some), -1)
        level = rows.level[:, None]
        values = np.maximum(np.round(np.expm1(level + z.reshape(len(z), -1))), 1.0)
        none = (1.0 - some).sum(axis=1, keepdims=True)
        draws = stratified(
            np.hstack([np.zeros_like(none), values]), np.hstack([none, weights]), size
        ).reshape(shape)
        return np.minimum(draws, ceiling(past)[:, None, None])

    def _reached(self, X: NDArray[np.float32]) -> NDArray[np.int64]:
        """Leaf of every row in every tree, `[rows, trees]`, as an index of `nodes`."""
        at = np.repeat(self.starts[None, :-1], len(X), axis=0)
        row = np.arange(len(X))[:, None]
        while True:
            feature = self.nodes["feature"][at]
            inner = feature != LEAF
            if not inner.any():
                return at
            left = X[row, np.maximum(feature, 0)] <= self.nodes["threshold"][at]
            child = np.where(left, self.nodes["left"][at], self.nodes["right"][at])
            at = np.where(inner, child + self.starts[:-1], at)

    def state(self) -> dict[str, Any]:
        """Splits and leaves of all trees, one after the other."""
        if not self.nodes:
            return {}
        return {"filling": self.filling, "starts": self.starts, **self.nodes}

    def restore(self, state: dict[str, Any]) -> Self:
        """Take back what `state` gave."""
        if state:
            keys = ("feature", "threshold", "left", "right", "some", "z")
            self.nodes = {key: state[key] for key in keys}
            self.filling, self.starts = state["filling"], state["starts"]
        return self


def _leaves(
    tree: Any,
    leaf: NDArray[np.int64],
    z: Array,
    positive: NDArray[np.bool_],
    weight: Array,
) -> dict[str, NDArray[Any]]:
    """Splits of a tree, and the outcomes in its leaves, `[nodes, ...]`."""
    count = tree.node_count
    above = np.bincount(leaf, weight * positive, count)
    whole = np.bincount(leaf, weight, count)
    return {
        "feature": np.where(tree.children_left == LEAF, LEAF, tree.feature).astype(np.int32),
        "threshold": tree.threshold,
        "left": tree.children_left.astype(np.int32),
        "right": tree.children_right.astype(np.int32),
        "some": np.divide(above, whole, out=np.zeros(count), where=whole > 0),
        "z": _quantiles(leaf[positive], z[positive], count),
    }


def _quantiles(leaf: NDArray[np.int64], z: Array, count: int) -> Array:
    """Quantiles of z in every leaf, `[nodes, POINTS]`; zeros where there is none."""
    order = np.lexsort((z, leaf))
    ordered, rows = z[order], np.bincount(leaf, minlength=count)
    first = np.cumsum(rows) - rows
    place = first[:, None] + np.floor(_SHARES * rows[:, None]).astype(np.int64)
    found = ordered[np.minimum(place, len(ordered) - 1)]
    return np.where(rows[:, None] > 0, found, 0.0)


def _medians(X: NDArray[np.float32]) -> NDArray[np.float32]:
    """Median of each column, 0 where it has no value."""
    known = ~np.isnan(X).all(axis=0)
    out = np.zeros(X.shape[1], dtype=np.float32)
    out[known] = np.nanmedian(X[:, known].astype(np.float64), axis=0)
    return out


def _filled(X: NDArray[np.float32], filling: NDArray[np.float32]) -> NDArray[np.float32]:
    """No gaps, and nothing so huge that scikit-learn's sums of a column overflow."""
    return np.clip(np.where(np.isnan(X), filling, X), -HUGE, HUGE)
