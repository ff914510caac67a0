"""From forecasts to scores, leaderboard, metrics and what there is to draw."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from riskkit.atomic import atomic_file, write_text
from riskkit.cli._progress import progress
from riskkit.errors import ConfigError, RiskkitError
from riskkit.forecasting.forecast import Forecast, from_frame
from riskkit.forecasting.targets import outcomes
from riskkit.scoring.diagnostics import Calibration, crps_by_horizon, pit, reliability
from riskkit.scoring.evaluation import leaderboard, score_forecast
from riskkit.study import Study
from riskkit.world.oracle import TARGET, oracle_forecast

SHOWN = (
    "crps", "log1p_crps", "ign", "mis", "twcrps_25", "brier_25", "auc_25", "ap_25",
    "coverage_50", "coverage_90",
)  # fmt: skip
_NEVER = 10**6
ORACLE = "oracle"
"""As `backtest.reference`: one who knows the simulated world's process and hidden state."""
FORECASTS, SCORES, LEADERBOARD = "forecasts.parquet", "scores.parquet", "leaderboard.csv"
TOGETHER = "scores_together.parquet"
"""Scores of rules that need all rows together, with their bootstrap replicates."""
METRICS, STUDY, PLOTS = "metrics.json", "study.json", "plots"


def evaluate(study: Study, paths: Sequence[Path], out: Path) -> pl.DataFrame | None:
    """Score forecasts on what came, and write the tables of the comparison.

    Args:
        study: The study that they were made for.
        paths: Files of forecasts with their windows.
        out: Folder for the tables.

    Returns:
        The leaderboard, or None when no outcome of the windows is in the data.

    Raises:
        RiskkitError: Two files forecast the same window with the same model.
    """
    parts, truth = _parts(paths), _Truth(study)
    scored, calibrations = [], []
    with progress("score", len(parts)) as advance:
        for forecast, window in _with_oracle(study, parts):
            outcome = truth.of(forecast)
            recent = truth.recent(forecast)
            scored.append(score_forecast(forecast, window, outcome, recent))
            calibrations.append(Calibration.of(forecast, outcome, study.target.thresholds))
            if forecast.model != ORACLE:
                advance(f"{window} {forecast.model}")
    scores = pl.concat([one.rows for one in scored])
    for name, table in ((SCORES, scores), (TOGETHER, pl.concat([s.aggregates for s in scored]))):
        with atomic_file(out / name) as partial:
            table.write_parquet(partial)
    observed = [one for one in scored if one.rows.height]
    if not observed:
        for name in (LEADERBOARD, STUDY):  # of an earlier backtest
            (out / name).unlink(missing_ok=True)
        return None
    board = leaderboard(observed, study.params.backtest.reference, study.params.seed)
    _write_table(board, out / LEADERBOARD)
    write_text(out / METRICS, json.dumps(_metrics(study, board), indent=2) + "\n")
    write_text(out / STUDY, json.dumps(_identity(study), indent=2) + "\n")
    compared = [one for one in calibrations if one is not None]
    _write_plots(study, board, scores, compared, out / PLOTS)
    return board


def forecast_files(folders: Sequence[Path]) -> list[Path]:
    """Name the forecasts of several backtests.

    Raises:
        RiskkitError: A folder holds none.
    """
    files = [folder / FORECASTS for folder in folders]
    for file in files:
        if not file.is_file():
            raise RiskkitError(f"there is no {file}", hint="run `riskkit backtest` first")
    return files


def _parts(paths: Sequence[Path]) -> list[tuple[Path, str, str]]:
    """List file, window and model of every forecast."""
    found: dict[tuple[str, str], Path] = {}
    for path in paths:
        keys = pl.scan_parquet(path, glob=False).select("window", "model").unique().collect()
        for window, model in keys.sort("window", "model").iter_rows():
            if (window, model) in found:
                raise RiskkitError(
                    f"{path} and {found[window, model]} both forecast window {window} "
                    f"with model '{model}'",
                    hint="name each model's backtest once",
                )
            found[window, model] = path
    return [(path, window, model) for (window, model), path in found.items()]


def _read(path: Path, window: str, model: str) -> Forecast:
    """Read one forecast; all of a backtest together would take up too much memory."""
    rows = pl.scan_parquet(path, glob=False).filter(
        pl.col("window") == window, pl.col("model") == model
    )
    return from_frame(rows.collect())[0]


