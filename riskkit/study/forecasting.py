"""From a study to its outlook: joint draws of every threat with the models' explanations."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Self

import numpy as np
import polars as pl
from numpy.typing import NDArray

from riskkit.errors import RiskkitError
from riskkit.forecasting.dataset import Dataset
from riskkit.forecasting.eligibility import left_out
from riskkit.forecasting.fans import fans
from riskkit.forecasting.forecast import Forecast, from_frame
from riskkit.forecasting.forecast import joined as joined_units
from riskkit.forecasting.outliers import find_outliers
from riskkit.forecasting.threats import Absent, Threat
from riskkit.models import Contributions, Model, make_model
from riskkit.models.parts.attribution import FamilyShares, family_shares
from riskkit.models.parts.blocks import in_blocks
from riskkit.models.parts.boosting import trained_by
from riskkit.models.parts.history import part_of
from riskkit.models.parts.marginal import Marginal
from riskkit.models.parts.threats import Scenarios
from riskkit.risk.score import scenario_scores, score
from riskkit.study.agreement import agreed
from riskkit.study.cells import measured_phrases
from riskkit.study.identity import Identity, refuse_other
from riskkit.study.jobs import (
    Job,
    fitted_beside,
    one_thread,
    part_name,
    stream_of,
    write_part,
)
from riskkit.study.parts import is_partitioned, read_forecast
from riskkit.study.results import (
    PARTS,
    Opened,
    begin,
    carry_over,
    open_result,
    result_folder,
    write_stamped,
)
from riskkit.study.stages import forecast_identity

if TYPE_CHECKING:
    from riskkit.study.study import Study

FORECASTS, FAN, NOTES = "forecasts.parquet", "fan.csv", "notes.json"
_FANS = 6


@dataclass(frozen=True)
class Notes:
    """What must be said beside a threat's forecast.

    Attributes:
        left_out: Units that are not forecast, with the reason.
        findings: Sentences by kind: outcomes that are "stale", units "behind", "early" reporters,
            and the "hindsight" of features.
        last_data: Month id in which the last known period ends.
        outliers: Units of which an input is beyond anything that they had, and which.
    """

    left_out: Mapping[str, str]
    findings: Mapping[str, str]
    last_data: int
    outliers: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        data: Dataset,
        hindsight: Sequence[str] = (),
        outliers: Mapping[str, Sequence[str]] | None = None,
    ) -> Self:
        """Read them off what a forecast was made from, and what its features hold too early."""
        findings: dict[str, str] = {finding.kind: finding.text for finding in data.findings}
        if hindsight:
            findings["hindsight"] = " ".join(hindsight)
        left = dict(left_out(data.units, data.eligibility).iter_rows())
        last = data.first_month + data.last_known + data.period - 1
        return cls(left, findings, last, outliers or {})


@dataclass(frozen=True)
class ThreatForecast:
    """The forecast of one threat and the model's explanation of it, rows in the same order.

    Attributes:
        threat: What is forecast.
        forecast: Joint draws.
        contributions: What in the model moved each unit; None when it does not say.
        notes: Who is not forecast, and what must be said of the outcomes.
        shares: What each family of features adds to the score; None when the model does not say.
        model: The fitted model; None where the forecast was read from disk.
        data: What it was fitted to; None where the forecast was read from disk.
    """

    threat: Threat
    forecast: Forecast
    contributions: Contributions | None
    notes: Notes
    shares: FamilyShares | None = None
    model: Model | None = field(default=None, repr=False)
    data: Dataset | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Outlook:
    """What is ahead: the forecasts of all threats of a study. Draw k is one scenario of them all.

    Attributes:
        threats: By name, in the order of params.yaml.
        absent: Threats that no data speak of, or only data that are too little or too old.
        identity: What they stand on.
    """

    threats: Mapping[str, ThreatForecast]
    absent: tuple[Absent, ...]
    identity: Identity


def forecast(study: Study, out: Path | None = None) -> Outlook:
    """Fit the models of a study as of its date and draw joint scenarios.

    Args:
        study: The study.
        out: Folder to keep draws, explanations and models in.
    """
    datasets, absent = _datasets(study)
    parts = begin(out, "forecast") if out is not None and study.by_cell else None
    workers = min(len(datasets), os.cpu_count() or 1)
    with (
        study.progress("forecast", len(datasets)) as advance,
        one_thread(),
        ThreadPoolExecutor(workers) as threads,
    ):
        # Training leaves the interpreter to others, and each threat has a stream of its own.
        fitting = {
            threat.name: threads.submit(_fit, study, threat, datasets[threat.name], parts)
            for threat in study.threats
            if threat.name in datasets
        }
        identity = threads.submit(forecast_identity, study)
        threats = {}
        for name, fitted in fitting.items():
            threats[name] = fitted.result()
            advance(f"{name} by {threats[name].threat.model}")
    if study.by_cell and study.params.forecast.reconcile:
        threats = {
            name: replace(one, forecast=agreed(study, one.threat, one.forecast))
            for name, one in threats.items()
        }
    threats = joined(study, threats)
    outlook = Outlook(threats, (*study.absent, *absent), identity.result())
    if out is not None:
        _write(study, outlook, out)
    return outlook


def can_forecast(study: Study) -> bool:
    """Whether the data at hand are enough, and new enough, for any threat."""
    for threat in study.threats:
        with suppress(RiskkitError):
            study.forecast_dataset(threat)
            return True
    return False


def _datasets(study: Study) -> tuple[dict[str, Dataset], list[Absent]]:
    """What may be seen of each threat, before the first fit.

    A threat whose data are too little or too old is absent, unless it is the only one.
    """
    datasets: dict[str, Dataset] = {}
    absent = []
    refusals = []
    for threat in study.threats:
        try:
            datasets[threat.name] = study.forecast_dataset(threat)
        except RiskkitError as error:
            refusals.append(error)
            absent.append(Absent(threat.name, error.what))
    if not datasets:
        raise refusals[0]
    return datasets, absent


def job_of(study: Study, threat: Threat, data: Dataset) -> Job:
    """What is fitted and drawn for a threat, with which seed."""
    options = study.model_options(threat.model, threat.options)
    params = study.params
    size, seed = params.forecast.draws, params.seed
    return Job(data, threat.model, options, size, seed, rows=study.together)


def _fit(study: Study, threat: Threat, data: Dataset, parts: Path | None) -> ThreatForecast:
    """Fit a threat's model as of the study's date and draw; keep the model."""
    with trained_by(study.trainer):
        model, drawn = _drawn(job_of(study, threat, data), parts)
    explained = _explained(model, data)
    if explained is not None:
        rows = _rows(data, drawn)
        inputs = None if explained.inputs is None else explained.inputs[rows]
        explained = replace(explained, values=explained.values[rows], inputs=inputs)
    shares = _shares(study, threat, model, data, drawn)
    counted, level = f"{study.series(threat).unit} ({threat.name})", study.params.panel.level
    outliers = find_outliers(data, counted, measured_phrases(study), level)
    notes = Notes.of(data, study.hindsight([data.origin]), outliers)
    return ThreatForecast(threat, drawn, explained, notes, shares, model, data)


def _drawn(job: Job, parts: Path | None) -> tuple[Model, Forecast]:
    """The fitted model and its draws; of many units, both are kept in parts as they are made."""
    if parts is None or not is_partitioned(len(job.data.units)):
        model = make_model(job.model, job.options).fit(job.data, job.stream)
        return model, model.forecast(job.data, job.size, job.stream)
    path = write_part(job, parts / part_name(job))
    return fitted_beside(job, path), read_forecast(path)[0]


def _explained(model: Model, data: Dataset) -> Contributions | None:
    """The model's explanation; of many units, some at a time."""
    if not (isinstance(model, Marginal) and model.apart and is_partitioned(len(data.units))):
        return model.contributions(data)
    told = [model.contributions(part_of(data, block)) for block in in_blocks(len(data.units))]
    parts = [part for part in told if part is not None]
    if not parts:
        return None
    inputs = [part.inputs for part in parts if part.inputs is not None]
    values = np.concatenate([part.values for part in parts])
    return replace(parts[0], values=values, inputs=np.concatenate(inputs) if inputs else None)


