"""The ties between simulated countries, as their publishers list them; all of it made up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import polars as pl

from riskkit.tables import Cadence, Dyads, Relation, Release
from riskkit.world.geography import Geography
from riskkit.world.releases import INDICATORS, SOURCE

REACH = 3.0
"""Distance up to which countries count as near, in steps from one country to the next."""
_LAG = 6


def _relation(name: str, unit: str, about: str, cadence: Cadence, lag: int = 0) -> Relation:
    return Relation(name, unit, SOURCE, f"Simulated: {about}", cadence, lag)


RELATIONS: Mapping[str, tuple[Relation, ...]] = {
    "migration": (
        _relation("refugee_origins", "people", "where its refugees come from", "year", _LAG),
        _relation("refugee_hosts", "people", "where its own people are refugees", "year", _LAG),
    ),
    "diplomacy": (_relation("defence_pact", "1 if so", "allies by a pact", "year", _LAG),),
    "structure": (
        _relation("contiguity", "1 if so", "countries across a border", "constant"),
        _relation(
            "proximity", "closeness 0-1", "near countries, half as close per step", "constant"
        ),
    ),
}
"""By kind of publisher, as in `riskkit.world.releases.INDICATORS`."""


def with_ties(
    releases: Sequence[Release],
    tables: Mapping[str, pl.DataFrame],
    codes: Sequence[str],
    geography: Geography,
) -> tuple[Release, ...]:
    """Let the publishers of the world list ties beside their observations.

    Args:
        releases: One per kind of publisher, in the order of `INDICATORS`.
        tables: The pairs of `riskkit.world.World.dyads`.
        codes: Unit codes in the order of the map.
        geography: The map.

    Returns:
        The releases, some of them with dyads and relations.
    """
    ties = _yearly(tables) | _constant(tables["contiguity"], codes, geography, releases[0])
    return tuple(
        _listing(release, RELATIONS[kind], ties) if kind in RELATIONS else release
        for kind, release in zip(INDICATORS, releases, strict=True)
    )


def _listing(
    release: Release, relations: tuple[Relation, ...], ties: Mapping[str, pl.DataFrame]
) -> Release:
    listed = [
        ties[r.name].with_columns(relation=pl.lit(r.name)).select(Dyads.column_names())
        for r in relations
    ]
    dyads = Dyads.validate(pl.concat(listed), cast=True)
    return replace(release, dyads=dyads, relations=relations)


def _yearly(tables: Mapping[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    january = pl.date("year", 1, 1).alias("month")
    refugees = tables["refugees"].with_columns(january, value="refugees")
    pacts = tables["alliances"].with_columns(january, value=1.0)
    back = pacts.rename({"unit_1": "unit_2", "unit_2": "unit_1"}).select(pacts.columns)
    return {
        "refugee_origins": refugees.rename({"asylum": "unit", "origin": "other"}),
        "refugee_hosts": refugees.rename({"origin": "unit", "asylum": "other"}),
        "defence_pact": pl.concat([pacts, back]).rename({"unit_1": "unit", "unit_2": "other"}),
    }


def _constant(
    contiguity: pl.DataFrame, codes: Sequence[str], geography: Geography, release: Release
) -> dict[str, pl.DataFrame]:
    """Ties that are known from the first published month on."""
    first = release.covers[0]
    distance = geography.distance()
    near = (distance <= REACH) & ~np.eye(len(codes), dtype=np.bool_)
    unit, other = np.nonzero(near)
    names = pl.Series(codes)
    tables = {
        "contiguity": contiguity.select(
            pl.col("unit_1").alias("unit"), pl.col("unit_2").alias("other"), value=1.0
        ),
        "proximity": pl.DataFrame(
            {"unit": names[unit], "other": names[other], "value": 0.5 ** distance[unit, other]}
        ),
    }
    return {
        name: table.with_columns(month=first, known_from=first) for name, table in tables.items()
    }
