import numpy as np
import pytest

from riskkit.scoring import rules

BIN_STARTS = [0, 1, 3, 6, 11, 26, 51, 101, 251, 501, 1001]


def test_every_bin_of_the_challenge():
    draws = [BIN_STARTS] * 11
    assert rules()["ign"](draws, BIN_STARTS) == pytest.approx([-np.log2(2 / 22)] * 11)


@pytest.mark.parametrize("ends", [(1, 2), (3, 5), (6, 10), (11, 25), (26, 50), (251, 500)])
def test_counts_of_one_bin_are_alike(ends):
    surprise = rules()["ign"]([[ends[0]] * 4] * 2, ends)
    assert surprise == pytest.approx([-np.log2(5 / 15)] * 2)


def test_a_sure_forecast_of_1000_draws_is_almost_certain():
    assert rules()["ign"](np.zeros((1, 1000)), [0]) == pytest.approx([-np.log2(1001 / 1011)])
