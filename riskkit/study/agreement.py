"""Forecasts of cells that agree with one of their countries, made of the same data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import polars as pl

from riskkit.config import Params
from riskkit.errors import ConfigError
from riskkit.forecasting.forecast import Forecast
from riskkit.forecasting.reconcile import reconcile
from riskkit.forecasting.threats import Threat
from riskkit.months import format_month, month_id_expr
from riskkit.study.jobs import Above, Job, forecast_job
from riskkit.tables import Release
from riskkit.units import countries

if TYPE_CHECKING:
    from riskkit.study.study import Study


def agreed(study: Study, threat: Threat, cells: Forecast) -> Forecast:
    """Scale a forecast of cells to one of their countries by `forecast.reconcile`.

    Args:
        study: A study by cell.
        threat: What is forecast.
        cells: Its forecast.
    """
    told = above(study, threat, cells.origin, cells.horizons)
    return reconcile(cells, told.forecast, told.owners, told.seed)[0]


def above(study: Study, threat: Threat, origin: int, horizons: Sequence[int]) -> Above:
    """Forecast the countries of a study's cells by `forecast.reconcile`.

    The countries' figures are the sums of their cells', so that what no cell is known of counts in
    neither.

    Args:
        study: A study by cell.
        threat: What is forecast.
        origin: Month id.
        horizons: Months ahead.
    """
    twin = by_country(study, origin)
    data = twin.dataset(threat, origin, horizons)
    name = study.params.forecast.reconcile or threat.model
    params = study.params
    job = Job(data, name, twin.model_options(name), params.forecast.draws, params.seed)
    return Above(forecast_job(job), study.owners, job.stream)


def by_country(study: Study, as_of: int) -> Study:
    """The same study of the countries of its cells, at an earlier date or its own.

    Args:
        study: A study by cell.
        as_of: Month id at whose end one stands.

    Raises:
        ConfigError: No cell lies in a country.
    """
    owners = study.owners
    if not owners:
        raise ConfigError(
            "forecast.reconcile needs cells that lie in countries",
            hint="name land under panel.within, or leave forecast.reconcile out",
        )
    update = {"level": "country", "within": (), "as_of": format_month(as_of)}
    panel = study.params.panel.model_copy(update=update)
    params: Params = study.params.model_copy(update={"panel": panel})
    releases = tuple(
        summed_up(release, owners, as_of) for release in study.releases if release.indicators
    )
    return type(study).of(params, releases, _units(study, set(owners.values())))


def summed_up(release: Release, owners: Mapping[str, str], as_of: int) -> Release:
    """Add the cells of each country up, each figure as it is known at a date.

    Args:
        release: A source that counts by cell.
        owners: Country of each cell; cells without one are left out.
        as_of: Month id at whose end one stands.
    """
    table = pl.DataFrame(
        {"unit": list(owners), "country": list(owners.values())},
        schema={"unit": pl.String, "country": pl.String},
    )
    rows = (
        release.observations.filter(month_id_expr("known_from") <= as_of)
        .sort("known_from")
        .unique(["unit", "month", "indicator"], keep="last", maintain_order=True)
        .join(table, on="unit")
        .group_by("country", "month", "indicator")
        .agg(pl.col("value").sum(), pl.col("known_from").max())
        .rename({"country": "unit"})
        .select(release.observations.columns)
        .sort("unit", "month", "indicator")
    )
    covered = tuple(sorted(set(owners.values())))
    return replace(release, observations=rows, covered_units=covered, dyads=None, relations=())


def _units(study: Study, codes: set[str]) -> pl.DataFrame:
    if study.params.data.kind == "world":
        table = study.grid.countries
    else:
        table = countries("all").select("unit", "name", "region", "born", "died")
    return table.filter(pl.col("unit").is_in(codes)).sort("unit")
