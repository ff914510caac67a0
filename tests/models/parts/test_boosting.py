"""One matrix for several outcomes gives the trees that each outcome gets by itself."""

import numpy as np

from riskkit.models.parts.boosting import predict, train, train_each

RNG = np.random.default_rng(3)
X = RNG.normal(size=(400, 5)).astype(np.float32)
LABELS = np.stack([X[:, 0] + X[:, 1], np.where(X[:, 2] > 0, 3.0, -3.0)], axis=1).astype(np.float64)


def test_each_outcome_has_the_trees_of_its_own_matrix():
    together = train_each(X, LABELS, 4, seed=7)
    for label, booster in zip(LABELS.T, together, strict=True):
        alone = train(X, label, 4, seed=7)
        np.testing.assert_array_equal(predict(booster, X), predict(alone, X))


def test_what_is_not_known_of_an_outcome_changes_no_other_and_teaches_nothing():
    labels = LABELS.copy()
    labels[200:, 1] = np.nan
    first, second = train_each(X, labels, 4)
    whole = train_each(X, LABELS, 4)[0]
    np.testing.assert_array_equal(predict(first, X), predict(whole, X))
    other = labels.copy()
    other[200:, 0] = 1e6
    again = train_each(X, other, 4)[1]
    np.testing.assert_array_equal(predict(second, X), predict(again, X))
    assert predict(second, X)[X[:, 2] > 0.1].mean() > predict(second, X)[X[:, 2] < -0.1].mean()
