import numpy as np
import pytest

from riskkit.scoring import rules


@pytest.mark.parametrize("size", [10, 1000, 100_000])
def test_the_same_relative_miss_costs_about_the_same(size):
    assert rules()["log1p_crps"]([[2 * size]], [size]) == pytest.approx([np.log(2)], abs=0.05)
