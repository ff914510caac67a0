"""Log-logistic sizes: location and scale are found again, and depend on the columns."""

from dataclasses import replace

import numpy as np

from riskkit.models.log_logistic import LogLogistic, _sizes
from riskkit.testing.datasets import dataset_of, made_up_dataset


def _logistic(rng: np.random.Generator, size: int) -> np.ndarray:
    return rng.logistic(size=size)


def test_location_and_scale_are_found_again():
    rng = np.random.default_rng(1)
    columns = rng.normal(size=(20_000, 2))
    z = 0.4 - 0.3 * columns[:, 0] + np.exp(-0.5 + 0.4 * columns[:, 1]) * _logistic(rng, 20_000)
    location, scale = _sizes(columns, z, prior=1.0)
    np.testing.assert_allclose(location, [0.4, -0.3, 0.0], atol=0.03)
    np.testing.assert_allclose(scale, [-0.5, 0.0, 0.4], atol=0.03)


def test_effects_shrink_towards_none():
    rng = np.random.default_rng(2)
    columns = rng.normal(size=(200, 1))
    z = columns[:, 0] + 0.2 * _logistic(rng, 200)
    free, shrunk = (_sizes(columns, z, prior)[0][1] for prior in (1.0, 1e5))
    assert free > 0.9
    assert abs(shrunk) < 0.1


def test_few_rows_share_one_distribution():
    location, scale = _sizes(np.ones((5, 3)), np.arange(5.0), prior=20.0)
    assert not location[1:].any()
    assert not scale[1:].any()
    assert 1.0 < location[0] < 3.0


def test_slopes_are_those_of_the_loss():
    rng = np.random.default_rng(3)
    columns = rng.normal(size=(300, 2))
    z = columns[:, 1] + _logistic(rng, 300)
    location, scale = _sizes(columns, z, prior=20.0)

    def loss(at: np.ndarray, log_scale: np.ndarray) -> float:
        exog = np.hstack([np.ones((300, 1)), columns])
        t = (z - exog @ at) / np.exp(exog @ log_scale)
        penalty = 10.0 * ((at[1:] / z.std()) ** 2 + log_scale[1:] ** 2).sum()
        return float((t + 2 * np.logaddexp(0, -t) + exog @ log_scale).sum() + penalty)

    best = loss(location, scale)
    for k in range(3):
        for step in (-0.02, 0.02):
            nudge = np.where(np.arange(3) == k, step, 0.0)
            assert loss(location + nudge, scale) > best
            assert loss(location, scale + nudge) > best


def test_a_feature_widens_the_forecast():
    rng = np.random.default_rng(4)
    uneasy = rng.random((30, 150)) < 0.5
    spread = np.where(uneasy, 1.2, 0.1)
    y = np.full((30, 150), 200.0)
    y[:, 1:] = np.expm1(np.maximum(5 + spread[:, :-1] * rng.normal(size=(30, 149)), 0.7)).round()
    data = dataset_of(y, horizons=(1,))
    data = replace(data, X=uneasy[..., None].astype(np.float32), features=data.features[:1])
    draws = np.log1p(LogLogistic(prior=1.0).fit(data, 1).marginals(data, 200))[:, 0]
    width = np.quantile(draws, 0.95, axis=-1) - np.quantile(draws, 0.05, axis=-1)
    last = uneasy[:, -1]
    assert np.median(width[last]) > 2 * np.median(width[~last])


def test_settings_matter():
    data = made_up_dataset(units=12, months=80)
    usual = LogLogistic().fit(data, seed=1).marginals(data, 100)
    for setting in ({"components": 1}, {"prior": 500.0}):
        assert (usual != LogLogistic(**setting).fit(data, seed=1).marginals(data, 100)).any()
