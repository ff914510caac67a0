"""Negative binomial regression: what it assumes and that it finds it again."""

import numpy as np
import pytest

from riskkit.errors import ConfigError
from riskkit.models.negative_binomial import NegativeBinomial, _negative_binomial
from riskkit.testing.datasets import dataset_of, made_up_dataset


def test_masses_are_those_of_the_distribution():
    points, mass = _negative_binomial(np.array([0.5, 30.0]), dispersion=2.0, top=2000.0)
    np.testing.assert_allclose(mass.sum(axis=1), 1)
    np.testing.assert_allclose(mass @ points, [0.5, 30.0], rtol=0.01)
    np.testing.assert_allclose(mass[0, 0], 0.5**0.5, rtol=1e-6)  # (1 + a m)^(-1/a)
    variance = mass[1] @ points**2 - 30.0**2
    assert variance == pytest.approx(30 + 2 * 30**2, rel=0.03)


def test_it_finds_the_dispersion_of_its_own_process():
    rng = np.random.default_rng(1)
    level = np.repeat(rng.uniform(5, 50, 30), 120).reshape(30, 120)
    y = rng.poisson(level * rng.gamma(2.0, 0.5, level.shape)).astype(float)
    model = NegativeBinomial(zeros="plain").fit(dataset_of(y), seed=1)
    assert model.dispersion == pytest.approx(0.5, rel=0.25)


def test_the_hurdle_takes_more_zeros_than_the_count():
    rng = np.random.default_rng(1)
    y = np.where(rng.random((30, 120)) < 0.6, 0, rng.poisson(40, (30, 120))).astype(float)
    data = dataset_of(y)
    draws = NegativeBinomial().fit(data, seed=1).marginals(data, 400)
    assert (draws == 0).mean() == pytest.approx(0.6, abs=0.05)


def test_draws_end_at_the_ceiling():
    data = made_up_dataset(units=12, months=80)
    top = np.maximum(data.y.max(), 5 * data.y.max(axis=1))
    for zeros in ("hurdle", "plain"):
        draws = NegativeBinomial(zeros=zeros).fit(data, seed=1).marginals(data, 1000)
        assert (draws.max(axis=(1, 2)) <= top).all()


def test_other_zeros_are_refused():
    with pytest.raises(ConfigError, match="zeros is hurdle or plain"):
        NegativeBinomial(zeros="inflated")
