"""Networks: probabilities are scikit-learn's, thinning is undone, and training is told."""

import numpy as np
from sklearn.neural_network import MLPClassifier

from riskkit.models.network import QUIET_EVERY, Network, _probabilities, _unthinned
from riskkit.testing.datasets import made_up_dataset
from tests.models.alarms import check_that_an_alarm_is_heeded


def test_probabilities_are_those_of_scikit_learn():
    rng = np.random.default_rng(1)
    X, label = rng.normal(size=(300, 4)), rng.integers(4, size=300)
    learner = MLPClassifier((6, 5), random_state=1)
    for _ in range(3):
        learner.partial_fit(X, label, classes=np.arange(4))
    layers = list(zip(learner.coefs_, learner.intercepts_, strict=True))
    np.testing.assert_allclose(_probabilities(layers, X), learner.predict_proba(X))


def test_thinned_zeros_are_put_back():
    p = np.array([[0.5, 0.5], [0.5, 0.5]])
    whole = _unthinned(p, quiet=np.array([True, False]))
    np.testing.assert_allclose(whole, [[QUIET_EVERY / (QUIET_EVERY + 1), 0.2], [0.5, 0.5]])


def test_a_feature_that_tells_the_future_is_used():
    check_that_an_alarm_is_heeded(Network())


def test_training_is_told_epoch_by_epoch_and_travels_with_the_model(tmp_path):
    data = made_up_dataset(units=12, months=80)
    model = Network(seeds=1, epochs=5).fit(data, seed=1)
    losses = model.training_losses()["classes_0"]
    assert 1 < len(losses) <= 5
    assert min(losses) < losses[0]
    model.save(tmp_path / "model.zip")
    assert Network().load(tmp_path / "model.zip").training_losses() == {"classes_0": losses}


def test_settings_matter():
    data = made_up_dataset(units=12, months=80)
    usual = Network(epochs=2).fit(data, seed=1).marginals(data, 100)
    for setting in ({"seeds": 1}, {"hidden": (4,)}, {"bins": 3}, {"penalty": 10.0}):
        other = Network(**{"epochs": 2, **setting}).fit(data, seed=1).marginals(data, 100)
        assert (usual != other).any(), setting