def _rows(data: Dataset, drawn: Forecast) -> list[int]:
    """Rows of the units that are forecast."""
    place = {unit: row for row, unit in enumerate(data.units)}
    return [place[unit] for unit in drawn.units]


def _shares(
    study: Study, threat: Threat, model: Model, data: Dataset, drawn: Forecast
) -> FamilyShares | None:
    """What each family adds to the threat's score of the units that are forecast."""
    if not isinstance(model, Marginal):
        return None
    families = {f.name: [feature.name for feature in f.features] for f, _ in study.described}
    target = threat.target

    def score(counts: NDArray[np.float64]) -> NDArray[np.float64]:
        first, top, scale = target.thresholds[0], threat.top, threat.scale
        return scenario_scores(counts, target.months, first, top=top, scale=scale)

    found = family_shares(model, data, families, score)
    rows = _rows(data, drawn)
    return replace(found, values=found.values[rows])


def joined(study: Study, threats: Mapping[str, ThreatForecast]) -> dict[str, ThreatForecast]:
    """Let the scenarios of every threat follow those of the first."""
    first, *others = threats.values()
    seed = stream_of(study.params.seed, first.forecast.origin, first.threat.model)
    scenarios = None if first.data is None else Scenarios(first.data, seed)
    together = {first.threat.name: first}
    for one in others:
        drawn = one.forecast
        if scenarios is not None and one.data is not None:
            drawn = scenarios.followed(one.data, drawn)
        together[one.threat.name] = replace(one, forecast=drawn)
    return together


