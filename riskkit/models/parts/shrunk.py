"""Generalised linear models that are shrunk towards no effect by made-up rows."""

from __future__ import annotations

import gc
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from riskkit.errors import RiskkitError
from riskkit.models.parts.quiet import quiet

Array = NDArray[np.float64]
_STRONGEST = 1e6
_STEPS = 50
_SETTLED = 1e-8
_EPSILON = float(np.finfo(np.float64).eps)


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
    exog = _with_made_up(columns, constant=False)
    width = columns.shape[1]
    share = np.append(happened.astype(np.float64), np.full(width, 0.5))

    def fit(prior: float) -> Array | None:
        return _scored(exog, share, np.append(weight, np.full(width, prior)))

    return _shrunk(fit, prior)


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
    exog = _with_made_up(columns, constant=True)
    width = exog.shape[1]
    endog, given = np.append(count, np.ones(width)), np.append(offset, np.zeros(width))

    def fit(prior: float) -> Array | None:
        return _newton(family, endog, exog, np.append(weight, np.full(width, prior)), given)

    return _shrunk(fit, prior)


def _with_made_up(columns: Array, *, constant: bool) -> Array:
    """A constant and the columns, and below them the made-up rows."""
    alone = np.eye(1 + columns.shape[1])
    rows = np.hstack([np.ones((len(columns), 1)), columns])
    return np.vstack([rows, alone if constant else alone[1:]])


def _shrunk(fit: Callable[[float], Array | None], prior: float) -> Array:
    """Fit with some prior; where it does not settle, shrink ten times as much.

    Raises:
        RiskkitError: It never settles.
    """
    while prior < _STRONGEST:
        found = fit(prior)
        if found is not None:
            return found
        prior = 10.0 * max(prior, 0.1)
    raise RiskkitError(
        "a regression does not settle, however much it is shrunk",
        hint="look for features of extreme values",
    )


def _scored(exog: Array, share: Array, weight: Array) -> Array | None:
    """Logistic regression by Fisher's scoring, or None where it does not converge.

    The steps and the stop of statsmodels' GLM, by normal equations: they are ten times as fast as
    the decomposition of all rows in every step that it takes, and the scores that steer the steps
    are the same, so that it ends at the same effects.
    """
    mean = (share + 0.5) / 2
    line: Array = np.log(mean / (1 - mean))
    before = np.inf
    for _ in range(_STEPS):
        variance = mean * (1 - mean)
        work = variance * weight
        right = exog.T @ (work * (line + (share - mean) / variance))
        try:
            effects = np.linalg.solve(exog.T @ (exog * work[:, None]), right)
        except np.linalg.LinAlgError:
            return None
        line = exog @ effects
        with np.errstate(over="ignore"):  # to a chance of nothing
            mean = np.clip(1 / (1 + np.exp(-line)), _EPSILON, 1 - _EPSILON)
        loss = float(-2 * weight @ (share * np.log(mean) + (1 - share) * np.log1p(-mean)))
        if not np.isfinite(loss):
            return None
        if abs(loss - before) <= _SETTLED:
            return np.asarray(effects, dtype=np.float64)
        before = loss
    return None


def _newton(family: Any, endog: Array, exog: Array, weight: Array, offset: Array) -> Array | None:
    """A generalised linear model by Newton's steps, or None where it does not converge."""
    from statsmodels.genmod.generalized_linear_model import GLM

    model = GLM(endog, exog, family=family, var_weights=weight, offset=offset)
    found = _settled(model, _start(endog, exog, weight, offset))
    del model
    gc.collect(1)  # model and results refer to each other, and hold copies of all rows
    return found


def _start(count: Array, exog: Array, weight: Array, offset: Array) -> Array:
    """Least squares of the log count, from where Newton's steps do not overshoot."""
    root = np.sqrt(weight)
    logs = np.log(count + 0.5) - offset
    start, *_ = np.linalg.lstsq(exog * root[:, None], logs * root, rcond=None)
    return np.asarray(start, dtype=np.float64)


def _settled(model: Any, start: Array) -> Array | None:
    """The fit, or None where it does not converge or runs away."""
    with quiet(), np.errstate(all="ignore"):
        try:
            found = model.fit(start, method="newton", max_start_irls=0, disp=0, maxiter=_STEPS)
        except (ValueError, np.linalg.LinAlgError):
            return None
    params = np.array(found.params, dtype=np.float64)
    return params if found.mle_retvals["converged"] and np.isfinite(params).all() else None
