"""The rankings that would have been: every origin point in time, against what came."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from numpy.typing import NDArray

from riskkit.archive.ledger import FILE as LEDGER_FILE
from riskkit.archive.ledger import (
    FIRST,
    REPLAYED,
    SETTLED,
    SETTLES,
    Graded,
    appended,
    lines_of,
    outcomes_file,
    outcomes_text,
)
from riskkit.errors import ConfigError, RiskkitError
from riskkit.forecasting.dataset import Dataset
from riskkit.forecasting.forecast import Forecast
from riskkit.forecasting.targets import outcomes
from riskkit.forecasting.threats import Threat
from riskkit.models.parts.threats import Scenarios
from riskkit.months import first_day, format_month, parse_horizons, parse_month
from riskkit.publish import Part, Publication, grading
from riskkit.publish.grading import LAST_YEAR
from riskkit.risk.composite import top_shares
from riskkit.risk.onset import Standing
from riskkit.risk.rank import ranks
from riskkit.risk.score import summarise_scores
from riskkit.scoring import score_rows
from riskkit.study.breakdown import ZERO
from riskkit.study.evaluating import SCORES, write_scores
from riskkit.study.grading import ANY_TIME, counts, known_to, last_year, release, totals_of
from riskkit.study.identity import hash_frame
from riskkit.study.jobs import Job, one_thread, part_name, write_part
from riskkit.study.misses import FILE as MISSES
from riskkit.study.misses import misses
from riskkit.study.outbreaks import cases, write_outbreaks
from riskkit.study.parts import read_forecast
from riskkit.study.publishing import dimensions
from riskkit.study.record import PUBLISHED, THREATS, by_threat, write_record
from riskkit.study.results import PARTS, begin, carry_over, result_folder
from riskkit.study.shipped import SETTINGS, settings
from riskkit.study.stages import backtest_identity, scores_identity

if TYPE_CHECKING:
    from riskkit.study.study import Study

COMPOSITES = "composites.parquet"


@dataclass(frozen=True)
class Replay:
    """A finished replay.

    Attributes:
        folder: Where its tables stand.
        composites: One row per origin, system and unit; see `replay`.
        leaderboard: How the models of each threat compare.
    """

    folder: Path
    composites: pl.DataFrame
    leaderboard: pl.DataFrame | None


def replay(study: Study, origins: Sequence[int], out: Path) -> Replay:
    """Forecast every threat at past origins as it would have been done, and put them together.

    At each origin only what had been published counts. Finished forecasts stay in the folder's
    `parts`, so that an interrupted replay goes on where it stopped.

    Args:
        study: The study; its horizons are those of the published forecast.
        origins: Month ids, at least one.
        out: Folder for the tables.

    Raises:
        ConfigError: There is no origin.

    Returns:
        `composites` has the columns `origin, system, unit, score, low, high, rank, p_top10,
        truth` (composite of what came; null where an outcome is not known), `truth_rank`,
        `last_year` (composite of the last year known at the origin), `crps`, `covered` (whether
        the 90 % interval holds the truth), `crps_apart` and `covered_apart` (the same for
        scenarios that are not joined across threats), `threats` (how many are in) and `draws`.
        The folder also holds what `riskkit.study.record` tells: record.csv, threats.csv,
        intervals.csv, chances.csv and classes.csv (reliability of p_top10 and of the classes), and
        the scores of each threat as a backtest has them; onsets.csv, onsets_corp.csv and
        onsets.parquet tell how the chances of onset and escalation turned out.
    """
    if not origins:
        raise ConfigError("there is no origin to replay", hint="name a first one before the last")
    parts = begin(out)
    done: list[Path] = []
    named: set[tuple[str, str]] = set()
    frames = []
    graded: list[Graded] = []
    broken_out: list[pl.DataFrame] = []
    with study.progress("replay", len(origins)) as advance:
        for origin in origins:
            made = _forecast(study, origin, parts)
            done += [fitted.path for fitted in made]
            named |= {(fitted.job.model, fitted.job.window) for fitted in made}
            systems = _chosen(study, made)
            frames += [_composites(study, origin, *item) for item in systems.items()]
            broken_out += [one for item in systems.items() for one in _outbreaks(study, *item)]
            if PUBLISHED in systems:
                graded.append(_graded(study, origin, systems))
            advance(format_month(origin))
    identity = backtest_identity(study, [m for m, _ in named], [w for _, w in named])
    scored = scores_identity(identity, study.params.backtest.reference)
    composites = pl.concat(frames)
    with result_folder(out, scored) as fresh:
        carry_over(parts, fresh / PARTS)
        composites.write_parquet(fresh / COMPOSITES)
        write_record(composites, fresh)
        if broken_out:
            write_outbreaks(pl.concat(broken_out), fresh)
        _write_ledger(study, graded, fresh)
        made_with = json.dumps(settings(study), indent=1) + "\n"
        (fresh / SETTINGS).write_text(made_with, encoding="utf-8", newline="\n")
        board = write_scores(study, [fresh / PARTS / path.name for path in done], fresh)
        if board is not None:
            _write_threats(study, fresh)
    return Replay(out, composites, board)


def _write_threats(study: Study, folder: Path) -> None:
    """Write how each threat's forecast compares with the reference."""
    targets = {threat.name: threat.target.name for threat in study.threats}
    rows = pl.read_parquet(folder / SCORES, glob=False)
    table = by_threat(rows, targets, study.params.backtest.reference)
    table.write_csv(folder / THREATS, float_precision=6)


