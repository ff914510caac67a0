"""Support: how many situations of training lie near, and how the greatest of them ended."""

import numpy as np

from riskkit.models.parts.history import history
from riskkit.models.parts.support import MOST, Support
from riskkit.testing.datasets import dataset_of


def _support(y, horizons=(1, 3)):
    return Support.fit(history(dataset_of(y, horizons)))


def test_trust_vanishes_above_all_that_was_seen():
    found = _support(np.full((4, 100), 50.0))
    weight = found.weight(np.log1p([5.0, 50.0, 500.0, 5e6]), rows=30.0)
    np.testing.assert_allclose(weight[:2], 400 / 430)
    assert (weight[2:] == 0).all()
    assert (found.weight(np.log1p([5e6]), rows=0.0) == 1).all()


def test_with_enough_near_trust_is_whole():
    found = _support(np.full((12, 100), 50.0))
    assert len(found.levels) == MOST
    assert found.weight(np.log1p([50.0]), rows=30.0) == 1


def test_ends_are_those_of_the_greatest():
    """Each of forty units has thirty months at 1,000 and thirty without any."""
    y = np.tile(np.append(np.full(30, 1000.0), np.zeros(30)), (40, 1))
    found = _support(y, horizons=(1, 15))
    share, after = found.ends(np.log1p([10_000.0]), np.array([1, 15, 99]))
    assert share[0] < 0.1
    assert 0.35 < share[1] < 0.75
    assert share[2] == share[1]
    assert (after < 2000).all()


def test_it_is_rebuilt_from_its_arrays():
    found = _support(np.random.default_rng(1).poisson(20, (4, 60)).astype(float))
    again = Support.of_arrays({**found.arrays(), "other": 1})
    assert all((found.arrays()[key] == again.arrays()[key]).all() for key in found.arrays())
