"""A hub of the hubverse: configuration, model output, target data.

Layout, columns and limits are those of the hubverse's schemas, version 6.0.0, and of what its
validator asks beyond them, https://docs.hubverse.io.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from pathlib import Path
from textwrap import shorten
from typing import Any

import numpy as np
import polars as pl

from riskkit.errors import RiskkitError
from riskkit.exchange import Options, Published
from riskkit.forecasting.forecast import Forecast
from riskkit.months import last_day, month_id

SUMMARY = "a hubverse hub: hub-config, model-output (quantile, mean, cdf, pmf), target-data"
IS_FOLDER = True
OPTIONS = ("team", "later")
QUANTILES = (0.025, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.975)
TASKS = ("origin_date", "target", "horizon", "location", "target_end_date")
OUTPUT = (*TASKS, "output_type", "output_type_id", "value")
ORACLE = ("location", "target", "target_end_date", "output_type", "output_type_id", "oracle_value")
SERIES = ("location", "target", "target_end_date", "observation")
BAND = "band"
_SCHEMAS = "https://raw.githubusercontent.com/hubverse-org/schemas/main/v6.0.0"
_NAME = re.compile(r"[A-Za-z0-9_]{1,30}")
_LONGEST_ID, _LONGEST_NAME = 30, 100
"""Characters of a target's id, and of its title and unit."""
_TIMEZONE = "Africa/Abidjan"
"""UTC all year; UTC itself is none of the names that the schema takes."""
_DECIMALS = 4


@dataclass(frozen=True)
class _Task:
    """One threat of a publication as a hub sees it: counts, and the band that they fall into."""

    threat: str
    forecast: Forecast
    period: int
    thresholds: tuple[int, ...]
    title: str
    counted: str

    @property
    def target(self) -> str:
        return self.forecast.target

    @property
    def band(self) -> str:
        return f"{self.threat} {BAND}"

    @property
    def origin(self) -> str:
        return last_day(self.forecast.origin).isoformat()

    @property
    def ends(self) -> list[str]:
        """Last day of each period."""
        return [last_day(month + self.period - 1).isoformat() for month in self.forecast.months]

    @property
    def below(self) -> list[int]:
        """Counts that the cumulative distribution is told at: just below the thresholds."""
        return [threshold - 1 for threshold in self.thresholds]

    @property
    def bands(self) -> list[str]:
        """Names of the bands between the thresholds, lowest first."""
        edges = (0, *self.thresholds)
        inner = [
            f"{low} to {high - 1}" if high - 1 > low else str(low) for low, high in pairwise(edges)
        ]
        return [*inner, f"{edges[-1]} or more"]


def write(published: Published, out: Path, options: Options) -> None:
    """Write the hub.

    Outcomes of the forecast months are read from later publications (their series.csv); without
    any, oracle-output.csv has its head only.

    Raises:
        RiskkitError: A name is none of a hub, or a later publication is of another series.
    """
    if not _NAME.fullmatch(options.team):
        raise RiskkitError(
            "a hub's team has at most 30 letters, digits and underscores", got=options.team
        )
    tasks = _tasks(published)
    models = {task.forecast.model for task in tasks.values()}
    name = f"{options.team}-{re.sub('[^A-Za-z0-9_]', '_', '_'.join(sorted(models)))}"
    config, output, data = (out / one for one in ("hub-config", "model-output", "target-data"))
    for folder in (config, output / name, out / "model-metadata", data):
        folder.mkdir(parents=True)
    _write_json(config / "admin.json", _admin(published, options.team))
    _write_json(config / "model-metadata-schema.json", _metadata_schema())
    _write_json(config / "tasks.json", _config(tasks))
    _write_json(config / "target-data.json", _target_data())
    (out / "model-metadata" / f"{name}.yml").write_text(
        _yaml(_metadata(published, options.team, name)), encoding="utf-8", newline="\n"
    )
    origin = next(iter(tasks.values())).origin
    forecasts = pl.concat([_output(task) for task in tasks.values()])
    forecasts.write_csv(output / name / f"{origin}-{name}.csv")
    observed = _observed(published, tasks, options.later)
    observed.write_csv(data / "time-series.csv")
    _oracle(tasks, observed).write_csv(data / "oracle-output.csv")


def _tasks(published: Published) -> dict[str, _Task]:
    words = published.words
    tasks = {
        threat: _Task(
            threat, forecast, published.period(threat), published.thresholds(threat), *words[threat]
        )
        for threat, forecast in published.forecasts.items()
    }
    for task in tasks.values():
        for name in (task.target, task.band):
            if len(name) > _LONGEST_ID:
                raise RiskkitError(
                    f"a hub's target has at most {_LONGEST_ID} characters",
                    got=name,
                    hint=f"give the threat {task.threat} or its measure a shorter name",
                )
    return tasks