def _write_ledger(study: Study, graded: Sequence[Graded], folder: Path) -> None:
    """Write the ledger that would have been, with what came beside it.

    Only the figures of today are at hand, so that a replayed publication is graded once, on the
    settled ones, as soon as a later release than the first can be at hand.
    """
    rows, known_of = [], []
    for one in graded:
        known = min(known_to(study, told) for told in one.told["threats"].values())
        last = max(parse_month(told["window_end"]) for told in one.told["threats"].values())
        if known < last:
            continue
        figures = SETTLED if known >= last + SETTLES else FIRST
        came = counts(study, one.told)
        known_of.append((one, came))
        rows += lines_of(one, figures, came, format_month(known))
        path = folder / outcomes_file(one.name, figures)
        path.parent.mkdir(exist_ok=True)
        path.write_text(outcomes_text(came), encoding="utf-8", newline="\n")
    if known_of:
        misses(known_of).write_csv(folder / MISSES, float_precision=2)
    text = appended("", rows)
    (folder / LEDGER_FILE).write_text(text, encoding="utf-8", newline="\n")


@dataclass(frozen=True)
class _Fitted:
    """One threat's forecast by one model."""

    job: Job
    forecast: Forecast
    path: Path


def _forecast(study: Study, origin: int, parts: Path) -> list[_Fitted]:
    """Forecast each threat at an origin by its own model, by the reference and by zero."""
    jobs = []
    for threat in study.threats:
        try:
            horizons = parse_horizons(study.params.forecast.horizons)
            data = study.dataset(threat, origin, horizons)
        except RiskkitError:
            continue  # too little was known of it then
        names = dict.fromkeys([*_systems(study, threat).values(), ZERO])
        jobs += [_job(study, threat, data, name) for name in names]
    with one_thread(), ThreadPoolExecutor(os.cpu_count() or 1) as threads:
        paths = list(threads.map(lambda job: write_part(job, parts / part_name(job)), jobs))
    pairs = zip(jobs, paths, strict=True)
    return [_Fitted(job, read_forecast(path)[0], path) for job, path in pairs]


def _systems(study: Study, threat: Threat) -> dict[str, str]:
    """Model of a threat by system."""
    reference = study.params.backtest.reference
    return {PUBLISHED: threat.model, reference: reference}


def _job(study: Study, threat: Threat, data: Dataset, name: str) -> Job:
    over = threat.options if name == threat.model else {}
    params = study.params
    options = study.model_options(name, over)
    return Job(data, name, options, params.forecast.draws, params.seed)


Chosen = Mapping[str, tuple[Threat, Job, Forecast]]
"""One system's forecast of each threat."""


def _chosen(study: Study, made: Sequence[_Fitted]) -> dict[str, Chosen]:
    """The forecasts by system; without those that have none of the first threat."""
    by_key = {(one.job.data.target.name, one.job.model): one for one in made}
    found: dict[str, Chosen] = {}
    for system in (PUBLISHED, study.params.backtest.reference):
        chosen: dict[str, tuple[Threat, Job, Forecast]] = {}
        for threat in study.threats:
            fitted = by_key.get((threat.target.name, _systems(study, threat)[system]))
            if fitted is not None:
                chosen[threat.name] = (threat, fitted.job, fitted.forecast)
        if study.threats[0].name in chosen:
            found[system] = chosen
    return found


def _joint(chosen: Chosen) -> dict[str, tuple[Threat, Forecast]]:
    """Let the scenarios of every threat follow those of the first."""
    first = next(iter(chosen.values()))[1]
    scenarios = Scenarios(first.data, first.stream)
    return {
        name: (t, f if job is first else scenarios.followed(job.data, f))
        for name, (t, job, f) in chosen.items()
    }


def _graded(study: Study, origin: int, systems: Mapping[str, Chosen]) -> Graded:
    """The publication that would have been, as far as grading needs it."""
    own = systems[PUBLISHED]
    made = _publication(study, origin, _joint(own))
    others = {
        name: {threat: forecast for threat, (_, forecast) in _joint(chosen).items()}
        for name, chosen in systems.items()
        if name != PUBLISHED
    }
    parts = []
    for part in made.parts:
        name, forecast = part.threat.name, part.forecast
        baselines = {
            system: totals_of(forecast, drawn[name])
            for system, drawn in others.items()
            if name in drawn
        }
        baselines[LAST_YEAR] = last_year(own[name][1].data, forecast)[:, None]
        out = release(study, part.threat, part.window)
        parts.append(replace(part, baselines=baselines, **out))
    told = replace(made, parts=tuple(parts))
    points = grading.points(told)
    stands_on = hash_frame(points.explode("points"), ["threat", "system", "unit", "points"])
    return Graded(format_month(origin), REPLAYED, grading.rule(told), points, stands_on)


