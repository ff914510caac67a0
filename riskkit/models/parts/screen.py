"""Which of the families' features tell a model more than another unit's features do."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from riskkit.forecasting.cube import rows_of
from riskkit.models.parts.boosting import gains
from riskkit.models.parts.rows import OWN, Sample, at_most

MOST = 8_000
"""Rows that are looked at."""
SHADOWS = 20
"""Features of other units to compare with, at most."""


def worth_keeping(
    sample: Sample,
    rows: NDArray[np.int64],
    X: NDArray[np.float32],
    z: NDArray[np.float64],
    seed: int,
) -> NDArray[np.int64]:
    """Choose the columns of a design matrix that are worth their time, from training rows alone.

    Time goes with the columns. A few quick trees for z, and for how far it is from what they
    say, also see columns that can tell nothing: features of some other unit, drawn by lot, in the
    same month (shadows, as Kursa and Rudnicki 2010 make them by shuffling; whole units are
    exchanged here, since features that hardly change over time look useful when they only
    tell one unit from another). A family's feature is kept when it gains more than they do in
    the mean, for z or for its distance. The models' own features always are.

    Args:
        sample: Training rows.
        rows: Those of them that are meant.
        X: Their design matrix.
        z: Their outcomes.
        seed: Of the lots.

    Returns:
        Columns of X, ascending. The order of the families' features does not matter, unless two
        are copies of each other.
    """
    rng = np.random.default_rng(seed)
    part = at_most(MOST, np.arange(len(z)), rng)
    shadows = _of_others(sample, rows[part], rng)
    gained = gains(np.hstack([X[part], shadows]), z[part])
    wide = X.shape[1]
    kept = gained[:wide] > gained[wide:].mean() if shadows.size else np.ones(wide, dtype=np.bool_)
    kept[: len(OWN)] = True
    return np.flatnonzero(kept)


def _of_others(
    sample: Sample, rows: NDArray[np.int64], rng: np.random.Generator
) -> NDArray[np.float32]:
    """Some features, spread evenly over their names, as other units had them."""
    data, past = sample.maker.data, sample.maker.past
    named = np.argsort(data.features)
    chosen = named[np.linspace(0, len(named) - 1, min(SHADOWS, len(named))).astype(np.int64)]
    other = rng.permutation(len(data.units))
    there = rows_of(data.X, other[sample.unit[rows]], past.columns[sample.at[rows]])
    return np.asarray(there[:, chosen])
