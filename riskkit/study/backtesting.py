"""Rolling origins: jobs of every threat and model, their forecasts, and what came of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, partial
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from riskkit.atomic import atomic_file
from riskkit.errors import RiskkitError
from riskkit.forecasting.threats import Threat
from riskkit.models import Model
from riskkit.months import parse_horizons, parse_months
from riskkit.registry import models
from riskkit.study.agreement import above
from riskkit.study.cluster import spread_over
from riskkit.study.evaluating import FORECASTS, ORACLE, Backtest, write_scores
from riskkit.study.identity import KEY
from riskkit.study.jobs import Job, run_backtest, window_name
from riskkit.study.parts import read_forecast
from riskkit.study.results import PARTS, begin, carry_over, result_folder
from riskkit.study.stages import backtest_identity, scores_identity

if TYPE_CHECKING:
    from riskkit.study.study import Study

ZERO = "zero"
"""The model of nothing."""
_AT_ONCE = 20_000
"""Rows of forecasts that are read at once."""


def backtest(
    study: Study,
    out: Path,
    *,
    scores: bool = True,
    export: bool = False,
) -> Backtest:
    """Run the backtest of a study and write its tables.

    Finished forecasts stay in the folder's `parts`, whatever stops the run; the tables beside
    them are exchanged as a whole once all are there.

    Args:
        study: The study.
        out: Folder for the tables.
        scores: Also score the forecasts and those of the reference.
        export: Also write one VIEWS submission file per model and window.
    """
    plans = [plan for threat in chosen_threats(study) for plan in _plans(study, threat, scores)]
    if len(set(plans)) < len(plans):
        raise RiskkitError("a model or an origin is named twice", hint="name each one once")
    parts = begin(out)
    by_origin = sorted(plans, key=lambda plan: plan.origin)
    with study.progress("forecast", len(plans)) as advance:
        done = run_backtest(
            _jobs(study, by_origin),
            parts,
            _processes(study, plans),
            on_done=lambda job: advance(f"{job.data.target.name} {job.window} {job.model}"),
            spread=None if study.scheduler is None else spread_over(study.scheduler),
        )
    name_of = {plan: path.name for plan, path in zip(by_origin, done, strict=True)}
    made = backtest_identity(study, [plan.model for plan in plans], [plan.window for plan in plans])
    identity = scores_identity(made, study.params.backtest.reference) if scores else made
    with result_folder(out, identity) as fresh:
        carry_over(parts, fresh / PARTS)
        paths = [fresh / PARTS / name_of[plan] for plan in plans]
        pl.concat([pl.scan_parquet(path, glob=False) for path in paths]).sink_parquet(
            fresh / FORECASTS, metadata={KEY: made.to_json()}, row_group_size=_AT_ONCE
        )
        board = write_scores(study, paths, fresh) if scores else None
        if export:
            _export_views(paths, fresh)
    return Backtest(out, board, study.hindsight([plan.origin for plan in plans]))


def _processes(study: Study, plans: Sequence[_Plan]) -> int:
    """Worker processes: none for one job that learns and others that are done at once.

    Each loads the libraries and gets the data sent, which takes longer than such jobs do.
    """
    learning = [plan for plan in plans if models()[plan.model].fit is not Model.fit]
    return study.params.backtest.processes if len(learning) > 1 else 1


def chosen_threats(study: Study) -> list[Threat]:
    """The threats that a backtest forecasts: those that are named, by default all."""
    wanted = study.params.backtest.threats
    known = {threat.name: threat for threat in study.threats}
    for name in wanted:
        if name not in known:
            absent = {one.name: one.reason for one in study.absent}
            raise RiskkitError(
                f"backtest.threats names '{name}', which is no threat of this study",
                got=absent.get(name),
                hint=f"its threats: {', '.join(known)}",
            )
    return [threat for name, threat in known.items() if not wanted or name in wanted]


@dataclass(frozen=True)
class _Plan:
    """A job without its data, which are large."""

    threat: str
    origin: int
    window: str
    model: str


def _plans(study: Study, threat: Threat, scores: bool) -> Iterator[_Plan]:
    """What is to be forecast of a threat, once the outcomes allow it at every origin."""
    horizons = parse_horizons(study.params.backtest.horizons)
    names = _models(study, threat, scores)
    for origin in _origins(study, threat, horizons):
        kept = study.dataset(threat, origin, horizons, features=False).horizons
        for name in names:
            yield _Plan(threat.name, origin, window_name(origin, kept), name)


def _jobs(study: Study, plans: Sequence[_Plan]) -> Iterator[Job]:
    """Give the plans their data, one origin and threat at a time."""
    params = study.params
    horizons = parse_horizons(params.backtest.horizons)
    threats = {threat.name: threat for threat in study.threats}
    for (origin, name), group in groupby(plans, lambda plan: (plan.origin, plan.threat)):
        threat = threats[name]
        data = study.dataset(threat, origin, horizons)
        totals = cache(partial(above, study, threat, origin, data.horizons))
        for plan in group:
            over = threat.options if plan.model == threat.model else {}
            options = study.model_options(plan.model, over)
            scaled = totals() if _is_reconciled(study, plan.model) else None
            yield Job(
                data,
                plan.model,
                options,
                params.forecast.draws,
                params.seed,
                rows=study.together,
                above=scaled,
            )


def _is_reconciled(study: Study, model: str) -> bool:
    """Whether a model's cells are scaled to their countries: all but the reference and zero.

    What others are measured against stays what it is.
    """
    if not study.by_cell or study.params.forecast.reconcile is None:
        return False
    return model not in (study.params.backtest.reference, ZERO)


def _models(study: Study, threat: Threat, scores: bool) -> list[str]:
    """Models of a threat's backtest: the named ones, by default all, and with scores the reference.

    Several threats have models of their own; each is in the backtest of its threat.
    """
    settings = study.params.backtest
    names = list(settings.models or models())
    if len(study.threats) > 1 and threat.model not in names:
        names.append(threat.model)
    if scores and settings.reference not in (*names, ORACLE):
        names.insert(0, settings.reference)
    return names


def _origins(study: Study, threat: Threat, horizons: Sequence[int]) -> list[int]:
    """The configured origins, or the last four whose windows are wholly observed."""
    if study.params.backtest.origins:
        return parse_months(study.params.backtest.origins)
    last = study.series(threat).covers[1] - max(horizons) - threat.target.months + 1
    return [last - 12 * k for k in (3, 2, 1, 0)]


def _export_views(paths: Sequence[Path], out: Path) -> None:
    from riskkit.exchange.views import views_table

    forecasts = [read_forecast(path) for path in paths]
    several = len({forecast.target for forecast, _ in forecasts}) > 1
    for forecast, window in forecasts:
        folder = out / forecast.target if several else out
        with atomic_file(folder / f"{forecast.model}_{window}.parquet") as partial:
            views_table(forecast).write_parquet(partial)
