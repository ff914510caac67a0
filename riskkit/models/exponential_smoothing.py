"""Simple exponential smoothing of each active unit by itself."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from riskkit.forecasting.dataset import Dataset
from riskkit.models.parts.history import History, ceiling, history
from riskkit.models.parts.marginal import Marginal
from riskkit.models.parts.quiet import quiet

Array = NDArray[np.float64]

FEWEST = 8
ACTIVE_WINDOWS = 5
LONGEST = 240
USUAL = 0.3
"""Weight of the last period where the best one is not found."""


class ExponentialSmoothing(Marginal):
    """A local level of log1p(y) per unit; what followed earlier forecasts is its spread.

    A unit is active if it had any within five windows; all others get zeros. With fewer than eight
    known periods there is no level to find, and the unit's own values are its spread.
    """

    name: ClassVar[str] = "exponential_smoothing"
    summary: ClassVar[str] = "Smooths the log of each active unit's own series."
    apart = True
    learned: ClassVar[bool] = False

    def marginals(self, data: Dataset, size: int) -> Array:
        """The level plus quantiles of the unit's own past errors, per horizon."""
        past = history(data)
        draws = np.zeros((len(data.units), len(data.horizons), size))
        share = (np.arange(size) + 0.5) / size
        smoothed = past.once("smoothed", lambda: _smoothed(past))
        known = (~np.isnan(smoothed[:, 0])).sum(axis=1)
        for length in np.unique(known[known > 0]):
            units = np.flatnonzero(known == length)
            logs, levels = smoothed[units, :, -length:].swapaxes(0, 1)
            if length < FEWEST:
                draws[units] = np.quantile(logs, share, axis=1).T[:, None]
                continue
            for column, step in enumerate(np.minimum(past.steps, length // 2)):
                errors = logs[:, step:] - levels[:, :-step]
                draws[units, column] = levels[:, -1:] + np.quantile(errors, share, axis=1).T
        return np.minimum(np.expm1(np.maximum(draws, 0.0)), ceiling(past)[:, None, None])


def _smoothed(past: History) -> Array:
    """Logs of each active unit's last known periods and the level after each.

    Returns:
        `[units, 2, LONGEST]`, NaN before the first of them, and for units that are not active;
        without levels where there are fewer than `FEWEST`.
    """
    found = np.full((len(past.values), 2, LONGEST), np.nan)
    for unit, values in enumerate(past.values):
        known = values[~np.isnan(values)][-LONGEST:]
        if known[-ACTIVE_WINDOWS * past.window :].any():
            logs = np.log1p(known)
            found[unit, 0, -len(logs) :] = logs
            if len(logs) >= FEWEST:
                found[unit, 1, -len(logs) :] = _levels(logs)
    return found


def _levels(logs: Array) -> Array:
    """Level after each period, smoothed as fits the series best."""
    from statsmodels.tsa.holtwinters import SimpleExpSmoothing

    series = SimpleExpSmoothing(logs, initialization_method="estimated")
    with quiet():
        fit = series.fit()
        if not fit.mle_retvals.success:
            fit = series.fit(smoothing_level=USUAL, optimized=False)
    return np.asarray(fit.level, dtype=np.float64)
