"""The steps of a backtest: jobs, forecasts, scores, leaderboard."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from riskkit.atomic import atomic_file, write_text
from riskkit.backtest import Job, read_forecast, run_backtest
from riskkit.cli._progress import progress
from riskkit.cli._study import Study
from riskkit.errors import ConfigError, RiskkitError
from riskkit.evaluation import Scored, leaderboard, score_forecast
from riskkit.forecast import Forecast
from riskkit.months import parse_horizons, parse_months
from riskkit.registry import models
from riskkit.scoring.comparison import summarise
from riskkit.targets import outcomes

_SHOWN = (
    "crps", "log1p_crps", "ign", "mis", "twcrps_25", "brier_25", "auc_25", "ap_25",
    "coverage_50", "coverage_90",
)  # fmt: skip
_RECORD = ("crps", "log1p_crps", "ign", "brier_25", "coverage_90")
_RECORD_WAR = ("crps", "coverage_90")
_NEVER = 10**6
_LEADERBOARD_TYPES = {
    "window": pl.String,
    **dict.fromkeys(("value", "skill", "skill_low", "skill_high"), pl.Float64),
}
LEADERBOARD, SCORES = "leaderboard.csv", "scores.parquet"
METRICS, STUDY = "metrics.json", "study.json"


def backtest_study(study: Study, out: Path, *, export: bool) -> pl.DataFrame | None:
    """Run the backtest of a study and write its tables.

    Args:
        study: The study.
        out: Folder for the tables.
        export: Also write one VIEWS submission file per model and window.

    Returns:
        The leaderboard, or None when no outcome of the windows is in the data.
    """
    settings = study.params.backtest
    names = settings.models or tuple(models())
    if settings.reference not in names:
        names = (settings.reference, *names)
    jobs = _jobs(study, names)
    with progress("forecast", len(jobs)) as advance:
        paths = run_backtest(
            jobs,
            out / "parts",
            settings.processes,
            on_done=lambda job: advance(f"{job.window} {job.model}"),
        )
    with atomic_file(out / "forecasts.parquet") as partial:
        pl.scan_parquet(paths, glob=False).sink_parquet(partial)
    board = _score(study, paths, out)
    if export:
        _export_views(paths, out)
    return board


def _score(study: Study, paths: Sequence[Path], out: Path) -> pl.DataFrame | None:
    truth = _Truth(study)
    scored = []
    with progress("score", len(paths)) as advance:
        for path in paths:
            forecast, window = read_forecast(path)
            scored.append(truth.score(forecast, window))
            advance(f"{window} {forecast.model}")
    with atomic_file(out / SCORES) as partial:
        pl.concat([one.rows for one in scored]).write_parquet(partial)
    observed = [one for one in scored if one.rows.height]
    if not observed:
        for name in (LEADERBOARD, STUDY):  # of an earlier backtest
            (out / name).unlink(missing_ok=True)
        return None
    board = leaderboard(observed, study.params.backtest.reference, study.params.seed)
    with atomic_file(out / LEADERBOARD) as partial:
        board.write_csv(partial, float_precision=6)
    write_text(out / METRICS, json.dumps(_metrics(study, board), indent=2) + "\n")
    write_text(out / STUDY, json.dumps(_identity(study), indent=2) + "\n")
    return board


def _metrics(study: Study, board: pl.DataFrame) -> dict[str, float]:
    """Means over all windows of the model that is published, for those who track experiments."""
    settings, model = study.params.backtest, study.params.forecast.model
    model = model if model in set(board["model"]) else settings.reference
    rows = board.filter(
        (pl.col("window") == "all")
        & (pl.col("target") == study.target.name)
        & (pl.col("model") == model)
    )
    values = {row["rule"]: row["value"] for row in rows.to_dicts()}
    skill = rows.filter(pl.col("rule") == "crps")["skill"][0]
    return {rule: round(values[rule], 6) for rule in _SHOWN if values.get(rule) is not None} | (
        {} if skill is None else {"crps_skill": round(skill, 6)}
    )


def _identity(study: Study) -> dict[str, str]:
    """What a backtest and a publication must share for one to be the other's record."""
    return {"target": study.target.name, "data_kind": study.panel.data_kind}


def find_record(study: Study, folder: Path) -> pl.DataFrame | None:
    """Read the leaderboard of a folder, if there is one and it is of the same kind of study."""
    path = folder / STUDY
    if not path.is_file() or json.loads(path.read_text(encoding="utf-8")) != _identity(study):
        return None
    name = study.target.name
    monthly = (pl.col("target") == name) & pl.col("rule").is_in(_RECORD)
    war = (pl.col("target") == f"{name}_total_war") & pl.col("rule").is_in(_RECORD_WAR)
    return read_leaderboard(folder).filter(monthly | war)


def _origins(study: Study, horizons: list[int]) -> list[int]:
    """The configured origins, or the last four whose windows are wholly observed."""
    if study.params.backtest.origins:
        return parse_months(study.params.backtest.origins)
    last = study.last_period - max(horizons) - study.target.months + 1
    return [last - 12 * k for k in (3, 2, 1, 0)]


