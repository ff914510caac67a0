"""Countries are hexagons that never overlap; contiguity is a shared edge."""

from __future__ import annotations

import numpy as np
import pytest

from riskkit.world.geography import Geography, make_geography, n_regions

SIZES = [60, 61, 97, 120, 163, 200]


@pytest.fixture(params=SIZES)
def geography(request) -> Geography:
    return make_geography(request.param, np.random.default_rng(request.param))


def test_every_country_has_a_place_and_every_region_a_country(geography):
    n = len(geography.lon)
    assert n in SIZES
    assert np.unique(geography.region).tolist() == list(range(n_regions(n)))
    assert np.bincount(geography.region).min() >= 10


def test_contiguity_is_a_shared_edge(geography):
    corners = [{tuple(corner) for corner in geography.ring(i)} for i in range(len(geography.lon))]
    shared = np.array([[len(one & two) for two in corners] for one in corners])
    assert (np.diag(shared) == 6).all()
    np.fill_diagonal(shared, 0)
    assert shared.max() == 2
    np.testing.assert_array_equal(geography.contiguous, shared == 2)


def test_contiguity_is_the_distance_of_one_cell(geography):
    distance = geography.distance()
    np.testing.assert_array_equal(geography.contiguous, np.isclose(distance, 1.0))
    assert distance[~np.eye(len(distance), dtype=bool)].min() > 0.99


def test_there_are_continents_and_islands(geography):
    neighbours = geography.contiguous.sum(axis=1)
    assert 2 < neighbours.mean() < 4
    assert 0.08 < (neighbours == 0).mean() < 0.2


def test_rings_are_closed_counter_clockwise_and_on_the_map(geography):
    for i in range(len(geography.lon)):
        ring = np.array(geography.ring(i))
        assert ring.shape == (7, 2)
        assert (ring[0] == ring[-1]).all()
        x, y = ring[:-1].T
        assert (x * np.roll(y, -1) - np.roll(x, -1) * y).sum() > 0
        assert np.abs(ring[:, 0]).max() <= 180
        assert np.abs(ring[:, 1]).max() <= 75


def test_the_same_stream_draws_the_same_map():
    one, two = (make_geography(80, np.random.default_rng(3)) for _ in range(2))
    np.testing.assert_array_equal(one.contiguous, two.contiguous)
    assert one.ring(5) == two.ring(5)
