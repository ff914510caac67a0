"""A hub is one that the hubverse's own validation would take; see hubverse.py for whose rules."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml
from jsonschema import Draft202012Validator

from riskkit.errors import RiskkitError
from riskkit.exchange import Options, export
from riskkit.publish import publish
from tests.exchange.hubverse import SCHEMAS, STANDARD, named
from tests.publish.sample import sample_publication, told_publication


@pytest.fixture(scope="module")
def publication(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hubverse") / "publication"
    publish(told_publication(), folder)
    return folder


@pytest.fixture(scope="module")
def later(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What came in half a year."""
    folder = tmp_path_factory.mktemp("hubverse") / "later"
    publish(told_publication(as_of=510, seed=2), folder)
    return folder


@pytest.fixture(scope="module")
def hub(publication: Path, later: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("hubverse") / "hub"
    return export("hub", publication, out, Options(team="we", later=(later,)))


def _config(hub: Path, name: str) -> Any:
    return json.loads((hub / "hub-config" / name).read_text(encoding="utf-8"))


def _tasks(hub: Path) -> list[dict[str, Any]]:
    (one,) = _config(hub, "tasks.json")["rounds"]
    return list(one["model_tasks"])


def _csv(path: Path) -> pl.DataFrame:
    return pl.read_csv(path, infer_schema=False).with_columns(
        pl.col("^(oracle_)?value$").cast(float)
    )


def _output(hub: Path) -> tuple[Path, pl.DataFrame]:
    (path,) = (hub / "model-output").rglob("*.csv")
    return path, _csv(path)


@pytest.mark.parametrize("name", SCHEMAS)
def test_the_configuration_follows_the_schemas(name: str, hub: Path) -> None:
    Draft202012Validator.check_schema(SCHEMAS[name])
    checker = Draft202012Validator(
        SCHEMAS[name], format_checker=Draft202012Validator.FORMAT_CHECKER
    )
    assert [error.message for error in checker.iter_errors(_config(hub, name))] == []


def test_a_long_title_is_cut_and_told_in_full(tmp_path: Path) -> None:
    title = "people who " + "fled and " * 20 + "came back"
    made = sample_publication()
    part = replace(made.first, threat=replace(made.first.threat, title=title))
    publish(replace(made, parts=(part,)), tmp_path / "publication")
    hub = export("hub", tmp_path / "publication", tmp_path / "hub")
    for task in _tasks(hub):
        (told,) = task["target_metadata"]
        assert len(told["target_name"]) <= 100
        assert told["description"].startswith(title)


def test_a_target_too_long_for_a_hub_is_refused(
    publication: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("riskkit.exchange.hub._LONGEST_ID", len("conflict band") - 1)
    with pytest.raises(RiskkitError, match=r"at most 12 characters \(got 'conflict band'\)"):
        export("hub", publication, tmp_path / "hub")


def test_the_tasks_agree_with_each_other(hub: Path) -> None:
    """What hubAdmin asks beyond the schema."""
    tasks = _tasks(hub)
    rounds = [task["task_ids"]["origin_date"] for task in tasks]
    assert all(one == rounds[0] for one in rounds), "the round is the same in every task"
    for task in tasks:
        ids = task["task_ids"]
        assert not set(ids) & set(STANDARD)
        assert all(one["required"] or one["optional"] for one in ids.values())
        (about,) = task["target_metadata"]
        ((key, value),) = about["target_keys"].items()
        assert ids[key]["optional"] == [value] == [about["target_id"]]
    targets = [task["target_metadata"][0]["target_id"] for task in tasks]
    assert len(set(targets)) == len(targets), "a row belongs to one task"
    unit = _config(hub, "target-data.json")["observable_unit"]
    assert set(unit) <= set(tasks[0]["task_ids"])


def test_the_model_tells_what_the_hub_asks_of_models(hub: Path) -> None:
    schema = _config(hub, "model-metadata-schema.json")
    Draft202012Validator.check_schema(schema)
    assert {"team_abbr", "model_abbr"} <= set(schema["properties"])
    path, _ = _output(hub)
    _, model = named(path)
    told = yaml.safe_load((hub / "model-metadata" / f"{model}.yml").read_text(encoding="utf-8"))
    assert [error.message for error in Draft202012Validator(schema).iter_errors(told)] == []
    assert f"{told['team_abbr']}-{told['model_abbr']}" == model


def test_the_file_is_where_its_name_says(hub: Path) -> None:
    path, rows = _output(hub)
    round_id, model = named(path)
    assert path.parent == hub / "model-output" / model
    assert set(rows.columns) == {*_tasks(hub)[0]["task_ids"], *STANDARD[1:]}
    assert rows["origin_date"].unique().to_list() == [round_id]
    assert round_id in _tasks(hub)[0]["task_ids"]["origin_date"]["optional"]


def test_every_task_has_all_its_values_once(hub: Path) -> None:
    _, rows = _output(hub)
    assert rows.select(pl.exclude("value")).is_duplicated().sum() == 0
    for task in _tasks(hub):
        (target,) = task["task_ids"]["target"]["optional"]
        of_target = rows.filter(target=target)
        assert set(of_target["output_type"]) == set(task["output_type"])
        keys = of_target.select("horizon", "location").unique()
        for kind, told in task["output_type"].items():
            ids = told["output_type_id"]["required"] or ["NA"]
            assert of_target.filter(output_type=kind).height == keys.height * len(ids)


def test_values_rise_with_their_ids_and_shares_sum_to_one(hub: Path) -> None:
    _, rows = _output(hub)
    key = ["target", "horizon", "location"]
    for kind in ("cdf", "quantile"):
        ordered = rows.filter(output_type=kind).sort(pl.col("output_type_id").cast(float))
        steps = ordered.with_columns(step=pl.col("value").diff().over(key))["step"].drop_nulls()
        assert steps.len() > 0
        assert (steps >= 0).all(), kind
    shares = rows.filter(output_type="pmf")
    assert shares["value"].is_between(0, 1).all()
    sums = shares.group_by(key).agg(pl.col("value").sum())["value"]
    assert (sums - 1).abs().max() < 1.5e-8  # type: ignore[operator]  # all.equal() of R
    assert rows.filter(output_type="cdf")["value"].is_between(0, 1).all()


def test_target_data_are_of_the_tasks(hub: Path) -> None:
    oracle = _csv(hub / "target-data" / "oracle-output.csv")
    series = pl.read_csv(hub / "target-data" / "time-series.csv", infer_schema=False)
    tasks = {task["task_ids"]["target"]["optional"][0]: task for task in _tasks(hub)}
    unit = _config(hub, "target-data.json")["observable_unit"]
    key = [*unit, "output_type", "output_type_id"]
    assert set(oracle.columns) == {*key, "oracle_value"}
    assert set(series.columns) == {*unit, "observation"}
    assert oracle.select(key).is_duplicated().sum() == 0
    assert series.select(unit).is_duplicated().sum() == 0
    points = oracle.filter(pl.col("output_type").is_in(["mean", "quantile"]))
    assert set(points["output_type_id"]) == {"NA"}
    spread = oracle.filter(~pl.col("output_type").is_in(["mean", "quantile"]))
    assert set(spread["oracle_value"]) == {0.0, 1.0}
    sums = spread.filter(output_type="pmf").group_by(unit).agg(pl.col("oracle_value").sum())
    assert set(sums["oracle_value"]) == {1.0}
    below = spread.filter(output_type="cdf").sort(pl.col("output_type_id").cast(int))
    steps = below.with_columns(step=pl.col("oracle_value").diff().over(unit))["step"].drop_nulls()
    assert (steps >= 0).all()
    for target, task in tasks.items():
        rows = oracle.filter(target=target)
        assert set(rows["location"]) <= set(task["task_ids"]["location"]["optional"])
        assert set(rows["target_end_date"]) <= set(task["task_ids"]["target_end_date"]["optional"])
    for target in series["target"].unique():
        assert tasks[target]["target_metadata"][0]["target_type"] == "discrete"
        assert tasks[target]["target_metadata"][0]["is_step_ahead"]
