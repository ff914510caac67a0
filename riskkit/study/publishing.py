"""From a study to a forecast with its explanation, and from those to a publication."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import polars as pl

from riskkit.atomic import atomic_file
from riskkit.errors import RiskkitError
from riskkit.forecasting.dataset import Dataset
from riskkit.forecasting.forecast import Forecast, from_frame
from riskkit.forecasting.targets import find as find_target
from riskkit.models import Contributions, Model, make_model
from riskkit.panel.schedule import newest_out
from riskkit.publish import Publication, publish
from riskkit.publish.previous import find
from riskkit.registry import lookup, models
from riskkit.risk.score import score
from riskkit.scoring.diagnostics import fans
from riskkit.study import Study
from riskkit.study.backtest import Job
from riskkit.study.backtesting import find_record

_FORECAST, _CONTRIBUTIONS = "forecasts.parquet", "contributions.parquet"
MODEL, FAN = "model.zip", "fan.csv"
_FANS = 6


@dataclass(frozen=True)
class Result:
    """A forecast and the model's explanation of it, rows of both in the same order."""

    forecast: Forecast
    contributions: Contributions | None


@dataclass(frozen=True)
class Fitted:
    """A fitted model with what it forecast.

    Attributes:
        model: The model.
        data: What it was fitted to.
        result: Its forecast.
    """

    model: Model
    data: Dataset
    result: Result


def fit_study(study: Study) -> Fitted:
    """Fit the study's model as of its date and draw; keep the model."""
    data, params = study.forecast_dataset(), study.params
    name = params.forecast.model
    options = study.model_options(name)
    job = Job(data, name, options, params.forecast.draws, params.seed)
    model = make_model(name, options).fit(data, job.stream)
    forecast = model.forecast(data, job.size, job.stream)
    explained = model.contributions(data)
    if explained is not None:
        rows = [data.units.index(unit) for unit in forecast.units]
        explained = replace(explained, values=explained.values[rows])
    return Fitted(model, data, Result(forecast, explained))


def _top(study: Study, forecast: Forecast) -> list[tuple[str, str]]:
    """The units with the highest scores and their names, which say so if they are made up."""
    months = len(forecast.horizons) * study.target.months
    mean = score(forecast.totals(), months, study.target.thresholds[0]).mean
    best = np.argsort(-mean, kind="stable")[:_FANS]
    names = dict(study.panel.units.select("unit", "name").iter_rows())
    mark = "SIMULATED: " if study.panel.data_kind == "simulated" else ""
    return [(forecast.units[row], mark + names[forecast.units[row]]) for row in best]


def publish_study(study: Study, result: Result, out: Path, record: Path) -> None:
    """Publish a forecast of the study in a folder, with the record that a backtest left."""
    _, indicator = find_target(study.target, study.releases)
    kind: type[Model] = lookup("model", models(), result.forecast.model)
    data_kind = study.panel.data_kind
    publication = Publication(
        forecast=result.forecast,
        target=study.target,
        threat=study.target.threat,
        units=study.panel.units,
        summary=kind.summary,
        last_data=min(study.last_period, newest_out(indicator, result.forecast.origin)),
        data_kind=data_kind,
        contributions=result.contributions,
        descriptions=_phrases(study, result.contributions),
        sources=study.citations,
        record=find_record(study, record),
        previous=find(out, study.target, data_kind, result.forecast.origin),
    )
    publish(publication, out)


def _phrases(study: Study, contributions: Contributions | None) -> dict[str, str]:
    declared = {f.name: f.description for family in study.families for f in family.features}
    return declared if contributions is None else {**declared, **contributions.descriptions}


def write_fitted(study: Study, fitted: Fitted, out: Path) -> None:
    """Write the forecast, its explanation, the model and fans of the top units into a folder."""
    write_result(fitted.result, out)
    forecast = fitted.result.forecast
    fitted.model.save(out / MODEL)
    with atomic_file(out / FAN) as partial:
        table = fans(forecast, fitted.data, _top(study, forecast))
        table.write_csv(partial, float_precision=3)


def write_result(result: Result, out: Path) -> None:
    """Write a forecast and its explanation into a folder."""
    with atomic_file(out / _FORECAST) as partial:
        result.forecast.to_frame().write_parquet(partial)
    explained = result.contributions
    if explained is None:
        (out / _CONTRIBUTIONS).unlink(missing_ok=True)
        return
    values = pl.DataFrame(explained.values, schema=list(explained.features), orient="row")
    frame = values.insert_column(0, pl.Series("unit", result.forecast.units))
    told = {"margin": explained.margin, "descriptions": json.dumps(dict(explained.descriptions))}
    with atomic_file(out / _CONTRIBUTIONS) as partial:
        frame.write_parquet(partial, metadata=told)


def read_result(folder: Path) -> Result:
    """Read what `write_result` wrote.

    Raises:
        RiskkitError: The folder holds no forecast, or the explanation is of other units.
    """
    path, explained = folder / _FORECAST, folder / _CONTRIBUTIONS
    if not path.is_file():
        raise RiskkitError(f"there is no {path}", hint="run `riskkit forecast` first")
    forecast = from_frame(pl.read_parquet(path, glob=False))[0]
    if not explained.is_file():
        return Result(forecast, None)
    frame = pl.read_parquet(explained, glob=False)
    if tuple(frame["unit"]) != forecast.units:
        raise RiskkitError(f"{explained} and {path} are of different units", hint="forecast again")
    told = pl.read_parquet_metadata(explained)
    values = frame.drop("unit").to_numpy().astype(np.float64)
    phrases = json.loads(told["descriptions"])
    names = tuple(frame.columns[1:])
    return Result(forecast, Contributions(names, values, told["margin"], phrases))
