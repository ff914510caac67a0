"""From forecasts to scores, leaderboard, metrics and what there is to draw."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from riskkit.atomic import atomic_file
from riskkit.errors import ConfigError, RiskkitError
from riskkit.files import read_csv, reading
from riskkit.forecasting.forecast import Forecast, from_frame
from riskkit.forecasting.targets import outcomes
from riskkit.forecasting.threats import Threat
from riskkit.months import month_id
from riskkit.scoring.diagnostics import (
    Calibration,
    brier_parts,
    corp,
    coverage,
    crps_by_horizon,
    pit,
    reliability,
)
from riskkit.scoring.evaluation import Scored, Together, leaderboard, score_units
from riskkit.scoring.leaderboard import shown_rules
from riskkit.study.identity import Identity, refuse_other
from riskkit.study.results import PART_REMEDY, growing_table, open_result, result_folder, stamp_of
from riskkit.study.rivals import Rival, Submissions, read_rivals, shared
from riskkit.study.stages import backtest_identity, scores_identity
from riskkit.world.grid import oracle_of_grid
from riskkit.world.oracle import TARGET, oracle_forecast

if TYPE_CHECKING:
    from riskkit.study.study import Study

_NEVER = 10**6
ORACLE = "oracle"
"""As `backtest.reference`: one who knows the simulated world's process and hidden state."""
FORECASTS, SCORES, LEADERBOARD = "forecasts.parquet", "scores.parquet", "leaderboard.csv"
TOGETHER = "scores_together.parquet"
"""Scores of rules that need all rows together, and without each group of units."""
OUTCOMES = "outcomes.parquet"
GROUPS = "groups.parquet"
"""Region of each unit, and its level at the origin of each window."""
"""What came: `target, unit, month, outcome` of every month that was scored."""
COVERAGE = "coverage.csv"
"""How many positive outcomes intervals hold, beside what calibrated chances would."""
AT_ONCE = 2000
"""Units that are scored at once."""
METRICS, PLOTS = "metrics.json", "plots"
_TYPES = {
    "window": pl.String,
    **dict.fromkeys(("value", "skill", "skill_low", "skill_high"), pl.Float64),
}


@dataclass(frozen=True)
class Backtest:
    """A finished backtest.

    Attributes:
        folder: Where its tables stand.
        leaderboard: How the models compare; None when there are no scores, because they were not
            asked for or no outcome of the windows is in the data.
        remarks: What its features held that nobody could know at its origins, and which units
            are not compared, in sentences.
    """

    folder: Path
    leaderboard: pl.DataFrame | None
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Part:
    """Where one forecast stands."""

    path: Path
    target: str
    window: str
    model: str


def evaluate_folders(
    study: Study, folders: Sequence[Path], out: Path, submissions: Submissions | None = None
) -> Backtest:
    """Score the forecasts of one or more backtests on what came, as one comparison.

    Args:
        study: The study that they were made for.
        folders: The backtests.
        out: Folder for the tables.
        submissions: Forecasts of others of the same windows, by the name of their model.

    Raises:
        RiskkitError: A folder holds no forecasts or those of another study, two forecast the
            same window with the same model, or a submission speaks of no unit of a window.
    """
    paths = forecast_files(study, folders)
    parts = _parts(paths)
    models = [p.model for p in parts]
    rivals = read_rivals(submissions or {}, models)
    made = backtest_identity(study, models, [p.window for p in parts])
    hashes = {f"submission {one.name}": one.hash for one in rivals}
    identity = scores_identity(made, study.params.backtest.reference)
    with result_folder(out, replace(identity, data={**identity.data, **hashes})) as fresh:
        board = write_scores(study, paths, fresh, rivals)
    remarks = [*study.hindsight(_origins(paths)), *_unshared(parts, rivals)]
    return Backtest(out, board, tuple(remarks))


def _unshared(parts: Sequence[_Part], rivals: Sequence[Rival]) -> list[str]:
    """Say which units of the first forecast are not compared."""
    first = _read(parts[0]) if rivals else None
    if first is None:
        return []
    left = sorted(set(first.units) - set(shared(first, rivals).units))
    return (
        [f"not compared, as a submission does not speak of them: {', '.join(left)}"] if left else []
    )


