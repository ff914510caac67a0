"""Brier score of reaching a threshold, and its decomposition."""

from __future__ import annotations

from functools import partial
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from riskkit.scoring import Rule
from riskkit.scoring.ensemble import Floats, exceedance


class Decomposition(NamedTuple):
    """Brier score = reliability - resolution + uncertainty, exactly (but for rounding)."""

    brier: float
    reliability: float
    resolution: float
    uncertainty: float


class Reliability(NamedTuple):
    """The reliability diagram: one entry per pool of rows with the same calibrated probability."""

    probability: Floats
    """Mean forecast probability."""
    frequency: Floats
    """How often the event happened."""
    rows: NDArray[np.int64]
    """Number of rows."""


def brier(draws: Floats, outcome: Floats, threshold: float) -> Floats:
    """(P(x >= threshold) - 1{y >= threshold})^2, [rows]."""
    return (exceedance(draws, threshold) - (outcome >= threshold)) ** 2


def reliability(probability: Floats, happened: NDArray[np.bool_]) -> Reliability:
    """Reliability diagram by isotonic regression (CORP), which needs no choice of bins.

    Pools of adjacent forecasts are merged until the event's frequency rises with the forecast
    (Dimitriadis, Gneiting and Jordan 2021, Stable reliability diagrams).

    Args:
        probability: Forecast probabilities, [rows], without NaN.
        happened: Whether the event came, [rows].

    Returns:
        The pools, by rising probability.
    """
    values, where = np.unique(probability, return_inverse=True)
    rows = np.bincount(where, minlength=len(values))
    events = np.bincount(where, weights=happened, minlength=len(values))
    return pooled(values, rows, events)


def pooled(probability: Floats, rows: NDArray[Any], events: NDArray[Any]) -> Reliability:
    """The same from counts: pool adjacent violators (Ayer et al. 1955).

    Args:
        probability: Forecast probabilities, ascending, each once, [levels].
        rows: Rows of each, at least one, [levels].
        events: Rows with the event of each, [levels].

    Returns:
        The pools, by rising probability.
    """
    pools: list[tuple[float, float, int]] = []
    for mass, event, count in zip(probability * rows, events, rows, strict=True):
        pool = (float(mass), float(event), int(count))
        while pools and pools[-1][1] * pool[2] >= pool[1] * pools[-1][2]:
            before = pools.pop()
            pool = (pool[0] + before[0], pool[1] + before[1], pool[2] + before[2])
        pools.append(pool)
    masses, happened, counts = (np.array(column) for column in zip(*pools, strict=True))
    return Reliability(masses / counts, happened / counts, counts)


def decompose(probability: Floats, happened: NDArray[np.bool_]) -> Decomposition:
    """Split the mean Brier score into reliability, resolution and uncertainty (CORP).

    Reliability (lower is better) is what recalibration would gain, resolution (higher is better)
    what the recalibrated forecast gains on the constant base rate, uncertainty the score of that
    base rate. Dimitriadis, Gneiting and Jordan 2021 call the first two MCB and DSC.

    Args:
        probability: Forecast probabilities, [rows], without NaN, at least one.
        happened: Whether the event came, [rows].

    Returns:
        The mean Brier score and its parts.
    """
    pools = reliability(probability, happened)
    base = float(np.mean(happened))
    score = float(np.mean((probability - happened) ** 2))
    calibrated = float(np.average(pools.frequency * (1 - pools.frequency), weights=pools.rows))
    uncertainty = base * (1 - base)
    return Decomposition(score, score - calibrated, uncertainty - calibrated, uncertainty)


def at_threshold(threshold: int) -> Rule:
    """The rule of one threshold."""
    return Rule(
        name=f"brier_{threshold}",
        arithmetic=partial(brier, threshold=threshold),
        better="lower",
        per_row=True,
        source="Brier 1950",
        description=f"Squared error of the probability of {threshold} or more.",
    )


RULES = tuple(at_threshold(threshold) for threshold in (1, 25, 100))
AT_THRESHOLD = {"brier": at_threshold}
