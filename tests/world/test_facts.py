"""The world looks like the real one: facts by hand, of the world, and of the real table."""

from __future__ import annotations

from dataclasses import asdict

import numpy as np
import polars as pl
import pytest

from riskkit.world import simulate
from riskkit.world.facts import OBSERVED, stylised_facts

NEAR = {
    "zero_share": (0.84, 0.91),
    "median": (18, 42),
    "q90": (200, 450),
    "q99": (1300, 4500),
    "persistence": (0.77, 0.86),
    "emergence": (0.020, 0.035),
    "autocorrelation_1": (0.82, 0.89),
    "autocorrelation_12": (0.70, 0.80),
    "autocorrelation_36": (0.56, 0.72),
    "onset_share": (0.005, 0.016),
    "neighbour_log_odds": (0.7, 2.0),
    "top_ten_share": (0.20, 0.45),
    "never_share": (0.40, 0.58),
}
"""What the default world must reproduce: about a fifth to a half around each observed value."""

ROUGHLY = {
    "zero_share": (0.80, 0.95),
    "median": (12, 60),
    "q90": (140, 650),
    "q99": (800, 8000),
    "persistence": (0.72, 0.89),
    "emergence": (0.013, 0.045),
    "autocorrelation_1": (0.79, 0.91),
    "autocorrelation_12": (0.66, 0.83),
    "autocorrelation_36": (0.45, 0.75),
    "onset_share": (0.004, 0.020),
    "neighbour_log_odds": (-0.2, 2.9),
    "top_ten_share": (0.15, 0.70),
    "never_share": (0.25, 0.60),
}
"""What any seed must reproduce: one world of 120 countries holds few great wars."""


@pytest.mark.parametrize("bounds", [NEAR, ROUGHLY], ids=["near", "roughly"])
def test_the_bounds_hold_the_observed_facts(bounds):
    assert set(bounds) == set(asdict(OBSERVED))
    for name, (low, high) in bounds.items():
        assert low <= getattr(OBSERVED, name) <= high, name


@pytest.mark.parametrize("name", NEAR)
def test_the_default_world_reproduces(world, name):
    low, high = NEAR[name]
    fact = getattr(stylised_facts(world.states.ged_sb.T, world.geography.contiguous), name)
    assert low <= fact <= high, f"{name} is {fact:.4g}, observed {getattr(OBSERVED, name)}"


@pytest.mark.parametrize(
    ("seed", "countries", "months"), [(2, 120, 360), (3, 120, 360), (4, 180, 480)]
)
def test_other_worlds_roughly_reproduce(seed, countries, months):
    world = simulate(seed, countries, months)
    facts = asdict(stylised_facts(world.states.ged_sb.T, world.geography.contiguous))
    off = {k: v for k, v in facts.items() if not ROUGHLY[k][0] <= v <= ROUGHLY[k][1]}
    assert not off


def test_the_observed_facts_are_those_of_the_real_table(shared_data):
    deaths, contiguous = _real_table(shared_data / "tables")
    measured = asdict(stylised_facts(deaths, contiguous))
    assert measured == pytest.approx(asdict(OBSERVED), rel=5e-4)


def _real_table(folder):
    table = pl.read_parquet(folder / "conflict_country_month.parquet")
    countries = table.select("country_id", "gwcode").unique().sort("country_id")
    row = {country: i for i, country in enumerate(countries["country_id"])}
    deaths = np.full((len(row), 12 * (2021 - 1989 + 1)), np.nan)
    month = (table["year"] - 1989) * 12 + table["month"] - 1
    deaths[[row[c] for c in table["country_id"]], month.to_numpy()] = table["ged_sb"].to_numpy()
    borders = pl.read_parquet(folder / "contiguity.parquet").filter(
        (pl.col("land_contiguous") == 1) & (pl.col("year") >= 1989)
    )
    pairs = set(borders.select("gwcode_1", "gwcode_2").iter_rows())
    codes = countries["gwcode"].to_list()
    touch = np.array([[(a, b) in pairs or (b, a) in pairs for b in codes] for a in codes])
    return deaths, touch & ~np.eye(len(codes), dtype=bool)


class TestByHand:
    """Four countries, three in a row and an island that is born in month 12; 48 months."""

    deaths = np.zeros((4, 48))
    deaths[0, 30:33] = (10, 15, 99)
    deaths[1, 31] = 1.0
    deaths[2, 3] = 5.0
    deaths[2, 40] = 2.0
    deaths[3, :12] = np.nan
    contiguous = np.zeros((4, 4), dtype=bool)
    contiguous[0, 1] = contiguous[1, 0] = contiguous[1, 2] = contiguous[2, 1] = True
    facts = stylised_facts(deaths, contiguous)

    def test_share_of_zeros_ignores_months_without_a_state(self):
        assert self.facts.zero_share == pytest.approx(1 - 6 / (3 * 48 + 36))

    def test_size_speaks_of_months_with_deaths(self):
        assert self.facts.median == 7.5
        assert self.facts.q90 == pytest.approx(15 + 0.5 * 84)

    def test_persistence_and_emergence(self):
        assert self.facts.persistence == 2 / 6
        assert self.facts.emergence == pytest.approx(4 / (3 * 47 + 35 - 6))

    @pytest.mark.parametrize("lag", [1, 12, 36])
    def test_autocorrelation_pairs_the_months(self, lag):
        before, after = np.log1p(self.deaths[:, :-lag]), np.log1p(self.deaths[:, lag:])
        known = ~np.isnan(before)
        expected = np.corrcoef(before[known], after[known])[0, 1]
        assert getattr(self.facts, f"autocorrelation_{lag}") == pytest.approx(expected)

    def test_onset_needs_two_quiet_years_before_and_25_deaths_after(self):
        # Two quiet years may begin in months 0 to 12: 7 times before the war of country 0, 8
        # times before the one death of country 1, 9 times after those of country 2, once in the
        # short life of country 3. Only the war follows with 25 deaths.
        assert self.facts.onset_share == pytest.approx(7 / (7 + 8 + 9 + 1))

    def test_neighbours_in_the_same_month(self):
        both, alone, spared = 2, 4, 5
        calm = 3 * 48 - both - alone - spared
        expected = np.log(both * calm / (alone * spared))
        assert self.facts.neighbour_log_odds == pytest.approx(expected)

    def test_concentration(self):
        assert self.facts.top_ten_share == 1.0
        assert self.facts.never_share == 0.25
