"""Shared xgboost settings: small regularised trees, one thread, the same draws every time."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from riskkit.models.parts.rows import BATCH, Sample, at_most

if TYPE_CHECKING:
    import xgboost as xgb

MAX_BIN = 64
FOR_CUTS = 200_000
"""Rows that tell where the bins of many more are cut."""
FILLED = -1e30
"""What is given for a missing value where trees are trained in batches."""
_LOSSES, _MISSING = "training_losses", "missing"
_USUAL: dict[str, Any] = {
    "tree_method": "hist",
    "max_bin": MAX_BIN,
    "max_depth": 3,
    "eta": 0.15,
    "subsample": 0.7,
    "colsample_bytree": 0.25,
    "min_child_weight": 5.0,
    "lambda": 5.0,
    "nthread": 1,
    "verbosity": 0,
    "seed": 0,
}
_QUICK: dict[str, Any] = {"max_bin": 32, "max_depth": 4, "subsample": 1.0, "colsample_bytree": 1.0}
_QUICK_ROUNDS = 40


class TooManyRowsError(Exception):
    """A training has more rows than the process it was to be done in may hold."""


class Trainer(Protocol):
    """Boosts trees elsewhere than in this process.

    Attributes:
        rows: Trainings of more rows than this are its own.
    """

    rows: int

    def train(
        self,
        design: Callable[[slice], NDArray[np.float32]],
        label: NDArray[np.float64],
        weight: NDArray[np.float64] | None,
        rounds: int,
        settings: dict[str, Any],
    ) -> tuple[xgb.Booster, list[float]]:
        """Boost trees on rows.

        Args:
            design: Gives the design matrix of some rows.
            label: Of all rows.
            weight: Of all rows.
            rounds: Number of rounds.
            settings: All of xgboost's.

        Returns:
            The trees, and the loss after each round.
        """


_trainer: ContextVar[Trainer | None] = ContextVar("trainer", default=None)


@contextmanager
def trained_by(trainer: Trainer | None) -> Iterator[None]:
    """Let another one train what has many rows; None for whom it is already."""
    before = _trainer.set(trainer or _trainer.get())
    try:
        yield
    finally:
        _trainer.reset(before)


def train(
    X: NDArray[np.float32] | Sample,
    label: NDArray[np.float64],
    rounds: int,
    weight: NDArray[np.float64] | None = None,
    **settings: Any,
) -> xgb.Booster:
    """Boost trees on rows; `settings` are xgboost's own and override the defaults.

    Of a sample of many rows xgboost gets batches, so that at no time the whole design matrix is in
    memory: its bins are, one byte for each value and as much again for xgboost's own columns. A
    missing value is given as one below all others (`FILLED`), since bins take four bytes a value
    where any is missing. Many rows are left to whom `trained_by` names.
    """
    settings, trainer = {**_USUAL, **settings}, _trainer.get()
    if trainer is None or len(label) <= trainer.rows:
        booster, curve = _train_here(X, label, weight, rounds, settings)
    elif isinstance(X, Sample):
        sample = X

        def design(rows: slice) -> NDArray[np.float32]:
            return _filled(sample.design(rows))

        booster, curve = trainer.train(design, label, weight, rounds, settings)
        booster.set_attr(**{_MISSING: str(FILLED)})
    else:
        booster, curve = trainer.train(X.__getitem__, label, weight, rounds, settings)
    booster.set_attr(**{_LOSSES: json.dumps(curve)})
    return booster


def _train_here(
    X: NDArray[np.float32] | Sample,
    label: NDArray[np.float64],
    weight: NDArray[np.float64] | None,
    rounds: int,
    settings: dict[str, Any],
) -> tuple[xgb.Booster, list[float]]:
    import xgboost as xgb

    if isinstance(X, Sample) and len(label) <= BATCH:
        X = X.design(slice(None))
    losses: dict[str, dict[str, list[float]]] = {}
    with TemporaryDirectory(prefix="riskkit-bins-") as folder:
        if isinstance(X, Sample):
            matrix = _binned(X, label, weight, Path(folder))
        else:
            matrix = xgb.QuantileDMatrix(X, label, weight=weight, max_bin=MAX_BIN, nthread=1)
        booster = xgb.train(
            settings,
            matrix,
            rounds,
            evals=[(matrix, "training")],
            evals_result=losses,
            verbose_eval=False,
        )
        del matrix  # which holds on to files in the folder
    (curve,) = losses["training"].values()
    if isinstance(X, Sample):
        booster.set_attr(**{_MISSING: str(FILLED)})
    return booster, curve


def _binned(
    sample: Sample, label: NDArray[np.float64], weight: NDArray[np.float64] | None, folder: Path
) -> xgb.DMatrix:
    """Bin a sample in batches, with the cuts of a part of it.

    xgboost asks for all batches three times: for their shape, for bins by row and for bins by
    column. Rows that fit are kept meanwhile. Others are made anew, and their bins, too, are not in
    memory but in files of a folder, which training maps.
    """
    import xgboost as xgb

    kept = [sample.kept()]
    cache = str(folder / "bins") if kept[0] is None else None

    def made(rows: NDArray[np.int64] | slice) -> NDArray[np.float32]:
        return _filled(sample.design(rows) if kept[0] is None else kept[0][rows])

    class Batches(xgb.DataIter):
        def __init__(self) -> None:
            self.remaining = sample.slices()
            super().__init__(cache_prefix=cache, release_data=True)

        def next(self, input_data: Callable[..., Any]) -> bool:
            for rows in self.remaining:
                part = None if weight is None else weight[rows]
                input_data(data=made(rows), label=label[rows], weight=part)
                return True
            return False

        def reset(self) -> None:
            self.remaining = sample.slices()

    some = at_most(FOR_CUTS, np.arange(len(label)), np.random.default_rng(len(label)))
    part = None if weight is None else weight[some]
    cuts = xgb.QuantileDMatrix(made(some), label[some], weight=part, max_bin=MAX_BIN, nthread=1)
    kind = xgb.QuantileDMatrix if cache is None else xgb.ExtMemQuantileDMatrix
    matrix = kind(Batches(), max_bin=MAX_BIN, nthread=1, ref=cuts)
    kept.clear()  # whatever still knows of the batches
    return matrix


def _filled(X: NDArray[np.float32]) -> NDArray[np.float32]:
    """Rows in which nothing is missing; changed in place."""
    X[np.isnan(X)] = FILLED
    return X


def _as_trained(booster: xgb.Booster, X: NDArray[np.float32]) -> NDArray[np.float32]:
    """Rows as the trees know them."""
    return _filled(X.copy()) if booster.attr(_MISSING) is not None else X


def train_each(
    X: NDArray[np.float32], labels: NDArray[np.float64], rounds: int, **settings: Any
) -> list[xgb.Booster]:
    """Boost trees for each of several outcomes of the same rows, such as one per month ahead.

    The rows are sorted into bins once, and the labels exchanged: with many outcomes and few rounds
    the bins would take as long as the trees.

    Args:
        X: `[rows, features]`.
        labels: `[rows, outcomes]`; NaN where an outcome is not known, which its trees do not see.
        rounds: Trees of each outcome.
        settings: As of `train`.
    """
    import xgboost as xgb

    matrix = xgb.QuantileDMatrix(X, max_bin=MAX_BIN, nthread=1)
    boosters = []
    for label in labels.T:
        known = ~np.isnan(label)
        matrix.set_label(np.where(known, label, 0.0))
        matrix.set_weight(known.astype(np.float32))
        boosters.append(xgb.train({**_USUAL, **settings}, matrix, rounds))
    return boosters


def gains(X: NDArray[np.float32], z: NDArray[np.float64]) -> NDArray[np.float64]:
    """What each column gains in a few quick trees: for z, or for how far it is from them.

    Every tree sees every column and row, so that their order does not matter.

    Returns:
        `[columns]`, the larger of the column's shares of the two gains.
    """
    import xgboost as xgb

    settings = {**_USUAL, **_QUICK}
    matrix = xgb.QuantileDMatrix(X, z, max_bin=_QUICK["max_bin"], nthread=1)
    middle = xgb.train(settings, matrix, _QUICK_ROUNDS)
    matrix.set_label(np.abs(z - middle.predict(matrix)))
    spread = xgb.train(settings, matrix, _QUICK_ROUNDS)
    return np.maximum(_shares(middle, X.shape[1]), _shares(spread, X.shape[1]))


def _shares(booster: xgb.Booster, columns: int) -> NDArray[np.float64]:
    gained = booster.get_score(importance_type="total_gain")
    found = np.array([gained.get(f"f{column}", 0.0) for column in range(columns)], dtype=np.float64)
    return np.asarray(found / max(found.sum(), 1e-12))


def training_losses(booster: xgb.Booster | None) -> list[float]:
    """Loss on the training rows after each round, in the objective's own measure."""
    told = None if booster is None else booster.attr(_LOSSES)
    return [] if told is None else [float(loss) for loss in json.loads(told)]


