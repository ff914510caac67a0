"""Studies whose units are PRIO-GRID cells: which cells, whose they are, and which touch."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from riskkit import base
from riskkit.errors import ConfigError, suggestion
from riskkit.panel.cells import tie_release
from riskkit.tables import Release, Units
from riskkit.units import countries
from riskkit.units.grid import COLUMNS, ROWS, centroid_of, place_of
from riskkit.units.inside import areas_of

if TYPE_CHECKING:
    from riskkit.study.study import Study

LAND = "land"
NOBODYS = "PRIO-GRID"
"""Region of a cell whose centre lies in no country."""


def by_cell(releases: Iterable[Release]) -> tuple[Release, ...]:
    """Keep what is told of cells; a census speaks of every cell of the study.

    Raises:
        ConfigError: No source tells of cells.
    """
    told = [(release, _of_cells(release)) for release in releases]
    kept = tuple(
        replace(release, observations=rows, covered_units=None, dyads=None, relations=())
        for release, rows in told
        if rows.height
    )
    if not kept:
        raise ConfigError(
            "panel.level is cell, but no data are of cells",
            hint="add UCDP GED events, a table with unit.system: cell, or set data.kind to world",
        )
    return kept


def _of_cells(release: Release) -> pl.DataFrame:
    return release.observations.filter(pl.col("unit").str.contains(r"^\d+$"))


def cells_of(releases: Iterable[Release], within: Sequence[str]) -> pl.DataFrame:
    """Name the cells of a study.

    Args:
        releases: Sources that tell of cells.
        within: Countries, regions or continents whose land cells are meant, or `land`; empty for
            the cells that the sources name.

    Returns:
        Rows of `riskkit.tables.Units`, sorted; the region of a cell is its country's name.

    Raises:
        ConfigError: A name of `within` is no place.
    """
    if within:
        wanted = _countries_of(within)
        cells: dict[str, str | None] = {
            gid: owner for gid, owner in land().items() if owner in wanted
        }
    else:
        named = {unit for release in releases for unit in _of_cells(release)["unit"].unique()}
        cells = owners(sorted(named))
    names = dict(countries("all").select("unit", "name").iter_rows())
    regions = [names.get(owner or "", NOBODYS) for owner in cells.values()]
    table = pl.DataFrame({"unit": list(cells), "region": regions}).select(
        "unit",
        pl.format("cell {} ({})", "unit", "region").alias("name"),
        "region",
        pl.lit(None, dtype=pl.Date).alias("born"),
        pl.lit(None, dtype=pl.Date).alias("died"),
    )
    return Units.validate(table).sort("unit")


def owners(cells: Sequence[str]) -> dict[str, str | None]:
    """Country in which the centre of each cell lies; None in the sea and on small islands."""
    lon, lat = centroid_of(np.array([int(cell) for cell in cells]))
    return dict(zip(cells, areas_of(lon, lat, _outlines()), strict=True))


def of_cells(phrase: str) -> str:
    """Say of cells what a family says of countries.

    >>> of_cells("number of countries across a land border, less the country's own")
    "number of cells across a border, less the cell's own"
    """
    said = phrase.replace("countries", "cells").replace("country", "cell")
    return said.replace("across a land border", "across a border")


def phrases(study: Study) -> dict[str, str]:
    """Say what each feature of a study is, of cells where it is of cells."""
    return {
        feature.name: _said(feature.description, level, study.params.panel.level)
        for family, level in study.described
        for feature in family.features
    }


def measured_phrases(study: Study) -> dict[str, str]:
    """Say what each feature of a study is, and in which unit its values are."""
    units = {one.name: one.unit for family, _ in study.described for one in family.features}
    return {name: f"{phrase} [{units[name]}]" for name, phrase in phrases(study).items()}


def _said(phrase: str, level: str, of: str) -> str:
    if level == "cell":
        return of_cells(phrase)
    return phrase if of == level else f"{phrase}, of the cell's country"


@cache
def land() -> dict[str, str]:
    """Every cell whose centre lies in a country, and which it is; Antarctica is left out."""
    gids = np.arange(1, ROWS * COLUMNS + 1)
    lon, lat = centroid_of(gids)
    found = areas_of(lon, lat, _outlines())
    pairs = ((str(gid), owner) for gid, owner in zip(gids.tolist(), found, strict=True))
    return {gid: owner for gid, owner in pairs if owner is not None}


def _outlines() -> dict[str, dict[str, Any]]:
    """Outlines of countries, without Antarctica."""
    return {code: shape for code, shape in base.outlines().items() if code != "ATA"}


def _countries_of(places: Sequence[str]) -> set[str]:
    table = countries("all")
    found: set[str] = set()
    for place in places:
        named = table.filter(
            pl.any_horizontal(pl.col("unit", "region", "continent") == place)
            | pl.lit(place == LAND)
        )
        if named.is_empty():
            known = [LAND, *table["continent"].unique().sort(), *table["region"].unique().sort()]
            raise ConfigError(
                f"panel.within names '{place}', which is no country, region or continent",
                hint=suggestion(place, known) or f"use a code such as MLI, or {', '.join(known)}",
            )
        found |= set(named["unit"])
    return found


def ties(units: pl.DataFrame, releases: Sequence[Release]) -> Release:
    """Tie cells that touch, and those that are near.

    Args:
        units: Rows of `riskkit.tables.Units`.
        releases: The sources of the study, from whose first month on the ties are known.
    """
    row, column = place_of(np.array([int(unit) for unit in units["unit"]]))
    start = min(release.covers[0] for release in releases)
    return tie_release(units["unit"].to_list(), row, column, start)
