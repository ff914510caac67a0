"""What sources tell of countries, laid over the cells that lie in them.

A cell is told no more than its country is: all cells of a country share these features, which say
when and not where. Each is built on a panel of countries, as of the same date and from what was
known in each month.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from numpy.typing import NDArray

from riskkit.errors import ConfigError
from riskkit.forecasting.bounds import refuse_infinite
from riskkit.forecasting.cube import Cube
from riskkit.panel import listed
from riskkit.study.data import read_releases
from riskkit.tables import Release
from riskkit.units import countries

if TYPE_CHECKING:
    from riskkit.study.study import Study

_CELL = r"^\d+$"


@dataclass(frozen=True)
class Overlay:
    """Features of countries, and where each cell lies.

    Attributes:
        names: Names of the features.
        values: `[countries + 1, months, features]`; the last row, of no country, is missing.
        row: Row of each cell's country.
    """

    names: tuple[str, ...]
    values: NDArray[np.float32]
    row: NDArray[np.int64]

    def of(self, cells: NDArray[np.int64]) -> NDArray[np.float32]:
        """Features of some cells, `[cells, months, features]`."""
        return np.asarray(self.values[self.row[cells]])


def study_of_countries(study: Study) -> Study:
    """The study of the countries of a study's cells, of the families of `features.of_countries`.

    Raises:
        ConfigError: The data are simulated by cell, or a family is built by cell as well.
    """
    told, names = study.params, study.params.features.of_countries
    if told.data.kind == "world":
        raise ConfigError(
            "features.of_countries needs sources of countries, and the simulated grid has none",
            hint="leave it out, or take data of another kind",
        )
    twice = sorted({family.name for family in study.families} & set(names))
    if twice:
        raise ConfigError(
            f"features.of_countries names '{twice[0]}', which is built by cell",
            hint="name in features.families the families that are to be built by cell",
        )
    panel = told.panel.model_copy(update={"level": "country", "within": ()})
    features = told.features.model_copy(update={"families": names, "of_countries": ()})
    params = told.model_copy(update={"panel": panel, "features": features})
    releases = _of_countries(read_releases(params, study.folder))
    owners = sorted(set(study.owners.values()))
    units = countries("all").filter(pl.col("unit").is_in(owners)).sort("unit")
    twin = type(study).of(params, releases, units.select("unit", "name", "region", "born", "died"))
    twin.__dict__["span"] = study.span
    return twin


def overlay(study: Study, as_of: int) -> Overlay | None:
    """Build the features of the countries of a study's cells; None where none are wanted.

    Args:
        study: A study by cell.
        as_of: Month id at whose end one stands.

    Raises:
        RiskkitError: A feature is infinite.
    """
    twin = study.of_countries
    if twin is None:
        return None
    panel = twin.panel_at(as_of)
    cube = Cube.of(twin.features_of(panel), panel.n_units)
    codes = panel.units["unit"].to_list()
    refuse_infinite(cube.values, cube.names, codes, cube.first_month)
    place = {code: row for row, code in enumerate(codes)}
    cells = listed(study.units)["unit"]
    row = np.array([place.get(study.owners.get(cell, ""), len(codes)) for cell in cells])
    nobody = np.full_like(cube.values[:1], np.nan)
    return Overlay(cube.names, np.concatenate([cube.values, nobody]), row)


def _of_countries(releases: Iterable[Release]) -> tuple[Release, ...]:
    """Leave out what is told of cells."""
    by_country = ~pl.col("unit").str.contains(_CELL)
    kept = (replace(one, observations=one.observations.filter(by_country)) for one in releases)
    return tuple(one for one in kept if one.observations.height or one.relations)
