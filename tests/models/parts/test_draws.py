"""From weighted values to sorted draws."""

import numpy as np
import pytest

from riskkit.models.parts.draws import counts, stratified


@pytest.mark.parametrize(
    ("values", "weights", "size", "wanted"),
    [
        ([3, 1, 2], [1, 1, 2], 4, [1, 2, 2, 3]),
        ([7, 5], [0.7, 0.3], 5, [5, 7, 7, 7, 7]),  # strata .1 | .3 .5 .7 .9
        ([7, 5], [0.7, 0.31], 5, [5, 5, 7, 7, 7]),
        ([5, 5, 9], [1, 1, 2], 2, [5, 9]),
        ([0, 100], [0.999, 0.001], 100, [0] * 100),
        ([0, 8], [0, 1], 3, [8, 8, 8]),
        ([2], [0.1], 3, [2, 2, 2]),
    ],
)
def test_by_hand(values, weights, size, wanted):
    got = stratified(np.array([values], dtype=float), np.array([weights], dtype=float), size)
    assert got.tolist() == [wanted]


def test_they_are_the_quantiles_at_the_midpoints_of_the_strata():
    rng = np.random.default_rng(1)
    values, weights = rng.normal(size=(50, 30)), rng.gamma(0.3, 1, size=(50, 30))
    got = stratified(values, weights, 80)
    for row in range(50):
        order = np.argsort(values[row])
        mass = np.cumsum(weights[row][order]) / weights[row].sum()
        at = np.searchsorted(mass, (np.arange(80) + 0.5) / 80)
        np.testing.assert_array_equal(got[row], values[row][order][at])


def test_values_that_are_in_order_already_give_the_same():
    rng = np.random.default_rng(2)
    values, weights = np.floor(rng.gamma(1, 5, size=(40, 25))), rng.gamma(0.3, 1, size=(40, 25))
    order = np.argsort(values, axis=1, kind="stable")
    ascending = [np.take_along_axis(part, order, axis=1) for part in (values, weights)]
    np.testing.assert_array_equal(stratified(*ascending, 64), stratified(values, weights, 64))


def test_what_is_given_stays_as_it_is():
    for values in ([[1.0, 2.0]], [[2.0, 1.0]]):
        given, weights = np.array(values), np.array([[0.5, 1.5]])
        stratified(given, weights, 4)
        assert given.tolist() == values
        assert weights.tolist() == [[0.5, 1.5]]


def test_counts_round_halves_up_and_know_no_negative():
    assert counts(np.array([-3.0, 0.4, 0.5, 1.49, 2.5])).tolist() == [0, 0, 1, 1, 3]
