import numpy as np
import pytest

from riskkit.scoring import rules


def test_it_is_not_the_fair_form():
    # Fair would divide the spread by S (S - 1) and give 0 here.
    assert rules()["crps"]([[0, 2]], [1]) == pytest.approx([0.5])


def test_one_draw_is_the_absolute_error():
    assert rules()["crps"]([[4], [9]], [7, 7]).tolist() == [3, 2]


def test_large_counts_lose_no_precision():
    draws = 2.0e5 + np.arange(1000.0)[None]
    small = rules()["crps"](draws - 2.0e5, [400])
    assert rules()["crps"](draws, [200_400]) == pytest.approx(small, rel=1e-9)
