"""The record that comes with riskkit is shown where it was made for, and nowhere else."""

from __future__ import annotations

import json
from dataclasses import replace

import polars as pl
import pytest

from riskkit.archive.ledger import read
from riskkit.errors import RiskkitError
from riskkit.publish import _table
from riskkit.publish.chances import Chances
from riskkit.publish.chances import table as chances_table
from riskkit.publish.costs import Costs
from riskkit.publish.costs import table as costs_table
from riskkit.publish.decisions import Decisions
from riskkit.publish.decisions import table as decisions_table
from riskkit.publish.onsets import Onsets
from riskkit.publish.onsets import table as onsets_table
from riskkit.risk.onset import EVENTS
from riskkit.study import shipped
from riskkit.study.shipped import REPORTING_FROM, Decided, broken_out, decided
from riskkit.study.study import Study
from tests.cli.running import SMALL
from tests.publish.sample import sample_publication


def test_what_is_shipped_is_a_whole_ledger_of_replayed_rankings():
    lines = read(shipped.LEDGER.read_text("utf-8"))
    assert set(lines["kind"]) == {"replayed"}
    assert lines["as_of"].n_unique() >= 10
    told = json.loads(shipped.ABOUT.read_text("utf-8"))
    assert set(told) == {"settings", "identity", "data"}
    assert len(told["identity"]) == 64


def test_only_origins_for_reporting_are_shown(monkeypatch):
    study = Study.open(None, ["data.kind=base"])
    told = json.loads(shipped.ABOUT.read_text("utf-8"))
    monkeypatch.setattr(shipped, "settings", lambda _: told["settings"])
    lines, words = shipped.replayed(study)
    assert lines is not None
    assert lines["as_of"].min() == "2017-06"
    assert words.startswith(f"The replay stands on identity {told['identity'][:16]}")


def test_other_settings_leave_it_out_with_a_word():
    study = Study.open(None, ["data.kind=base", "composite.exponent=3"])
    lines, words = shipped.replayed(study)
    assert lines is None
    assert "is of other settings" in words
    assert "exponent" in words


def test_settings_that_nobody_named_count_as_named():
    """params.yaml tells the defaults; a folder without one has the same models."""
    bare = shipped.settings(Study.open("experiments/replay/params.yaml"))
    named = shipped.settings(Study.open("params.yaml", ["data.kind=base"]))
    assert shipped.differences(bare, named) == []
    told = named["threats"]["conflict"]["options"]
    assert told["members"] == list(told["options"])
    assert told["options"]["network"]["hidden"] == [64, 48]
    other = shipped.settings(Study.open("params.yaml", ["models.network.hidden=[8]"]))
    assert "options of conflict" in shipped.differences(bare, other)


def test_differences_are_named():
    made = {"threats": {"a": {"model": "x"}, "b": {}}, "exponent": 2}
    now = {"threats": {"a": {"model": "y"}, "c": {}}, "exponent": 2}
    assert shipped.differences(made, now) == ["threat b", "threat c", "model of a"]


def test_what_is_no_replay_is_not_shipped(tmp_path):
    with pytest.raises(RiskkitError, match="holds no replay"):
        shipped.ship(tmp_path)


def test_the_standard_study_has_them_and_they_can_be_published() -> None:
    told = decided(Study.open(None))
    alarms = told.alarms
    assert alarms is not None
    made = replace(sample_publication(), alarms=alarms, costs=told.costs, chances=told.chances)
    _table.checked(decisions_table(made), Decisions, "decisions.csv")
    _table.checked(costs_table(made), Costs, "costs.csv")
    steps = _table.checked(chances_table(made), Chances, "chances.csv")
    ours = alarms.filter(event="among the ten highest", system="ranking", alarm=0.5)
    cases = ours.select(pl.sum_horizontal("hits", "misses", "false_alarms", "quiet")).item()
    assert steps["cases"].sum() == cases, "both speak of the same cases"
    above = steps.filter(pl.col("chance_from") >= 0.5)
    assert above["cases"].sum() == ours.select(pl.sum_horizontal("hits", "false_alarms")).item()
    came = (above["came"] * above["cases"]).sum()
    assert came == pytest.approx(ours["hits"].item(), abs=0.01), "and of the same replay"
    assert set(steps["first_origin"]) == {REPORTING_FROM}
    assert set(alarms["first_origin"]) == {REPORTING_FROM}
    top = alarms.filter(pl.col("event") == "among the ten highest")
    places = top.select(pl.col("hits") + pl.col("misses")).to_series()
    assert places.unique().to_list() == [70], "ten places at each of seven origins"
    pairs = alarms.group_by("event", "alarm").agg(
        (pl.col("hits") + pl.col("false_alarms")).n_unique().alias("numbers")
    )
    assert set(pairs["numbers"]) == {1}, "both give the same number of alarms"


def test_the_standard_study_has_onsets_and_they_can_be_published() -> None:
    found = broken_out(Study.open(None))
    assert found is not None
    made = replace(sample_publication(), onsets=found)
    _table.checked(onsets_table(made), Onsets, "onsets.csv")
    assert set(found["last_origin"]) <= {"2021-06", "2022-06", "2023-06"}
    counted = {event: found.filter(event=event)["forecasts"].sum() for event in EVENTS}
    assert counted["onset_3"] == counted["onset_12"] > counted["doubling"] > 200
    shares = found.filter(event="onset_12").select(pl.col("came") / pl.col("forecasts"))
    assert shares.to_series().is_sorted(), "the higher the chance, the more came"


def test_a_study_of_other_settings_has_none() -> None:
    assert broken_out(Study.open(None, SMALL)) is None
    assert decided(Study.open(None, SMALL)) == Decided()
    assert decided(Study.open(None, ["composite.exponent=3"])) == Decided()
