"""What followed the past situations of any unit that look most like the present one."""

from __future__ import annotations

from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from riskkit.forecasting.dataset import Dataset
from riskkit.models.parts.draws import stratified
from riskkit.models.parts.history import History, ceiling, history
from riskkit.models.parts.marginal import Marginal
from riskkit.models.parts.rows import OWN, RowMaker, Rows, at_most
from riskkit.models.parts.search import Between, Space

Array = NDArray[np.float64]

MOST = 30_000
WIDTHS = np.array([2.0, 0.3, 1.0, 0.7])
"""Differences that count alike: own level, log unsteadiness, log1p of the periods since there was
any, log1p of the step."""
_SINCE, _STEP = tuple(OWN).index("own_since"), tuple(OWN).index("step")


class Analogues(Marginal):
    """Redraws z = log1p(y) - own level of the nearest situations of training.

    Situations are alike when own level, unsteadiness, the time since anything was counted and the
    step ahead are. Unsteadiness is the root mean square of how far the unit's outcomes fell from
    its own earlier level; features of families play no part.

    Args:
        neighbours: Situations that a forecast is made of.
    """

    name: ClassVar[str] = "analogues"
    summary: ClassVar[str] = "What followed the most similar situations of any unit."
    searched: ClassVar[Space] = {"neighbours": Between(50, 1000, log=True)}

    def __init__(self, neighbours: int = 300) -> None:
        self.neighbours = neighbours
        self.known: dict[str, Array] = {}

    def fit(self, data: Dataset, seed: int) -> Self:
        """Keep a sample of all situations whose outcome is known."""
        past = history(data)
        rows = RowMaker(data, past).training(per_origin=2, quiet_every=4, seed=seed + 6)
        some = at_most(MOST, np.arange(len(rows.y)), np.random.default_rng(seed))
        self.known = {}
        if (rows.y > 0).any():
            self.known = {
                "places": _places(rows, past)[some],
                "z": np.log1p(rows.y[some]) - rows.level[some],
                "some": (rows.y[some] > 0).astype(np.float64),
                "weight": rows.weight[some],
            }
        return self

    def marginals(self, data: Dataset, size: int) -> Array:
        """Stratified quantiles; zeros where training never saw any."""
        shape = (len(data.units), len(data.horizons), size)
        if not self.known:
            return np.zeros(shape)
        past = history(data)
        rows = RowMaker(data, past).forecast()
        near = self._nearest(_places(rows, past))
        reached = np.round(np.expm1(rows.level[:, None] + self.known["z"][near]))
        values = np.where(self.known["some"][near] > 0, np.maximum(reached, 1.0), 0.0)
        draws = stratified(values, self.known["weight"][near], size).reshape(shape)
        return np.minimum(draws, ceiling(past)[:, None, None])

    def _nearest(self, places: Array) -> NDArray[np.int64]:
        """Situations of training nearest to each place, `[rows, neighbours]`."""
        from sklearn.neighbors import KDTree

        count = min(self.neighbours, len(self.known["z"]))
        found = KDTree(self.known["places"]).query(places, count, return_distance=False)
        return np.asarray(found, dtype=np.int64)

    def state(self) -> dict[str, Any]:
        """The situations as arrays."""
        return dict(self.known)

    def restore(self, state: dict[str, Any]) -> Self:
        """Take back what `state` gave."""
        self.known = {key: state[key] for key in ("places", "z", "some", "weight")} if state else {}
        return self


def _places(rows: Rows, past: History) -> Array:
    """Where situations lie, `[rows, 4]`, in units of `WIDTHS`."""
    unsteady = np.log(past.unsteadiness)[rows.unit, rows.at]
    since, step = rows.X[:, _SINCE], np.log1p(rows.X[:, _STEP])
    places = np.stack([rows.level, unsteady, since, step], axis=1) / WIDTHS
    return np.asarray(places, dtype=np.float64)
