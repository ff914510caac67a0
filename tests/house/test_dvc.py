"""dvc.yaml: every stage is a command that exists, and stands on what it imports and reads."""

import re
import shlex
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from riskkit.cli import riskkit
from riskkit.config import Params, load_params
from riskkit.study.code import files_of
from riskkit.study.skeleton import write_skeleton
from riskkit.study.stages import roots_of_stages

ROOT = Path(__file__).parents[2]
PIPELINE: dict[str, Any] = yaml.safe_load((ROOT / "dvc.yaml").read_text(encoding="utf-8"))
STUDIES = sorted((ROOT / "experiments").glob("*/dvc.yaml"))
THREATS = "riskkit/threats.yaml"
"""No module, but read by one."""


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
    """Every stage, those of a foreach one by one."""
    groups = [_shared(g) if isinstance(g, str) else g for g in pipeline.get("vars", [])]
    known = {k: v for group in groups for k, v in group.items()}
    found = {}
    for name, stage in pipeline["stages"].items():
        if "foreach" in stage:
            each = stage["foreach"]
            for key, item in (known[each.strip("${}")] if isinstance(each, str) else each).items():
                parts = {f"item.{k}": v for k, v in item.items()} if isinstance(item, dict) else {}
                names = {"key": key, "item": item} | parts
                found[f"{name}@{key}"] = _filled(stage["do"], names)
        else:
            found[name] = stage
    return _filled(found, {"data.store": "data", **known})


def _paths(entries: list[str | dict[str, Any]]) -> set[str]:
    return {next(iter(entry)) if isinstance(entry, dict) else entry for entry in entries}


def _command(stage: dict[str, Any]) -> click.Context:
    """Parse the stage's command as the command line would."""
    command, arguments = riskkit, shlex.split(stage["cmd"])[1:]
    while isinstance(command, click.Group):
        found = command.get_command(click.Context(command), arguments.pop(0))
        assert found is not None, stage["cmd"]
        command = found
    # A command keeps the options for help that it is first asked for with.
    whole = click.Context(riskkit, **riskkit.context_settings)
    return command.make_context("stage", arguments, parent=whole)


STAGES = _stages(PIPELINE)
WRITTEN = {path for stage in STAGES.values() for path in _paths(stage["outs"])}
STUDIED = {path: _stages(yaml.safe_load(path.read_text(encoding="utf-8"))) for path in STUDIES}
WRITTEN_BY_STUDIES = {
    out for stages in STUDIED.values() for stage in stages.values() for out in _paths(stage["outs"])
}


def _code(paths: set[str]) -> set[str]:
    return {path for path in paths if path.startswith(("riskkit/", "features/"))}


def _imported(stages: list[str]) -> set[str]:
    """Files that stages of the standard study import, from the root of the project."""
    roots = {root for stage in stages for root in roots_of_stages()[stage]}
    return {file.relative_to(ROOT).as_posix() for file in files_of(roots)} | {THREATS}


def _uncovered(files: set[str], declared: set[str]) -> list[str]:
    return sorted(f for f in files if not any(f == d or f.startswith(f"{d}/") for d in declared))


def _needless(files: set[str], declared: set[str]) -> list[str]:
    return sorted(d for d in declared if not any(f == d or f.startswith(f"{d}/") for f in files))


def test_the_stages_are_those_that_the_code_names() -> None:
    assert list(STAGES) == list(roots_of_stages())


@pytest.mark.parametrize("name", STAGES)
def test_a_stage_stands_on_what_it_imports_and_on_no_more(name: str) -> None:
    declared, imported = _code(_paths(STAGES[name]["deps"])), _imported([name])
    assert not _uncovered(imported, declared), f"add to the deps of {name} in dvc.yaml"
    assert not _needless(imported, declared), f"take out of the deps of {name} in dvc.yaml"


@pytest.mark.parametrize(
    ("room", "stages"),
    [
        ("riskkit/scoring", ["evaluate", "publish"]),
        ("riskkit/publish", ["publish"]),
        ("riskkit/risk", ["forecast", "publish"]),
        ("riskkit/models", ["backtest", "forecast", "publish"]),
        ("riskkit/panel", list(STAGES)),
    ],
)
def test_a_room_makes_stale_the_stages_that_use_it(room: str, stages: list[str]) -> None:
    assert [name for name in STAGES if room in _paths(STAGES[name]["deps"])] == stages


@pytest.mark.parametrize("name", STAGES)
def test_what_a_stage_needs_is_there_or_written_by_another(name: str) -> None:
    for path in _paths(STAGES[name]["deps"]):
        assert path in WRITTEN or (ROOT / path).exists(), path