def predict(booster: xgb.Booster, X: NDArray[np.float32]) -> NDArray[np.float64]:
    """Predictions as float64, `[rows]` or `[rows, outputs]`."""
    booster.set_param({"nthread": 1})
    return np.asarray(booster.inplace_predict(_as_trained(booster, X)), dtype=np.float64)


def shapley(booster: xgb.Booster, X: NDArray[np.float32], units: int) -> NDArray[np.float64]:
    """Shapley values averaged over each unit's rows.

    Args:
        booster: Trees with one output.
        X: `[units x horizons, features]`, units varying slowest.
        units: Number of units.

    Returns:
        `[units, features]`, the constant left out.
    """
    import xgboost as xgb

    values = booster.predict(xgb.DMatrix(_as_trained(booster, X), nthread=1), pred_contribs=True)[
        :, :-1
    ]
    means = values.reshape(units, -1, values.shape[1]).mean(axis=1, dtype=np.float64)
    return np.asarray(means, dtype=np.float64)


def to_bytes(booster: xgb.Booster | None) -> bytes:
    """The trees in xgboost's own format; empty for none."""
    return b"" if booster is None else bytes(booster.save_raw("ubj"))


def from_bytes(raw: bytes | NDArray[np.uint8]) -> xgb.Booster | None:
    """What `to_bytes` made."""
    import xgboost as xgb

    return xgb.Booster(model_file=bytearray(raw)) if len(raw) else None
