"""Exponential smoothing: one unit at a time."""

import numpy as np

from riskkit.models.exponential_smoothing import ExponentialSmoothing
from riskkit.testing.datasets import dataset_of


def test_other_units_are_irrelevant():
    y = np.random.default_rng(1).poisson([[3.0], [30.0]], (2, 80)).astype(float)
    both = ExponentialSmoothing().marginals(dataset_of(y), 50)
    np.testing.assert_array_equal(
        ExponentialSmoothing().marginals(dataset_of(y[:1]), 50),
        np.minimum(both[:1], 5 * y[0].max()),
    )


def test_it_follows_a_shift_and_forgets_units_without_any_for_five_years():
    y = np.full((2, 120), 10.0)
    y[0, 60:], y[1, 50:] = 100.0, 0.0
    median = np.median(ExponentialSmoothing().marginals(dataset_of(y, (1,)), 99), axis=-1)
    assert 80 < median[0, 0] < 120
    assert median[1, 0] == 0


def test_a_short_series_is_spread_over_its_own_values_and_not_forgotten():
    y = np.array([[4.0, 9.0, 4.0, 9.0, 9.0]])
    draws = ExponentialSmoothing().marginals(dataset_of(y, (1, 2)), 99)
    np.testing.assert_allclose([draws.min(), np.median(draws), draws.max()], [4, 9, 9], atol=0.1)