def _jobs(study: Study, names: Sequence[str]) -> list[Job]:
    horizons = parse_horizons(study.params.backtest.horizons)
    datasets = [study.dataset(origin, horizons) for origin in _origins(study, horizons)]
    params = study.params
    return [
        Job(data, name, study.model_options(name), params.forecast.draws, params.seed)
        for data in datasets
        for name in names
    ]


class _Truth:
    """What came, for every unit and month of the data."""

    def __init__(self, study: Study) -> None:
        self.first = study.panel.first_month
        months = range(self.first, study.last_period + 1)
        units = study.panel.units
        self.rows = {unit: row for row, unit in enumerate(units["unit"])}
        self.values = outcomes(study.target, study.releases, units, months, as_of=_NEVER)
        self.period = study.target.months

    def score(self, forecast: Forecast, window: str) -> Scored:
        rows = np.array([self.rows[unit] for unit in forecast.units])
        columns = np.array(forecast.months) - self.first
        inside = columns < self.values.shape[1]
        outcome = np.full((len(rows), len(columns)), np.nan)
        outcome[:, inside] = self.values[np.ix_(rows, columns[inside])]
        return score_forecast(forecast, window, outcome, self._recent(rows, forecast.origin))

    def _recent(self, rows: NDArray[np.int64], origin: int) -> NDArray[np.float64]:
        """Sum over the last year of months, or the last period of a year, that ended by then."""
        end = origin - self.first + 2 - self.period
        past = self.values[rows, max(0, end - 12) : max(0, end)]
        return np.asarray(np.nansum(past, axis=1), dtype=np.float64)


def _export_views(paths: Sequence[Path], out: Path) -> None:
    from riskkit.publish.views import views_table

    for part in paths:
        forecast, window = read_forecast(part)
        with atomic_file(out / f"{forecast.model}_{window}.parquet") as partial:
            views_table(forecast).write_parquet(partial)


def read_leaderboard(folder: Path) -> pl.DataFrame:
    """Read the leaderboard of a backtest."""
    path = folder / LEADERBOARD
    if not path.is_file():
        raise RiskkitError(f"there is no {path}", hint="run `riskkit backtest` first")
    return pl.read_csv(path, schema_overrides=_LEADERBOARD_TYPES, glob=False)


def compare_backtests(folders: Sequence[Path], reference: str | None) -> pl.DataFrame:
    """Compare the models of several backtests on the rows that they share.

    Args:
        folders: Backtests; a model is named after its folder, as in "climate/xgboost".
        reference: Model that skill is relative to; the first model of the first folder if None.
    """
    scores = [_read_scores(folder) for folder in folders]
    first = scores[0]["model"].sort()[0]
    return summarise(pl.concat(scores), reference or first)


def _read_scores(folder: Path) -> pl.DataFrame:
    path = folder / SCORES
    if not path.is_file():
        raise RiskkitError(f"there is no {path}", hint="run `riskkit backtest` first")
    frame = pl.read_parquet(path, glob=False)
    return frame.with_columns(model=pl.concat_str(pl.lit(f"{folder.name}/"), "model"))


def print_leaderboard(
    board: pl.DataFrame, window: str = "all", target: str | None = None, rule: str = "crps"
) -> None:
    """Print one window and target, the best by one rule first, with the skill by that rule."""
    from rich.console import Console
    from rich.table import Table

    target = target or min(board["target"].unique(), key=len)
    rows = board.filter((pl.col("window") == window) & (pl.col("target") == target))
    ruled = rows.filter(pl.col("rule") == rule).sort("skill", "model", descending=[True, False])
    if ruled.is_empty():
        raise _nothing_to_show(board, window, target, rule)
    shown = [one for one in dict.fromkeys((rule, *_SHOWN)) if one in set(rows["rule"])]
    values = {(row["model"], row["rule"]): row["value"] for row in rows.to_dicts()}
    table = Table(title=f"{target}, window {window}", box=None, pad_edge=False)
    for name in ("model", *shown, f"{rule} skill (90 %)"):
        table.add_column(name, justify="left" if name == "model" else "right")
    for row in ruled.to_dicts():
        cells = (values.get((row["model"], one)) for one in shown)
        told = ("-" if cell is None else f"{cell:.4g}" for cell in cells)
        table.add_row(row["model"], *told, _skill_text(row))
    console = Console()
    (console if console.is_terminal else Console(width=160)).print(table)


def _nothing_to_show(board: pl.DataFrame, window: str, target: str, rule: str) -> ConfigError:
    known = {name: board[name].unique().sort() for name in ("window", "target", "rule")}
    return ConfigError(
        f"the leaderboard has no window '{window}' of target '{target}' by rule '{rule}'",
        hint="; ".join(f"{name}s: {', '.join(values)}" for name, values in known.items()),
    )


def _skill_text(row: dict[str, float | None]) -> str:
    if row["skill"] is None or row["skill_low"] is None:
        return "-"
    return f"{row['skill']:+.3f} [{row['skill_low']:+.3f}, {row['skill_high']:+.3f}]"
