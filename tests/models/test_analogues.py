"""Analogues: nearest situations, and units told apart by how unsteady they are."""

import numpy as np

from riskkit.models.analogues import PRIOR, Analogues, _last, _unsteadiness
from riskkit.models.parts.history import history
from riskkit.testing.datasets import dataset_of, made_up_dataset


def test_the_last_periods_are_summed():
    np.testing.assert_array_equal(_last(np.array([[1.0, 2.0, 3.0, 4.0]]), 2), [[1, 3, 5, 7]])


def test_unsteadiness_is_the_size_of_surprises():
    y = np.full((2, 40), np.expm1(3.0))
    y[1, 1::2] = 0.0
    found = _unsteadiness(history(dataset_of(y, horizons=(1,))))
    assert found[0, -1] < found[1, -1]
    steady = np.full((3, 40), 7.0)
    np.testing.assert_allclose(_unsteadiness(history(dataset_of(steady))), 1e-6, atol=1e-9)


def test_a_unit_without_a_past_is_as_unsteady_as_others():
    rng = np.random.default_rng(2)
    y = np.expm1(np.abs(rng.normal(3, 1, (5, 60)))).round()
    y[4] = np.nan
    past = history(dataset_of(y, horizons=(1,)))
    logs = np.log1p(past.values)
    assert PRIOR > 0
    assert 0.5 < _unsteadiness(past)[4, -1] / np.nanstd(logs) < 1.5


def test_unsteady_units_get_wider_intervals_than_steady_ones_of_the_same_level():
    rng = np.random.default_rng(3)
    spread = np.where(np.arange(40) < 20, 0.05, 1.0)[:, None]
    y = np.expm1(np.maximum(5 + spread * rng.normal(size=(40, 150)), 0)).round()
    data = dataset_of(y, horizons=(1, 3))
    draws = np.log1p(Analogues().fit(data, 1).marginals(data, 200))
    width = np.quantile(draws, 0.95, axis=-1) - np.quantile(draws, 0.05, axis=-1)
    assert width[:20].max() < 1.0
    assert width[20:].min() > 2.0


def test_neighbours_matter():
    data = made_up_dataset(units=12, months=80)
    usual = Analogues().fit(data, 1).marginals(data, 100)
    assert (usual != Analogues(neighbours=20).fit(data, 1).marginals(data, 100)).any()
