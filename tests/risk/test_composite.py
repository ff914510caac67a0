import numpy as np
import pytest

from riskkit.risk.composite import composite, joined, main_threats, top_shares, variants

ONE = np.array([[8.0, 0.0], [2.0, 2.0], [np.nan, np.nan]])
TWO = np.array([[6.0, 0.0], [np.nan, np.nan], [5.0, 7.0]])
SCORES = {"one": ONE, "two": TWO}


def test_the_power_mean_by_hand():
    made = composite(SCORES, {"one": 1.0, "two": 1.0}, 2.0)
    np.testing.assert_allclose(made, [[np.sqrt(50), 0], [2, 2], [5, 7]])


def test_weights_count():
    made = composite(SCORES, {"one": 3.0, "two": 1.0}, 1.0)
    np.testing.assert_allclose(made[0], [7.5, 0])


def test_a_weight_of_zero_is_absence():
    made = composite(SCORES, {"one": 1.0, "two": 0.0}, 2.0)
    np.testing.assert_allclose(made, ONE)


def test_an_absent_threat_never_lowers_a_unit():
    both = composite({"one": ONE}, {"one": 1.0}, 2.0)
    np.testing.assert_allclose(composite(SCORES, {"one": 1.0, "two": 1.0}, 2.0)[1], both[1])


def test_a_higher_exponent_goes_to_the_largest():
    weights = {"one": 1.0, "two": 1.0}
    values = [composite(SCORES, weights, p)[0, 0] for p in (1.0, 2.0, 4.0, 10.0)]
    assert values == sorted(values)
    assert 7 <= values[0] < values[-1] < 8


def test_a_hazard_is_joined_by_the_geometric_mean():
    made = joined(np.array([[8.0, 0.0]]), np.array([[4.0, 2.0]]))
    np.testing.assert_allclose(made, [[4.0, 0.0]])


def test_the_main_threat_adds_most():
    weights = {"one": 1.0, "two": 1.0}
    assert main_threats(SCORES, weights, 2.0) == ["one", "one", "two"]
    assert main_threats({"one": np.zeros((1, 3))}, {"one": 1.0}, 2.0) == [None]


def test_shares_of_the_top_with_ties():
    points = np.array([[3.0, 1.0], [2.0, 1.0], [1.0, 1.0]])
    np.testing.assert_allclose(top_shares(points, 2), [(1 + 2 / 3) / 2] * 2 + [1 / 3])
    assert top_shares(points, 5).tolist() == [1.0, 1.0, 1.0]


def test_one_threat_has_no_variants():
    assert variants({"one": 1.0, "two": 0.0}, 2.0) == ()
    assert len(variants({"one": 1.0, "two": 1.0}, 2.0)) == pytest.approx(6)
