"""What families add sums to the difference from the average, and follows what the model uses."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from riskkit.models.parts import attribution
from riskkit.models.parts.attribution import OWN, TOGETHER, family_shares
from riskkit.models.parts.marginal import Marginal
from riskkit.testing.datasets import made_up_dataset


class FromFeatures(Marginal):
    """Forecasts the sum of the first two features, and their product on top."""

    name = "from_features"
    summary = "Made up."

    def __init__(self, product: float = 0.0) -> None:
        self.product = product

    def marginals(self, data, size):
        a, b = np.nan_to_num(data.X[:, -1, 0]), np.nan_to_num(data.X[:, -1, 1])
        level = 10.0 + a + b + self.product * a * b
        return np.broadcast_to(level[:, None, None], (len(level), len(data.horizons), size))


def given():
    data = made_up_dataset(units=5)
    X = np.zeros((5, data.X.shape[1], 3), dtype=np.float32)
    X[:, -1, 0] = [0, 1, 2, 3, 10]
    X[:, -1, 1] = [0, 0, 4, 0, 0]
    return replace(data, X=X, features=("a", "b", "c"))


FAMILIES = {"first": ["a"], "second": ["b", "c"], "absent": ["z"]}


@pytest.mark.parametrize("product", [0.0, 0.5])
def test_shares_sum_to_the_difference_from_the_average(product):
    data = given()
    found = family_shares(FromFeatures(product), data, FAMILIES, lambda counts: counts)
    assert found.families == (OWN, "first", "second", TOGETHER)
    expected = FromFeatures(product).marginals(data, 1)[:, 0, 0]
    np.testing.assert_allclose(found.values.sum(axis=1) + found.average, expected, rtol=1e-6)


def test_a_family_gets_what_it_adds_to_the_typical_country():
    found = family_shares(FromFeatures(), given(), FAMILIES, lambda counts: counts)
    np.testing.assert_allclose(found.values[:, 1], [-2, -1, 0, 1, 8])
    np.testing.assert_allclose(found.values[:, 2], [0, 0, 4, 0, 0])
    np.testing.assert_allclose(found.values[:, 3], 0, atol=1e-9)


def test_two_families_share_what_they_add_as_a_pair():
    """With a pair alone the mean of first and last is the Shapley value: nothing is left over."""
    found = family_shares(FromFeatures(0.5), given(), FAMILIES, lambda counts: counts)
    np.testing.assert_allclose(found.values[:, 3], 0, atol=1e-6)


def test_what_the_model_does_not_use_adds_nothing():
    families = {"used": ["a", "b"], "unused": ["c"]}
    found = family_shares(FromFeatures(), given(), families, lambda counts: counts)
    np.testing.assert_allclose(found.values[:, 2], 0, atol=1e-9)


def test_few_copies_of_the_units_are_forecast_at_once(monkeypatch):
    """Models lay out the history of every copy: all of eight families' at once took gigabytes."""
    seen = []

    class Watched(FromFeatures):
        def marginals(self, data, size):
            seen.append(len(data.units))
            return super().marginals(data, size)

    shares = family_shares(Watched(0.5), given(), FAMILIES, lambda counts: counts)
    assert max(seen) == 5 * attribution.AT_ONCE
    assert sum(seen) == 5 * 6
    monkeypatch.setattr(attribution, "AT_ONCE", 100)
    whole = family_shares(Watched(0.5), given(), FAMILIES, lambda counts: counts)
    np.testing.assert_allclose(shares.values, whole.values)