def _origins(paths: Sequence[Path]) -> list[int]:
    days = pl.scan_parquet(list(paths), glob=False).select(pl.col("origin").unique()).collect()
    return [month_id(day) for day in days["origin"]]


def write_scores(
    study: Study, paths: Sequence[Path], out: Path, rivals: Sequence[Rival] = ()
) -> pl.DataFrame | None:
    """Score forecasts on what came, and write the tables of the comparison.

    Args:
        study: The study that they were made for.
        paths: Files of forecasts with their windows.
        out: A fresh folder for the tables.
        rivals: Submissions of others, of the first threat's target.

    Returns:
        The leaderboard, or None when no outcome of the windows is in the data.

    Raises:
        RiskkitError: Two files forecast the same window with the same model.
    """
    parts = _parts(paths)
    models = {part.model for part in parts}
    truths = {t.target.name: _Truth(study, t) for t in study.threats}
    scored: list[Scored] = []
    calibrations: list[Calibration] = []
    with (
        study.progress("score", len(parts)) as advance,
        growing_table(out / SCORES) as keep,
    ):
        for forecast, window in _with_others(study, parts, rivals):
            truth = _of_target(truths, forecast)
            for one, calibration in _scored(truth, forecast, window):
                keep(one.rows)
                scored.append(replace(one, rows=one.rows.clear()))
                calibrations += [] if calibration is None else [calibration]
            if forecast.model in models:
                advance(f"{forecast.target} {window} {forecast.model}")
    pl.concat([s.aggregates for s in scored]).write_parquet(out / TOGETHER)
    came = pl.concat([one.outcomes for one in scored]).unique()
    came.sort("target", "unit", "month").write_parquet(out / OUTCOMES)
    levels = pl.concat([one.levels for one in scored]).unique()
    levels = levels.join(study.units.select("unit", "region"), on="unit", how="left")
    levels.sort("target", "window", "unit").write_parquet(out / GROUPS)
    if came.is_empty():
        return None
    observed = [one for one in scored if one.outcomes.height]
    board = leaderboard(observed, study.params.backtest.reference)
    _write_table(board, out / LEADERBOARD)
    (out / METRICS).write_text(json.dumps(_metrics(study, board), indent=2) + "\n", "utf-8")
    _write_table(coverage(calibrations), out / COVERAGE)
    _write_plots(study, board, out, calibrations)
    return board


def _scored(
    truth: _Truth, forecast: Forecast, window: str
) -> Iterator[tuple[Scored, Calibration | None]]:
    """Score one forecast, a block of units at a time: rows of scores of many fill gigabytes."""
    outcome, recent = truth.of(forecast), truth.recent(forecast)
    thresholds = truth.threat.target.thresholds
    together = Together()
    starts = range(0, max(len(forecast.units), 1), AT_ONCE)
    for start in starts:
        block = slice(start, start + AT_ONCE)
        part = forecast.part(block)
        one = score_units(part, window, outcome[block], recent[block], thresholds)
        together.add(part, outcome[block])
        if start == starts[-1]:
            one = replace(one, aggregates=together.scores(forecast, window, thresholds))
        yield one, Calibration.of(part, outcome[block], thresholds)


def _of_target(truths: Mapping[str, _Truth], forecast: Forecast) -> _Truth:
    if forecast.target not in truths:
        raise RiskkitError(
            f"the forecasts are of '{forecast.target}', which this study does not count",
            hint=f"it counts {', '.join(truths)}: take the parameters that they were made with",
        )
    return truths[forecast.target]


def forecast_files(study: Study, folders: Sequence[Path]) -> list[Path]:
    """Name the forecasts of several backtests.

    Raises:
        RiskkitError: A folder holds none, or those of another study.
    """
    files = []
    for folder in folders:
        command = f"riskkit backtest --out {folder}"
        file = open_result(folder, command).path(FORECASTS)
        made = stamp_of(file)
        refuse_other(made, _now(study, made), f"the backtest in {folder}", command)
        files.append(file)
    return files


