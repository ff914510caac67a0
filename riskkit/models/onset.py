"""Onset: the chance that armed conflict breaks out where it has been quiet for years."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

DEADLY = 0.5e-6
"""Deaths a month and head of population from which a month counts as armed conflict."""
QUIET = 60
"""Months without armed conflict after which a unit is quiet."""


class Onset:
    """A regularised logistic regression (scikit-learn's) on standardised columns.

    It gives one chance per unit and no draws of counts, so it is no `Model` and in no pool.

    Args:
        strength: Inverse of the penalty on squared effects.
    """

    def __init__(self, strength: float = 0.05) -> None:
        self.strength = strength
        self.mean = self.scale = self.effects = np.zeros(0)
        self.constant = 0.0

    def fit(self, columns: Array, happened: NDArray[np.bool_]) -> Self:
        """Learn from quiet situations.

        Args:
            columns: `[rows, features]`; gaps count as the mean.
            happened: `[rows]`: whether armed conflict followed; some did, some did not.
        """
        from sklearn.linear_model import LogisticRegression

        known = np.isfinite(columns)
        self.mean = np.where(known, columns, 0.0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
        filled = np.where(known, columns, self.mean)
        self.scale = filled.std(axis=0) + 1e-9
        learner = LogisticRegression(C=self.strength, max_iter=2000)
        learner.fit((filled - self.mean) / self.scale, happened)
        self.effects = np.asarray(learner.coef_[0], dtype=np.float64)
        self.constant = float(learner.intercept_[0])
        return self

    def chance(self, columns: Array) -> Array:
        """Probability of each row, `[rows]`."""
        filled = np.where(np.isfinite(columns), columns, self.mean)
        odds = self.constant + (filled - self.mean) / self.scale @ self.effects
        return np.asarray(1.0 / (1.0 + np.exp(-odds)), dtype=np.float64)

    def state(self) -> dict[str, Any]:
        """What `fit` learned, as arrays and numbers."""
        return {
            "mean": self.mean,
            "scale": self.scale,
            "effects": self.effects,
            "constant": self.constant,
        }

    def restore(self, state: dict[str, Any]) -> Self:
        """Take back what `state` gave."""
        self.mean, self.scale, self.effects = state["mean"], state["scale"], state["effects"]
        self.constant = float(state["constant"])
        return self


def armed(deaths: Array, population: Array) -> NDArray[np.bool_]:
    """Months of armed conflict, `[units, months]`; none where the population is not known."""
    return np.asarray((deaths > 0) & (deaths > DEADLY * np.nan_to_num(population, nan=np.inf)))


def quiet(at_war: NDArray[np.bool_], months: int = QUIET) -> NDArray[np.bool_]:
    """Whether the last `months` months, this one included, were without armed conflict."""
    return np.asarray(trailing_sum(at_war.astype(np.float64), months) == 0)


def follows(at_war: NDArray[np.bool_], months: int) -> Array:
    """1 where armed conflict comes within the next `months` months, 0 where not, NaN at the end."""
    wars = trailing_sum(at_war.astype(np.float64), months)
    out = np.full(at_war.shape, np.nan)
    out[:, :-months] = wars[:, months:] > 0
    return out


def trailing_sum(values: Array, months: int) -> Array:
    """Sum over the last `months` months, `[units, months]`; NaN before there are as many."""
    running = np.cumsum(np.hstack([np.zeros((len(values), 1)), values]), axis=1)
    out = np.full(values.shape, np.nan)
    out[:, months - 1 :] = running[:, months:] - running[:, :-months]
    return out
