"""riskkit backtest: tables, resuming, targets by year, and submissions that score the same."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from riskkit.months import first_day, month_id
from riskkit.scoring.comparison import LEADERBOARD
from riskkit.tables import Scores
from tests.cli.running import SMALL, riskkit, settings

CELLS = range(100_001, 100_009)
"""Cells of the PRIO-GRID in the open sea: their figures are about nobody."""
TOO_LATE = "2020-01"
STUDY = """
data:
  kind: files
  sources:
    - source: table
      path: cells.csv
      options:
        unit: {column: gid, system: cell}
        time: {column: month_id, format: month_id}
        indicators: {ged_sb: {unit: deaths}}
features: {families: [conflict]}
forecast: {draws: 100}
backtest: {processes: 1, origins: "2017-10,2018-10,2019-10"}
"""


@pytest.fixture
def cells(tmp_path: Path) -> pl.DataFrame:
    """A study of eight cells, known to the end of 2019, with its table of outcomes."""
    months = range(month_id("2012-01"), month_id(TOO_LATE))
    rng = np.random.default_rng(1)
    keys = [(gid, month) for gid in CELLS for month in months]
    rate = np.repeat(rng.gamma(0.5, 20, len(CELLS)), len(months))
    table = pl.DataFrame(keys, schema=["gid", "month_id"], orient="row").with_columns(
        ged_sb=rng.poisson(rate * rng.gamma(0.5, 2, len(keys)))
    )
    table.write_csv(tmp_path / "cells.csv")
    (tmp_path / "params.yaml").write_text(STUDY)
    return table


def test_the_tables(backtest: Path) -> None:
    forecasts = pl.read_parquet(backtest / "forecasts.parquet")
    models = {"conflictology", "ewhistory", "last"}
    assert set(forecasts["model"]) == models
    assert set(forecasts["window"]) == {"2023", "2024"}
    assert forecasts.height == 3 * 2 * 60 * 12
    assert forecasts["draws"].dtype == pl.Array(pl.Int64, 200)
    Scores.validate(pl.read_parquet(backtest / "scores.parquet"))
    board = pl.read_csv(backtest / "leaderboard.csv")
    assert tuple(board.columns) == LEADERBOARD
    assert set(board["model"]) == models
    assert set(board["window"]) == {"2023", "2024", "all"}
    targets = ("ged_sb", "ged_sb_total", "ged_sb_total_war", "ged_sb_without_2_largest")
    assert set(board["target"]) == set(targets)


def test_the_leaderboard_is_the_mean_of_the_scores(backtest: Path) -> None:
    scores = pl.read_parquet(backtest / "scores.parquet")
    board = pl.read_csv(backtest / "leaderboard.csv")
    keys = ["model", "target", "window", "rule"]
    means = scores.group_by(keys).agg(pl.col("value").mean())
    both = board.join(means, on=keys, suffix="_mean")
    assert both.height > 100
    np.testing.assert_allclose(both["value"], both["value_mean"], atol=1e-6)


def test_a_second_run_makes_nothing_again(backtest: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in (backtest / "parts").iterdir()}
    table = (backtest / "leaderboard.csv").read_bytes()
    chosen = settings(*SMALL, "backtest.processes=1", "backtest.origins=2022-10,2023-10")
    done = riskkit("backtest", *chosen, "--models", "last,ewhistory", "--out", backtest, "--json")
    assert {path: path.stat().st_mtime_ns for path in (backtest / "parts").iterdir()} == before
    assert (backtest / "leaderboard.csv").read_bytes() == table
    assert len(done.json) == pl.read_csv(backtest / "leaderboard.csv").height


def test_a_submission_scores_what_the_leaderboard_says(tmp_path: Path, cells: pl.DataFrame) -> None:
    """The window 2020 is not observed yet: it is forecast and exported, and not scored."""
    riskkit("backtest", "--models", "ewhistory", "--out", "out", "--export", "views")
    board = pl.read_csv(tmp_path / "out" / "leaderboard.csv").filter(target="ged_sb")
    assert set(board["window"]) == {"2018", "2019", "all"}
    names = {path.name for path in (tmp_path / "out").glob("*_20*.parquet")}
    years = ("2018", "2019", "2020")
    assert names == {f"{m}_{y}.parquet" for m in ("conflictology", "ewhistory") for y in years}
    actuals = cells.filter(pl.col("month_id") >= month_id("2018-01")).rename(
        {"gid": "priogrid_gid", "ged_sb": "outcome"}
    )
    actuals.write_csv(tmp_path / "actuals.csv")
    for model in ("conflictology", "ewhistory"):
        files = [f"out/{model}_{year}.parquet" for year in years]
        got = riskkit("score", "--forecasts", *files, "--actuals", "actuals.csv", "--json").json
        assert (got["unit_months"], got["ignored"], got["draws"]) == (192, 96, 100)
        for window, rule, value in (
            board.filter(model=model).select("window", "rule", "value").rows()
        ):
            scored = got["overall"] if window == "all" else got["windows"][window]
            assert scored[rule] == pytest.approx(value, abs=2e-6), (model, window, rule)


@pytest.mark.usefixtures("cells")
def test_windows_without_any_outcome_are_forecast_all_the_same(tmp_path: Path) -> None:
    riskkit("backtest", "--models", "last", "--out", "out")
    late = ["--origins", "2019-12", "--horizons", "1-6"]
    done = riskkit("backtest", "--models", "last", "--out", "out", *late)
    assert done.out == "out/: forecasts.parquet; no outcome of these windows is in the data yet\n"
    forecasts = pl.read_parquet(tmp_path / "out" / "forecasts.parquet")
    assert forecasts["month"].max() == first_day(month_id("2020-06"))
    assert not (tmp_path / "out" / "leaderboard.csv").exists()
    assert riskkit("backtest", "--models", "last", "--out", "new", *late, "--json").json == []


@pytest.mark.usefixtures("cells")
@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (["--origins", "2017-10,2035-10"], "origin 2035-10 lies outside the data"),
        (["--origins", "2017-10", "--models", "last,last"], "is named twice"),
    ],
)
def test_an_origin_that_cannot_be_is_refused_before_any_fit(
    tmp_path: Path, asked: list[str], told: str
) -> None:
    assert told in riskkit("backtest", *asked, "--out", "out", code=1).err
    assert not (tmp_path / "out").exists()


@pytest.mark.usefixtures("cells")
def test_years_are_forecast_and_scored(tmp_path: Path) -> None:
    """War is judged by the last whole year before the origin, not by the one under way."""
    chosen = ["--set", "target.period=year", "--models", "average12", "--horizons", "3-26"]
    chosen += ["--set", "forecast.min_history=12"]
    riskkit("backtest", *chosen, "--origins", "2016-10,2017-10", "--out", "out")
    board = pl.read_csv(tmp_path / "out" / "leaderboard.csv")
    assert set(board["window"]) == {"2017-01..2018-01", "2018-01..2019-01", "all"}
    scores = pl.read_parquet(tmp_path / "out" / "scores.parquet")
    assert set(scores["target"]) >= {"ged_sb_year", "ged_sb_year_total"}
    table = pl.read_csv(tmp_path / "cells.csv")
    year_2015 = table.filter((pl.col("month_id") - 1) // 12 == 35).group_by("gid").sum()
    at_war = {str(gid) for gid, _, deaths in year_2015.rows() if deaths >= 25}
    first = scores.filter(
        (pl.col("target") == "ged_sb_year_total_war") & pl.col("window").str.starts_with("2017")
    )
    assert set(first["unit"]) == at_war
    assert 0 < len(at_war) < len(CELLS)


def test_figures_that_look_ahead_are_named(tmp_path: Path, cells: pl.DataFrame) -> None:
    """Rain against 1991-2020 at an origin of 2017: said whatever else is printed."""
    cells.with_columns(rain_anomaly=pl.col("ged_sb") / 7).write_csv(tmp_path / "cells.csv")
    ahead = "rain_anomaly: {unit: percent, reference: [1991, 2020], hindsight: true}"
    study = STUDY.replace("{ged_sb: {unit: deaths}}", f"{{ged_sb: {{unit: deaths}}, {ahead}}}")
    (tmp_path / "params.yaml").write_text(study)
    asked = ["backtest", "--models", "last", "--origins", "2017-10", "--no-scores", "--json"]
    told = "Measured against 1991-2020, which had not ended at an origin before 2021: rain_anomaly."
    seen = riskkit(*asked, "--set", "features.families=[climate]", "--out", "out")
    said = " ".join(seen.err.split())
    assert told in said
    features = "Features measured against 1991-2020: rain_anomaly_mean_12, rain_dryness, "
    assert features in said
    assert "1991-2020" not in riskkit(*asked, "--out", "other").err
    folders = ["--set", "features.families=[climate]", "--set", "backtest.models=[last]"]
    scored = riskkit("evaluate", "out", *folders, "--set", "backtest.reference=last", "--out", "s")
    assert told in " ".join(scored.err.split())


@pytest.mark.usefixtures("cells")
def test_odd_folder_names_do_no_harm() -> None:
    riskkit("backtest", "--models", "zero", "--origins", "2017-10", "--out", "a[1] *?")
    assert riskkit("leaderboard", "a[1] *?", "--json").json


def test_a_publication_carries_the_record_of_the_same_study(tmp_path: Path, backtest: Path) -> None:
    chosen = settings(*SMALL, "forecast.model=ewhistory")
    riskkit("run", *chosen, "--record", backtest, "--out", "publication")
    assert "coverage_90" in (tmp_path / "publication" / "model-card.md").read_text()


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("target.indicator=ged_ns", "threats.ged_ns.target.indicator=ged_ns"),
        ("data.world.seed=2", "other data (world has other values"),
        ("seed=5", "seed was 20240101, is 5"),
        ("panel.as_of=2024-12", "panel.as_of was 2025-01, is 2024-12"),
    ],
)
def test_the_record_of_another_study_is_refused(
    tmp_path: Path, backtest: Path, change: str, told: str
) -> None:
    chosen = settings(*SMALL, "forecast.model=zero", change)
    done = riskkit("run", *chosen, "--record", backtest, "--out", "publication", code=1)
    error = done.err.splitlines()[-1]
    assert f"the record in {backtest} is of another study" in error
    assert told in error
    assert f"run `riskkit backtest --out {backtest}`" in error
    assert not (tmp_path / "publication").exists()


def test_data_that_are_not_here_are_named(tmp_path: Path) -> None:
    (tmp_path / "params.yaml").write_text(STUDY.replace("data:", "data:\n  root: ../elsewhere"))
    done = riskkit("backtest", code=1)
    assert "there is no folder ../elsewhere" in done.err
    assert "data.root" in done.err


@pytest.mark.parametrize("given", [("--engine", "dask"), ("--scheduler", "tcp://127.0.0.1:9")])
def test_a_cluster_needs_an_address_and_an_address_the_cluster(given: tuple[str, ...]) -> None:
    told = riskkit("backtest", *given, code=2).err
    assert "--engine dask and --scheduler ADDRESS go together" in told
