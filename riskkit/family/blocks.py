"""Families built block by block of units, so that memory does not grow with their number."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from riskkit.family import KEYS, Family, Feature
from riskkit.panel import Panel
from riskkit.panel.networks import partners_of

Places = NDArray[np.int64]
_SOME = 50


def blocks(n_units: int, size: int) -> list[Places]:
    """Divide units, by their places, into blocks of a size."""
    places = np.arange(n_units)
    return [places[start : start + size] for start in range(0, n_units, size)]


def build_block(family: Family, panel: Panel, places: Places) -> pl.DataFrame:
    """Build a family for some units as `Family.build` does for all.

    Where features look over a network, the units' partners are built with them and dropped
    afterwards, and the partners of these where an expression may look twice.

    Args:
        family: The family.
        panel: Of all units.
        places: Places of the units, ascending.
    """
    around = seen_from(family, panel, places)
    part = panel if len(around) == panel.n_units else panel.of(around)
    built = family.build(part)
    if len(around) == len(places):
        return built
    kept = np.searchsorted(around, places)
    rows = (kept[:, None] * panel.n_months + np.arange(panel.n_months)).ravel()
    return built[rows]


def seen_from(family: Family, panel: Panel, places: Places) -> Places:
    """Some units, and those around them that a family's features look at.

    Args:
        family: The family.
        panel: Of all units.
        places: Places of the units, ascending.

    Returns:
        Places, ascending.
    """
    around = places
    for _ in range(family.reach):
        wider = _with_partners(panel, family, around)
        if len(wider) == len(around):
            break
        around = wider
    return around


def _with_partners(panel: Panel, family: Family, places: Places) -> Places:
    networks = [panel.networks[name] for name in family.relations if name in panel.networks]
    partners = [partners_of(network, places, panel.n_months) for network in networks]
    return np.unique(np.concatenate([places, *partners]))


def values_of(frame: pl.DataFrame, names: tuple[str, ...], n_months: int) -> NDArray[np.float32]:
    """Lay out built features as array [units, months, features]."""
    wanted = set(names)
    columns = [name for name in frame.columns if name not in KEYS and name in wanted]
    values = frame.select(columns).to_numpy().astype(np.float32, copy=False)
    return values.reshape(frame.height // n_months, n_months, len(columns))


def present(families: Sequence[Family], panel: Panel) -> tuple[str, ...]:
    """Features of which anything can be known.

    Left out are those that lack an input, or a relation that they look over, and are missing
    everywhere among the first units for that.
    """
    some = np.arange(min(_SOME, panel.n_units))
    return tuple(
        feature.name
        for family in families
        for built in [build_block(family, panel, some)]
        for feature in family.features
        if not _lacks(feature, panel) or built[feature.name].is_not_null().any()
    )


def _lacks(feature: Feature, panel: Panel) -> bool:
    absent = [relation for relation in feature.relations if relation not in panel.networks]
    return bool(absent) or any(panel.hides(name) for name in feature.inputs)
