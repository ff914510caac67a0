import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from riskkit.scoring import rules
from riskkit.scoring.auc import auc


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
