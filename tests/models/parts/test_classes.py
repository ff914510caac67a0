"""Outcome classes relative to the own level."""

import numpy as np
import pytest

from riskkit.models.parts.classes import NEIGHBOURS, Classes


def fitted(rows=4000, bins=8, seed=1):
    rng = np.random.default_rng(seed)
    level = rng.uniform(0, 6, rows)
    y = np.round(np.exp(level + rng.normal(size=rows))) * (rng.random(rows) < 0.5)
    return Classes.fit(y, level, bins), y, level


def test_zero_has_a_class_and_the_bins_of_the_others_are_equally_full():
    classes, y, level = fitted()
    label = classes.label(y, level)
    assert classes.size == 9
    assert ((label == 0) == (y == 0)).all()
    filled = np.bincount(label)[1:]
    assert filled.max() - filled.min() <= 0.03 * filled.sum()


def test_by_hand():
    y, level = np.array([0.0] * 5 + [1.0] * 20 + [3.0] * 20), np.zeros(45)
    classes = Classes.fit(y, level, 2)  # the median of log 2 and log 4 divides the bins
    np.testing.assert_allclose(classes.edges, [np.log(2) / 2 + np.log(4) / 2])
    assert classes.label(np.array([0.0, 1, 2, 3]), np.zeros(4)).tolist() == [0, 1, 2, 2]
    assert classes.label(np.array([3.0]), np.array([1.0])).tolist() == [1]
    values, weights = classes.support(np.array([[0.2, 0.3, 0.5]]), np.zeros(1))
    assert values.tolist() == [[0.0] + [1.0] * 20 + [3.0] * 20]
    np.testing.assert_allclose(weights, [[0.2] + [0.015] * 20 + [0.025] * 20])


def test_a_class_stands_for_the_training_rows_of_the_nearest_level():
    classes, _, _ = fitted()
    level = np.array([0.5, 5.5])
    z = classes._nearest(3, level)
    assert z.shape == (2, NEIGHBOURS)
    low, high = classes.start[3], classes.start[4]
    for row in range(2):
        distance = np.abs(classes.level[low:high] - level[row])
        among = np.isin(classes.z[low:high], z[row])
        assert distance[among].mean() < np.sort(distance)[: 2 * NEIGHBOURS].mean()


def test_the_values_of_a_row_ascend():
    classes, _, level = fitted()
    values, weights = classes.support(np.full((50, classes.size), 1 / classes.size), level[:50])
    assert (np.diff(values, axis=1) >= 0).all()
    assert values.shape == weights.shape


def test_values_grow_with_the_level_beyond_all_training():
    classes, _, level = fitted()
    p = np.full((2, classes.size), 1 / classes.size)
    values, _ = classes.support(p, np.array([level.max(), level.max() + np.log(1000)]))
    ratio = (values[1, 1:] + 1) / (values[0, 1:] + 1)
    assert np.median(ratio) == pytest.approx(1000, rel=0.05)


@pytest.mark.parametrize(("positive", "size"), [(0, 2), (1, 2), (45, 3)])
def test_few_positive_rows_make_few_bins(positive, size):
    y = np.zeros(60)
    y[:positive] = np.arange(positive) + 1
    assert Classes.fit(y, np.zeros(60), 14).size == size


def test_it_survives_as_arrays():
    classes, y, level = fitted()
    again = Classes(**classes.arrays())
    np.testing.assert_array_equal(again.label(y, level), classes.label(y, level))
