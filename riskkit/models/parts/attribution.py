"""What each family of features adds to a unit's expected score, whatever the model is."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from riskkit.forecasting.cube import rows_of
from riskkit.forecasting.dataset import Dataset
from riskkit.models.parts.blocks import UNITS, in_blocks
from riskkit.models.parts.history import inherit, part_of
from riskkit.models.parts.marginal import Marginal

OWN, TOGETHER = "own history", "together"
"""What the outcome's own past adds, and what several families add only together."""
SIZE = 32
AT_ONCE = 3
"""Coalitions that are forecast at once."""
_HORIZONS = 3
Scored = Callable[[NDArray[np.float64]], NDArray[np.float64]]
"""From counts to points."""


@dataclass(frozen=True)
class FamilyShares:
    """Additive parts of the difference between a unit's expected score and the average one.

    Attributes:
        families: Names along the last axis: the outcome's own history, the families of features,
            and what these add only together.
        values: `[units, families]` in points; a row sums to the unit's expected score less
            `average`.
        average: Mean expected score over the units.
    """

    families: tuple[str, ...]
    values: NDArray[np.float64]
    average: float


def family_shares(
    model: Marginal, data: Dataset, families: Mapping[str, Sequence[str]], score: Scored
) -> FamilyShares:
    """Share the expected score of each unit out among families of features.

    A family is taken out by giving a unit the typical country's values of its features (the
    median). A family's share is the mean of what it adds alone and of what is lost without it:
    the Shapley value as far as families act by themselves or in pairs (Grabisch and Roubens
    1999). What is left over is called `together`. Associations in the model, not causes.

    Args:
        model: A fitted model.
        data: What it forecasts from.
        families: Features of each family, by name.
        score: From counts of a period to points.

    Returns:
        Shares of the units of `data`, read off a few quantiles of a few horizons.
    """
    named = [name for name, features in families.items() if set(features) & set(data.features)]
    groups = [_columns(data, families[name]) for name in named]
    nothing, everything = np.zeros(len(groups), bool), np.ones(len(groups), bool)
    alone, without = np.eye(len(groups), dtype=bool), ~np.eye(len(groups), dtype=bool)
    kept = np.vstack([nothing, everything, alone, without])
    points = _expected(model, _short(data), groups, kept, score)
    base, whole = points[0], points[1]
    first, last = points[2 : 2 + len(groups)], points[2 + len(groups) :]
    shares = 0.5 * ((first - base) + (whole - last))
    average = float(whole.mean())
    own = base - average
    together = whole - base - shares.sum(axis=0)
    values = np.vstack([own[None], shares, together[None]]).T
    return FamilyShares((OWN, *named, TOGETHER), values, average)


def _columns(data: Dataset, features: Sequence[str]) -> NDArray[np.int64]:
    wanted = set(features)
    return np.array([j for j, name in enumerate(data.features) if name in wanted], dtype=np.int64)


def _short(data: Dataset) -> Dataset:
    """The same with a few horizons, spread over the window."""
    places = np.linspace(0, len(data.horizons) - 1, min(_HORIZONS, len(data.horizons)))
    short = replace(data, horizons=tuple(data.horizons[round(place)] for place in places))
    return inherit(short, data)


def _expected(
    model: Marginal,
    data: Dataset,
    groups: Sequence[NDArray[np.int64]],
    kept: NDArray[np.bool_],
    score: Scored,
) -> NDArray[np.float64]:
    """Expected points `[coalitions, units]` when only some families keep their own values.

    Several coalitions are forecast at once, as copies of the units: only the last column of
    features is looked at when forecasting, so the copies share one view of the months. Their
    histories are laid out anew for each copy, so that all at once would need gigabytes.
    """
    here = rows_of(data.X, slice(None), -1)
    typical = np.full(here.shape[1], np.nan, dtype=here.dtype)
    known = ~np.isnan(here).all(axis=0)
    typical[known] = np.nanmedian(here[:, known], axis=0)
    if not model.apart or len(data.units) <= UNITS:
        return _points(model, data, groups, kept, typical, score)
    blocks = (part_of(data, block) for block in in_blocks(len(data.units)))
    return np.hstack([_points(model, part, groups, kept, typical, score) for part in blocks])


def _points(
    model: Marginal,
    data: Dataset,
    groups: Sequence[NDArray[np.int64]],
    kept: NDArray[np.bool_],
    typical: NDArray[np.float32],
    score: Scored,
) -> NDArray[np.float64]:
    here = rows_of(data.X, slice(None), -1)
    many = np.repeat(here[None], len(kept), axis=0)
    for row, keeps in enumerate(kept):
        for columns, keep in zip(groups, keeps, strict=True):
            if not keep:
                many[row][:, columns] = typical[columns]
    blocks = [many[start : start + AT_ONCE] for start in range(0, len(many), AT_ONCE)]
    points = [score(model.marginals(_copies(data, block), SIZE)) for block in blocks]
    means = [each.mean(axis=(1, 2)).reshape(-1, len(here)) for each in points]
    return np.asarray(np.concatenate(means), dtype=np.float64)


def _copies(data: Dataset, here: NDArray[np.float32]) -> Dataset:
    """The units once for each of some features of the last month, `[copies, units, features]`."""
    copies, units, features = here.shape
    flat = here.reshape(copies * units, 1, features)
    many = replace(
        data,
        units=tuple(f"{unit}/{row}" for row in range(len(here)) for unit in data.units),
        X=np.broadcast_to(flat, (len(flat), data.X.shape[1], features)),
        y=np.tile(data.y, (len(here), 1)),
        ended=(),
    )
    return inherit(many, data)