def _parts(paths: Sequence[Path]) -> list[_Part]:
    """List every forecast of some files, sorted by target, window and model."""
    found: dict[tuple[str, str, str], Path] = {}
    for path in paths:
        with reading(path, PART_REMEDY):
            rows = pl.scan_parquet(path, glob=False).select("target", "window", "model")
            keys = rows.unique().collect().sort("target", "window", "model")
        for key in keys.iter_rows():
            if key in found:
                raise RiskkitError(
                    f"{path} and {found[key]} both forecast window {key[1]} with model '{key[2]}'",
                    hint="name each model's backtest once",
                )
            found[key] = path
    return [_Part(path, *key) for key, path in sorted(found.items())]


def _read(part: _Part) -> Forecast:
    """Read one forecast; all of a backtest together would take up too much memory."""
    with reading(part.path, PART_REMEDY):
        rows = pl.scan_parquet(part.path, glob=False).filter(
            pl.col("target") == part.target,
            pl.col("window") == part.window,
            pl.col("model") == part.model,
        )
        return from_frame(rows.collect())[0]


def _with_others(
    study: Study, parts: Sequence[_Part], rivals: Sequence[Rival]
) -> Iterator[tuple[Forecast, str]]:
    """Read every forecast, and beside the first of each window what others forecast of it.

    These are submissions and, where it is the reference, the oracle. Units of which a submission
    does not speak are left out of every forecast.
    """
    told: set[tuple[str, str]] = set()
    for part in parts:
        rivalled = part.target == study.threats[0].target.name
        forecast = shared(_read(part), rivals if rivalled else ())
        yield forecast, part.window
        if (part.target, part.window) in told:
            continue
        told.add((part.target, part.window))
        if rivalled:
            yield from ((rival.like(forecast), part.window) for rival in rivals)
        if study.params.backtest.reference == ORACLE:
            yield _oracle(study, forecast), part.window


def _oracle(study: Study, like: Forecast) -> Forecast:
    """Forecast the units and months of another forecast, knowing the world's hidden state.

    Raises:
        ConfigError: The study is not of the simulated world's monthly deaths.
    """
    if not study.simulated or like.target != TARGET:
        raise ConfigError(
            f"the oracle knows only {TARGET} of the simulated world",
            got=like.target,
            hint="choose another backtest.reference",
        )
    size = like.draws.shape[-1]
    seed = study.params.seed
    if study.by_cell:
        whole = oracle_of_grid(study.grid, like.origin, like.horizons, size, seed)
    else:
        whole = oracle_forecast(study.world, like.origin, like.horizons, size, seed)
    place = {unit: row for row, unit in enumerate(whole.units)}
    rows = [place[unit] for unit in like.units]
    return replace(whole, units=like.units, draws=whole.draws[rows])


def _write_table(table: pl.DataFrame, path: Path) -> None:
    with atomic_file(path) as partial:
        table.write_csv(partial, float_precision=6)


def _write_plots(
    study: Study,
    board: pl.DataFrame,
    out: Path,
    calibrations: Sequence[Calibration],
) -> None:
    """Write what there is to draw; of several threats, the first."""
    folder = out / PLOTS
    folder.mkdir()
    first = _scored_threats(study, board)[0].target.name
    _write_table(_overall(first, board), folder / "leaderboard.csv")
    scores = pl.scan_parquet(out / SCORES, glob=False).filter(target=first, rule="crps")
    _write_table(crps_by_horizon(scores.collect(), first), folder / "crps_by_horizon.csv")
    of_first = [one for one in calibrations if one.target == first]
    for table in (reliability, corp, brier_parts, pit):
        _write_table(table(of_first), folder / f"{table.__name__}.csv")


def _scored_threats(study: Study, board: pl.DataFrame) -> list[Threat]:
    scored = set(board["target"])
    return [threat for threat in study.threats if threat.target.name in scored]


def _overall(target: str, board: pl.DataFrame) -> pl.DataFrame:
    """CRPS and its skill over all windows, the best first."""
    overall = board.filter(
        pl.col("window") == "all", pl.col("target") == target, pl.col("rule") == "crps"
    )
    columns = ("model", pl.col("value").alias("crps"), "skill", "skill_low", "skill_high")
    return overall.sort("value", "model").select(columns)