def _composites(study: Study, origin: int, system: str, chosen: Chosen) -> pl.DataFrame:
    """One system's composite at an origin beside what came of it."""
    apart = _publication(study, origin, {n: (t, f) for n, (t, _, f) in chosen.items()})
    together = _publication(study, origin, _joint(chosen))
    came = {n: _came(study, t, f).sum(axis=1) for n, (t, _, f) in chosen.items()}
    truth = _of_outcomes(apart, came)
    before = _of_outcomes(apart, {n: last_year(job.data, f) for n, (_, job, f) in chosen.items()})
    points = summarise_scores(together.composite)
    expected = together.first.forecast.totals().mean(axis=1)
    crps, covered = _judged(together.composite, truth)
    crps_apart, covered_apart = _judged(apart.composite, truth)
    known = ~np.isnan(truth)
    truth_rank = np.zeros(len(truth), dtype=np.int64)
    units = np.array(together.ranked)
    truth_rank[known] = ranks(truth[known], truth[known], units[known].tolist())
    columns = {
        "unit": together.ranked,
        "score": points.mean,
        "low": points.low,
        "high": points.high,
        "rank": ranks(points.mean, expected, together.ranked),
        "p_top10": top_shares(together.composite, 10),
        "truth": truth,
        "truth_rank": truth_rank,
        "last_year": before,
        "crps": crps,
        "covered": covered,
        "crps_apart": crps_apart,
        "covered_apart": covered_apart,
        "threats": (~np.isnan(np.stack([s[:, 0] for s in together.scores.values()]))).sum(axis=0),
    }
    size = together.composite.shape[1]
    drawn = pl.Series("draws", together.composite.astype(np.float32), pl.Array(pl.Float32, size))
    return (
        pl.DataFrame(columns, nan_to_null=True)
        .with_columns(drawn)
        .select(
            pl.lit(first_day(origin)).alias("origin"),
            pl.lit(system).alias("system"),
            pl.all().exclude("truth_rank"),
            pl.when(pl.col("truth").is_not_null()).then("truth_rank"),
        )
    )


def _publication(
    study: Study, origin: int, forecasts: Mapping[str, tuple[Threat, Forecast]]
) -> Publication:
    """The parts of a publication that scores are read off."""
    parts = tuple(
        Part(
            threat=threat,
            forecast=forecast,
            summary="replayed",
            last_data=study.series(threat).last_known(origin),
            joined_with=dimensions(study.panel, threat, forecast.units, origin),
        )
        for threat, forecast in forecasts.values()
    )
    kind = study.panel.data_kind
    return Publication(parts, study.units, kind, exponent=study.params.composite.exponent)


def _of_outcomes(
    publication: Publication, counts: Mapping[str, NDArray[np.float64]]
) -> NDArray[np.float64]:
    """The composite of counts instead of draws, by the same formula.

    Args:
        publication: What was forecast.
        counts: By threat, window totals [units of the threat's forecast]; NaN where unknown.

    Returns:
        [ranked units]; NaN where a count that the forecast's composite holds is unknown.
    """
    parts = []
    unknown: set[str] = set()
    for part in publication.parts:
        total = counts[part.threat.name]
        scored = ~np.isnan(part.scores[:, 0])
        units = np.array(part.forecast.units)
        unknown |= set(units[np.isnan(total) & scored].tolist())
        draws = np.zeros((*part.forecast.draws.shape[:2], 1), dtype=np.int64)
        draws[:, 0, 0] = np.nan_to_num(total).astype(np.int64)
        parts.append(replace(part, forecast=replace(part.forecast, draws=draws)))
    made = replace(publication, parts=tuple(parts)).composite[:, 0].copy()
    made[[unit in unknown for unit in publication.ranked]] = np.nan
    return made


def _came(study: Study, threat: Threat, forecast: Forecast) -> NDArray[np.float64]:
    """What came in each period of the window, as the data say today: [units, horizons]."""
    months = range(min(forecast.months), max(forecast.months) + threat.target.months)
    values = outcomes(threat.target, study.releases, study.units, months, as_of=ANY_TIME)
    place = {unit: row for row, unit in enumerate(study.units["unit"])}
    rows = [place[unit] for unit in forecast.units]
    columns = [month - months.start for month in forecast.months]
    return np.asarray(values[np.ix_(rows, columns)], dtype=np.float64)


def _outbreaks(study: Study, system: str, chosen: Chosen) -> list[pl.DataFrame]:
    """Chances of onset and escalation of each threat that counts deaths, beside what came."""
    told = []
    for name, (threat, job, forecast) in chosen.items():
        counted = study.series(threat).unit
        standing = Standing.of(job.data, counted, forecast.units)
        if standing is not None:
            told.append(cases(system, name, forecast, standing, _came(study, threat, forecast)))
    return told


def _judged(
    points: NDArray[np.float64], truth: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """CRPS and whether the 90 % interval holds the truth; NaN where it is not known."""
    scores = score_rows(points, truth, ("crps", "coverage_90"))
    return scores["crps"], scores["coverage_90"]
