"""riskkit forecast: joint draws, and the explanation that belongs to them."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from tests.cli.running import SMALL, riskkit, settings


def test_draws_and_contributions(tmp_path: Path) -> None:
    chosen = settings(*SMALL, "forecast.model=xgboost_hurdle", "forecast.horizons=1,6")
    done = riskkit("forecast", *chosen, "--json").json
    assert (done["units"], done["months"], done["draws"]) == (60, ["2025-02", "2025-07"], 200)
    draws = pl.read_parquet(tmp_path / "forecast" / "forecasts.parquet")
    explained = pl.read_parquet(tmp_path / "forecast" / "contributions.parquet")
    assert draws.height == 60 * 2
    assert explained["unit"].to_list() == draws["unit"].unique(maintain_order=True).to_list()


def test_an_explanation_of_another_model_does_not_stay(tmp_path: Path) -> None:
    riskkit("forecast", *settings(*SMALL, "forecast.model=xgboost_hurdle"))
    done = riskkit("forecast", *settings(*SMALL, "forecast.model=ewhistory"))
    assert done.out.startswith("ewhistory forecast ged_sb of 60 units for 2025-02 to 2026-01")
    names = {path.name for path in (tmp_path / "forecast").iterdir()}
    assert names == {"forecasts.parquet"}


def test_a_year_can_be_the_target(tmp_path: Path) -> None:
    chosen = settings(*SMALL, "forecast.model=ewhistory", "target.period=year")
    done = riskkit("forecast", *chosen, "--set", "forecast.horizons=1-24", "--json").json
    assert (done["target"], done["months"]) == ("ged_sb_year", ["2026-01", "2027-01"])
