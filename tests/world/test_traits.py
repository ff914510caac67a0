"""Fixed characteristics are shares that add up, and resemble each other within a region."""

from __future__ import annotations

import numpy as np
import pytest

from riskkit.world.geography import make_geography
from riskkit.world.streams import Streams
from riskkit.world.traits import CHANNELS, make_traits


@pytest.fixture(scope="module")
def geography():
    return make_geography(150, np.random.default_rng(1))


@pytest.fixture(scope="module")
def traits(geography):
    return make_traits(geography, 1.5, Streams(1))


def test_neighbours_share_equally_and_islands_have_none(geography, traits):
    rows = traits.neighbours.sum(axis=1)
    islands = ~geography.contiguous.any(axis=1)
    np.testing.assert_allclose(rows[~islands], 1)
    assert islands.any()
    assert (rows[islands] == 0).all()
    assert ((traits.neighbours > 0) == geography.contiguous).all()


def test_every_refugee_finds_one_host_and_most_of_them_near(geography, traits):
    np.testing.assert_allclose(traits.hosts.sum(axis=1), 1)
    assert (np.diag(traits.hosts) == 0).all()
    assert ((traits.hosts > 0).sum(axis=1) == 15).all()
    inland = geography.contiguous.sum(axis=1) >= 3
    assert (traits.hosts * geography.contiguous).sum(axis=1)[inland].min() > 0.5


def test_pairs_of_partners_are_unique_and_know_both_parties(traits):
    first, second = traits.partners.T
    assert (first < second).all()
    assert len(np.unique(traits.partners, axis=0)) == len(first)
    assert (traits.party.sum(axis=1) == 2).all()
    rows = np.arange(len(first))
    assert (traits.party[rows, first] == 1).all()
    assert (traits.party[rows, second] == 1).all()


@pytest.mark.parametrize("name", ["wealth", "frailty"])
def test_regions_explain_a_part(traits, name):
    values = getattr(traits, name)
    means = np.array([values[traits.region == r].mean() for r in range(traits.regions)])
    between = means[traits.region].var() / values.var()
    assert 0.1 < between < 0.9


def test_dispositions_have_the_deviation_asked_for(traits):
    assert traits.frailty.mean() == pytest.approx(0)
    assert traits.frailty.std() == pytest.approx(1.5)
    assert set(traits.channel_frailty) == set(CHANNELS)
