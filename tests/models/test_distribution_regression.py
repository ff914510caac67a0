"""Distribution regression: a ladder of thresholds that learns features and season."""

import numpy as np
import pytest

from riskkit.models.distribution_regression import DistributionRegression, _probabilities
from riskkit.testing.datasets import dataset_of, made_up_dataset
from tests.models.alarms import check_that_an_alarm_is_heeded


def test_crossing_thresholds_are_put_in_order():
    p = _probabilities(np.array([[0.5, 0.2, 0.4], [0.0, 0.9, 0.1]]))
    np.testing.assert_allclose(p, [[0.5, 0.3, 0.1, 0.1], [1, 0, 0, 0]])


def test_it_learns_the_calendar():
    """Forty deaths each December and a few in other months."""
    rng = np.random.default_rng(1)
    y = rng.poisson(2, (20, 120)).astype(float)
    y[:, 11::12] = rng.poisson(40, (20, 10))
    data = dataset_of(y, horizons=(1, 6, 12))
    median = np.median(DistributionRegression().fit(data, 1).marginals(data, 200), axis=-1)
    assert (median[:, 2] > 20).mean() > 0.9
    assert (median[:, :2] < 10).mean() > 0.9


def test_a_feature_that_tells_the_future_is_used():
    check_that_an_alarm_is_heeded(DistributionRegression())


@pytest.mark.parametrize("setting", [{"thresholds": 3}, {"components": 1}, {"prior": 500.0}])
def test_settings_matter(setting):
    data = made_up_dataset(units=12, months=80)
    usual = DistributionRegression().fit(data, seed=1).marginals(data, 100)
    other = DistributionRegression(**setting).fit(data, seed=1).marginals(data, 100)
    assert (usual != other).any()
