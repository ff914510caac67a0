"""What acting on the replayed rankings that come with riskkit would have brought."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from riskkit import Study
from riskkit.publish import _table
from riskkit.publish.costs import Costs
from riskkit.publish.costs import table as costs_table
from riskkit.publish.decisions import Decisions
from riskkit.publish.decisions import table as decisions_table
from riskkit.study.shipped import REPORTING_FROM, decided
from tests.cli.running import SMALL
from tests.publish.sample import sample_publication


def test_the_standard_study_has_them_and_they_can_be_published() -> None:
    alarms, costs = decided(Study.open(None))
    assert alarms is not None
    assert costs is not None
    made = replace(sample_publication(), alarms=alarms, costs=costs)
    _table.checked(decisions_table(made), Decisions, "decisions.csv")
    _table.checked(costs_table(made), Costs, "costs.csv")
    assert set(alarms["first_origin"]) == {REPORTING_FROM}
    top = alarms.filter(pl.col("event") == "among the ten highest")
    places = top.select(pl.col("hits") + pl.col("misses")).to_series()
    assert places.unique().to_list() == [70], "ten places at each of seven origins"
    pairs = alarms.group_by("event", "alarm").agg(
        (pl.col("hits") + pl.col("false_alarms")).n_unique().alias("numbers")
    )
    assert set(pairs["numbers"]) == {1}, "both give the same number of alarms"


def test_a_study_of_other_settings_has_none() -> None:
    assert decided(Study.open(None, SMALL)) == (None, None)
    assert decided(Study.open(None, ["composite.exponent=3"])) == (None, None)
