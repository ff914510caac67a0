"""Cells of the simulated grid: where they lie, which touch, and whose they are."""

from __future__ import annotations

import numpy as np
import pytest

from riskkit.publish._places import outlines
from riskkit.units.grid import centroid_of
from riskkit.units.inside import areas_of
from riskkit.world.lattice import NOWHERE, OCEAN_COLUMNS, OCEAN_ROWS, Lattice


def test_no_cell_lies_on_land():
    gids = Lattice.of(OCEAN_COLUMNS * OCEAN_ROWS).gids
    lon, lat = centroid_of(gids)
    assert len(set(gids.tolist())) == len(gids) == 13_248
    assert set(areas_of(lon, lat, outlines())) == {None}
    assert (lon.min(), lon.max(), lat.min(), lat.max()) == (-173.75, -82.25, -65.75, -30.25)


def test_cells_beyond_the_ocean_have_numbers_that_no_cell_has():
    gids = Lattice.of(13_300).gids
    assert gids[13_247] < 259_200
    assert gids[13_248:].tolist() == list(range(NOWHERE + 13_248, NOWHERE + 13_300))


def test_the_mean_around_is_that_of_the_cells_that_touch():
    lattice = Lattice(cells=8, columns=3)  # rows 0 1 2, 3 4 5 and 6 7
    values = np.array([1.0, 2, 4, 8, 16, 32, 64, 128])
    around = lattice.around(np.stack([values, 0 * values]))
    assert around[0, 0] == pytest.approx((2 + 8 + 16) / 3)
    assert around[0, 4] == pytest.approx((1 + 2 + 4 + 8 + 32 + 64 + 128) / 7)
    assert around[0, 7] == pytest.approx((8 + 16 + 32 + 64) / 4)
    assert not around[1].any()


def test_every_country_has_cells_and_they_lie_together():
    lattice = Lattice.of(600)
    country = lattice.countries(np.random.default_rng(0))
    assert set(country.tolist()) == set(range(10))
    capital = [np.flatnonzero(country == c).mean() for c in range(10)]
    assert len(set(capital)) == 10
    beside = country[1:] == country[:-1]
    assert beside.mean() > 0.8