# --- model output -------------------------------------------------------------------------------


def _output(task: _Task) -> pl.DataFrame:
    """Rows of `OUTPUT`, sorted by task, output type and its id."""
    draws = task.forecast.draws
    levels = task.forecast.quantiles(QUANTILES)
    at_most = np.stack([(draws <= count).mean(axis=-1) for count in task.below], axis=-1)
    at_most = at_most.round(_DECIMALS)  # first, or the rounded shares of the bands sum to .9999
    shares = np.diff(at_most, prepend=0.0, append=1.0, axis=-1)
    frames = [
        _rows(task, task.target, "cdf", [str(count) for count in task.below], at_most),
        _rows(task, task.target, "mean", ["NA"], draws.mean(axis=-1)[..., None]),
        _rows(task, task.target, "quantile", [f"{level:g}" for level in QUANTILES], levels),
        _rows(task, task.band, "pmf", task.bands, shares),
    ]
    return pl.concat(frames)


def _rows(
    task: _Task, target: str, kind: str, ids: list[str], values: np.ndarray[Any, Any]
) -> pl.DataFrame:
    """Lay out values [units, horizons, ids]."""
    units, horizons, count = values.shape
    ends = np.repeat(np.array(task.ends), count)
    return pl.DataFrame(
        {
            "origin_date": task.origin,
            "target": target,
            "horizon": np.tile(np.repeat(task.forecast.horizons, count), units),
            "location": np.repeat(np.array(task.forecast.units), horizons * count),
            "target_end_date": np.tile(ends, units),
            "output_type": kind,
            "output_type_id": ids * (units * horizons),
            "value": np.round(values.ravel(), _DECIMALS),
        }
    ).select(OUTPUT)


# --- target data --------------------------------------------------------------------------------


def _observed(
    published: Published, tasks: Mapping[str, _Task], later: tuple[Path, ...]
) -> pl.DataFrame:
    """What series.csv of this and of later publications observed: the latest counts.

    Returns:
        `SERIES`, sorted.
    """
    found: dict[tuple[str, str, date], float] = {}
    others = [Published.open(folder) for folder in later]
    for one in sorted([published, *others], key=lambda one: str(one.told["as_of"])):
        _refuse_unlike(one, published)
        rows = one.table("series.csv").select("unit", "threat", "month", "value")
        found |= {(unit, threat, month): value for unit, threat, month, value in rows.iter_rows()}
    ends = [
        (unit, tasks[threat].target, _end(month, tasks[threat].period), value)
        for (unit, threat, month), value in found.items()
        if threat in tasks
    ]
    return pl.DataFrame(ends, schema=list(SERIES), orient="row").sort(SERIES[:3])


def _refuse_unlike(later: Published, published: Published) -> None:
    for name in ("data_kind", "threats"):
        told, wanted = later.told[name], published.told[name]
        if name == "threats":
            told = {threat: told.get(threat, {}).get("target") for threat in wanted}
            wanted = {threat: one["target"] for threat, one in wanted.items()}
        if told != wanted:
            raise RiskkitError(
                f"{later.folder} cannot tell what came of {published.folder}: {name} differ",
                got=told,
                hint="name later publications of the same study",
            )


def _end(month: date, period: int) -> str:
    return last_day(month_id(month) + period - 1).isoformat()


def _oracle(tasks: Mapping[str, _Task], observed: pl.DataFrame) -> pl.DataFrame:
    """What a forecaster who knew the outcomes would have handed in; rows of `ORACLE`, sorted."""
    known = {(unit, target, end): value for unit, target, end, value in observed.iter_rows()}
    rows = [
        (unit, target, end, kind, name, value)
        for task in tasks.values()
        for unit in task.forecast.units
        for end in task.ends
        if (unit, task.target, end) in known
        for target, kind, name, value in _known(task, known[unit, task.target, end])
    ]
    schema = dict.fromkeys(ORACLE[:-1], pl.String) | {ORACLE[-1]: pl.Float64}
    return pl.DataFrame(rows, schema=schema, orient="row").sort(ORACLE[:-1])


def _known(task: _Task, count: float) -> Iterator[tuple[str, str, str, float]]:
    yield task.target, "mean", "NA", count
    yield task.target, "quantile", "NA", count
    for at in task.below:
        yield task.target, "cdf", str(at), float(count <= at)
    came = sum(count >= threshold for threshold in task.thresholds)
    for place, name in enumerate(task.bands):
        yield task.band, "pmf", name, float(place == came)


# --- configuration ------------------------------------------------------------------------------


def _write_json(path: Path, value: Any) -> None:
    text = json.dumps(value, indent=2, ensure_ascii=False)
    path.write_text(f"{text}\n", encoding="utf-8", newline="\n")