def _write(study: Study, outlook: Outlook, out: Path) -> None:
    """Write draws, explanations, models and the fans of the top units into a folder."""
    with result_folder(out, outlook.identity) as fresh:
        if study.by_cell:
            carry_over(out / PARTS, fresh / PARTS)
        _write_forecasts(outlook, fresh / FORECASTS)
        for name, one in outlook.threats.items():
            if one.contributions is not None:
                path = fresh / _contributions(name)
                _write_contributions(outlook.identity, one.forecast, one.contributions, path)
            if one.shares is not None:
                _write_shares(outlook.identity, one.forecast, one.shares, fresh / _families(name))
            if one.model is not None:
                one.model.save(fresh / model_file(name))
        notes = {
            "threats": {name: asdict(one.notes) for name, one in outlook.threats.items()},
            "absent": {one.name: one.reason for one in outlook.absent},
        }
        (fresh / NOTES).write_text(json.dumps(notes, indent=1) + "\n", "utf-8")
        first = next(iter(outlook.threats.values()))
        if first.data is not None:
            table = fans(first.forecast, first.data, _top(study, first))
            table.write_csv(fresh / FAN, float_precision=3)


def _write_forecasts(outlook: Outlook, path: Path) -> None:
    """Write the draws into a file, or those of many units into a folder of blocks."""
    drawn = [one.forecast for one in outlook.threats.values()]
    if not any(is_partitioned(len(one.units)) for one in drawn):
        frames = [one.to_frame() for one in drawn]
        write_stamped(pl.concat(frames), path, outlook.identity)
        return
    path.mkdir()
    for one in drawn:
        for number, block in enumerate(in_blocks(len(one.units))):
            file = path / f"{one.target}-{number:05}.parquet"
            write_stamped(one.part(block).to_frame(), file, outlook.identity)


def _read_forecasts(opened: Opened) -> dict[str, Forecast]:
    """Read the draws of each target."""
    names = [name for name in opened.files if name.partition("/")[0] == FORECASTS]
    if not names:
        opened.path(FORECASTS)
    found: dict[str, list[Forecast]] = {}
    for name in names:
        for one in from_frame(opened.table(name)):
            found.setdefault(one.target, []).append(one)
    return {target: joined_units(parts) for target, parts in found.items()}


def model_file(threat: str) -> str:
    """Name the file of a threat's fitted model."""
    return f"model_{threat}.zip"


def _families(threat: str) -> str:
    return f"families_{threat}.parquet"


