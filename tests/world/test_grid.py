"""The simulated grid: silence, hot spots and contagion, and an oracle that knows them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from riskkit.errors import RiskkitError
from riskkit.world.grid import GridParameters, GridState, oracle_of_grid, simulate_grid


@pytest.fixture(scope="module")
def grid():
    return simulate_grid(seed=2, cells=600, months=240)


def test_the_same_seed_gives_the_same_grid(grid):
    again = simulate_grid(seed=2, cells=600, months=240)
    assert again.releases[0].observations.equals(grid.releases[0].observations)
    other = simulate_grid(seed=3, cells=600, months=240)
    assert not other.releases[0].observations.equals(grid.releases[0].observations)


def test_most_cells_are_always_quiet_and_few_are_hot(grid):
    deaths = grid.states.ged_sb
    assert 0.7 < (deaths.sum(axis=0) == 0).mean() < 0.95
    assert 0.002 < (deaths > 0).mean() < 0.03
    totals = np.sort(deaths.sum(axis=0))
    assert totals[-6:].sum() > 0.4 * totals.sum()  # one cell in a hundred


def test_it_is_published_as_any_census_is(grid):
    deaths, ties = grid.releases
    assert all(r.simulated for r in grid.releases)
    assert deaths.covered_units == grid.codes
    assert [i.name for i in deaths.indicators] == ["ged_sb", "ged_ns", "ged_os"]
    told = deaths.observations.filter(pl.col("indicator") == "ged_sb")
    assert told["value"].sum() == grid.states.ged_sb.sum()
    assert (told["value"] > 0).all()
    late = told.select((pl.col("known_from") - pl.col("month")).dt.total_days())
    assert late.to_series().is_between(58, 61).all()  # the end of the next month
    touching = ties.dyads.filter(pl.col("relation") == "contiguity")
    assert touching.group_by("unit").len()["len"].max() == 8
    assert set(grid.country_of) == set(grid.units["unit"])
    assert set(grid.country_of.values()) == set(grid.countries["unit"])


def test_violence_spreads_only_where_it_is_let():
    """Without contagion, what happens next door says less of the next month."""

    def shared(near):
        p = GridParameters(near=near, country=0.0, local=0.0, own=0.0, onset=-6.0)
        deaths = simulate_grid(seed=1, cells=900, months=240, parameters=p)
        fights = deaths.states.ged_sb > 0
        next_door = deaths.lattice.around(fights.astype(float))[:-1] > 0
        new = fights[1:] & ~fights[:-1]
        return new[next_door].mean() / new[~next_door].mean()

    assert shared(0.0) == pytest.approx(1.0, abs=0.35)
    assert shared(3.0) > 1.6


def test_the_oracle_beats_what_it_does_not_know(grid):
    origin = grid.months[-7]
    forecast = oracle_of_grid(grid, origin, range(1, 7), size=60)
    assert forecast.draws.shape == (600, 6, 60)
    assert list(forecast.units) == sorted(grid.codes)
    place = {code: row for row, code in enumerate(grid.codes)}
    came = grid.states.ged_sb[-6:, [place[unit] for unit in forecast.units]].T
    chance = forecast.exceedance(1)
    known, flat = ((chance - (came > 0)) ** 2).mean(), ((came > 0).mean() - (came > 0)) ** 2
    assert known < flat.mean()


def test_the_oracle_does_not_see_later_months(grid):
    origin = grid.months[200]
    states = {name: array.copy() for name, array in vars(grid.states).items()}
    for array in states.values():
        array[201:] = array[201:][::-1]
    scrambled = replace(grid, states=GridState(**states))
    one, other = (oracle_of_grid(g, origin, (1, 2), size=20) for g in (grid, scrambled))
    np.testing.assert_array_equal(one.draws, other.draws)


@pytest.mark.parametrize("sizes", [{"cells": 99}, {"months": 119}, {"seed": -1}])
def test_sizes_out_of_range_are_refused(sizes):
    with pytest.raises(RiskkitError, match=r"100 to 100,000 cells"):
        simulate_grid(**sizes)


def test_the_oracle_refuses_months_beyond_the_grid(grid):
    with pytest.raises(RiskkitError, match="has no month"):
        oracle_of_grid(grid, grid.months[0] - 1, (1,))
