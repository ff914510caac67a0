"""riskkit experiment: a skeleton that runs as it is."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import pytest
import yaml

from tests.cli.running import riskkit


def test_the_skeleton_runs(tmp_path: Path) -> None:
    done = riskkit("experiment", "new", "rainfall-lags")
    assert "dvc repro experiments/rainfall-lags/dvc.yaml" in done.out
    home = tmp_path / "experiments" / "rainfall-lags"
    assert {path.name for path in home.iterdir()} == {"README.md", "params.yaml", "dvc.yaml"}
    stage = yaml.safe_load((home / "dvc.yaml").read_text())["stages"]["backtest"]
    riskkit(*shlex.split(stage["cmd"])[1:])
    metrics = json.loads((home / "metrics.json").read_text())
    assert {"crps", "crps_skill"} <= set(metrics)
    assert metrics == json.loads((tmp_path / "work/rainfall-lags/metrics.json").read_text())


@pytest.mark.parametrize("slug", ["Rain", "a b", "../up", "-a", "a--b", "a-", "1st", ""])
def test_odd_names_are_refused(slug: str, tmp_path: Path) -> None:
    done = riskkit("experiment", "new", "--", slug, code=1)
    assert "small letters" in done.err
    assert not list(tmp_path.iterdir())


def test_a_study_is_not_overwritten() -> None:
    told = json.loads(riskkit("experiment", "new", "mine", "--json").out)
    assert told == {
        "folder": "experiments/mine",
        "command": "dvc repro experiments/mine/dvc.yaml",
    }
    done = riskkit("experiment", "new", "mine", code=1)
    assert "there is experiments/mine already" in done.err


def test_the_coverage_of_intervals_is_measured_again(tmp_path: Path) -> None:
    out = tmp_path / "coverage"
    riskkit("experiment", "intervals", "--samples", "4", "--out", out)
    header = "error,units,spread,interval,coverage,below,above,width"
    lines = (out / "rows.csv").read_text().splitlines()
    assert lines[0] == header
    assert len(lines) == 1 + 2 * 3 * 5 * 4
    assert (out / "together.csv").read_text().startswith("rule,events,interval,coverage,width")
