"""Several threats in one score: scenario by scenario, so that its interval is honest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]


@dataclass(frozen=True)
class Variant:
    """Another way to put the threats together, to see how much a rank depends on ours.

    Attributes:
        name: What is different, in words.
        weights: By threat.
        exponent: Of the power mean.
    """

    name: str
    weights: Mapping[str, float]
    exponent: float


def joined(hazard: Points, others: Points) -> Points:
    """Join a hazard's score with what makes it a risk, as the INFORM Risk Index does.

    The geometric mean: a hazard of 0 is no risk however vulnerable a country is, and the other
    way round (Marin-Ferrer, Vernaccini and Poljansek 2017, INFORM Index for Risk Management).

    Args:
        hazard: Scenario scores [units, draws].
        others: Dimensions from 0 to 10, [units, dimensions]; NaN where unknown.

    Returns:
        [units, draws]; NaN for units that lack a dimension.
    """
    factor = np.prod(others, axis=1, keepdims=True)
    return np.asarray((hazard * factor) ** (1 / (1 + others.shape[1])), dtype=np.float64)


def composite(
    scores: Mapping[str, Points], weights: Mapping[str, float], exponent: float
) -> Points:
    """Weighted power mean of the threats' scores in each scenario.

    `(sum w s^p / sum w)^(1/p)` over the threats that a unit has. With p = 1 it is the plain mean;
    the larger p, the more the largest threat decides, so that a war is not averaged away by the
    absence of a drought.

    Args:
        scores: By threat, scenario scores [units, draws] from 0 to 10; NaN where a unit has none.
        weights: By threat, not negative; a threat without a weight is left out.
        exponent: p, at least 1.

    Returns:
        [units, draws]; NaN where a unit has no threat with a weight.
    """
    used = [name for name in scores if weights.get(name, 0.0) > 0]
    shape = next(iter(scores.values())).shape
    total, weight = np.zeros(shape), np.zeros((shape[0], 1))
    for name in used:
        present = ~np.isnan(scores[name]).any(axis=1, keepdims=True)
        total += np.where(present, weights[name] * np.nan_to_num(scores[name]) ** exponent, 0.0)
        weight += np.where(present, weights[name], 0.0)
    with np.errstate(invalid="ignore"):
        return np.asarray((total / np.where(weight > 0, weight, np.nan)) ** (1 / exponent))


def main_threats(
    scores: Mapping[str, Points], weights: Mapping[str, float], exponent: float
) -> list[str | None]:
    """Name the threat that adds most to each unit's composite, on average over the scenarios."""
    used = [name for name in scores if weights.get(name, 0.0) > 0]
    shares = np.stack([weights[n] * (scores[n] ** exponent).mean(axis=1) for n in used], axis=1)
    known = np.nan_to_num(shares, nan=-1.0)
    best = known.argmax(axis=1)
    return [used[b] if row[b] > 0 else None for row, b in zip(known, best, strict=True)]


def variants(weights: Mapping[str, float], exponent: float) -> tuple[Variant, ...]:
    """The other ways whose ranks sensitivity.csv tells."""
    named = [name for name, weight in weights.items() if weight > 0]
    exponents = [Variant(f"exponent {p:g}", weights, p) for p in (1.0, 4.0) if p != exponent]
    if len(named) == 1:
        return ()
    without = [Variant(f"without {name}", {**weights, name: 0.0}, exponent) for name in named]
    double = [
        Variant(f"twice the weight of {name}", {**weights, name: 2 * weights[name]}, exponent)
        for name in named
    ]
    return (*exponents, *without, *double)


def top_shares(scores: Points, count: int) -> NDArray[np.float64]:
    """Probability that each unit is among the first `count`.

    In a scenario in which several units tie across the border, each has an equal chance of the
    places that are left.

    Args:
        scores: Composite scores [units, draws], without NaN.
        count: Places.

    Returns:
        [units]; the sum is `count`, or the number of units if that is smaller.
    """
    places = min(count, len(scores))
    border = np.partition(scores, len(scores) - places, axis=0)[len(scores) - places]
    above, level = scores > border, scores == border
    left = places - above.sum(axis=0)
    share = above + level * (left / level.sum(axis=0))
    return np.asarray(share.mean(axis=1), dtype=np.float64)
