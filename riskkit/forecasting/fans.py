"""What single units had, and what is forecast for them, to be drawn."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from riskkit.forecasting.dataset import Dataset
from riskkit.forecasting.forecast import Forecast
from riskkit.months import first_day

FAN = {"q05": 0.05, "q25": 0.25, "median": 0.5, "q75": 0.75, "q95": 0.95}
PAST_MONTHS = 24


def fans(forecast: Forecast, data: Dataset, units: Sequence[tuple[str, str]]) -> pl.DataFrame:
    """What some units had, and what is forecast for them.

    Args:
        forecast: The draws.
        data: The dataset that they were made for.
        units: Unit and its title, in the order wanted.

    Returns:
        `unit, name, month, observed, q05, q25, median, q75, q95`: the last two years with
        `observed`, then the months of the forecast with quantiles.
    """
    return pl.concat(
        part
        for unit, name in units
        for part in (_past(data, unit, name), _ahead(forecast, unit, name))
    )


def _past(data: Dataset, unit: str, name: str) -> pl.DataFrame:
    series = data.y[data.units.index(unit)]
    columns = np.arange(len(series))
    kept = columns[~np.isnan(series) & (columns > data.last_known - PAST_MONTHS)]
    months = [first_day(data.first_month + int(column)) for column in kept]
    return _fan(unit, name, months, {"observed": series[kept]})


def _ahead(forecast: Forecast, unit: str, name: str) -> pl.DataFrame:
    draws = forecast.draws[forecast.units.index(unit)]
    quantiles = np.quantile(draws, list(FAN.values()), axis=-1)
    months = [first_day(month) for month in forecast.months]
    return _fan(unit, name, months, dict(zip(FAN, quantiles, strict=True)))


def _fan(
    unit: str, name: str, months: Sequence[object], values: dict[str, NDArray[np.float64]]
) -> pl.DataFrame:
    columns = (
        pl.Series(column, values[column], pl.Float64)
        if column in values
        else pl.lit(None, pl.Float64).alias(column)
        for column in ("observed", *FAN)
    )
    frame = pl.DataFrame({"month": months}, schema={"month": pl.Date})
    return frame.select(pl.lit(unit).alias("unit"), pl.lit(name).alias("name"), "month", *columns)
