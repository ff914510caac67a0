"""The largest misses are the furthest from the forecast, with what was known before."""

from __future__ import annotations

import polars as pl
import pytest

from riskkit.archive.grades import truths
from riskkit.archive.ledger import REPLAYED, Graded
from riskkit.publish import grading
from riskkit.study.misses import misses
from tests.archive.test_grades import came, made


def graded():
    one = made()
    return Graded("2021-12", REPLAYED, grading.rule(one), grading.points(one), "0"), came(one)


def test_the_furthest_comes_first():
    one, counts = graded()
    found = misses([(one, counts)], most=5)
    truth = truths(one.told, one.points, counts).filter(threat="composite")
    own = one.points.filter(threat="composite", system="published").select("unit", "score")
    off = truth.join(own, on="unit").select(off=(pl.col("truth") - pl.col("score")).abs())["off"]
    assert found.height == 5
    assert found["off"].abs().to_list() == pytest.approx(off.sort(descending=True).head(5))
    assert set(found["threat"]) <= {"conflict", "displacement"}


def test_a_war_in_a_quiet_country_is_told_as_that():
    one, counts = graded()
    quiet = one.points.filter(threat="conflict", system="last year").sort("score", "unit")["unit"][
        0
    ]
    war = pl.when(pl.col("unit") == quiet, pl.col("threat") == "conflict").then(9e9)
    found = misses([(one, counts.with_columns(value=war.otherwise("value")))], most=30)
    row = found.filter(unit=quiet).row(0, named=True)
    assert row["threat"] == "conflict"
    assert row["outcome"] == 10
    assert row["reason"] == "quiet before"
