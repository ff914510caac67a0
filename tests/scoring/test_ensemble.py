import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from riskkit.errors import RiskkitError
from riskkit.scoring.ensemble import (
    checked,
    count_in_bin,
    exceedance,
    sorted_crps,
    sorted_interval,
    sorted_quantile,
)

counts = arrays(float, st.tuples(st.integers(1, 5), st.integers(1, 9)), elements=st.floats(0, 1e5))


@given(counts, st.floats(0, 1e5))
@settings(deadline=None)
def test_crps_equals_the_double_sum(draws, outcome):
    size = draws.shape[1]
    pairs = np.abs(draws[:, :, None] - draws[:, None, :]).sum(axis=(1, 2)) / (2 * size**2)
    slow = np.abs(draws - outcome).mean(axis=1) - pairs
    fast = sorted_crps(np.sort(draws, axis=1), np.full(len(draws), outcome))
    np.testing.assert_allclose(fast, slow, rtol=1e-9, atol=1e-6)


@given(counts, st.floats(0, 1))
@settings(deadline=None)
def test_quantiles_are_those_of_numpy(draws, level):
    ascending = np.sort(draws, axis=1)
    np.testing.assert_allclose(
        sorted_quantile(ascending, level),
        np.quantile(draws, level, axis=1),
        rtol=1e-9,
        atol=1e-3,  # the position is rounded to nine digits
    )


def test_an_end_of_an_interval_that_is_a_draw_is_that_draw():
    draws = np.arange(21.0)[None]
    assert [end.item() for end in sorted_interval(draws, 0.9)] == [1, 19]


def test_exceedance_counts_the_threshold_itself():
    assert exceedance(np.array([[24, 25, 26, 0]]), 25).tolist() == [0.5]


def test_bins_are_closed_below_and_open_above():
    edges = np.array([0, 0.5, 2.5, np.inf])
    draws = np.array([[0.4, 0.5, 2.4, 2.5]] * 4)
    assert count_in_bin(draws, np.array([0, 0.5, 2.49, 2.5]), edges).tolist() == [1, 2, 2, 1]


@pytest.mark.parametrize(
    ("draws", "outcome", "message"),
    [
        ([[1, 2], [3, -4]], [1, 1], r"draws: row 1 holds .* \(got -4\)"),
        ([[1, np.nan], [3, 4]], [1, 1], r"draws: row 0 holds .* \(got nan\)"),
        ([[1, 2], [np.inf, 4]], [1, 1], r"draws: row 1 holds .* \(got inf\)"),
        ([[1, 2], [3, 4]], [1, -1], r"outcome: row 1 holds .* \(got -1.0\)"),
        ([[1, 2], [3, 4]], [np.inf, 1], r"outcome: row 0 holds .* \(got inf\)"),
        ([[1, 2], [3, 4]], [1, 2, 3], r"shape \[rows, draws\]"),
        ([1, 2], [1, 2], r"shape \[rows, draws\]"),
        ([[], []], [1, 2], r"shape \[rows, draws\]"),
        ([["a"], ["b"]], [1, 2], "draws must be numbers"),
    ],
)
def test_refusals(draws, outcome, message):
    with pytest.raises(RiskkitError, match=message):
        checked(draws, outcome)


def test_an_outcome_that_is_not_observed_passes():
    _, outcome = checked([[1, 2]], [np.nan])
    assert np.isnan(outcome).all()
