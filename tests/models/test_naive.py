"""The baselines that look at averages or at the last value."""

import numpy as np
import pytest

from riskkit.models.naive import Average12, Average60, Bootstrap, Last, Zero
from riskkit.testing.datasets import dataset_of

ROW = np.concatenate([np.full(60, 2.0), np.full(11, 30.0), [90.0]])


@pytest.mark.parametrize(
    ("kind", "mean"), [(Zero, 0), (Last, 90), (Average12, 35), (Average60, (96 + 330 + 90) / 60)]
)
def test_the_mean_of_the_draws(kind, mean):
    draws = kind().sample(dataset_of(ROW[None], horizons=(1, 2)), 4000, seed=1)
    np.testing.assert_allclose(draws.mean(axis=-1), [[mean, mean]], rtol=0.02)
    np.testing.assert_allclose(draws.var(axis=-1), [[mean, mean]], rtol=0.1)


def test_the_last_value_is_the_last_published_one():
    y = np.append(ROW, [np.nan, np.nan])
    draws = Last().sample(dataset_of(y[None]), 1000, seed=1)
    assert draws.mean() == pytest.approx(90, rel=0.02)


@pytest.mark.parametrize(("kind", "mean"), [(Average12, 80), (Average60, 40)])
def test_yearly_averages_are_over_years(kind, mean):
    y = np.full((1, 96), np.nan)
    y[0, ::12] = [500, 0, 0, 40, 20, 60, 0, 80]
    draws = kind().sample(dataset_of(y, (1,), "year"), 2000, seed=1)
    assert draws.mean() == pytest.approx(mean, rel=0.02)


def test_the_bootstrap_draws_from_all_units_over_the_last_12_months():
    y = np.zeros((4, 20))
    y[0], y[1, -12:], y[1, :8], y[2, -3:] = 5, 7, 999, np.nan
    draws = Bootstrap().sample(dataset_of(y), 3000, seed=1)
    values, counts = np.unique(draws, return_counts=True)
    assert values.tolist() == [0, 5, 7]
    np.testing.assert_allclose(counts / draws.size, [21 / 45, 12 / 45, 12 / 45], atol=0.02)
    assert abs((draws[0] == 5).mean() - (draws[3] == 5).mean()) < 0.02
