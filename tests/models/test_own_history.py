"""The baselines that redraw a unit's own history."""

import numpy as np
import pytest

from riskkit.models.own_history import Conflictology, ConflictologyMixture, EwHistory, recent
from riskkit.models.parts.history import history
from riskkit.testing.datasets import dataset_of

RISING = np.arange(40.0)


def marginals(kind, y, size, horizons=(1, 9)):
    return kind().marginals(dataset_of(np.atleast_2d(y), horizons), size)


def test_conflictology_is_the_last_twelve_months():
    draws = marginals(Conflictology, RISING, 12)
    assert draws.tolist() == [[list(range(28, 40))] * 2]


def test_conflictology_of_years_is_the_last_three():
    y = np.full((1, 60), np.nan)
    y[0, ::12] = [9, 8, 3, 1, 2]
    data = dataset_of(y, (1, 13), "year")
    assert Conflictology().marginals(data, 3).tolist() == [[[1, 2, 3]] * 2]


def test_months_that_are_not_known_are_not_drawn():
    y = np.append(RISING, [np.nan, np.nan])
    y[35] = np.nan
    draws = marginals(Conflictology, y, 11)
    assert draws[0, 0].tolist() == [28, 29, 30, 31, 32, 33, 34, 36, 37, 38, 39]


def test_units_without_a_recent_past_redraw_their_last_value_and_others_get_zeros():
    y = np.vstack([RISING, np.where(RISING < 10, RISING, np.nan), np.full(len(RISING), np.nan)])
    draws = marginals(Conflictology, y, 20)
    assert (draws[1] == RISING[RISING < 10].max()).all()
    assert not draws[2].any()


def test_the_mixture_has_five_percent_from_all_positive_values():
    y = np.zeros((2, 40))
    y[0, 5:10] = 1000
    draws = marginals(ConflictologyMixture, y, 1000)
    np.testing.assert_allclose((draws == 1000).mean(axis=-1), 0.05)
    assert set(np.unique(draws)) == {0, 1000}


def test_the_mixture_without_any_deaths_is_zero():
    assert not marginals(ConflictologyMixture, np.zeros((2, 40)), 50).any()


def test_weights_halve_every_half_life():
    past = history(dataset_of(RISING[None]))
    values, weights = recent(past, window=3, half_life=1)
    assert values.tolist() == [[37, 38, 39]]
    assert weights.tolist() == [[0.25, 0.5, 1]]


def test_exponentially_weighted_history():
    """24 months with a half-life of 6, each value also times .7 and 1.4."""
    y = np.zeros(40)
    y[-7], y[-30] = 100, 999
    draws = marginals(EwHistory, y, 3000)[0, 0]
    values, counts = np.unique(draws, return_counts=True)
    assert values.tolist() == [0, 70, 100, 140]
    age = np.arange(24)
    share = 0.5 ** (6 / 6) / (0.5 ** (age / 6)).sum() / 3
    np.testing.assert_allclose(counts[1:] / 3000, share, atol=0.001)


@pytest.mark.parametrize("kind", [Conflictology, ConflictologyMixture, EwHistory])
def test_the_draws_hold_the_marginals_for_every_month(kind):
    data = dataset_of(np.vstack([RISING, RISING[::-1]]), horizons=(1, 2, 3))
    draws = kind().sample(data, 60, seed=1)
    np.testing.assert_array_equal(np.sort(draws), kind().marginals(data, 60))
