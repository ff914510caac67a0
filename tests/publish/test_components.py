from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from riskkit.publish import ranking
from riskkit.publish.components import Components, table
from tests.publish.sample import joint_publication, sample_publication


def test_one_threat_has_the_figures_of_the_ranking():
    publication = sample_publication()
    shared = ["unit", "score", "score_low", "score_high", "expected", "median", "q05", "q95"]
    frame = table(publication)
    ranked = ranking.table(publication).sort("unit")
    assert frame.select(shared).equals(ranked.select(shared))
    for here, there in (("p_1", "p_any"), ("p_2", "p_25"), ("p_3", "p_100")):
        assert frame[here].to_list() == ranked[there].to_list()
    assert frame["threat"].unique().to_list() == ["conflict"]


def test_every_unit_has_a_row_for_every_threat_and_says_why_it_has_no_score():
    frame = table(joint_publication())
    assert frame.height == 7 * 3
    state = {(row["unit"], row["threat"]): row for row in frame.to_dicts()}
    assert state["XAA", "conflict"]["state"] == "forecast"
    assert state["XAG", "displacement"]["state"] == "left out"
    assert state["XAG", "displacement"]["reason"] == "no outcome is known since 2001"
    assert state["XAA", "climate"]["state"] == "absent"
    assert state["XAA", "climate"]["reason"] == "no source brings heat_month_2sd"
    assert frame.filter(pl.col("state") != "forecast")["score"].is_null().all()


def test_each_threat_says_its_own_window_and_thresholds():
    frame = table(joint_publication())
    month = frame.row(by_predicate=(pl.col("unit") == "XAA") & (pl.col("threat") == "conflict"))
    row = frame.filter(unit="XAA", threat="displacement").row(0, named=True)
    assert month is not None
    assert (row["window_start"], row["window_end"]) == ("2022-01", "2022-12")
    assert (row["threshold_1"], row["threshold_2"], row["threshold_3"]) == (1000, 10_000, 100_000)
    assert row["counted"] == "people"


def test_a_hazard_without_what_it_is_joined_with_has_no_score():
    base = sample_publication()
    dimensions = np.full((7, 2), 4.0)
    dimensions[2, 1] = np.nan
    frame = table(sample_publication(joined_with=dimensions))
    assert frame["state"].to_list().count("unscored") == 1
    whole, joined = table(base).row(0, named=True), frame.row(0, named=True)
    points = base.first.scores[0]
    assert joined["score"] == pytest.approx(np.mean((points * 16) ** (1 / 3)), abs=0.005)
    assert whole["score"] == pytest.approx(points.mean(), abs=0.005)


def test_two_rows_of_one_unit_and_threat_are_refused():
    frame = table(sample_publication())
    assert Components.is_valid(frame, cast=True)
    assert not Components.is_valid(pl.concat([frame, frame]), cast=True)


def test_each_threat_names_a_unit_as_its_source_does():
    publication = joint_publication()
    first, second = publication.parts
    second = replace(second, names={"XAA": "Aurelia (with Borduna)"})
    frame = table(replace(publication, parts=(first, second))).filter(unit="XAA")
    told = dict(frame.select("threat", "name").iter_rows())
    assert told == {
        "conflict": "Aurelia",
        "displacement": "Aurelia (with Borduna)",
        "climate": "Aurelia",
    }
