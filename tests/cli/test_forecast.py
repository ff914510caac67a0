"""riskkit forecast: joint draws, and the explanation that belongs to them."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from tests.cli.running import SMALL, contents, riskkit, settings


def test_draws_and_contributions(tmp_path: Path) -> None:
    chosen = settings(*SMALL, "forecast.model=xgboost_hurdle", "forecast.horizons=1-2")
    (done,) = riskkit("forecast", *chosen, "--json").json
    assert (done["units"], done["months"], done["draws"]) == (60, ["2025-02", "2025-03"], 200)
    draws = pl.read_parquet(tmp_path / "forecast" / "forecasts.parquet")
    explained = pl.read_parquet(tmp_path / "forecast" / "contributions_ged_sb.parquet")
    assert draws.height == 60 * 2
    assert explained["unit"].to_list() == draws["unit"].unique(maintain_order=True).to_list()


def test_an_explanation_of_another_model_does_not_stay(tmp_path: Path) -> None:
    riskkit("forecast", *settings(*SMALL, "forecast.model=xgboost_hurdle"))
    done = riskkit("forecast", *settings(*SMALL, "forecast.model=ewhistory"))
    assert done.out.startswith("ewhistory forecast ged_sb of 60 units for 2025-02 to 2026-01")
    names = {path.name for path in (tmp_path / "forecast").iterdir()}
    assert "contributions_ged_sb.parquet" not in names
    assert {"forecasts.parquet", "families_ged_sb.parquet", "model_ged_sb.zip"} <= names
    assert {"fan.csv", "identity.json", "notes.json"} <= names


def test_a_year_can_be_the_target(tmp_path: Path) -> None:
    chosen = settings(*SMALL, "forecast.model=ewhistory", "target.period=year")
    (done,) = riskkit("forecast", *chosen, "--set", "forecast.horizons=1-24", "--json").json
    assert (done["target"], done["months"]) == ("ged_sb_year", ["2026-01", "2027-01"])


def test_fans_of_the_units_with_the_highest_scores(tmp_path: Path) -> None:
    riskkit("forecast", *settings(*SMALL, "forecast.model=ewhistory"))
    fan = pl.read_csv(tmp_path / "forecast" / "fan.csv", try_parse_dates=True)
    assert fan["name"].str.starts_with("SIMULATED: ").all()
    assert fan.group_by("unit").len()["len"].to_list() == [24 + 12] * 6
    past = fan.filter(pl.col("observed").is_not_null())
    ahead = fan.filter(pl.col("median").is_not_null())
    assert past.height + ahead.height == fan.height
    assert past["month"].max() < ahead["month"].min()
    quantiles = ahead.select("q05", "q25", "median", "q75", "q95").to_numpy()
    assert (quantiles[:, :-1] <= quantiles[:, 1:]).all()
    draws = pl.read_parquet(tmp_path / "forecast" / "forecasts.parquet")
    means = draws.group_by("unit").agg(pl.col("draws").arr.mean().mean()).sort("draws")
    assert set(fan["unit"]) <= set(means["unit"].tail(15))


def test_the_model_is_kept_and_its_training_told(tmp_path: Path) -> None:
    pytest.importorskip("dvclive", reason="needs the extra dvc")
    chosen = settings(*SMALL, "forecast.model=xgboost")
    riskkit("forecast", *chosen, "--live", "live")
    first = contents(tmp_path / "live") | contents(tmp_path / "forecast")
    (curve,) = (tmp_path / "live").rglob("*.tsv")
    losses = pl.read_csv(curve, separator="\t")
    assert losses["step"].to_list() == list(range(15))
    assert losses["classes"].is_sorted(descending=True)
    riskkit("forecast", *chosen, "--live", "live")
    assert contents(tmp_path / "live") | contents(tmp_path / "forecast") == first
