"""Forest: leaves are scikit-learn's, hold what fell into them, and travel as arrays."""

import numpy as np
from sklearn.ensemble import ExtraTreesRegressor

from riskkit.models.forest import POINTS, Forest, _leaves, _quantiles
from riskkit.testing.datasets import made_up_dataset
from tests.models.alarms import check_that_an_alarm_is_heeded


def test_rows_reach_the_leaves_of_scikit_learn():
    rng = np.random.default_rng(1)
    X = rng.normal(size=(300, 4)).astype(np.float32)
    z = X[:, 0] + rng.normal(size=300)
    learner = ExtraTreesRegressor(5, min_samples_leaf=10, random_state=1).fit(X, z)
    trees = [one.tree_ for one in learner.estimators_]
    told = [_leaves(tree, tree.apply(X), z, z > 0, np.ones(300)) for tree in trees]
    forest = Forest()
    forest.starts = np.cumsum([0, *(tree.node_count for tree in trees)])
    forest.nodes = {key: np.concatenate([one[key] for one in told]) for key in told[0]}
    np.testing.assert_array_equal(forest._reached(X) - forest.starts[:-1], learner.apply(X))


def test_a_leaf_keeps_its_weighted_share_and_quantiles():
    tree = (
        ExtraTreesRegressor(1, max_depth=1, random_state=1)
        .fit([[0.0], [0.0], [1.0], [1.0]], [0.0, 0.0, 1.0, 1.0])
        .estimators_[0]
        .tree_
    )
    leaf = np.array([1, 1, 2, 2])
    z = np.array([-1.0, 0.5, 2.0, 3.0])
    positive = np.array([False, True, True, True])
    told = _leaves(tree, leaf, z, positive, np.array([3.0, 1.0, 1.0, 1.0]))
    np.testing.assert_allclose(told["some"], [0.0, 0.25, 1.0])
    np.testing.assert_allclose(told["z"][1], [0.5] * POINTS)
    assert set(told["z"][2]) == {2.0, 3.0}


def test_quantiles_of_leaves_are_those_of_their_rows():
    leaf = np.array([2, 0, 2] + [1] * POINTS)
    z = np.array([5.0, 1.0, 4.0, *range(POINTS)])
    found = _quantiles(leaf, z, 4)
    np.testing.assert_array_equal(found[0], np.ones(POINTS))
    np.testing.assert_array_equal(found[1], np.arange(POINTS))
    assert sorted(set(found[2])) == [4.0, 5.0]
    np.testing.assert_array_equal(found[3], np.zeros(POINTS))


def test_a_feature_that_tells_the_future_is_used():
    check_that_an_alarm_is_heeded(Forest())


def test_settings_matter():
    data = made_up_dataset(units=12, months=80)
    usual = Forest().fit(data, seed=1).marginals(data, 100)
    for setting in ({"trees": 3}, {"least": 200}, {"share": 1.0}):
        assert (usual != Forest(**setting).fit(data, seed=1).marginals(data, 100)).any(), setting
