"""Submissions as the VIEWS prediction challenge takes them: one parquet file per threat."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl

from riskkit.errors import RiskkitError
from riskkit.exchange import Options, Published
from riskkit.forecasting.forecast import Forecast
from riskkit.units import countries

SUMMARY = "a folder with a VIEWS submission per threat: month_id, country_id, draw, outcome"
IS_FOLDER = True
OPTIONS = ()
LEFT_OUT = "left-out.csv"


def write(published: Published, out: Path, options: Options) -> None:
    """Write the draws; a period of a year is named by its first month.

    Places that VIEWS has no number for are left out, and named in left-out.csv.

    Raises:
        RiskkitError: No unit has a VIEWS id, as in the simulated world.
    """
    del options
    left = []
    for threat, forecast in published.forecasts.items():
        kept, strangers = placed(forecast)
        left += [(threat, unit, "has no VIEWS country id") for unit in strangers]
        path = out / f"{threat}.parquet"
        views_table(kept).write_parquet(path, compression="zstd")
    table = pl.DataFrame(left, schema=["threat", "unit", "reason"], orient="row")
    table.sort("threat", "unit").write_csv(out / LEFT_OUT)


def placed(forecast: Forecast) -> tuple[Forecast, list[str]]:
    """Keep the units that VIEWS numbers; cells are numbered all."""
    numbered = set(countries().drop_nulls("views_id")["unit"])
    places = [one in numbered or one.isdigit() for one in forecast.units]
    strangers = [one for one, placed in zip(forecast.units, places, strict=True) if not placed]
    if not any(places):
        raise RiskkitError(
            "the VIEWS layout needs VIEWS country ids, and these units have none",
            got=strangers[:5],
            hint="export publications of real countries only",
        )
    units = tuple(one for one, placed in zip(forecast.units, places, strict=True) if placed)
    return replace(forecast, units=units, draws=forecast.draws[places]), strangers


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
