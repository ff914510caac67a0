"""Grades of a publication, worked by hand, and what may not be graded."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from riskkit.archive.grades import GRADES, grade, truths
from riskkit.publish import grading
from riskkit.publish.grading import CONFLICTOLOGY, LAST_YEAR
from tests.publish.sample import joint_publication


def made(n_units: int = 30):
    """A publication of two threats, each with both baselines."""
    one = joint_publication(n_units=n_units)
    rng = np.random.default_rng(7)
    parts = []
    for part in one.parts:
        totals = part.forecast.totals()
        others = {
            CONFLICTOLOGY: rng.permuted(totals, axis=0),
            LAST_YEAR: totals[:, :1].astype(np.float64),
        }
        parts.append(replace(part, baselines=others))
    return replace(one, parts=tuple(parts))


def came(publication, column: int = 3) -> pl.DataFrame:
    """What came: one of the scenarios, of all threats at once."""
    frames = [
        pl.DataFrame(
            {
                "threat": part.threat.name,
                "unit": part.forecast.units,
                "value": part.forecast.totals()[:, column].astype(np.float64),
            }
        )
        for part in publication.parts
    ]
    return pl.concat(frames)


def test_what_came_is_scored_as_the_draws_were():
    one = made()
    found = truths(grading.rule(one), grading.points(one), came(one))
    ours = found.filter(threat="composite").sort("unit")
    order = np.argsort(one.ranked)
    assert ours["unit"].to_list() == [one.ranked[row] for row in order]
    assert ours["truth"].to_numpy() == pytest.approx(one.composite[order, 3])


def test_a_composite_is_known_where_every_threat_that_it_was_made_of_is():
    one = made()
    first, last = one.ranked[0], one.ranked[-1]
    counts = came(one).filter(~((pl.col("threat") == "displacement") & (pl.col("unit") == first)))
    found = truths(grading.rule(one), grading.points(one), counts)
    known = found.filter(threat="composite")["unit"]
    assert first not in known
    assert last in known, "it was not forecast of displacement, so nothing is missing"
    assert first in found.filter(threat="conflict")["unit"]


def test_grades_are_those_of_the_rules():
    one = made()
    told, points, counts = grading.rule(one), grading.points(one), came(one)
    grades = grade(told, points, counts)
    assert grades.schema == dict(GRADES)
    truth = truths(told, points, counts).filter(threat="composite")
    own = points.filter(threat="composite", system="published").sort("unit")
    row = grades.filter(threat="composite", rule="crps").row(0, named=True)
    draws, y = own["points"].to_numpy().astype(float), truth.sort("unit")["truth"].to_numpy()
    spread = np.abs(draws[:, :, None] - draws[:, None, :]).mean(axis=(1, 2)) / 2
    by_hand = (np.abs(draws - y[:, None]).mean(axis=1) - spread).mean()
    assert row["value"] == pytest.approx(by_hand, abs=1e-6)
    assert row["zero"] == pytest.approx(y.mean(), abs=1e-6)
    assert row["skill_zero"] == pytest.approx(1 - row["value"] / row["zero"], abs=1e-5)
    assert row["skill_zero_low"] < row["skill_zero"] < row["skill_zero_high"]


def test_a_brier_score_comes_with_its_parts():
    grades = grade(grading.rule(one := made()), grading.points(one), came(one))
    briers = grades.filter(pl.col("rule").str.starts_with("brier"))
    assert set(briers["threat"]) == {"composite", "conflict", "displacement"}
    sums = briers["reliability"] - briers["resolution"] + briers["uncertainty"]
    assert sums.to_numpy() == pytest.approx(briers["value"].to_numpy(), abs=3e-6)


def test_hits_misses_and_false_alarms_are_named():
    one = made()
    told, points, counts = grading.rule(one), grading.points(one), came(one)
    row = grade(told, points, counts).filter(rule="top_10").row(0, named=True)
    own = points.filter(threat="composite", system="published").sort("score", descending=True)
    alarmed = set(own["unit"].head(10))
    truth = truths(told, points, counts).filter(threat="composite")
    highest = set(truth.sort("truth", descending=True)["unit"].head(10))
    named = {
        key: {text.split("(")[-1].rstrip(")") for text in row[key].split("; ") if text}
        for key in ("hits", "misses", "false_alarms")
    }
    assert named == {
        "hits": alarmed & highest,
        "misses": highest - alarmed,
        "false_alarms": alarmed - highest,
    }
    assert row["value"] == pytest.approx(len(alarmed & highest) / 10)


def test_too_few_units_with_outcomes_are_not_graded():
    one = made(n_units=10)
    assert grade(grading.rule(one), grading.points(one), came(one)).is_empty()


def test_a_system_that_does_not_speak_of_every_unit_is_not_compared():
    one = made()
    points = grading.points(one).filter(
        ~((pl.col("system") == CONFLICTOLOGY) & (pl.col("unit") == one.ranked[0]))
    )
    row = grade(grading.rule(one), points, came(one)).row(0, named=True)
    assert row["conflictology"] is None
    assert row["last_year"] is not None
