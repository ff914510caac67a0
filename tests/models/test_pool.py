"""The linear pool."""

import numpy as np
import pytest

from riskkit.errors import RiskkitError
from riskkit.models.pool import Pool
from riskkit.testing.datasets import made_up_dataset

OWN = ("conflictology", "ewhistory")


def test_it_is_the_mixture_of_its_members():
    data = made_up_dataset(units=6, months=50)
    pooled = Pool(OWN).marginals(data, 600)
    parts = [Pool([name]).marginals(data, 600) for name in OWN]
    for threshold in (1, 5, 50, 200):
        chance = np.mean([(part >= threshold).mean(axis=-1) for part in parts], axis=0)
        np.testing.assert_allclose((pooled >= threshold).mean(axis=-1), chance, atol=0.002)


def test_by_hand():
    class Fixed(Pool):
        def __init__(self, *members):
            self._members, self.support = members, None

    class Member:
        learned = True

        def __init__(self, *values):
            self.values = np.array([[values]], dtype=float)

        def marginals(self, data, size):
            return self.values

    pooled = Fixed(Member(0, 0, 4), Member(1, 2, 3), Member(0, 5, 6)).marginals(None, 3)
    # All nine in order are 0 0 0 | 1 2 3 | 4 5 6; the middle of each third is drawn.
    assert pooled.tolist() == [[[0, 2, 5]]]


def test_members_take_their_settings():
    pool = Pool(["xgboost"], {"xgboost": {"rounds": 3}})
    assert pool._members[0].rounds == 3


def test_the_order_of_the_members_is_irrelevant():
    data = made_up_dataset(units=6, months=50)
    there, back = Pool(OWN), Pool(OWN[::-1])
    np.testing.assert_array_equal(there.sample(data, 90, 1), back.sample(data, 90, 1))


def test_own_history_explains_nothing():
    assert Pool(OWN).contributions(made_up_dataset()) is None


def test_a_file_of_other_members_is_refused(tmp_path):
    Pool(OWN).save(tmp_path / "pool")
    with pytest.raises(RiskkitError, match="holds a pool of conflictology, ewhistory; load it"):
        Pool(["ewhistory"]).load(tmp_path / "pool")