@pytest.mark.parametrize("name", STAGES)
def test_a_stage_reads_what_its_command_names(name: str) -> None:
    """Folders of other stages in the command are dependencies."""
    read = {word for word in shlex.split(STAGES[name]["cmd"]) if word.startswith("work/")}
    made = {out for out in read if any(w.startswith(out) for w in _paths(STAGES[name]["outs"]))}
    for folder in read - made:
        assert any(d.startswith(folder) for d in _paths(STAGES[name]["deps"])), folder


@pytest.mark.parametrize("name", STAGES)
def test_a_stage_stands_on_the_data(name: str) -> None:
    """Embedded and stored data, whatever the stage: each reads outcomes or names."""
    assert {"data/manifest.json", "riskkit/base"} <= _paths(STAGES[name]["deps"])
    assert load_params(ROOT / "params.yaml").data.sources == ()


@pytest.mark.parametrize("name", STAGES)
def test_parameters_are_keys_of_the_study(name: str) -> None:
    params = yaml.safe_load((ROOT / "params.yaml").read_text(encoding="utf-8"))
    assert {"data", "panel", "threats"} <= set(STAGES[name]["params"])
    for key in STAGES[name]["params"]:
        section, _, rest = key.partition(".")
        assert section in Params.model_fields, key
        assert section in params, f"{key} is not in params.yaml, so that dvc cannot follow it"
        assert not rest or rest in params[section], key


def test_every_section_of_parameters_makes_some_stage_stale() -> None:
    named = {key.partition(".")[0] for stage in STAGES.values() for key in stage["params"]}
    assert named == set(Params.model_fields)


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
        inside = {d for d in _paths(stage.get("deps", [])) if not d.startswith(("../", "data/"))}
        assert not [d for d in inside - WRITTEN_BY_STUDIES if not (ROOT / d).exists()]
        if str(stage["cmd"]).startswith("riskkit"):
            _command(stage)
    kept = [o for s in stages.values() for o in s["outs"] if isinstance(o, dict)]
    for metrics in path.parent.glob("*.json"):
        assert {f"{home}/{metrics.name}": {"cache": False, "persist": True}} in kept
    readme = (path.parent / "README.md").read_text(encoding="utf-8")
    assert f"dvc repro {home}/dvc.yaml" in " ".join(readme.split())
    for heading in ("Question", "Method", "Result"):
        assert re.search(rf"^## {heading}$", readme, re.M), heading


def _backtests(stages: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {n: s for n, s in stages.items() if str(s["cmd"]).startswith("riskkit backtest")}


def _deps(stage: dict[str, Any], stages: dict[str, dict[str, Any]]) -> set[str]:
    """What a stage stands on, itself or because a stage does whose output it names."""
    deps = _paths(stage["deps"])
    before = [other for other in stages.values() if deps & _paths(other["outs"])]
    return deps.union(*(_deps(other, stages) for other in before))


BACKTESTS = [
    pytest.param(stage, _deps(stage, stages), id=f"{path.parent.name}:{name}")
    for path, stages in STUDIED.items()
    for name, stage in _backtests(stages).items()
]


@pytest.mark.parametrize(("stage", "deps"), BACKTESTS)
def test_a_study_stands_on_its_code_parameters_and_tables(
    stage: dict[str, Any], deps: set[str]
) -> None:
    """A backtest of a study is what `backtest` and `evaluate` are in the standard one."""
    params = _command(stage).params
    imported = _imported(["features", "backtest", "evaluate"])
    assert not _uncovered(imported, _code(deps))
    assert not _needless(imported, _code(deps))
    study = load_params(ROOT / params["config"], params["settings"])
    home = params["config"].parent
    included = {_inside(ROOT / home / name) for name in study.data.include}
    assert {params["config"].as_posix(), *included} <= deps
    for entry in study.data.sources:
        table = (Path(entry.root or study.data.root) / entry.path).as_posix()
        assert any(f"{table}/".startswith(f"{dep}/") for dep in deps), table


def _inside(path: Path) -> str:
    return path.resolve().relative_to(ROOT).as_posix()


def test_a_new_study_stands_on_the_same_code(tmp_path: Path) -> None:
    folder = write_skeleton(tmp_path, "any")
    stages = _stages(yaml.safe_load((folder / "dvc.yaml").read_text(encoding="utf-8")))
    imported = _imported(["features", "backtest", "evaluate"])
    for stage in stages.values():
        assert not _uncovered(imported, _code(_paths(stage["deps"])))
        assert not _needless(imported, _code(_paths(stage["deps"])))
