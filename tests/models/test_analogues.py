"""Analogues: nearest situations, and units told apart by how unsteady they are."""

import numpy as np

from riskkit.models.analogues import Analogues
from riskkit.testing.datasets import dataset_of, made_up_dataset


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
