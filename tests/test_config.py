"""params.yaml: defaults, settings, and refusals that name the key."""

from __future__ import annotations

from pathlib import Path

import pytest

from riskkit.config import load_params, settings_tree
from riskkit.errors import ConfigError


def test_defaults_need_no_file() -> None:
    params = load_params(None)
    assert params.data.kind == "auto"
    assert params.target is None


def test_settings_override_the_file(tmp_path: Path) -> None:
    path = tmp_path / "params.yaml"
    path.write_text("seed: 3\nmodels:\n  xgboost: {max_depth: 5}\n")
    params = load_params(path, ["models.xgboost.max_depth=4", "data.root=elsewhere"])
    assert params.seed == 3
    assert params.models == {"xgboost": {"max_depth": 4}}
    assert params.data.root == "elsewhere"


def test_a_setting_that_is_wrong_is_not_the_files_fault(tmp_path: Path) -> None:
    path = tmp_path / "params.yaml"
    path.write_text("forecast: {draws: 500}\n")
    with pytest.raises(ConfigError, match=r"^settings: forecast\.draws is at least 100"):
        load_params(path, ["forecast.draws=10"])
    path.write_text("forecast: {draws: 5}\n")
    with pytest.raises(ConfigError, match=r"params\.yaml: forecast.draws is at least 100"):
        load_params(path, ["seed=1"])


def test_studies_share_lists_of_sources(tmp_path: Path) -> None:
    (tmp_path / "study").mkdir()
    path = tmp_path / "study" / "params.yaml"
    path.write_text("data: {include: [../shared.yaml], sources: [{source: table, path: own}]}")
    (tmp_path / "shared.yaml").write_text("sources: [{source: cru, path: rain, root: far}]")
    assert [entry.path for entry in load_params(path).data.sources] == ["rain", "own"]
    without = load_params(path, ["data.include=[]"])
    assert [entry.path for entry in without.data.sources] == ["own"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, r"cannot read .*shared\.yaml"),
        ("seed: 1", r"shared\.yaml: there is no key 'seed'; known: sources"),
        ("", r"shared\.yaml: sources is needed"),
        ("sources: [{source: cru}]", r"shared\.yaml: sources\.0\.path is needed"),
    ],
)
def test_a_shared_list_that_is_none_is_named(
    tmp_path: Path, text: str | None, message: str
) -> None:
    if text is not None:
        (tmp_path / "shared.yaml").write_text(text)
    (tmp_path / "params.yaml").write_text("data: {include: [shared.yaml]}")
    with pytest.raises(ConfigError, match=message):
        load_params(tmp_path / "params.yaml")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("sed: 3", "no key 'sed'; did you mean 'seed'"),
        ("seed: three", "seed takes a whole number"),
        ("target: {thresholds: [25, 1, 100]}", r"target\.thresholds: .*ascending"),
        ("data: {world: {countries: 3}}", r"data\.world\.countries"),
        ("- a", "holds no keys"),
        ("a: [", "is not YAML"),
    ],
)
def test_wrong_files_name_the_key(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "params.yaml"
    path.write_text(text)
    with pytest.raises(ConfigError, match=message):
        load_params(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"cannot read .*nothing\.yaml"):
        load_params(tmp_path / "nothing.yaml")


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("seed", "written KEY=VALUE"),
        ("seed=[", "is not YAML"),
        ("seed.deep=1", "'seed' is not a section"),
    ],
)
def test_wrong_settings_are_refused(tmp_path: Path, setting: str, message: str) -> None:
    path = tmp_path / "params.yaml"
    path.write_text("seed: 1\n")
    with pytest.raises(ConfigError, match=message):
        load_params(path, [setting])


def test_a_section_that_is_null_can_be_set(tmp_path: Path) -> None:
    path = tmp_path / "params.yaml"
    path.write_text("target: null\nthreats: null\n")
    params = load_params(path, ["target.indicator=ged_ns"])
    assert params.target is not None
    assert params.target.indicator == "ged_ns"
    assert list(params.threats) == ["conflict", "terrorism", "displacement", "climate"]


def test_settings_build_trees() -> None:
    assert settings_tree(["a=%m/%Y", "b=,", "c=|"]) == {"a": "%m/%Y", "b": ",", "c": "|"}
    assert settings_tree(["a.b=1", "a.c=[x, y]"]) == {"a": {"b": 1, "c": ["x", "y"]}}