def _with_oracle(
    study: Study, parts: Sequence[tuple[Path, str, str]]
) -> Iterator[tuple[Forecast, str]]:
    """Read every forecast; where the oracle is the reference, it forecasts each window as well."""
    told: set[str] = set()
    for path, window, model in parts:
        forecast = _read(path, window, model)
        yield forecast, window
        if study.params.backtest.reference == ORACLE and window not in told:
            told.add(window)
            yield _oracle(study, forecast), window


def _oracle(study: Study, like: Forecast) -> Forecast:
    """Forecast the units and months of another forecast, knowing the world's hidden state.

    Raises:
        ConfigError: The study is not of the simulated world's monthly deaths.
    """
    if study.panel.data_kind != "simulated" or like.target != TARGET:
        raise ConfigError(
            f"the oracle knows only {TARGET} of the simulated world",
            got=like.target,
            hint="choose another backtest.reference",
        )
    size = like.draws.shape[-1]
    whole = oracle_forecast(study.world, like.origin, like.horizons, size, study.params.seed)
    rows = [whole.units.index(unit) for unit in like.units]
    return replace(whole, units=like.units, draws=whole.draws[rows])


def _write_table(table: pl.DataFrame, path: Path) -> None:
    with atomic_file(path) as partial:
        table.write_csv(partial, float_precision=6)


def _write_plots(
    study: Study,
    board: pl.DataFrame,
    scores: pl.DataFrame,
    calibrations: Sequence[Calibration],
    folder: Path,
) -> None:
    _write_table(_overall(study, board), folder / "leaderboard.csv")
    _write_table(crps_by_horizon(scores, study.target.name), folder / "crps_by_horizon.csv")
    _write_table(reliability(calibrations), folder / "reliability.csv")
    _write_table(pit(calibrations), folder / "pit.csv")


def _overall(study: Study, board: pl.DataFrame) -> pl.DataFrame:
    """CRPS and its skill over all windows, the best first."""
    overall = board.filter(
        pl.col("window") == "all",
        pl.col("target") == study.target.name,
        pl.col("rule") == "crps",
    )
    columns = ("model", pl.col("value").alias("crps"), "skill", "skill_low", "skill_high")
    return overall.sort("value", "model").select(columns)


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
    return {rule: round(values[rule], 6) for rule in SHOWN if values.get(rule) is not None} | (
        {} if skill is None else {"crps_skill": round(skill, 6)}
    )


def _identity(study: Study) -> dict[str, str]:
    """What a backtest and a publication must share for one to be the other's record."""
    return {"target": study.target.name, "data_kind": study.panel.data_kind}


def is_record_of(study: Study, folder: Path) -> bool:
    """Whether a folder holds the scores of the same kind of study."""
    path = folder / STUDY
    return path.is_file() and json.loads(path.read_text(encoding="utf-8")) == _identity(study)


class _Truth:
    """What came, for every unit and month of the data."""

    def __init__(self, study: Study) -> None:
        self.first = study.panel.first_month
        months = range(self.first, study.last_period + 1)
        units = study.panel.units
        self.rows = {unit: row for row, unit in enumerate(units["unit"])}
        self.values = outcomes(study.target, study.releases, units, months, as_of=_NEVER)
        self.period = study.target.months

    def of(self, forecast: Forecast) -> NDArray[np.float64]:
        """Outcomes [units, horizons]; NaN where not known."""
        rows = self._rows(forecast)
        columns = np.array(forecast.months) - self.first
        inside = columns < self.values.shape[1]
        outcome = np.full((len(rows), len(columns)), np.nan)
        outcome[:, inside] = self.values[np.ix_(rows, columns[inside])]
        return outcome

    def recent(self, forecast: Forecast) -> NDArray[np.float64]:
        """Sum over the last year of months, or the last period of a year, that ended by then."""
        end = forecast.origin - self.first + 2 - self.period
        past = self.values[self._rows(forecast), max(0, end - 12) : max(0, end)]
        return np.asarray(np.nansum(past, axis=1), dtype=np.float64)

    def _rows(self, forecast: Forecast) -> NDArray[np.int64]:
        return np.array([self.rows[unit] for unit in forecast.units])
