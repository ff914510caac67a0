"""Probability integral transform of counts: is the whole distribution calibrated?"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from riskkit.scoring.ensemble import Floats, checked


def pit_histogram(draws: ArrayLike, outcome: ArrayLike, bins: int = 10) -> Floats:
    """Non-randomised PIT histogram for counts, the same at every call.

    Each outcome spreads its mass evenly between P(x < y) and P(x <= y) (Czado, Gneiting and Held
    2009, eq. 2). A U shape says too narrow, a hump too wide, a slope biased.

    Args:
        draws: [rows, draws], finite and not negative.
        outcome: [rows]; rows with NaN are left out.
        bins: Number of bars.

    Returns:
        Heights, [bins], 1 everywhere for a calibrated forecast; NaN without observed rows.

    Raises:
        RiskkitError: See `riskkit.scoring.ensemble.checked`.
    """
    x, y = checked(draws, outcome)
    observed = ~np.isnan(y)
    if not observed.any():
        return np.full(bins, np.nan)
    x, y = x[observed], y[observed, None]
    below, up_to = (x < y).mean(axis=1), (x <= y).mean(axis=1)
    mean_cdf = np.array([_cdf(below, up_to, level) for level in np.arange(1, bins) / bins])
    return np.diff(mean_cdf, prepend=0, append=1) * bins


def _cdf(below: Floats, up_to: Floats, level: float) -> float:
    """Mean over rows of the share of [below, up_to] that lies under the level."""
    width = up_to - below
    share = np.divide(level - below, width, out=np.ones_like(width), where=width > 0)
    return float(np.where(level < below, 0.0, np.clip(share, 0, 1)).mean())
