"""Generalised linear models that are shrunk towards no effect by made-up rows."""

from __future__ import annotations

import gc
from typing import Any

import numpy as np
from numpy.typing import NDArray

from riskkit.errors import RiskkitError
from riskkit.models.parts.quiet import quiet

Array = NDArray[np.float64]
_STRONGEST = 1e6


def fit_chance(columns: Array, happened: NDArray[np.bool_], weight: Array, prior: float) -> Array:
    """Fit a logistic regression.

    Every column gets one made-up row in which it alone is one standard deviation up and the odds
    are even: a log-F prior for its effect (Greenland and Mansournia 2015, Bayesian inference for
    sparse-data problems by data augmentation). So a fit exists even where a column separates.

    Args:
        columns: `[rows, columns]`, standardised.
        happened: `[rows]`.
        weight: `[rows]`.
        prior: Weight of each made-up row.

    Returns:
        `[1 + columns]`: the constant, then the effects.
    """
    from statsmodels.genmod.families import Binomial

    return _fit(Binomial(), columns, happened.astype(np.float64), weight, prior, made_up=0.5)


def chance(columns: Array, effects: Array) -> Array:
    """Probabilities, `[rows, fits]`, from effects `[fits, 1 + columns]`."""
    odds = effects[:, 0] + columns @ effects[:, 1:].T
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(odds, -30.0, 30.0))), dtype=np.float64)


def fit_size(
    columns: Array, count: Array, weight: Array, prior: float, offset: Array, dispersion: float
) -> Array:
    """Fit a negative binomial regression (NB2, log link) whose mean is relative to an exposure.

    Args:
        columns: `[rows, columns]`, standardised.
        count: `[rows]`, not negative.
        weight: `[rows]`.
        prior: Weight of each made-up row, which has a count of 1 at an exposure of 1; the constant
            has one as well, so that a fit exists where nothing was counted.
        offset: `[rows]`, log exposure.
        dispersion: a in the variance m + a m^2.

    Returns:
        `[1 + columns]`: the constant, then the effects.
    """
    from statsmodels.genmod.families import NegativeBinomial

    family = NegativeBinomial(alpha=dispersion)
    return _fit(family, columns, count, weight, prior, made_up=1.0, offset=offset)


def _fit(
    family: Any,
    columns: Array,
    outcome: Array,
    weight: Array,
    prior: float,
    made_up: float,
    offset: Array | None = None,
) -> Array:
    """Fit by scoring or Newton's steps; where they do not settle, shrink ten times as much.

    Raises:
        RiskkitError: They never settle.
    """
    from statsmodels.genmod.generalized_linear_model import GLM

    rows = len(columns)
    alone = np.eye(1 + columns.shape[1])
    if offset is None:
        alone = alone[1:]
    width = len(alone)
    exog = np.vstack([np.hstack([np.ones((rows, 1)), columns]), alone])
    endog = np.append(outcome, np.full(width, made_up))
    given = None if offset is None else np.append(offset, np.zeros(width))
    while prior < _STRONGEST:
        weights = np.append(weight, np.full(width, prior))
        model = GLM(endog, exog, family=family, var_weights=weights, offset=given)
        start = None if given is None else _start(endog, exog, weights, given)
        found = _settled(model, start)
        del model
        gc.collect(1)  # model and results refer to each other, and hold copies of all rows
        if found is not None:
            return found
        prior = 10.0 * max(prior, 0.1)
    raise RiskkitError(
        "a regression does not settle, however much it is shrunk",
        hint="look for features of extreme values",
    )


def _start(count: Array, exog: Array, weight: Array, offset: Array) -> Array:
    """Least squares of the log count, from where Newton's steps do not overshoot."""
    root = np.sqrt(weight)
    logs = np.log(count + 0.5) - offset
    start, *_ = np.linalg.lstsq(exog * root[:, None], logs * root, rcond=None)
    return np.asarray(start, dtype=np.float64)


def _settled(model: Any, start: Array | None) -> Array | None:
    """The fit, or None where it does not converge or runs away."""
    with quiet(), np.errstate(all="ignore"):
        try:
            if start is None:
                found = model.fit(maxiter=50)
            else:
                found = model.fit(start, method="newton", max_start_irls=0, disp=0, maxiter=50)
        except (ValueError, np.linalg.LinAlgError):
            return None
    converged = found.converged if start is None else found.mle_retvals["converged"]
    params = np.array(found.params, dtype=np.float64)
    return params if converged and np.isfinite(params).all() else None
