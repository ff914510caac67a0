import numpy as np
import pytest

from riskkit.errors import RiskkitError
from riskkit.scoring.pit import pit_histogram


@pytest.fixture(scope="module")
def calibrated():
    rng = np.random.default_rng(0)
    level = rng.gamma(0.5, 8, size=6000)
    return rng.poisson(level[:, None], size=(6000, 300)), rng.poisson(level), level


def test_a_calibrated_forecast_is_flat_although_most_outcomes_are_zero(calibrated):
    draws, outcome, _ = calibrated
    np.testing.assert_allclose(pit_histogram(draws, outcome), 1, atol=0.1)


def test_too_narrow_is_a_u_and_too_low_a_slope(calibrated):
    draws, outcome, level = calibrated
    narrow = pit_histogram(np.rint(level)[:, None] + np.zeros((1, 9)), outcome)
    assert min(narrow[0], narrow[-1]) > 1.2 > 1 > max(narrow[3:7])
    low = pit_histogram(draws // 3, outcome)
    assert low[-1] > 2 > 1 > low[2]


def test_hand_worked_heights():
    # y = 1 spreads over [1/2, 3/4], y = 9 sits at 1, y = 0 (no draw) at 0.
    draws = [[0, 0, 1, 2], [0, 1, 1, 2], [1, 1, 2, 2]]
    heights = pit_histogram(draws, [1, 9, 0], bins=4)
    np.testing.assert_allclose(heights, [4 / 3, 0, 4 / 3, 4 / 3])


def test_unobserved_rows_are_left_out():
    draws = [[0, 0, 1, 2], [5, 5, 5, 5]]
    one = pit_histogram(draws[:1], [1])
    np.testing.assert_array_equal(pit_histogram(draws, [1, np.nan]), one)
    assert np.isnan(pit_histogram(draws, [np.nan, np.nan])).all()


def test_bad_draws_are_refused():
    with pytest.raises(RiskkitError, match="row 0"):
        pit_histogram([[-1, 2]], [1])
