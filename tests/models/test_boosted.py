"""Boosted classes: what it learns of the level, the features and the horizon."""

import numpy as np
import pytest

from riskkit.models.boosted import BoostedClasses
from riskkit.testing.datasets import made_up_dataset
from tests.models.alarms import check_that_an_alarm_is_heeded


def test_a_feature_that_tells_the_future_is_used():
    check_that_an_alarm_is_heeded(BoostedClasses())


def test_draws_end_at_the_ceiling():
    data = made_up_dataset(units=12, months=80)
    data.y[3, -1] = 3 * data.y.max()
    model = BoostedClasses(rounds=10).fit(data, seed=1)
    draws = model.forecast(data, 1000, seed=1).draws
    top = np.maximum(data.y.max(), 5 * data.y.max(axis=1))
    assert (draws.max(axis=(1, 2)) <= top).all()
    assert (np.diff(model.marginals(data, 1000), axis=-1) >= 0).all()


@pytest.mark.parametrize("setting", [{"rounds": 5}, {"bins": 3}, {"max_depth": 1}])
def test_settings_matter(setting):
    data = made_up_dataset(units=12, months=80)
    usual = BoostedClasses(rounds=15).fit(data, seed=1).marginals(data, 100)
    other = BoostedClasses(**{"rounds": 15, **setting}).fit(data, seed=1).marginals(data, 100)
    assert (usual != other).any()


def test_training_is_told_round_by_round_and_travels_with_the_model(tmp_path):
    data = made_up_dataset(units=12, months=80)
    model = BoostedClasses(rounds=8).fit(data, seed=1)
    (losses,) = model.training_losses().values()
    assert len(losses) == 8
    assert losses[-1] < losses[0]
    model.save(tmp_path / "model.zip")
    assert BoostedClasses().load(tmp_path / "model.zip").training_losses() == {"classes": losses}
    assert BoostedClasses().training_losses() == {"classes": []}
