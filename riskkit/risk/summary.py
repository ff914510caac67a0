"""What a publication says of a distribution: mean, quantiles, exceedance, score."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

QUANTILES = {"median": 0.5, "q05": 0.05, "q25": 0.25, "q75": 0.75, "q95": 0.95}
PROBABILITIES = ("p_any", "p_25", "p_100")


def summarise(draws: NDArray[Any], thresholds: Sequence[float]) -> pl.DataFrame:
    """Summarise draws [rows, draws].

    Args:
        draws: [rows, draws].
        thresholds: Counts behind `p_any`, `p_25` and `p_100`, which are named after the usual
            ones (1, 25, 100).

    Returns:
        One row per row: `expected`, the quantiles (linear between order statistics) `median, q05,
        q25, q75, q95`, and the probabilities of at least each threshold.
    """
    levels = np.quantile(draws, list(QUANTILES.values()), axis=1)
    exceeded = {
        name: (draws >= threshold).mean(axis=1)
        for name, threshold in zip(PROBABILITIES, thresholds, strict=True)
    }
    quantiles = dict(zip(QUANTILES, levels, strict=True))
    return pl.DataFrame({"expected": draws.mean(axis=1), **quantiles, **exceeded})
