"""Forecasts of cells that agree with one of their countries, made of the same data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import polars as pl

from riskkit.config import Params
from riskkit.errors import ConfigError
from riskkit.forecasting.forecast import Forecast
from riskkit.forecasting.reconcile import reconcile
from riskkit.forecasting.threats import Threat
from riskkit.months import month_id_expr
from riskkit.study.jobs import Job, forecast_job
from riskkit.tables import Release
from riskkit.units import countries

if TYPE_CHECKING:
    from riskkit.study.study import Study


def agreed(study: Study, threat: Threat, cells: Forecast) -> Forecast:
    """Scale a forecast of cells to one of their countries by `forecast.reconcile`.

    The countries' figures are the sums of their cells', so that what no cell is known of counts in
    neither.

    Args:
        study: A study by cell.
        threat: What is forecast.
        cells: Its forecast.
    """
    twin = by_country(study)
    data = twin.dataset(threat, cells.origin, cells.horizons)
    name = study.params.forecast.reconcile or threat.model
    size, seed = cells.draws.shape[-1], study.params.seed
    job = Job(data, name, twin.model_options(name), size, seed)
    return reconcile(cells, forecast_job(job), study.owners, job.stream)[0]


def by_country(study: Study) -> Study:
    """The same study of the countries of its cells.

    Raises:
        ConfigError: No cell lies in a country.
    """
    owners = study.owners
    if not owners:
        raise ConfigError(
            "forecast.reconcile needs cells that lie in countries",
            hint="name land under panel.within, or leave forecast.reconcile out",
        )
    told = study.params.panel
    panel = told.model_copy(update={"level": "country", "within": ()})
    params: Params = study.params.model_copy(update={"panel": panel})
    releases = tuple(
        summed_up(release, owners, study.span[1])
        for release in study.releases
        if release.indicators
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