def _admin(published: Published, team: str) -> dict[str, Any]:
    return {
        "schema_version": f"{_SCHEMAS}/admin-schema.json",
        "name": published.description["title"],
        "maintainer": team,
        "contact": {"name": team},
        "repository": {"host": "github", "owner": team, "name": published.description["name"]},
        "file_format": ["csv"],
        "timezone": _TIMEZONE,
    }


def _config(tasks: Mapping[str, _Task]) -> dict[str, Any]:
    return {
        "schema_version": f"{_SCHEMAS}/tasks-schema.json",
        "rounds": [
            {
                "round_id_from_variable": True,
                "round_id": "origin_date",
                "model_tasks": [one for task in tasks.values() for one in _model_tasks(task)],
                "submissions_due": {"relative_to": "origin_date", "start": 0, "end": 31},
            }
        ],
        "output_type_id_datatype": "character",
        "derived_task_ids": ["target_end_date"],
    }


def _model_tasks(task: _Task) -> list[dict[str, Any]]:
    below, levels = [str(count) for count in task.below], list(QUANTILES)
    counts = {
        "mean": _type(None, "double"),
        "quantile": _type(levels, "double"),
        "cdf": _type(below, "double", maximum=1),
    }
    bands = {"pmf": _type(task.bands, "double", maximum=1)}
    return [
        _model_task(task, task.target, counts, "discrete", task.title, task.counted),
        _model_task(
            task, task.band, bands, "ordinal", f"{task.title}: band of the count", "category"
        ),
    ]


def _type(ids: list[Any] | None, kind: str, **limits: float) -> dict[str, Any]:
    return {
        "output_type_id": {"required": ids},
        "is_required": True,
        "value": {"type": kind, "minimum": 0, **limits},
    }


def _model_task(
    task: _Task, target: str, outputs: dict[str, Any], kind: str, title: str, unit: str
) -> dict[str, Any]:
    steps = {"is_step_ahead": True, "time_unit": "month"}
    months = "month" if task.period == 1 else f"period of {task.period} months"
    optional = {
        "horizon": list(task.forecast.horizons),
        "location": sorted(task.forecast.units),
        "target_end_date": task.ends,
    }
    return {
        "task_ids": {
            "origin_date": {"required": None, "optional": [task.origin]},
            "target": {"required": None, "optional": [target]},
            **{name: {"required": None, "optional": ids} for name, ids in optional.items()},
        },
        "output_type": outputs,
        "target_metadata": [
            {
                "target_id": target,
                "target_name": _cut(title),
                "target_units": _cut(unit),
                "target_keys": {"target": target},
                "target_type": kind,
                "description": f"{title}, in the {months} that begins [horizon] months after the "
                "month of origin_date and ends on target_end_date.",
                **steps,
            }
        ],
    }


def _target_data() -> dict[str, Any]:
    return {
        "schema_version": f"{_SCHEMAS}/target-data-schema.json",
        "observable_unit": ["location", "target", "target_end_date"],
        "date_col": "target_end_date",
        "versioned": False,
        "oracle-output": {"has_output_type_ids": True},
    }


def _cut(text: str) -> str:
    return shorten(text, _LONGEST_NAME, placeholder=" ...")


def _metadata(published: Published, team: str, name: str) -> dict[str, str | bool]:
    """What a hub asks to be told of a model."""
    return {
        "team_name": team,
        "team_abbr": team,
        "model_name": f"riskkit, {name.partition('-')[2]}",
        "model_abbr": name.partition("-")[2],
        "license": published.description["licenses"][0]["name"],
        "designated_model": True,
        "methods": "Joint scenarios of all threats; the model card of the publication tells more.",
        "data_inputs": "; ".join(one["title"] for one in published.description["sources"]),
    }


def _metadata_schema() -> dict[str, Any]:
    """What every model of this hub has to tell."""
    text, name = {"type": "string"}, {"type": "string", "pattern": f"^{_NAME.pattern}$"}
    told = {
        "team_name": text,
        "team_abbr": name,
        "model_name": text,
        "model_abbr": {"type": "string", "pattern": "^[A-Za-z0-9_]+$"},
        "license": text,
        "designated_model": {"type": "boolean"},
        "methods": text,
        "data_inputs": text,
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "What a model of this hub tells of itself",
        "type": "object",
        "properties": told,
        "required": ["team_name", "team_abbr", "model_name", "model_abbr", "license", "methods"],
        "additionalProperties": True,
    }


def _yaml(told: Mapping[str, str | bool]) -> str:
    """Write as YAML, of which JSON is a part."""
    return "".join(
        f"{key}: {json.dumps(value, ensure_ascii=False)}\n" for key, value in told.items()
    )
