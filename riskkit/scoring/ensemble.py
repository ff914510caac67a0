"""Arithmetic on an ensemble of draws: the CRPS, quantiles and exceedance probabilities.

Draws are arrays of shape [rows, draws]: one row per unit and month, in the target's own unit
(deaths, attacks, persons). Functions named `sorted_*` need each row in ascending order.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from riskkit.errors import RiskkitError

Floats = NDArray[np.float64]
IGN_EDGES = np.array([0, 0.5, 2.5, 5.5, 10.5, 25.5, 50.5, 100.5, 250.5, 500.5, 1000.5, np.inf])
"""Bins of the ignorance score of the VIEWS prediction challenge."""


def checked(draws: ArrayLike, outcome: ArrayLike) -> tuple[NDArray[Any], Floats]:
    """Refuse what cannot be scored; a NaN outcome (not observed yet) passes.

    Args:
        draws: [rows, draws], finite and not negative.
        outcome: [rows], not negative; NaN where unobserved.

    Returns:
        Both as arrays, the outcome as floats.

    Raises:
        RiskkitError: On shapes that do not fit, and on negative, NaN or infinite values, with
            the number of the first such row.
    """
    x, y = np.asarray(draws), np.asarray(outcome, dtype=np.float64)
    if x.ndim != 2 or y.shape != x.shape[:1] or x.shape[1] == 0:
        raise RiskkitError(
            "draws must have the shape [rows, draws] and outcome [rows]",
            got=f"{x.shape} and {y.shape}",
        )
    if not (np.issubdtype(x.dtype, np.integer) or np.issubdtype(x.dtype, np.floating)):
        raise RiskkitError("draws must be numbers", got=str(x.dtype))
    _refuse_row("draws", x, ~((x.min(axis=1) >= 0) & (x.max(axis=1) < np.inf)))
    _refuse_row("outcome", y[:, None], (y < 0) | np.isinf(y))
    return x, y


def _refuse_row(what: str, values: NDArray[Any], bad: NDArray[np.bool_]) -> None:
    if bad.any():
        row = int(bad.argmax())
        culprits = values[row][~((values[row] >= 0) & (values[row] < np.inf))]
        raise RiskkitError(
            f"{what}: row {row} holds a value that is negative, missing or infinite",
            got=culprits[0].item(),
            hint="counts are finite and at least 0",
        )


def sorted_crps(draws: Floats, outcome: Floats) -> Floats:
    """Continuous ranked probability score of the empirical distribution of the draws.

    `mean|x - y| - sum_ij |x_i - x_j| / (2 S^2)`, the form of the VIEWS prediction challenge and
    not the "fair" one. On sorted draws the double sum is `2 sum_i (2 i + 1 - S) x_i`, so a row
    costs O(S) (Jordan, Krueger and Lerch 2019, section 2.2).

    Args:
        draws: [rows, draws], each row ascending.
        outcome: [rows].

    Returns:
        [rows], in the unit of the draws; 0 is perfect.
    """
    size = draws.shape[1]
    weights = (2 * np.arange(size) + 1 - size) / size**2
    distance = np.abs(draws - outcome[:, None]).mean(axis=1)
    return np.asarray(distance - draws @ weights, dtype=np.float64)


def sorted_quantile(draws: Floats, level: float) -> Floats:
    """Quantile of each row by linear interpolation, numpy's default (Hyndman and Fan's type 7).

    Args:
        draws: [rows, draws], each row ascending.
        level: Between 0 and 1.

    Returns:
        [rows], in the unit of the draws.
    """
    # Rounded, because 0.95 * 20 may come out a hair below 19 and miss the draw itself.
    position = round(level * (draws.shape[1] - 1), 9)
    below = int(position)
    above = min(below + 1, draws.shape[1] - 1)
    low, high = draws[:, below], draws[:, above]
    return np.asarray(low + (position - below) * (high - low), dtype=np.float64)


def sorted_interval(draws: Floats, coverage: float) -> tuple[Floats, Floats]:
    """Ends of the central interval that holds `coverage` of the draws, each [rows].

    Args:
        draws: [rows, draws], each row ascending.
        coverage: Between 0 and 1, for instance 0.9 for the 5 % and 95 % quantiles.

    Returns:
        Lower and upper end.
    """
    tail = (1 - coverage) / 2
    return sorted_quantile(draws, tail), sorted_quantile(draws, 1 - tail)


def exceedance(draws: NDArray[Any], threshold: float) -> Floats:
    """Share of draws that reach the threshold, P(x >= threshold), [rows]."""
    return np.asarray((draws >= threshold).mean(axis=1), dtype=np.float64)


def count_in_bin(draws: NDArray[Any], outcome: Floats, edges: Floats) -> NDArray[np.int64]:
    """Number of draws in the same bin as the outcome, [rows].

    Args:
        draws: [rows, draws].
        outcome: [rows], not below the first edge.
        edges: Ascending, the last one infinite; bins are closed below and open above.
    """
    bin_above = np.searchsorted(edges, outcome, side="right")
    low, high = edges[bin_above - 1, None], edges[bin_above, None]
    return np.asarray(((draws >= low) & (draws < high)).sum(axis=1), dtype=np.int64)
