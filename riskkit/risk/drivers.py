"""What moved a unit's forecast away from the average unit's, in words and in points."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from riskkit.models import Contributions

COUNT = 3
_ALIKE = 0.7
"""Rank correlation from which two features tell the same."""


def top_drivers(
    contributions: Contributions,
    descriptions: Mapping[str, str],
    units: Mapping[str, str] | None = None,
    among: str = "countries",
) -> list[list[str | None]]:
    """Name the three features that set each unit apart most, with their values.

    A contribution is taken relative to the average unit, so that what raises every forecast alike
    is nobody's driver. Of features that order the units nearly alike the weightiest speaks for the
    others: three measures of one past would be one reason told three times. A driver says what the
    model used, not what causes violence.

    Args:
        contributions: Values [units, features], and where known what was explained.
        descriptions: Phrase for each feature; one without a phrase is called by its name.
        units: Unit of measurement of each feature.
        among: What the units are.

    Returns:
        For each unit three texts, largest first, such as "months with deaths, last half year: 5 of
        6, more than 92 % of countries (raises the forecast)"; None where fewer features set the
        unit apart.
    """
    relative = contributions.values - contributions.values.mean(axis=0)
    order = np.argsort(-np.abs(relative), axis=1, kind="stable")
    alike = _alike(contributions)
    phrases = [descriptions.get(name, name) for name in contributions.features]
    values = _Values(contributions, units or {}, among)
    return [
        _padded([_phrase(phrases[j] + values.of(i, j), row[j]) for j in _unlike(weighty, alike)])
        for i, (row, weighty) in enumerate(zip(_without_noise(relative), order, strict=True))
    ]


def _alike(contributions: Contributions) -> NDArray[np.bool_]:
    """Which pairs of features order the units nearly alike, [features, features]."""
    from scipy.stats import rankdata

    inputs = contributions.inputs
    if inputs is None or len(inputs) < 2:
        return np.zeros((len(contributions.features),) * 2, dtype=bool)
    ranks = np.apply_along_axis(rankdata, 0, np.nan_to_num(inputs))
    apart = ranks - ranks.mean(axis=0)
    size = np.sqrt((apart**2).sum(axis=0))
    scale = np.outer(size, size)
    alike = np.abs(apart.T @ apart) > _ALIKE * np.where(scale > 0, scale, np.inf)
    return np.asarray(alike, dtype=bool)


def _unlike(weighty: NDArray[np.intp], alike: NDArray[np.bool_]) -> list[int]:
    """Take features in their order, but none that is like one that was taken."""
    taken: list[int] = []
    for feature in weighty:
        if not alike[feature, taken].any():
            taken.append(int(feature))
        if len(taken) == COUNT:
            break
    return taken


class _Values:
    """What the explained values were, in words."""

    def __init__(self, contributions: Contributions, units: Mapping[str, str], among: str) -> None:
        self.among = among
        self.inputs = contributions.inputs
        self.units = [units.get(name, "") for name in contributions.features]

    def of(self, unit: int, feature: int) -> str:
        """The value of a unit's feature and its place among all units; empty where not told."""
        if self.inputs is None:
            return ""
        column = self.inputs[:, feature]
        value = column[unit]
        if np.isnan(value):
            return ": not known"
        below = round(100 * float(np.nanmean(column < value)))
        above = round(100 * float(np.nanmean(column > value)))
        more = f"more than {below} %" if below >= above else f"less than {above} %"
        return f": {in_words(float(value), self.units[feature])}, {more} of {self.among}"


def in_words(value: float, unit: str) -> str:
    """Write a feature's value as people say it, undoing logarithms.

    >>> in_words(math.log1p(3120), "log(1 + deaths)"), in_words(0.75, "of 12")
    ('3,120 deaths', '9 of 12')
    >>> in_words(math.log(2), "log ratio"), in_words(0.125, "share"), in_words(1.0, "0 or 1")
    ('2.0 times', '12 %', 'yes')
    """
    if unit.startswith("log(1 + ") and unit.endswith(")"):
        return f"{_plain(math.expm1(value))} {unit[len('log(1 + ') : -1]}"
    if unit == "log ratio":
        return f"{math.exp(value):.1f} times"
    if unit == "share":
        return f"{100 * value:.0f} %"
    if unit == "0 or 1":
        return "yes" if value > 0.5 else "no"
    if unit.startswith("of "):
        return f"{value * int(unit[3:]):.0f} {unit}"
    return f"{_plain(value)} {unit}".strip()


def _plain(value: float) -> str:
    if abs(value) >= 1e6:
        return f"{value / 1e6:,.3g} million"
    return f"{value:,.0f}" if abs(value) >= 10 else f"{value:.2g}"


def _without_noise(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Set to zero what is only the rounding error of taking the mean."""
    limit = 1e-9 * np.abs(values).max(initial=0)
    return np.where(np.abs(values) > limit, values, 0.0)


def _phrase(description: str, value: float) -> str | None:
    if value == 0:
        return None
    return f"{description} ({'raises' if value > 0 else 'lowers'} the forecast)"


def _padded(texts: list[str | None]) -> list[str | None]:
    return texts + [None] * (COUNT - len(texts))


AVERAGE = "average country"
"""What every unit starts from in `in_points`."""


_MOST_STRETCHED = 10.0
"""How much parts of a score may be stretched to bring them to it."""


def in_points(
    shares: NDArray[np.float64], average: float, score: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Share a score out: what the average unit has, then what each family adds or takes.

    Args:
        shares: Families' parts of the difference to the average, [units, families].
        average: The average unit's expected score.
        score: Published scores of the units, [units]; NaN where a unit has none.

    Returns:
        [units, 1 + families], first the average's part; each row sums to the unit's score. The
        shares were read off a few draws, and of a hazard before it was joined with what makes it
        a risk: they are brought to the published score in proportion. Where they
        cancel out, which would blow them up, nothing is shared out.
    """
    parts = np.column_stack([np.full(len(shares), average), shares])
    total = parts.sum(axis=1, keepdims=True)
    with np.errstate(invalid="ignore"):
        shared = np.isnan(score[:, None]) | (total * _MOST_STRETCHED > score[:, None])
    scale = np.divide(score[:, None], total, out=np.zeros_like(total), where=shared & (total != 0))
    rest = np.where(shared[:, 0], 0.0, score)
    parts = parts * scale
    parts[:, 0] += rest
    return np.asarray(parts, dtype=np.float64)


def slopes(
    scores: Mapping[str, NDArray[np.float64]], weights: Mapping[str, float], exponent: float
) -> dict[str, NDArray[np.float64]]:
    """How many points of the composite a point of each threat is worth to a unit.

    The power mean C of scores s is homogeneous, so that it is the sum of its slopes times the
    scores: C = sum of dC/ds s, with dC/ds = w/W (s/C)^(p-1) (Euler).

    Args:
        scores: By threat, mean scores [units]; NaN where a unit has none.
        weights: By threat.
        exponent: p.
    """
    used = {name: np.nan_to_num(s) for name, s in scores.items() if weights[name] > 0}
    present = {name: ~np.isnan(scores[name]) * weights[name] for name in used}
    weight = np.sum(list(present.values()), axis=0)
    power = np.sum([present[n] * used[n] ** exponent for n in used], axis=0) / weight
    whole = power ** (1 / exponent)
    ratio = {n: np.divide(used[n], whole, out=np.zeros_like(whole), where=whole > 0) for n in used}
    return {n: present[n] / weight * ratio[n] ** (exponent - 1) for n in used}
