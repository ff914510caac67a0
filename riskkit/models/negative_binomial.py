"""Negative binomial regression: the count model that readers of the field expect."""

from __future__ import annotations

from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from riskkit.errors import ConfigError
from riskkit.forecasting.dataset import Dataset
from riskkit.models.parts.design import Design
from riskkit.models.parts.draws import stratified
from riskkit.models.parts.history import ceiling, history
from riskkit.models.parts.marginal import Marginal
from riskkit.models.parts.rows import RowMaker, at_most
from riskkit.models.parts.search import Between, OneOf, Space
from riskkit.models.parts.shrunk import chance, fit_chance, fit_size

Array = NDArray[np.float64]

MOST = 20_000
FEWEST = 20
_HALF = 0.5  # where a fraction counts as one
_HARDLY = -20.0
ZEROS = ("hurdle", "plain")
ROUNDS = 3
POINTS = 240


class NegativeBinomial(Marginal):
    """NB2 with a log link; its mean is relative to the unit's own level, the exposure.

    Args:
        zeros: `plain` counts zeros with the rest; `hurdle` multiplies a logistic chance of any
            with a negative binomial of how many beyond the first.
        components: Directions of the families' features that enter.
        prior: Rows' worth of shrinkage of each effect.
    """

    name: ClassVar[str] = "negative_binomial"
    summary: ClassVar[str] = "Negative binomial regression relative to the own level."
    calibrated: ClassVar[bool] = False
    searched: ClassVar[Space] = {
        "zeros": OneOf(("hurdle", "plain")),
        "components": Between(2, 32),
        "prior": Between(2.0, 200.0, log=True),
    }

    def __init__(self, zeros: str = "hurdle", components: int = 8, prior: float = 20.0) -> None:
        if zeros not in ZEROS:
            raise ConfigError(
                "models.negative_binomial.zeros is hurdle or plain", got=zeros, hint=ZEROS[0]
            )
        self.zeros, self.components, self.prior = zeros, components, prior
        self.design: Design | None = None
        self.any = np.zeros((0, 0))
        self.size = np.zeros((0, 0))
        self.dispersion = 1.0

    def fit(self, data: Dataset, seed: int) -> Self:
        """Learn from all origins whose outcome is known."""
        rows = RowMaker(data, history(data)).training(per_origin=1, quiet_every=4, seed=seed + 3)
        positive = rows.y >= _HALF
        self.design = None
        if positive.sum() < FEWEST:
            return self
        rng = np.random.default_rng(seed)
        some = at_most(MOST, np.arange(len(rows.y)), rng)
        self.design, columns = Design.fit(rows.X[some], self.components)
        weight, counted = rows.weight[some], rows.y[some]
        if self.zeros == "hurdle":
            self.any = fit_chance(columns, counted >= _HALF, weight, self.prior)[None]
            some = at_most(MOST, np.flatnonzero(positive), rng)
            columns = self.design(rows.X[some])
            weight, counted = rows.weight[some], np.maximum(rows.y[some] - 1.0, 0.0)
        self.size, self.dispersion = _fit_size(
            columns, counted, weight, self.prior, _exposure(rows.level[some])
        )
        return self

    def marginals(self, data: Dataset, size: int) -> Array:
        """Stratified quantiles up to the ceiling; zeros where training had hardly a count."""
        shape = (len(data.units), len(data.horizons), size)
        if self.design is None:
            return np.zeros(shape)
        past = history(data)
        top = np.repeat(ceiling(past), len(data.horizons))
        rows = RowMaker(data, past).forecast()
        columns = self.design(rows.X)
        log_mean = self.size[0] + columns @ self.size[1:] + _exposure(rows.level)
        mean = np.minimum(np.exp(np.minimum(log_mean, 50.0)), np.maximum(top, 1.0))
        points, mass = _negative_binomial(mean, self.dispersion, float(top.max()))
        if self.zeros == "hurdle":
            some = chance(columns, self.any)
            points = np.append(0.0, points + 1.0)
            mass = np.hstack([1.0 - some, some * mass])
        values = np.minimum(np.broadcast_to(points, mass.shape), top[:, None])
        return stratified(values, mass, size).reshape(shape)

    def state(self) -> dict[str, Any]:
        """Design and effects as arrays."""
        if self.design is None:
            return {}
        return {
            **self.design.arrays(),
            "any": self.any,
            "size": self.size,
            "dispersion": self.dispersion,
            "zeros": self.zeros,
        }

    def restore(self, state: dict[str, Any]) -> Self:
        """Take back what `state` gave."""
        if state:
            self.design = Design.of_arrays(state)
            self.any, self.size = state["any"], state["size"]
            self.dispersion, self.zeros = state["dispersion"], state["zeros"]
        return self


def _exposure(level: Array) -> Array:
    """Log of the own level as a count; a quiet unit is exposed to a half."""
    return np.log(np.maximum(np.expm1(level), 0.0) + 0.5)


def _fit_size(
    columns: Array, count: Array, weight: Array, prior: float, offset: Array
) -> tuple[Array, float]:
    """Fit effects and dispersion in turn; where all counts are zero, expect hardly any."""
    dispersion = 2.0
    if not count.any():
        return np.append(_HARDLY, np.zeros(columns.shape[1])), dispersion
    for _ in range(ROUNDS):
        effects = fit_size(columns, count, weight, prior, offset, dispersion)
        mean = np.exp(np.minimum(effects[0] + columns @ effects[1:] + offset, 50.0))
        dispersion = _dispersion(count, mean, weight)
    return effects, dispersion


def _dispersion(count: Array, mean: Array, weight: Array) -> float:
    """The most likely of a ladder of dispersions."""
    from scipy.special import gammaln

    ladder = np.geomspace(0.02, 100.0, 80)

    def likelihood(dispersion: float) -> float:
        shape = 1.0 / dispersion
        terms = gammaln(count + shape) - gammaln(shape) - shape * np.log1p(dispersion * mean)
        terms += count * (np.log(dispersion * mean) - np.log1p(dispersion * mean))
        return float(weight @ terms)

    return float(ladder[np.argmax([likelihood(dispersion) for dispersion in ladder])])


def _negative_binomial(mean: Array, dispersion: float, top: float) -> tuple[Array, Array]:
    """Counts `[points]`, and the mass of each in every row, `[rows, points]`."""
    from scipy.special import betainc

    few = np.arange(41.0)
    ends = np.append(few, np.unique(np.round(np.geomspace(42.0, max(top, 43.0) * 4, POINTS))))
    start = np.append(0.0, ends[:-1] + 1.0)
    shape = 1.0 / dispersion
    reached = betainc(shape, ends + 1.0, (shape / (shape + mean))[:, None])
    mass = np.diff(reached, axis=1, prepend=0.0)
    mass[:, -1] += 1.0 - reached[:, -1]
    return np.round(np.sqrt((start + 0.5) * (ends + 0.5)) - 0.5), np.maximum(mass, 0.0)
