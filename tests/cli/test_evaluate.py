"""riskkit evaluate: forecasts of several backtests, scored as one."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl

from riskkit.study.results import MARKER
from tests.cli.running import SMALL, contents, riskkit, settings

CHOSEN = settings(*SMALL, "backtest.processes=1", "backtest.origins=2022-10,2023-10")


def _apart(*models: str) -> list[str]:
    for model in models:
        riskkit("backtest", *CHOSEN, "--models", model, "--no-scores", "--out", model)
    return list(models)


def test_parts_give_what_the_whole_gives(tmp_path: Path, backtest: Path) -> None:
    parts = _apart("last", "conflictology", "ewhistory")
    riskkit("evaluate", *parts, *CHOSEN, "--out", "scores")
    assert {path.name for path in (tmp_path / "last").iterdir()} == {
        "parts", "forecasts.parquet", "identity.json"
    }  # fmt: skip
    got, whole = contents(tmp_path / "scores"), contents(backtest)
    of_parts, of_whole = (json.loads(files.pop("identity.json")) for files in (got, whole))
    assert of_parts["identity"] == of_whole["identity"]
    for name, content in got.items():
        if not name.endswith(".parquet") and name != MARKER:
            assert whole[name] == content, name
    keys = ["model", "target", "window", "rule"]
    for name, finer in (("scores.parquet", ["unit", "month"]), ("scores_together.parquet", [])):
        both = [pl.read_parquet(place / name) for place in (tmp_path / "scores", backtest)]
        one, other = (table.sort(*keys, *finer) for table in both)
        assert one.equals(other), name


def test_nobody_is_better_than_the_oracle(tmp_path: Path) -> None:
    parts = _apart("ewhistory", "zero")
    told = riskkit("evaluate", *parts, *CHOSEN, "--set", "backtest.reference=oracle", "--json").json
    skill = {
        r["model"]: r["skill"]
        for r in told
        if r["rule"] == "crps" and r["window"] == "all" and r["target"] == "ged_sb"
    }
    assert skill["oracle"] == 0
    assert skill["zero"] < skill["ewhistory"] < 0


def test_the_oracle_knows_one_target_only() -> None:
    chosen = settings(*SMALL, "backtest.processes=1", "backtest.origins=2022-10")
    done = riskkit(
        "backtest", *chosen, "--models", "zero",
        "--set", "target.indicator=ged_ns", "--set", "backtest.reference=oracle", code=1,
    )  # fmt: skip
    assert "the oracle knows only ged_sb" in done.err


def test_the_same_model_twice_is_refused() -> None:
    _apart("zero")
    done = riskkit("evaluate", "zero", "zero", *CHOSEN, code=1)
    assert "both forecast window 2023 with model 'zero'" in done.err


def test_a_folder_without_forecasts_is_refused() -> None:
    done = riskkit("evaluate", "nowhere", *CHOSEN, code=1)
    assert (
        "there is no nowhere/identity.json; run `riskkit backtest --out nowhere` first" in done.err
    )