def _write_shares(identity: Identity, drawn: Forecast, shares: FamilyShares, path: Path) -> None:
    values = pl.DataFrame(shares.values, schema=list(shares.families), orient="row")
    frame = values.insert_column(0, pl.Series("unit", drawn.units))
    write_stamped(frame, path, identity, {"average": repr(shares.average)})


def _read_shares(opened: Opened, threat: str) -> FamilyShares | None:
    name = _families(threat)
    if name not in opened.files:
        return None
    frame = opened.table(name)
    values = frame.drop("unit").to_numpy().astype(np.float64)
    return FamilyShares(tuple(frame.columns[1:]), values, float(opened.metadata(name)["average"]))


def _contributions(threat: str) -> str:
    return f"contributions_{threat}.parquet"


def _write_contributions(
    identity: Identity, drawn: Forecast, explained: Contributions, path: Path
) -> None:
    values = pl.DataFrame(explained.values, schema=list(explained.features), orient="row")
    frame = values.insert_column(0, pl.Series("unit", drawn.units))
    told = {
        "margin": explained.margin,
        "descriptions": json.dumps(dict(explained.descriptions)),
        "units": json.dumps(dict(explained.units)),
    }
    write_stamped(frame, path, identity, told)
    if explained.inputs is not None:
        inputs = pl.DataFrame(explained.inputs, schema=list(explained.features), orient="row")
        write_stamped(inputs, path.with_name(f"inputs_{path.name}"), identity)


def _top(study: Study, one: ThreatForecast) -> list[tuple[str, str]]:
    """The units with the highest scores and their names, which say so if they are made up."""
    drawn, target = one.forecast, one.threat.target
    months = len(drawn.horizons) * target.months
    mean = score(drawn.totals(), months, target.thresholds[0]).mean
    best = np.argsort(-mean, kind="stable")[:_FANS]
    names = dict(study.units.select("unit", "name").iter_rows())
    mark = "SIMULATED: " if study.simulated else ""
    return [(drawn.units[row], mark + names[drawn.units[row]]) for row in best]


def read_outlook(study: Study, folder: Path) -> Outlook:
    """Read the forecast of a study from the folder that it was written to.

    Raises:
        RiskkitError: The folder holds no forecast, or one of another study.
    """
    command = f"riskkit forecast --out {folder}"
    opened = open_result(folder, command)
    refuse_other(opened.identity, forecast_identity(study), f"the forecast in {folder}", command)
    drawn = _read_forecasts(opened)
    told = json.loads(opened.path(NOTES).read_text("utf-8"))
    absent = tuple(Absent(name, reason) for name, reason in told["absent"].items())
    threats = {}
    for threat in study.threats:
        if threat.name in told["absent"]:
            continue
        if threat.target.name not in drawn:
            raise RiskkitError(f"{folder} holds no forecast of '{threat.name}'", hint=command)
        name, explained = _contributions(threat.name), None
        if name in opened.files:
            stated, frame = opened.metadata(name), opened.table(name)
            inputs = f"inputs_{name}"
            explained = Contributions(
                features=tuple(frame.columns[1:]),
                values=frame.drop("unit").to_numpy().astype(np.float64),
                margin=stated["margin"],
                descriptions=json.loads(stated["descriptions"]),
                units=json.loads(stated["units"]),
                inputs=opened.table(inputs).to_numpy() if inputs in opened.files else None,
            )
        one, notes = drawn[threat.target.name], Notes(**told["threats"][threat.name])
        shares = _read_shares(opened, threat.name)
        threats[threat.name] = ThreatForecast(threat, one, explained, notes, shares)
    return Outlook(threats, absent, opened.identity)


def fitted(study: Study, outlook: Outlook, folder: Path) -> Outlook:
    """Give an outlook that was read from a folder the models and the data that it was made from.

    Raises:
        RiskkitError: A model's file is missing, damaged or another model's.
    """
    threats = {}
    for name, one in outlook.threats.items():
        data = study.forecast_dataset(one.threat)
        model = make_model(one.threat.model, job_of(study, one.threat, data).options)
        threats[name] = replace(one, model=model.load(folder / model_file(name)), data=data)
    return replace(outlook, threats=threats)
