"""What is published is the truth, with its publication dates, and marked as simulated."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl
import pytest

from riskkit.months import first_day, last_day, month_id
from riskkit.tables import Observations
from riskkit.world import simulate
from riskkit.world.releases import INDICATORS

DECLARED = [i for group in INDICATORS.values() for i in group]


def _values(world, name: str) -> pl.DataFrame:
    rows = pl.concat([r.observations for r in world.releases])
    return rows.filter(pl.col("indicator") == name)


@pytest.fixture(scope="module")
def uneven():
    """A world that begins in the middle of a year: 305 months before January 2025."""
    return simulate(3, 60, 305)


def test_every_release_is_valid_marked_and_covers_the_world(world):
    for release in world.releases:
        Observations.validate(release.observations)
        assert release.simulated
        assert release.covers == (first_day(world.months[0]), date(2024, 12, 1))
        published = set(release.observations["indicator"].unique())
        assert published == {i.name for i in release.indicators}
        assert set(release.observations["unit"]) <= set(world.codes)


@pytest.mark.parametrize("indicator", DECLARED, ids=lambda i: i.name)
class TestEveryIndicator:
    def test_is_declared_as_simulated(self, world, indicator):
        assert indicator.source == "world"
        assert indicator.description.startswith("Simulated: ")
        assert indicator.unit

    def test_is_published_with_its_lag(self, world, indicator):
        rows = _values(world, indicator.name)
        last = 11 if indicator.frequency == "year" else 0
        for month, known in rows.select("month", "known_from").unique().iter_rows():
            assert known == last_day(month_id(month) + last + indicator.lag_months)

    def test_has_its_rows(self, uneven, indicator):
        rows = _values(uneven, indicator.name)
        if indicator.census:
            assert rows["value"].min() > 0
        elif indicator.frequency == "month":
            assert rows.height == 60 * 305
        else:
            assert rows.height == 60 * 25
            assert rows["month"].dt.month().unique().to_list() == [1]
            assert rows["month"].min() == date(2000, 1, 1)


@pytest.mark.parametrize(
    "name", ["ged_sb", "ged_ns", "ged_os", "attacks", "attacks_killed", "agreements"]
)
def test_counts_are_the_truth(world, name):
    truth = getattr(world.states, name)
    published = np.zeros_like(truth)
    for unit, month, value in _values(world, name).select("unit", "month", "value").iter_rows():
        published[world.months.index(month_id(month)), world.codes.index(unit)] = value
    np.testing.assert_array_equal(published, truth)


def test_refugees_by_country_are_the_sums_of_the_dyads(uneven):
    dyads = uneven.dyads["refugees"]
    assert dyads["refugees"].min() > 0
    for side, name in (("origin", "refugees_out"), ("asylum", "refugees_in")):
        sums = dyads.group_by(side, "year").agg(pl.col("refugees").sum()).rename({side: "unit"})
        rows = _values(uneven, name).with_columns(year=pl.col("month").dt.year())
        both = rows.join(sums, on=["unit", "year"], how="left").fill_null(0)
        assert both["value"].to_list() == both["refugees"].cast(pl.Float64).to_list()
        assert both["refugees"].sum() == dyads["refugees"].sum()


def test_pacts_by_country_are_the_counts_of_the_alliances(uneven):
    alliances = uneven.dyads["alliances"]
    members = pl.concat(
        [alliances.select(pl.col(side).alias("unit"), "year") for side in ("unit_1", "unit_2")]
    )
    counts = members.group_by("unit", "year").len()
    rows = _values(uneven, "defence_pacts").with_columns(year=pl.col("month").dt.year())
    both = rows.join(counts, on=["unit", "year"], how="left").fill_null(0)
    assert both["value"].to_list() == both["len"].cast(pl.Float64).to_list()


def test_dyads_say_when_they_were_known(uneven):
    for name in ("refugees", "alliances"):
        for year, known in uneven.dyads[name].select("year", "known_from").unique().iter_rows():
            assert known == date(year + 1, 6, 30)


def test_contiguity_has_both_directions(world):
    pairs = set(world.dyads["contiguity"].iter_rows())
    assert pairs == {(b, a) for a, b in pairs}
    assert len(pairs) == world.geography.contiguous.sum()


@pytest.mark.parametrize(
    ("name", "low", "high"),
    [
        ("temperature_anomaly", -6, 6),
        ("rain_anomaly", -100, 500),
        ("democracy", 0, 1),
        ("agriculture_share", 0, 1),
        ("excluded_population", 0, 1),
        ("infant_mortality", 0.5, 400),
        ("gdp_per_capita", 50, 300_000),
        ("population", 10_000, 3e9),
        ("peacekeeping", 1, 1),
    ],
)
def test_values_are_plausible(world, name, low, high):
    values = _values(world, name)["value"]
    assert low <= values.min() <= values.max() <= high
