import numpy as np
import pytest

from riskkit.scoring import rules


@pytest.mark.parametrize(("name", "miss_factor"), [("mis", 20), ("mis95", 40)])
def test_a_miss_on_either_side_costs_two_over_alpha(name, miss_factor):
    draws = np.full((3, 5), 10)
    assert rules()[name](draws, [7, 10, 12]) == pytest.approx([3 * miss_factor, 0, 2 * miss_factor])


def test_an_outcome_inside_costs_the_width():
    assert rules()["mis"](np.arange(21)[None], [5]) == pytest.approx([18])
