"""A hurdle whose sizes are log-logistic around the own level."""

from __future__ import annotations

from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from riskkit.forecasting.dataset import Dataset
from riskkit.models.parts.design import Design, unsteadiness_of
from riskkit.models.parts.draws import stratified
from riskkit.models.parts.history import ceiling, history
from riskkit.models.parts.marginal import Marginal
from riskkit.models.parts.rows import RowMaker, at_most
from riskkit.models.parts.search import Between, Space
from riskkit.models.parts.shrunk import chance, fit_chance

Array = NDArray[np.float64]

MOST = 30_000
MOST_POSITIVE = 16_000
FEWEST = 20
POINTS = (np.arange(200) + 0.5) / 200
_STANDARD = np.log(POINTS / (1.0 - POINTS))
NARROWEST, WIDEST = np.log(0.02), np.log(3.0)


class LogLogistic(Marginal):
    """P(y > 0) times a log-logistic distribution of y relative to the own level.

    Given y > 0, z = log1p(y) - own level is logistic. Both its location and the logarithm of its
    scale are linear in the columns (an accelerated failure time model with a regression of the
    shape), found by penalised maximum likelihood.

    Args:
        components: Directions of the families' features that enter.
        prior: Rows' worth of shrinkage of each effect.
        unsteady: Whether how unsteady each unit has been enters, with bends.
    """

    name: ClassVar[str] = "log_logistic"
    summary: ClassVar[str] = "Logistic chance of any times log-logistic sizes around the own level."
    apart = True
    searched: ClassVar[Space] = {
        "components": Between(4, 48),
        "prior": Between(2.0, 200.0, log=True),
    }

    def __init__(
        self, components: int = 24, prior: float = 20.0, *, unsteady: bool = False
    ) -> None:
        self.components, self.prior, self.unsteady = components, prior, unsteady
        self.design: Design | None = None
        self.some = self.location = self.scale = self.range = np.zeros(0)

    def fit(self, data: Dataset, seed: int) -> Self:
        """Learn the chance, and location and scale of the sizes."""
        past = history(data)
        rows = RowMaker(data, past).training(per_origin=2, quiet_every=4, seed=seed + 7)
        self.design = None
        positive = rows.y > 0
        if positive.any():
            rng = np.random.default_rng(seed)
            some = at_most(MOST, np.arange(len(positive)), rng)
            more = unsteadiness_of(rows, past, wanted=self.unsteady)
            self.design, columns = Design.fit(rows.X[some], self.components, more[some])
            self.some = fit_chance(columns, positive[some], rows.weight[some], self.prior)[None]
            chosen = at_most(MOST_POSITIVE, np.flatnonzero(positive), rng)
            z = np.log1p(rows.y[chosen]) - rows.level[chosen]
            self.range = np.array([z.min(), z.max()])
            self.location, self.scale = _sizes(
                self.design(rows.X[chosen], more[chosen]), z, self.prior
            )
        return self

    def marginals(self, data: Dataset, size: int) -> Array:
        """Stratified quantiles; zeros where training never saw any."""
        shape = (len(data.units), len(data.horizons), size)
        if self.design is None:
            return np.zeros(shape)
        past = history(data)
        rows = RowMaker(data, past).forecast()
        columns = self.design(rows.X, unsteadiness_of(rows, past, wanted=self.design.has_more))
        some = chance(columns, self.some)
        middle = self.location[0] + columns @ self.location[1:]
        width = np.exp(np.clip(self.scale[0] + columns @ self.scale[1:], NARROWEST, WIDEST))
        z = np.clip(middle[:, None] + width[:, None] * _STANDARD, *self.range)
        values = np.maximum(np.round(np.expm1(rows.level[:, None] + z)), 1.0)
        weights = np.repeat(some / len(POINTS), len(POINTS), axis=1)
        draws = stratified(
            np.hstack([np.zeros_like(some), values]), np.hstack([1.0 - some, weights]), size
        ).reshape(shape)
        return np.minimum(draws, ceiling(past)[:, None, None])

    def state(self) -> dict[str, Any]:
        """Design and effects as arrays."""
        if self.design is None:
            return {}
        effects = {name: getattr(self, name) for name in ("some", "location", "scale", "range")}
        return {**self.design.arrays(), **effects}

    def restore(self, state: dict[str, Any]) -> Self:
        """Take back what `state` gave."""
        if state:
            self.design = Design.of_arrays(state)
            for name in ("some", "location", "scale", "range"):
                setattr(self, name, state[name])
        return self


def _sizes(columns: Array, z: Array, prior: float) -> tuple[Array, Array]:
    """Effects on location and log scale of a logistic distribution, constants first.

    A squared penalty of `prior` / 2 on each effect, of location in units of the spread of z.
    """
    from scipy.optimize import minimize

    width = 1 + columns.shape[1]
    spread = max(float(z.std()), 1e-3)
    exog = np.hstack([np.ones((len(z), 1)), columns])
    free = np.r_[0.0, np.ones(width - 1)]
    if len(z) < FEWEST:
        exog = exog[:, :1]
        free, width = free[:1], 1

    def loss(effects: Array) -> tuple[float, Array]:
        location, log_scale = effects[:width], effects[width:]
        given = exog @ log_scale
        scale = np.clip(given, NARROWEST, WIDEST)
        narrow = np.exp(-scale)
        t = (z - exog @ location * spread) * narrow
        tail = np.logaddexp(0.0, -t)
        value = np.sum(t + 2.0 * tail + scale) + 0.5 * prior * (free @ (location**2 + log_scale**2))
        slope = 2.0 / (1.0 + np.exp(-np.clip(t, -30, 30))) - 1.0  # of t + 2 log(1 + e^-t)
        to_location = exog.T @ (-slope * narrow) * spread + prior * free * location
        inside = (given > NARROWEST) & (given < WIDEST)
        to_scale = exog.T @ ((1.0 - slope * t) * inside) + prior * free * log_scale
        return float(value), np.concatenate([to_location, to_scale])

    start = np.zeros(2 * width)
    start[0], start[width] = float(np.median(z)) / spread, np.log(spread * 0.55)
    start[width] = np.clip(start[width], NARROWEST + 1e-3, WIDEST - 1e-3)
    found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 500})
    effects = np.zeros((2, 1 + columns.shape[1]))
    effects[0, :width], effects[1, :width] = found.x[:width] * spread, found.x[width:]
    return effects[0], effects[1]
