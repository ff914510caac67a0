"""The rule of grading and what it needs are in the publication from the start."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from riskkit.publish import grading, publish
from tests.publish.sample import joint_publication


def test_the_rule_says_what_is_looked_up_and_when(tmp_path):
    one = joint_publication()
    parts = (replace(one.first, counted_by=("made-up",), out=520), *one.parts[1:])
    publish(replace(one, parts=parts), tmp_path / "pub")
    told = json.loads((tmp_path / "pub" / "grading.json").read_text())
    conflict = told["threats"]["conflict"]
    assert (conflict["window_start"], conflict["window_end"]) == ("2022-01", "2022-12")
    assert (conflict["first_due"], conflict["settled_due"]) == ("2023-04", "2024-04")
    assert conflict["thresholds"] == [1, 25, 100]
    assert conflict["sources"] == ["made-up"]
    assert told["due"]["first"] >= conflict["first_due"]
    assert set(told["systems"]) == {"published", "conflictology", "last year", "zero"}
    assert told["minimum"] == {"units": 20, "publications": 5}


def test_points_stand_for_the_distribution(tmp_path):
    one = joint_publication()
    publish(one, tmp_path / "pub")
    points = pl.read_parquet(tmp_path / "pub" / "grading.parquet")
    assert set(points["threat"]) == {"composite", "conflict", "displacement"}
    own = points.filter(threat="composite", system="published").sort("unit")
    order = np.argsort(one.ranked)
    assert own["score"].to_numpy() == pytest.approx(one.composite.mean(axis=1)[order], abs=1e-4)
    assert own["points"].to_numpy().mean(axis=1) == pytest.approx(own["score"], abs=0.05)
    lacking = one.ranked[-1]
    assert lacking not in points.filter(threat="displacement")["unit"]


def test_counts_are_scored_as_the_publication_scores_its_draws():
    one = joint_publication()
    totals = {
        part.threat.name: grading._laid(part, part.forecast.totals(), list(one.ranked))
        for part in one.parts
    }
    scores = grading.scores_of(grading.rule(one), totals, list(one.ranked))
    assert scores["composite"] == pytest.approx(one.composite)
    for name, values in one.scores.items():
        assert np.array_equal(scores[name], values, equal_nan=True)
