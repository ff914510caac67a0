"""Onset: what counts as armed conflict, quiet and outbreak, and a model of it."""

import numpy as np
import pytest

from riskkit.models.onset import Onset, armed, follows, quiet, trailing_sum
from riskkit.models.parts.state import read_state, write_state


def test_armed_conflict_is_relative_to_the_population():
    deaths = np.array([[1.0, 0.0, 3.0, 1.0]])
    population = np.array([[1e6, 1e6, 10e6, np.nan]])
    assert armed(deaths, population).tolist() == [[True, False, False, False]]


def test_quiet_and_what_follows_by_hand():
    war = np.array([[True, False, False, False, True, False]])
    assert quiet(war, 3).tolist() == [[False, False, False, True, False, False]]
    assert follows(war, 2)[0, :4].tolist() == [0, 0, 1, 1]
    assert np.isnan(follows(war, 2)[0, 4:]).all()
    np.testing.assert_array_equal(trailing_sum(np.arange(4.0)[None], 2), [[np.nan, 1, 3, 5]])


def test_it_ranks_by_what_matters_and_survives_a_file(tmp_path):
    rng = np.random.default_rng(1)
    columns = rng.normal(size=(4000, 3))
    happened = rng.random(4000) < 1 / (1 + np.exp(3 - 1.5 * columns[:, 0]))
    columns[::7, 1] = np.nan
    model = Onset().fit(columns, happened)
    chance = model.chance(columns)
    assert chance.mean() == pytest.approx(happened.mean(), rel=0.05)
    assert abs(np.corrcoef(chance, columns[:, 0])[0, 1]) > 0.8
    write_state(tmp_path / "onset", "onset", model.state())
    again = Onset().restore(read_state(tmp_path / "onset", "onset"))
    np.testing.assert_array_equal(again.chance(columns), chance)
