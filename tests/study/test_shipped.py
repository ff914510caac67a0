"""The record that comes with riskkit is shown where it was made for, and nowhere else."""

from __future__ import annotations

import json

import pytest

from riskkit.archive.ledger import read
from riskkit.errors import RiskkitError
from riskkit.study import shipped
from riskkit.study.study import Study


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


def test_differences_are_named():
    made = {"threats": {"a": {"model": "x"}, "b": {}}, "exponent": 2}
    now = {"threats": {"a": {"model": "y"}, "c": {}}, "exponent": 2}
    assert shipped.differences(made, now) == ["threat b", "threat c", "model of a"]


def test_what_is_no_replay_is_not_shipped(tmp_path):
    with pytest.raises(RiskkitError, match="holds no replay"):
        shipped.ship(tmp_path)
