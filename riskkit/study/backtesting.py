"""The steps of a backtest: jobs, forecasts, and its leaderboard read again."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import polars as pl

from riskkit.atomic import atomic_file, write_text
from riskkit.cli._progress import progress
from riskkit.errors import ConfigError, RiskkitError
from riskkit.months import parse_horizons, parse_months
from riskkit.registry import models
from riskkit.scoring.comparison import summarise
from riskkit.study import Study
from riskkit.study.backtest import Job, read_forecast, run_backtest
from riskkit.study.evaluating import (
    FORECASTS,
    LEADERBOARD,
    ORACLE,
    SCORES,
    SHOWN,
    TOGETHER,
    evaluate,
    is_record_of,
)

_LEADERBOARD_TYPES = {
    "window": pl.String,
    **dict.fromkeys(("value", "skill", "skill_low", "skill_high"), pl.Float64),
}
COMPARED = ("crps", "log1p_crps", "ign", "brier_25", "ap_25")
"""Rules whose figures a study keeps of each model that it compares."""
_RECORD = ("crps", "log1p_crps", "ign", "brier_25", "coverage_90")
_RECORD_WAR = ("crps", "coverage_90")


def backtest_study(study: Study, out: Path, *, scores: bool, export: bool) -> pl.DataFrame | None:
    """Run the backtest of a study and write its tables.

    Args:
        study: The study.
        out: Folder for the tables.
        scores: Also score the forecasts and those of the reference; otherwise `evaluate` does it.
        export: Also write one VIEWS submission file per model and window.

    Returns:
        The leaderboard, or None when there are no scores: they were not asked for, or no outcome
        of the windows is in the data.
    """
    settings = study.params.backtest
    names = settings.models or tuple(models())
    if scores and settings.reference not in (*names, ORACLE):
        names = (settings.reference, *names)
    jobs = _jobs(study, names)
    with progress("forecast", len(jobs)) as advance:
        paths = run_backtest(
            jobs,
            out / "parts",
            settings.processes,
            on_done=lambda job: advance(f"{job.window} {job.model}"),
        )
    with atomic_file(out / FORECASTS) as partial:
        pl.scan_parquet(paths, glob=False).sink_parquet(partial)
    board = evaluate(study, paths, out) if scores else None
    if export:
        _export_views(paths, out)
    return board


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


def _export_views(paths: Sequence[Path], out: Path) -> None:
    from riskkit.publish.views import views_table

    for part in paths:
        forecast, window = read_forecast(part)
        with atomic_file(out / f"{forecast.model}_{window}.parquet") as partial:
            views_table(forecast).write_parquet(partial)


def find_record(study: Study, folder: Path) -> pl.DataFrame | None:
    """Read the leaderboard of a folder, if there is one and it is of the same kind of study."""
    if not is_record_of(study, folder):
        return None
    name = study.target.name
    monthly = (pl.col("target") == name) & pl.col("rule").is_in(_RECORD)
    war = (pl.col("target") == f"{name}_total_war") & pl.col("rule").is_in(_RECORD_WAR)
    return read_leaderboard(folder).filter(monthly | war)


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
    rows, together = (
        pl.concat([_read_scores(folder / name) for folder in folders])
        for name in (SCORES, TOGETHER)
    )
    return summarise(rows, reference or rows["model"][0], together)


def _read_scores(path: Path) -> pl.DataFrame:
    if not path.is_file():
        raise RiskkitError(f"there is no {path}", hint="run `riskkit backtest` first")
    frame = pl.read_parquet(path, glob=False)
    return frame.with_columns(model=pl.concat_str(pl.lit(f"{path.parent.name}/"), "model"))


def write_comparison(board: pl.DataFrame, path: Path, window: str, target: str | None) -> None:
    """Write value and skill of every model by the main rules as JSON, for studies that keep it."""
    target = target or _monthly(board)
    told = {
        rule: {
            row["model"]: {
                name: round(row[name], 6)
                for name in ("value", "skill", "skill_low", "skill_high")
                if row[name] is not None
            }
            for row in _chosen(board, window, target, rule).sort("model").to_dicts()
        }
        for rule in COMPARED
        if rule in set(board.filter(pl.col("target") == target)["rule"])
    }
    write_text(path, json.dumps(told, indent=2) + "\n")


def _monthly(board: pl.DataFrame) -> str:
    """The target itself, whose name the others go on from."""
    return str(min(board["target"].unique(), key=len))


def _chosen(board: pl.DataFrame, window: str, target: str, rule: str) -> pl.DataFrame:
    rows = board.filter(
        pl.col("window") == window, pl.col("target") == target, pl.col("rule") == rule
    )
    if rows.is_empty():
        raise _nothing_to_show(board, window, target, rule)
    return rows


def print_leaderboard(
    board: pl.DataFrame, window: str = "all", target: str | None = None, rule: str = "crps"
) -> None:
    """Print one window and target, the best by one rule first, with the skill by that rule."""
    from rich.console import Console
    from rich.table import Table

    target = target or _monthly(board)
    rows = board.filter((pl.col("window") == window) & (pl.col("target") == target))
    ruled = _chosen(board, window, target, rule).sort("skill", "model", descending=[True, False])
    shown = [one for one in dict.fromkeys((rule, *SHOWN)) if one in set(rows["rule"])]
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
