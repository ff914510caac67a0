"""The submission layout of the VIEWS prediction challenge."""

from __future__ import annotations

import numpy as np
import polars as pl

from riskkit.errors import RiskkitError
from riskkit.forecasting.forecast import Forecast
from riskkit.units import countries


def views_table(forecast: Forecast) -> pl.DataFrame:
    """Lay out draws as the challenge asks: one row per month, unit and draw.

    Returns:
        Columns `month_id, country_id` (or `priogrid_gid` for cells), `draw, outcome`, sorted.

    Raises:
        RiskkitError: A unit has no VIEWS id, such as the countries of the simulated world.
    """
    key, ids = _ids(forecast.units)
    n_units, n_months, size = forecast.draws.shape
    return pl.DataFrame(
        {
            "month_id": np.tile(
                np.repeat(np.array(forecast.months, dtype=np.int32), size), n_units
            ),
            key: np.repeat(np.array(ids, dtype=np.int32), n_months * size),
            "draw": np.tile(np.arange(size, dtype=np.int32), n_units * n_months),
            "outcome": forecast.draws.ravel(),
        }
    ).sort("month_id", key, "draw")


def _ids(units: tuple[str, ...]) -> tuple[str, list[int]]:
    if all(unit.isdigit() for unit in units):
        return "priogrid_gid", [int(unit) for unit in units]
    known = dict(countries().select("unit", "views_id").drop_nulls().iter_rows())
    strange = [unit for unit in units if unit not in known]
    if strange:
        raise RiskkitError(
            "the VIEWS layout needs VIEWS country ids, and these units have none",
            got=strange[:5],
            hint="export forecasts of real countries only",
        )
    return "country_id", [known[unit] for unit in units]
