"""dvc.yaml: every stage is a command that exists, and stands on what another one writes."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from riskkit.config import Params
from riskkit.registry import families

ROOT = Path(__file__).parents[2]
PIPELINE: dict[str, Any] = yaml.safe_load((ROOT / "dvc.yaml").read_text(encoding="utf-8"))
FAMILIES: list[str] = PIPELINE["vars"][0]["families"]
STAGES: dict[str, Any] = PIPELINE["stages"]


def _paths(entries: list[str | dict[str, Any]]) -> set[str]:
    names = [next(iter(entry)) if isinstance(entry, dict) else entry for entry in entries]
    return {name.replace("${item.family}", family) for name in names for family in FAMILIES}


WRITTEN = {path for stage in STAGES.values() for path in _paths(stage["outs"])}


def test_every_built_in_family_has_a_stage() -> None:
    built_in = sorted(path.parent.name for path in ROOT.glob("features/*/*/family.md"))
    assert sorted(FAMILIES) == built_in
    assert set(built_in) <= set(families())


@pytest.mark.parametrize("name", STAGES)
def test_what_a_stage_needs_is_there_or_written_by_another(name: str) -> None:
    for path in _paths(STAGES[name]["deps"]):
        assert path in WRITTEN or (ROOT / path).exists(), path


@pytest.mark.parametrize("name", STAGES)
def test_parameters_are_keys_of_the_study(name: str) -> None:
    params = yaml.safe_load((ROOT / "params.yaml").read_text(encoding="utf-8"))
    for key in STAGES[name]["params"]:
        section, _, rest = key.partition(".")
        assert section in Params.model_fields, key
        assert section in params, f"{key} is not in params.yaml, so that dvc cannot follow it"
        assert not rest or rest in params[section], key


def test_a_forecast_stands_on_every_family() -> None:
    built = _paths(STAGES["features"]["outs"])
    for name in ("backtest", "forecast"):
        assert built <= _paths(STAGES[name]["deps"])