def _metrics(study: Study, board: pl.DataFrame) -> dict[str, Any]:
    """Means over all windows of the published models, for those who track experiments.

    A study of one threat gives its figures alone, one of several gives them by threat.
    """
    told = {
        threat.name: _metrics_of(study, threat, board) for threat in _scored_threats(study, board)
    }
    return next(iter(told.values())) if len(study.threats) == 1 else told


def _metrics_of(study: Study, threat: Threat, board: pl.DataFrame) -> dict[str, float]:
    rows = board.filter(pl.col("window") == "all", pl.col("target") == threat.target.name)
    model = threat.model if threat.model in set(rows["model"]) else study.params.backtest.reference
    rows = rows.filter(pl.col("model") == model)
    values = {row["rule"]: row["value"] for row in rows.to_dicts()}
    skill = rows.filter(pl.col("rule") == "crps")["skill"][0]
    shown = shown_rules(threat.target.thresholds)
    told = {rule: values.get(rule) for rule in shown} | {"crps_skill": skill}
    return {rule: round(value, 6) for rule, value in told.items() if value is not None}


def find_record(study: Study, folder: Path) -> pl.DataFrame:
    """Read the leaderboard that is the record of the study's models.

    Raises:
        RiskkitError: The folder holds no scores, or those of another study.
    """
    command = f"riskkit backtest --out {folder}"
    made = open_result(folder, command).identity
    reference = made.parameters.get("backtest.reference", "")
    now = scores_identity(_now(study, made), reference)
    refuse_other(made, now, f"the record in {folder}", command)
    return read_leaderboard(folder)


def _now(study: Study, made: Identity) -> Identity:
    """What the same models' forecasts of the same windows would stand on in this study."""
    told = made.parameters
    return backtest_identity(study, told.get("models", ()), told.get("windows", ()))


def read_leaderboard(folder: Path) -> pl.DataFrame:
    """Read the leaderboard of a backtest.

    Raises:
        RiskkitError: There is none, or it is damaged.
    """
    opened = open_result(folder, f"riskkit backtest --out {folder}")
    if LEADERBOARD not in opened.files:
        raise RiskkitError(
            f"{folder} holds no {LEADERBOARD}: nothing was scored",
            hint="run `riskkit evaluate` on it, or add the outcomes",
        )
    remedy = f"run `riskkit evaluate {folder} --out {folder}` again"
    return read_csv(opened.path(LEADERBOARD), remedy, schema_overrides=_TYPES)


class _Truth:
    """What came, for every unit and month of the data."""

    def __init__(self, study: Study, threat: Threat) -> None:
        self.threat, self.first = threat, study.span[0]
        months = range(self.first, study.series(threat).covers[1] + 1)
        self.rows = {unit: row for row, unit in enumerate(study.units["unit"])}
        self.values = outcomes(threat.target, study.releases, study.units, months, as_of=_NEVER)
        self.period = threat.target.months

    def of(self, forecast: Forecast) -> NDArray[np.float64]:
        """Outcomes [units, horizons]; NaN where not known."""
        rows = self._rows(forecast)
        columns = np.array(forecast.months) - self.first
        inside = columns < self.values.shape[1]
        outcome = np.full((len(rows), len(columns)), np.nan)
        outcome[:, inside] = self.values[np.ix_(rows, columns[inside])]
        return outcome

    def recent(self, forecast: Forecast) -> NDArray[np.float64]:
        """Sums over the last year that ended by then and over the one before, [units, 2].

        A year is that of a monthly target's last twelve months, or a yearly one's last period.
        """
        end = forecast.origin - self.first + 2 - self.period
        rows = self._rows(forecast)
        spans = [(max(0, end - 12 * k - 12), max(0, end - 12 * k)) for k in (0, 1)]
        sums = [np.nansum(self.values[rows, start:stop], axis=1) for start, stop in spans]
        return np.asarray(np.stack(sums, axis=1), dtype=np.float64)

    def _rows(self, forecast: Forecast) -> NDArray[np.int64]:
        return np.array([self.rows[unit] for unit in forecast.units])
