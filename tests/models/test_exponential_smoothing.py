"""Exponential smoothing: one unit at a time."""

from dataclasses import replace

import numpy as np

from riskkit.models import exponential_smoothing
from riskkit.models.exponential_smoothing import ExponentialSmoothing
from riskkit.models.parts.history import inherit
from riskkit.testing.datasets import dataset_of, made_up_dataset


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


def test_copies_of_units_are_not_smoothed_again(monkeypatch):
    data = made_up_dataset(units=4, months=60)
    known = ExponentialSmoothing().marginals(data, 20)
    monkeypatch.setattr(exponential_smoothing, "_levels", None)
    units = tuple(f"{unit}/{copy}" for copy in (0, 1) for unit in data.units)
    copies = replace(data, units=units, X=np.tile(data.X, (2, 1, 1)), y=np.tile(data.y, (2, 1)))
    again = ExponentialSmoothing().marginals(inherit(copies, data), 20)
    np.testing.assert_array_equal(again, np.tile(known, (2, 1, 1)))
