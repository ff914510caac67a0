import numpy as np
import pytest

from riskkit.errors import RiskkitError
from riskkit.risk.regions import region_totals


def test_sums_are_taken_within_scenarios():
    names, sizes, totals = region_totals(np.array([[1, 9], [9, 1], [2, 2]]), ["N", "N", "A"])
    assert names == ("A", "N", "World")
    assert sizes.tolist() == [1, 2, 3]
    assert totals.tolist() == [[2, 2], [10, 10], [12, 12]]


def test_the_order_of_units_does_not_matter():
    totals = np.arange(12).reshape(4, 3)
    regions = ["B", "A", "B", "A"]
    turned = region_totals(totals[::-1], regions[::-1])
    assert turned[2].tolist() == region_totals(totals, regions)[2].tolist()


def test_a_region_named_like_the_sum_is_refused():
    with pytest.raises(RiskkitError, match="a region is called 'World'"):
        region_totals(np.ones((1, 2), dtype=int), ["World"])
