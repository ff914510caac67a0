"""Logistic regressions over thresholds of the outcome relative to the own level."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from riskkit.forecasting.dataset import Dataset
from riskkit.models.parts.classes import Classes
from riskkit.models.parts.design import Design, unsteadiness_of
from riskkit.models.parts.draws import stratified
from riskkit.models.parts.history import ceiling, history
from riskkit.models.parts.marginal import Marginal
from riskkit.models.parts.rows import RowMaker, Rows, at_most
from riskkit.models.parts.search import Between, Space
from riskkit.models.parts.shrunk import chance, fit_chance

MOST = 30_000
MOST_POSITIVE = 12_000
FEWEST = 20


class DistributionRegression(Marginal):
    """P(y > 0), and P(z > c | y > 0) for a ladder of thresholds c of z = log1p(y) - own level.

    Distribution regression (Foresi and Peracchi 1995); thresholds that cross are put in order
    (Chernozhukov, Fernandez-Val and Galichon 2010).

    Args:
        thresholds: At most so many, at equal shares of the positive outcomes.
        components: Directions of the families' features that enter.
        prior: Rows' worth of shrinkage of each effect.
        unsteady: Whether how unsteady each unit has been enters, with bends.
    """

    name: ClassVar[str] = "distribution_regression"
    summary: ClassVar[str] = "Logistic regressions over thresholds relative to the own level."
    apart = True
    searched: ClassVar[Space] = {
        "thresholds": Between(5, 21),
        "components": Between(4, 48),
        "prior": Between(2.0, 200.0, log=True),
    }

    def __init__(
        self,
        thresholds: int = 13,
        components: int = 24,
        prior: float = 20.0,
        *,
        unsteady: bool = False,
    ) -> None:
        self.thresholds, self.components, self.prior = thresholds, components, prior
        self.unsteady = unsteady
        self.classes: Classes | None = None
        self.design: Design | None = None
        self.effects = np.zeros((0, 0))

    def fit(self, data: Dataset, seed: int) -> Self:
        """Learn the ladder from all origins whose outcome is known."""
        past = history(data)
        rows = RowMaker(data, past).training(per_origin=2, quiet_every=4, seed=seed + 2)
        self.classes = Classes.fit(rows.y, rows.level, self.thresholds + 1)
        self.design, self.effects = None, np.zeros((0, 0))
        label = self.classes.label(rows.y, rows.level)
        if (label > 0).any():
            rng = np.random.default_rng(seed)
            some = at_most(MOST, np.arange(len(label)), rng)
            more = unsteadiness_of(rows, past, wanted=self.unsteady)
            self.design, columns = Design.fit(rows.X[some], self.components, more[some])
            first = fit_chance(columns, label[some] > 0, rows.weight[some], self.prior)
            self.effects = np.stack([first, *self._ladder(rows, more, label, rng)])
        return self

    def _ladder(
        self,
        rows: Rows,
        more: NDArray[np.float64],
        label: NDArray[np.int64],
        rng: np.random.Generator,
    ) -> Iterator[NDArray[np.float64]]:
        """Effects of each threshold above zero, from rows above zero."""
        positive = at_most(MOST_POSITIVE, np.flatnonzero(label > 0), rng)
        if self.design is not None and self.classes is not None and len(positive) >= FEWEST:
            columns = self.design(rows.X[positive], more[positive])
            for rung in range(1, self.classes.size - 1):
                above = label[positive] > rung
                yield fit_chance(columns, above, rows.weight[positive], self.prior)

    def marginals(self, data: Dataset, size: int) -> NDArray[np.float64]:
        """Stratified quantiles; zeros where training never saw a death."""
        shape = (len(data.units), len(data.horizons), size)
        if self.classes is None or self.design is None:
            return np.zeros(shape)
        past = history(data)
        rows = RowMaker(data, past).forecast()
        more = unsteadiness_of(rows, past, wanted=self.design.has_more)
        p = _probabilities(chance(self.design(rows.X, more), self.effects))
        draws = stratified(*self.classes.support(p, rows.level), size).reshape(shape)
        return np.minimum(draws, ceiling(past)[:, None, None])

    def state(self) -> dict[str, Any]:
        """Classes, design and effects as arrays."""
        if self.classes is None or self.design is None:
            return {}
        return {**self.classes.arrays(), **self.design.arrays(), "effects": self.effects}

    def restore(self, state: dict[str, Any]) -> Self:
        """Take back what `state` gave."""
        if state:
            self.classes = Classes(**{key: state[key] for key in Classes.__dataclass_fields__})
            self.design, self.effects = Design.of_arrays(state), state["effects"]
        return self


def _probabilities(above: NDArray[np.float64]) -> NDArray[np.float64]:
    """Of each class, `[rows, classes]`, from P(y > 0) and the ladder given that."""
    some, higher = above[:, :1], np.sort(above[:, 1:], axis=1)[:, ::-1]
    ladder = np.hstack([np.ones_like(some), some, some * higher, np.zeros_like(some)])
    return np.asarray(-np.diff(ladder, axis=1))
