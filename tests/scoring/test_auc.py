import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from riskkit.scoring import rules
from riskkit.scoring.auc import auc, weighted_auc


@pytest.mark.parametrize("seed", range(5))
def test_it_agrees_with_scikit_learn_when_many_are_tied(seed):
    rng = np.random.default_rng(seed)
    probability = rng.integers(0, 6, 80) / 5
    happened = rng.random(80) < probability * 0.7 + 0.1
    assert auc(probability, happened) == pytest.approx(roc_auc_score(happened, probability))


@pytest.mark.parametrize(
    ("probability", "wanted"), [([0.1, 0.9], 1), ([0.9, 0.1], 0), ([0.5, 0.5], 0.5)]
)
def test_two_rows(probability, wanted):
    assert auc(np.array(probability), np.array([False, True])) == wanted


@pytest.mark.parametrize("outcome", [[0, 1, 2], [30, 40, 50]])
def test_one_class_alone_is_undefined(outcome):
    assert np.isnan(rules()["auc_25"]([[0, 9], [30, 9], [50, 60]], outcome))


def test_a_row_that_counts_twice_is_two_rows():
    rng = np.random.default_rng(0)
    probability, happened = rng.integers(0, 6, 40) / 5, rng.random(40) < 0.4
    weights = rng.integers(0, 4, (40, 3))
    wanted = [auc(probability.repeat(times), happened.repeat(times)) for times in weights.T]
    got = weighted_auc(probability, happened, weights.astype(float))
    assert got == pytest.approx(wanted)


def test_weightings_without_an_event_are_undefined():
    weights = np.array([[1.0, 1.0, 0.0], [0.0, 2.0, 0.0]])
    got = weighted_auc(np.array([0.2, 0.9]), np.array([False, True]), weights)
    assert got.tolist() == pytest.approx([np.nan, 1, np.nan], nan_ok=True)
