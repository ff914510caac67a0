"""dvc.yaml: every stage is a command that exists, and stands on what it names."""

import ast
import re
import shlex
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from riskkit.cli import riskkit
from riskkit.config import Params
from riskkit.registry import families, models

ROOT = Path(__file__).parents[2]
MODELS = ROOT / "riskkit" / "models"
PIPELINE: dict[str, Any] = yaml.safe_load((ROOT / "dvc.yaml").read_text(encoding="utf-8"))
VARS: dict[str, Any] = PIPELINE["vars"][0]
FAMILIES: list[str] = VARS["families"]
STUDIES = sorted((ROOT / "experiments").glob("*/dvc.yaml"))


def _filled(value: Any, names: dict[str, str]) -> Any:
    """Put values for `${name}` everywhere below."""
    if isinstance(value, dict):
        return {_filled(k, names): _filled(v, names) for k, v in value.items()}
    if isinstance(value, list):
        return [_filled(v, names) for v in value]
    for name, text in names.items() if isinstance(value, str) else ():
        value = value.replace(f"${{{name}}}", str(text))
    return value


def _shared(name: str) -> dict[str, Any]:
    """What studies take from a file beside their folders."""
    path = ROOT / "experiments" / Path(name).name
    shared: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return shared


def _stages(pipeline: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Every stage, those of a matrix or a foreach one by one."""
    groups = [_shared(g) if isinstance(g, str) else g for g in pipeline.get("vars", [])]
    known = {k: v for group in groups for k, v in group.items()}
    found = {}
    for name, stage in pipeline["stages"].items():
        if "matrix" in stage:
            ((axis, values),) = stage["matrix"].items()
            for value in known["families"] if isinstance(values, str) else values:
                found[f"{name}@{value}"] = _filled(stage, {f"item.{axis}": value})
        elif "foreach" in stage:
            each = stage["foreach"]
            for key, item in (known[each.strip("${}")] if isinstance(each, str) else each).items():
                parts = {f"item.{k}": v for k, v in item.items()} if isinstance(item, dict) else {}
                names = {"key": key, "item": item} | parts
                found[f"{name}@{key}"] = _filled(stage["do"], names)
        else:
            found[name] = stage
    return _filled(found, {"data.store": "data"})


def _paths(entries: list[str | dict[str, Any]]) -> set[str]:
    return {next(iter(entry)) if isinstance(entry, dict) else entry for entry in entries}


def _command(stage: dict[str, Any]) -> click.Context:
    """Parse the stage's command as the command line would."""
    command, arguments = riskkit, shlex.split(stage["cmd"])[1:]
    while isinstance(command, click.Group):
        found = command.get_command(click.Context(command), arguments.pop(0))
        assert found is not None, stage["cmd"]
        command = found
    return command.make_context("stage", arguments)


STAGES = _stages(PIPELINE)
WRITTEN = {path for stage in STAGES.values() for path in _paths(stage["outs"])}
STUDIED = {path: _stages(yaml.safe_load(path.read_text(encoding="utf-8"))) for path in STUDIES}
WRITTEN_BY_STUDIES = {
    out for stages in STUDIED.values() for stage in stages.values() for out in _paths(stage["outs"])
}
FORECASTING = [name for name, stage in STAGES.items() if "backtest" in stage["cmd"].split()[:2]]


def test_every_built_in_family_has_a_stage() -> None:
    built_in = sorted(path.parent.name for path in ROOT.glob("features/*/*/family.md"))
    assert sorted(FAMILIES) == built_in
    assert set(built_in) <= set(families())


def test_every_built_in_model_has_a_stage_and_is_evaluated() -> None:
    named = [m for name in FORECASTING for m in _command(STAGES[name]).params["models"].split(",")]
    own = [name for name, kind in models().items() if kind.__module__.startswith("riskkit.")]
    assert sorted(named) == sorted(own)
    folders = {path.as_posix() for path in _command(STAGES["evaluate"]).params["folders"]}
    assert folders == {STAGES[name]["outs"][0].rpartition("/")[0] for name in FORECASTING}


def _imported(modules: set[str]) -> set[str]:
    """The files of riskkit.models that these modules import, directly or not."""
    pending, found = list(modules), set()
    while pending:
        path = MODELS / f"{pending.pop()}.py"
        if path in found:
            continue
        found.add(path)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and f"{node.module}.".startswith("riskkit.models."):
                inner = (node.module or "").removeprefix("riskkit.models")[1:] or "__init__"
                pending.append(inner.replace(".", "/"))
    return {path.relative_to(ROOT).as_posix() for path in found}


@pytest.mark.parametrize("name", FORECASTING)
def test_a_model_stands_on_the_modules_that_it_imports(name: str) -> None:
    named = _command(STAGES[name]).params["models"].split(",")
    kinds = [models()[m] for model in named for m in (model, *models()[model].members)]
    needed = _imported({kind.__module__.rpartition(".")[2] for kind in kinds})
    stated = {path for path in _paths(STAGES[name]["deps"]) if path.startswith("riskkit/models")}
    assert needed <= stated
    if name == "pool":  # the others share a list
        assert needed == stated


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


@pytest.mark.parametrize("name", [*FORECASTING, "forecast"])
def test_a_forecast_stands_on_every_family(name: str) -> None:
    assert {f"work/features/{family}.parquet" for family in FAMILIES} <= _paths(
        STAGES[name]["deps"]
    )


@pytest.mark.parametrize("plot", PIPELINE["plots"], ids=lambda plot: str(next(iter(plot))))
def test_a_plot_has_a_template_and_a_file_that_a_stage_writes(plot: dict[str, Any]) -> None:
    (told,) = plot.values()
    assert told["template"] == "linear" or (ROOT / told["template"]).is_file()
    for path in told["y"]:
        assert any(path.startswith(f"{out}/") for out in WRITTEN), path


@pytest.mark.parametrize("path", STUDIES, ids=lambda path: path.parent.name)
def test_a_study_stands_on_what_is_there_and_keeps_its_metrics(path: Path) -> None:
    """Outputs stay out of DVC's cache: one that was never made would stop `dvc exp apply`."""
    home = path.parent.relative_to(ROOT).as_posix()
    stages = STUDIED[path]
    for stage in stages.values():
        assert stage["wdir"] == "../.."
        assert all(
            isinstance(o, dict) and not next(iter(o.values()))["cache"] for o in stage["outs"]
        )
        assert not [
            d for d in _paths(stage.get("deps", [])) - WRITTEN_BY_STUDIES if not (ROOT / d).exists()
        ]
        if str(stage["cmd"]).startswith("riskkit"):
            _command(stage)
    kept = [o for s in stages.values() for o in s["outs"] if isinstance(o, dict)]
    for metrics in path.parent.glob("*.json"):
        assert {f"{home}/{metrics.name}": {"cache": False, "persist": True}} in kept
    readme = (path.parent / "README.md").read_text(encoding="utf-8")
    assert f"dvc repro {home}/dvc.yaml" in " ".join(readme.split())
    for heading in ("Question", "Method", "Result"):
        assert re.search(rf"^## {heading}$", readme, re.M), heading
