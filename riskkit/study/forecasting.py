"""From a study to its outlook: joint draws of every threat with the models' explanations."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from riskkit.errors import RiskkitError
from riskkit.forecasting.dataset import Dataset
from riskkit.forecasting.fans import fans
from riskkit.forecasting.forecast import Forecast, from_frame
from riskkit.forecasting.threats import Threat
from riskkit.models import Contributions, Model, make_model
from riskkit.risk.score import score
from riskkit.study.identity import Identity, refuse_other
from riskkit.study.jobs import Job
from riskkit.study.results import open_result, result_folder, write_stamped
from riskkit.study.stages import forecast_identity

if TYPE_CHECKING:
    from riskkit.study.study import Study

FORECASTS, FAN = "forecasts.parquet", "fan.csv"
_FANS = 6


@dataclass(frozen=True)
class ThreatForecast:
    """The forecast of one threat and the model's explanation of it, rows in the same order.

    Attributes:
        threat: What is forecast.
        forecast: Joint draws.
        contributions: What in the model moved each unit; None when it does not say.
        model: The fitted model; None where the forecast was read from disk.
        data: What it was fitted to; None where the forecast was read from disk.
    """

    threat: Threat
    forecast: Forecast
    contributions: Contributions | None
    model: Model | None = field(default=None, repr=False)
    data: Dataset | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Outlook:
    """What is ahead: the forecasts of all threats of a study. Draw k is one scenario of them all.

    Attributes:
        threats: By name, in the order of params.yaml.
        identity: What they stand on.
    """

    threats: Mapping[str, ThreatForecast]
    identity: Identity


def forecast(study: Study, out: Path | None = None) -> Outlook:
    """Fit the models of a study as of its date and draw joint scenarios.

    Args:
        study: The study.
        out: Folder to keep draws, explanations and models in.
    """
    # All before the first fit: data that are too little or too old are refused at once.
    seen = {threat.name: study.forecast_dataset(threat) for threat in study.threats}
    with study.progress("forecast", len(study.threats)) as advance:
        threats = {}
        for threat in study.threats:
            threats[threat.name] = _fit(study, threat, seen[threat.name])
            advance(f"{threat.name} by {threat.model}")
    outlook = Outlook(threats, forecast_identity(study))
    if out is not None:
        _write(study, outlook, out)
    return outlook


def _fit(study: Study, threat: Threat, data: Dataset) -> ThreatForecast:
    """Fit a threat's model as of the study's date and draw; keep the model."""
    params = study.params
    options = study.model_options(threat.model, threat.options)
    job = Job(data, threat.model, options, params.forecast.draws, params.seed)
    model = make_model(threat.model, options).fit(data, job.stream)
    drawn = model.forecast(data, job.size, job.stream)
    explained = model.contributions(data)
    if explained is not None:
        rows = [data.units.index(unit) for unit in drawn.units]
        explained = replace(explained, values=explained.values[rows])
    return ThreatForecast(threat, drawn, explained, model, data)


def _write(study: Study, outlook: Outlook, out: Path) -> None:
    """Write draws, explanations, models and the fans of the top units into a folder."""
    with result_folder(out, outlook.identity) as fresh:
        frames = [one.forecast.to_frame() for one in outlook.threats.values()]
        write_stamped(pl.concat(frames), fresh / FORECASTS, outlook.identity)
        for name, one in outlook.threats.items():
            if one.contributions is not None:
                path = fresh / _contributions(name)
                _write_contributions(outlook.identity, one.forecast, one.contributions, path)
            if one.model is not None:
                one.model.save(fresh / model_file(name))
        first = next(iter(outlook.threats.values()))
        if first.data is not None:
            table = fans(first.forecast, first.data, _top(study, first))
            table.write_csv(fresh / FAN, float_precision=3)


def model_file(threat: str) -> str:
    """Name the file of a threat's fitted model."""
    return f"model_{threat}.zip"


def _contributions(threat: str) -> str:
    return f"contributions_{threat}.parquet"


def _write_contributions(
    identity: Identity, drawn: Forecast, explained: Contributions, path: Path
) -> None:
    values = pl.DataFrame(explained.values, schema=list(explained.features), orient="row")
    frame = values.insert_column(0, pl.Series("unit", drawn.units))
    told = {"margin": explained.margin, "descriptions": json.dumps(dict(explained.descriptions))}
    write_stamped(frame, path, identity, told)


def _top(study: Study, one: ThreatForecast) -> list[tuple[str, str]]:
    """The units with the highest scores and their names, which say so if they are made up."""
    drawn, target = one.forecast, one.threat.target
    months = len(drawn.horizons) * target.months
    mean = score(drawn.totals(), months, target.thresholds[0]).mean
    best = np.argsort(-mean, kind="stable")[:_FANS]
    names = dict(study.units.select("unit", "name").iter_rows())
    mark = "SIMULATED: " if study.panel.data_kind == "simulated" else ""
    return [(drawn.units[row], mark + names[drawn.units[row]]) for row in best]


def read_outlook(study: Study, folder: Path) -> Outlook:
    """Read the forecast of a study from the folder that it was written to.

    Raises:
        RiskkitError: The folder holds no forecast, or one of another study.
    """
    command = f"riskkit forecast --out {folder}"
    opened = open_result(folder, command)
    refuse_other(opened.identity, forecast_identity(study), f"the forecast in {folder}", command)
    drawn = {one.target: one for one in from_frame(opened.table(FORECASTS))}
    threats = {}
    for threat in study.threats:
        if threat.target.name not in drawn:
            raise RiskkitError(f"{folder} holds no forecast of '{threat.name}'", hint=command)
        name, explained = _contributions(threat.name), None
        if name in opened.files:
            told, frame = opened.metadata(name), opened.table(name)
            explained = Contributions(
                tuple(frame.columns[1:]),
                frame.drop("unit").to_numpy().astype(np.float64),
                told["margin"],
                json.loads(told["descriptions"]),
            )
        threats[threat.name] = ThreatForecast(threat, drawn[threat.target.name], explained)
    return Outlook(threats, opened.identity)
