"""Small neural networks over outcome classes relative to the own level."""

from __future__ import annotations

from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from riskkit.forecasting.dataset import Dataset
from riskkit.models.parts.classes import Classes
from riskkit.models.parts.design import Design
from riskkit.models.parts.draws import stratified
from riskkit.models.parts.history import ceiling, history
from riskkit.models.parts.marginal import Marginal
from riskkit.models.parts.rows import OWN, RowMaker, at_most
from riskkit.models.parts.search import Between, OneOf, Space

Array = NDArray[np.float64]
Layers = list[tuple[Array, Array]]

MOST = 36_000
QUIET_EVERY = 4
BATCH = 256
HELD_OUT = 8
PATIENCE = 2
LEARNING_RATE = 0.002
_ACTIVE = tuple(OWN).index("own_any_5_years")


class Network(Marginal):
    """The classes of `xgboost`, by the mean of a few perceptrons (scikit-learn's).

    Training goes on while the log score of held-out units gets better, and the best epoch counts.

    Args:
        seeds: Networks to average.
        hidden: Units of each hidden layer.
        epochs: At most so many passes over the rows.
        bins: At most so many classes above zero, equally filled.
        components: Directions of the families' features that enter.
        penalty: Of squared weights.
    """

    name: ClassVar[str] = "network"
    summary: ClassVar[str] = "Small networks over classes of the outcome relative to the own level."
    apart = True
    searched: ClassVar[Space] = {
        "hidden": OneOf(((32,), (48, 32), (64, 48))),
        "bins": Between(6, 20),
        "components": Between(4, 48),
        "penalty": Between(1e-4, 0.1, log=True),
    }

    def __init__(
        self,
        seeds: int = 2,
        hidden: tuple[int, ...] = (64, 48),
        epochs: int = 12,
        bins: int = 14,
        components: int = 24,
        penalty: float = 0.001,
    ) -> None:
        self.seeds, self.hidden, self.epochs = seeds, tuple(hidden), epochs
        self.bins, self.components, self.penalty = bins, components, penalty
        self.classes: Classes | None = None
        self.design: Design | None = None
        self.networks: list[Layers] = []
        self.losses: list[list[float]] = []

    def fit(self, data: Dataset, seed: int) -> Self:
        """Learn class probabilities from all origins whose outcome is known."""
        maker = RowMaker(data, history(data))
        rows = maker.training(per_origin=2, quiet_every=QUIET_EVERY, seed=seed + 4)
        self.classes = Classes.fit(rows.y, rows.level, self.bins)
        self.design, self.networks, self.losses = None, [], []
        if not (rows.y > 0).any():
            return self
        some = at_most(MOST, np.arange(len(rows.y)), np.random.default_rng(seed))
        self.design, columns = Design.fit(rows.X[some], self.components)
        label = self.classes.label(rows.y[some], rows.level[some])
        outputs = max(self.classes.size, 3)  # with two, scikit-learn has one output only
        for k in range(self.seeds):
            held = rows.unit[some] % HELD_OUT == k % HELD_OUT
            held &= not held.all()
            self._train(columns, label, held, outputs, seed + k)
        return self

    def _train(
        self,
        columns: Array,
        label: NDArray[np.int64],
        held: NDArray[np.bool_],
        outputs: int,
        seed: int,
    ) -> None:
        """Train one network and keep its best epoch."""
        from sklearn.neural_network import MLPClassifier

        judged = held if held.any() else ~held
        learner = MLPClassifier(
            self.hidden,
            alpha=self.penalty,
            batch_size=min(BATCH, int((~held).sum())),
            learning_rate_init=LEARNING_RATE,
            random_state=seed % 2**32,
        )
        best: Layers = []
        losses: list[float] = []
        for epoch in range(self.epochs):
            learner.partial_fit(columns[~held], label[~held], classes=np.arange(outputs))
            layers = [
                (w.astype(np.float64), b.astype(np.float64))
                for w, b in zip(learner.coefs_, learner.intercepts_, strict=True)
            ]
            found = _probabilities(layers, columns[judged])
            told = found[np.arange(len(found)), label[judged]]
            losses.append(float(-np.log(np.maximum(told, 1e-12)).mean()))
            if losses[-1] == min(losses):
                best = [(w.copy(), b.copy()) for w, b in layers]
            if epoch - int(np.argmin(losses)) >= PATIENCE:
                break
        self.networks.append(best)
        self.losses.append(losses)

    def marginals(self, data: Dataset, size: int) -> Array:
        """Stratified quantiles; zeros where training never saw a death."""
        shape = (len(data.units), len(data.horizons), size)
        if self.classes is None or self.design is None:
            return np.zeros(shape)
        past = history(data)
        rows = RowMaker(data, past).forecast()
        columns = self.design(rows.X)
        p = np.mean([_probabilities(layers, columns) for layers in self.networks], axis=0)
        p = _unthinned(p[:, : self.classes.size], quiet=rows.X[:, _ACTIVE] == 0)
        draws = stratified(*self.classes.support(p, rows.level), size).reshape(shape)
        return np.minimum(draws, ceiling(past)[:, None, None])

    def training_losses(self) -> dict[str, list[float]]:
        """Log loss of the classes on held-out units, by network."""
        return {f"classes_{k}": losses for k, losses in enumerate(self.losses)}

    def state(self) -> dict[str, Any]:
        """Classes, design, weights and losses."""
        if self.classes is None or self.design is None:
            return {}
        weights = {
            f"{kind}_{k}_{depth}": array
            for k, layers in enumerate(self.networks)
            for depth, pair in enumerate(layers)
            for kind, array in zip(("weights", "shift"), pair, strict=True)
        }
        shape = {"networks": len(self.networks), "depth": len(self.networks[0])}
        return {
            **self.classes.arrays(),
            **self.design.arrays(),
            **weights,
            **shape,
            "losses": self.losses,
        }

    def restore(self, state: dict[str, Any]) -> Self:
        """Take back what `state` gave."""
        if state:
            self.classes = Classes(**{key: state[key] for key in Classes.__dataclass_fields__})
            self.design, self.losses = Design.of_arrays(state), state["losses"]
            self.networks = [
                [
                    (state[f"weights_{k}_{depth}"], state[f"shift_{k}_{depth}"])
                    for depth in range(state["depth"])
                ]
                for k in range(state["networks"])
            ]
        return self


def _probabilities(layers: Layers, columns: Array) -> Array:
    """Softmax of rectified layers, `[rows, classes]`."""
    value = columns
    for weights, shift in layers[:-1]:
        value = np.maximum(value @ weights + shift, 0.0)
    weights, shift = layers[-1]
    score = value @ weights + shift
    score = np.exp(score - score.max(axis=1, keepdims=True))
    return np.asarray(score / score.sum(axis=1, keepdims=True), dtype=np.float64)


def _unthinned(p: Array, quiet: NDArray[np.bool_]) -> Array:
    """Undo that of quiet units one in `QUIET_EVERY` zeros was kept, and counted once."""
    whole = p.copy()
    whole[quiet, 0] *= QUIET_EVERY
    return np.asarray(whole / whole.sum(axis=1, keepdims=True), dtype=np.float64)
