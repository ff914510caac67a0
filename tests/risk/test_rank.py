from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from riskkit.risk.rank import rank_changes, rank_intervals, ranks

UNITS = ("XAA", "XAB", "XAC", "XAD")


def brute_force(totals, published):
    """Sort every scenario by hand and count."""
    n, size = totals.shape
    low, high = [], []
    for i in range(n):
        best = sorted(1 + sum(totals[j, k] > totals[i, k] for j in range(n)) for k in range(size))
        worst = sorted(sum(totals[j, k] >= totals[i, k] for j in range(n)) for k in range(size))
        at_5 = next(r for r in best if sum(b <= r for b in best) >= 0.05 * size)
        at_95 = next(r for r in worst if sum(w <= r for w in worst) >= 0.95 * size)
        low.append(min(at_5, published[i]))
        high.append(max(at_95, published[i]))
    return low, high


def test_ties_go_by_expected_then_by_unit():
    order = ranks([1.0, 5.0, 1.0, 1.0], [3, 9, 4, 3], ("XAD", "XAB", "XAC", "XAA"))
    assert order.tolist() == [4, 1, 2, 3]


def test_ranks_do_not_depend_on_the_order_of_rows():
    score, expected = np.array([2.0, 2.0, 2.0, 0.1]), np.array([7.0, 7.0, 1.0, 0.0])
    straight = dict(zip(UNITS, ranks(score, expected, UNITS), strict=True))
    turned = dict(zip(UNITS[::-1], ranks(score[::-1], expected[::-1], UNITS[::-1]), strict=True))
    assert straight == turned


def test_all_small_examples_by_brute_force():
    published = np.array([1, 2, 3])
    for values in product((0, 1, 2), repeat=6):
        totals = np.array(values).reshape(3, 2)
        low, high = rank_intervals(totals, published)
        assert (low.tolist(), high.tolist()) == brute_force(totals, published)


@given(
    hnp.arrays(
        np.int64,
        st.tuples(st.integers(1, 6), st.integers(1, 41)),
        elements=st.integers(0, 4),
    ),
    st.randoms(use_true_random=False),
)
def test_intervals_by_brute_force_and_hold_the_rank(totals, random):
    published = np.array(random.sample(range(1, len(totals) + 1), len(totals)))
    low, high = rank_intervals(totals, published)
    assert (low.tolist(), high.tolist()) == brute_force(totals, published)
    assert ((low >= 1) & (low <= published) & (published <= high) & (high <= len(totals))).all()


def test_units_without_deaths_cannot_be_told_apart():
    totals = np.array([[5] * 20, [0] * 20, [0] * 20, [0] * 20])
    low, high = rank_intervals(totals, np.array([1, 2, 3, 4]))
    assert low.tolist() == [1, 2, 2, 2]
    assert high.tolist() == [1, 4, 4, 4]


def test_scenarios_are_joint():
    together = np.array([[1, 10] * 20, [2, 20] * 20])
    apart = np.array([[1, 10] * 20, [20, 2] * 20])
    published = np.array([2, 1])
    assert rank_intervals(together, published)[0].tolist() == [2, 1]
    assert rank_intervals(apart, published)[0].tolist() == [1, 1]


def test_changes_are_positive_upwards_and_empty_for_new_units():
    moved = rank_changes(UNITS, np.array([1, 2, 3, 4]), {"XAA": 3, "XAB": 2, "XAC": 1, "XZZ": 4})
    assert moved == [2, 0, -2, None]


def test_no_previous_ranking_means_no_change():
    assert rank_changes(UNITS, np.array([1, 2, 3, 4]), {}) == [None] * 4


@pytest.mark.parametrize("size", [1, 2, 1000])
def test_one_unit_is_always_first(size):
    low, high = rank_intervals(np.arange(size)[None], np.array([1]))
    assert (low.tolist(), high.tolist()) == ([1], [1])
