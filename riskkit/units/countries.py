"""The table of countries: keys, names, UN regions, births and deaths of states."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Literal

import polars as pl

from riskkit.errors import UnknownUnit
from riskkit.months import first_day, last_day

Scope = Literal["views", "states", "separable", "all"]
SCOPES: tuple[Scope, ...] = ("views", "states", "separable", "all")
"""Sets of countries, each containing the one before: the countries of VIEWS, all members of the
state system, these and the separable places (PSE, ESH), these and every other territory."""

SCHEMA: dict[str, pl.DataType] = {
    "unit": pl.String(),
    "iso2": pl.String(),
    "name": pl.String(),
    "gwcode": pl.Int32(),
    "cowcode": pl.Int32(),
    "views_id": pl.Int32(),
    "m49": pl.Int32(),
    "region": pl.String(),
    "continent": pl.String(),
    "born": pl.Date(),
    "died": pl.Date(),
    "successor": pl.String(),
    "scope": pl.String(),
}


def countries(scope: Scope = "all") -> pl.DataFrame:
    """Return the table of countries, living and former, in order of their keys.

    Args:
        scope: Which set, see `SCOPES`.

    Returns:
        One row per unit: `unit` (ISO3), `iso2`, `name` (English, short), `gwcode` (Gleditsch and
        Ward), `cowcode` (Correlates of War), `views_id`, `m49` (UN), `region` (UN M49
        sub-region), `continent` (UN M49 region), `born` and `died` (first and last day as a
        member of the state system, null for places that are none and states that live),
        `successor` (who takes a dead state's codes over), `scope` (the smallest set the unit
        belongs to).
    """
    return _table().filter(pl.col("scope").is_in(SCOPES[: SCOPES.index(scope) + 1]))


def alive(month: int, table: pl.DataFrame | None = None) -> list[str]:
    """List the units that exist on some day of a month, in order of their keys.

    Args:
        month: Month id.
        table: Units with `unit`, `born` and `died`; the countries of VIEWS if None.

    >>> len(alive(504)), "SSD" in alive(378), "SSD" in alive(379)
    (191, False, True)
    """
    table = countries("views") if table is None else table
    living = (pl.col("born").is_null() | (pl.col("born") <= last_day(month))) & (
        pl.col("died").is_null() | (pl.col("died") >= first_day(month))
    )
    return table.filter(living)["unit"].sort().to_list()


def name_of(unit: str, table: pl.DataFrame | None = None) -> str:
    """Return the English short name of a unit.

    Args:
        unit: Key.
        table: Units with `unit` and `name`; all countries if None.

    Raises:
        UnknownUnit: The unit is not in the table.

    >>> name_of("MLI")
    'Mali'
    """
    return _look_up(unit, "name", table)


def region_of(unit: str, table: pl.DataFrame | None = None) -> str:
    """Return the UN M49 sub-region of a unit.

    Args:
        unit: Key.
        table: Units with `unit` and `region`; all countries if None.

    Raises:
        UnknownUnit: The unit is not in the table.

    >>> region_of("MLI")
    'Western Africa'
    """
    return _look_up(unit, "region", table)


def _look_up(unit: str, column: str, table: pl.DataFrame | None) -> str:
    table = _table() if table is None else table
    found = table.filter(pl.col("unit") == unit)[column]
    if found.is_empty():
        raise UnknownUnit("this unit is not in the table of units", got=unit)
    return str(found[0])


@cache
def _table() -> pl.DataFrame:
    return pl.read_csv(Path(__file__).with_name("states.csv"), schema=SCHEMA, glob=False)
