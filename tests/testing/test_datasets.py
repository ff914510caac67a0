"""Panels with several odd things at once: every draw is a whole number within its bounds."""

import numpy as np
import pytest

from riskkit.models.analogues import Analogues
from riskkit.models.log_logistic import LogLogistic
from riskkit.models.parts.history import largest
from riskkit.models.pool import Pool
from riskkit.testing.datasets import hostile_datasets

QUICK = {"xgboost_hurdle": {"rounds": 5}, "network": {"seeds": 1, "epochs": 2}}


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(lambda: Pool(options=QUICK), id="pool", marks=pytest.mark.slow),
        pytest.param(LogLogistic, id="log_logistic"),
        pytest.param(Analogues, id="analogues"),
    ],
)
def test_draws_of_36_hostile_panels_are_bounded(make):
    for told, data in hostile_datasets(36):
        draws = make().fit(data, 1).forecast(data, 40, 1).draws
        top = largest(data)[data.eligibility.forecast]
        assert draws.dtype == np.int64, told
        assert ((draws >= 0) & (draws <= top[:, None, None])).all(), told


def test_the_same_seed_gives_the_same_panels():
    first, again = (list(hostile_datasets(12, seed=3)) for _ in range(2))
    assert [told for told, _ in first] == [told for told, _ in again]
    for (_, one), (_, other) in zip(first, again, strict=True):
        np.testing.assert_array_equal(one.y, other.y)
        np.testing.assert_array_equal(one.X, other.X)
    assert len({told.split(": ")[1] for told, _ in first}) > 8
