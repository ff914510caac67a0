"""docs/scenario.md: its scenarios can be read, its Python runs."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from riskkit.study.changes import Scenario
from riskkit.study.study import Study
from tests.house.test_python_page import run

PAGE = (Path(__file__).parents[2] / "docs" / "scenario.md").read_text(encoding="utf-8")
STUDY = """\
data: {kind: world, world: {countries: 60, months: 300}}
features: {families: [conflict]}
target: {indicator: ged_sb}
forecast: {model: xgboost_hurdle, draws: 100}
models: {xgboost_hurdle: {rounds: 15}}
"""


def _blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.M | re.S)


def test_every_scenario_can_be_read_and_speaks_of_what_there_is(tmp_path: Path) -> None:
    Path(tmp_path / "params.yaml").write_text(STUDY)
    world = Study.open(tmp_path / "params.yaml").panel
    known = set(world.indicators)
    blocks = _blocks("yaml")
    assert len(blocks) == 4
    for block in blocks:
        wanted = Scenario.model_validate(yaml.safe_load(block))
        names = {change.indicator for change in wanted.changes}
        assert names <= known or names == {"unhcr_refugees_origin", "era5_precip_anom_z"}


def test_the_python_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("params.yaml").write_text(STUDY)
    names: dict[str, Any] = {}
    for block in _blocks("python"):
        run(block, names)
    assert names["found"].table.height == 120
