import numpy as np
import pytest
from sklearn.metrics import average_precision_score

from riskkit.scoring import rules
from riskkit.scoring.average_precision import average_precision, weighted_average_precision


@pytest.mark.parametrize("seed", range(5))
def test_it_agrees_with_scikit_learn_when_many_are_tied(seed):
    rng = np.random.default_rng(seed)
    probability = rng.integers(0, 6, 80) / 5
    happened = rng.random(80) < probability * 0.5
    wanted = average_precision_score(happened, probability)
    assert average_precision(probability, happened) == pytest.approx(wanted)


def test_no_skill_is_the_base_rate():
    assert average_precision(np.full(8, 0.3), np.arange(8) < 2) == 0.25


def test_it_is_undefined_without_an_event():
    assert np.isnan(rules()["ap_25"]([[0, 9], [30, 9]], [3, 4]))


def test_a_row_that_counts_twice_is_two_rows():
    rng = np.random.default_rng(0)
    probability, happened = rng.integers(0, 6, 40) / 5, rng.random(40) < 0.4
    weights = rng.integers(0, 4, (40, 3))
    wanted = [
        average_precision(probability.repeat(times), happened.repeat(times)) for times in weights.T
    ]
    got = weighted_average_precision(probability, happened, weights.astype(float))
    assert got == pytest.approx(wanted)


def test_weightings_without_an_event_are_undefined():
    weights = np.array([[1.0, 1.0, 0.0], [0.0, 2.0, 0.0]])
    got = weighted_average_precision(np.array([0.2, 0.9]), np.array([False, True]), weights)
    assert got.tolist() == pytest.approx([np.nan, 1, np.nan], nan_ok=True)
