"""What grading needs of a study: the baselines of a publication, and what came afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from riskkit.forecasting.dataset import Dataset
from riskkit.forecasting.forecast import Forecast
from riskkit.forecasting.targets import Target, find, outcomes
from riskkit.forecasting.threats import Threat
from riskkit.models.parts.threats import Scenarios
from riskkit.months import parse_month
from riskkit.panel.schedule import comes_out
from riskkit.publish import Part
from riskkit.publish.grading import CONFLICTOLOGY, LAST_YEAR
from riskkit.study.jobs import Job, forecast_job

if TYPE_CHECKING:
    from riskkit.study.study import Study

ANY_TIME = 10**6
"""Month id at which everything is known that the data at hand hold."""
_YEAR = 12
COUNTS = {"threat": pl.String(), "unit": pl.String(), "value": pl.Float64()}


def with_baselines(study: Study, parts: Mapping[str, Part]) -> dict[str, Part]:
    """Give the parts of a publication what its ranking will be compared with.

    The reference's scenarios of all threats follow those of the first, as the published ones do.
    """
    jobs = {
        name: _job(study, study.forecast_dataset(part.threat, features=False))
        for name, part in parts.items()
    }
    drawn = {name: forecast_job(job) for name, job in jobs.items()}
    first = next(iter(jobs.values()))
    scenarios = Scenarios(first.data, first.stream)
    found = {}
    for name, part in parts.items():
        job = jobs[name]
        joint = drawn[name]
        if job is not first:
            joint = scenarios.followed(job.data, joint)
        others = {CONFLICTOLOGY: totals_of(part.forecast, joint)}
        others[LAST_YEAR] = last_year(job.data, part.forecast)[:, None]
        found[name] = replace(part, baselines=others, **release(study, part.threat, part.window))
    return found


def _job(study: Study, data: Dataset) -> Job:
    params = study.params
    options = study.model_options(CONFLICTOLOGY)
    return Job(data, CONFLICTOLOGY, options, params.forecast.draws, params.seed)


def totals_of(like: Forecast, other: Forecast) -> NDArray[Any]:
    """Window totals of another forecast in the order of the units of one."""
    place = {unit: row for row, unit in enumerate(other.units)}
    return np.asarray(other.totals()[[place[unit] for unit in like.units]])


def release(study: Study, threat: Threat, window: tuple[int, int]) -> dict[str, Any]:
    """Who counts a threat, and when the figures of a window are out, as fields of a part."""
    series = study.series(threat)
    sources = tuple(dict.fromkeys(indicator.source for _, indicator in series))
    return {
        "counted_by": sources,
        "out": max(comes_out(indicator, window[1]) for _, indicator in series),
    }


def last_year(data: Dataset, forecast: Forecast) -> NDArray[np.float64]:
    """Window totals if the last year known at the origin came again, [units of the forecast]."""
    periods = max(1, _YEAR // data.period)
    last = data.last_known
    columns = [last - data.period * k for k in range(periods) if last - data.period * k >= 0]
    place = {unit: row for row, unit in enumerate(data.units)}
    rows = [place[unit] for unit in forecast.units]
    past = data.y[np.ix_(rows, columns)]
    counted = np.maximum((~np.isnan(past)).sum(axis=1), 1)
    return np.asarray(np.nansum(past, axis=1) * len(forecast.horizons) / counted)


def target_of(told: Mapping[str, Any]) -> Target:
    """The target of a threat in a publication's rule."""
    thresholds = tuple(told["thresholds"])
    return Target(told["indicator"], told["period"], thresholds, tuple(told["parts"]))


def counts(study: Study, rule: Mapping[str, Any], as_of: int = ANY_TIME) -> pl.DataFrame:
    """Count what came in the windows of a publication.

    Args:
        study: Whose data are looked up.
        rule: The publication's rule.
        as_of: Month id at whose end one stands; later values are not seen.

    Returns:
        `threat, unit, value`, sorted; without units of which a part of the window is not known.
    """
    frames = []
    for name, told in rule["threats"].items():
        target = target_of(told)
        first, last = parse_month(told["window_start"]), parse_month(told["window_end"])
        values = outcomes(target, study.releases, study.units, range(first, last + 1), as_of=as_of)
        starts = list(range(0, last - first + 1, target.months))
        frame = pl.DataFrame(
            {"unit": study.units["unit"], "value": values[:, starts].sum(axis=1)}, nan_to_null=True
        )
        frames.append(frame.select(pl.lit(name).alias("threat"), "unit", "value"))
    return pl.concat(frames).drop_nulls().sort("threat", "unit")


def known_to(study: Study, told: Mapping[str, Any]) -> int:
    """Month id of the last month that the data at hand hold of a threat in a rule."""
    return find(target_of(told), study.releases).covers[1]
