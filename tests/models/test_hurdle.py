"""The hurdle: its two parts, and what its contributions add up to."""

import numpy as np
import pytest
import xgboost as xgb

from riskkit.models import hurdle
from riskkit.models.hurdle import BoostedHurdle
from riskkit.models.parts.boosting import train
from riskkit.models.parts.history import history
from riskkit.models.parts.rows import RowMaker, feature_names
from riskkit.testing.datasets import dataset_of, made_up_dataset


@pytest.fixture(scope="module")
def data():
    return made_up_dataset(units=15, months=80, horizons=(1, 4, 9))


@pytest.fixture(scope="module")
def model(data):
    return BoostedHurdle(rounds=20).fit(data, seed=3)


def test_contributions_and_base_sum_to_the_log_odds(data, model):
    found = model.contributions(data)
    X = xgb.DMatrix(RowMaker(data, history(data)).forecast().X)
    margin = model.any.predict(X, output_margin=True).reshape(15, 3).mean(axis=1)
    base = model.any.predict(X, pred_contribs=True)[0, -1]
    np.testing.assert_allclose(found.values.sum(axis=1) + base, margin, atol=1e-5)
    assert found.margin == "log odds of any in a period"
    assert found.features == feature_names(data)


def test_the_share_of_zeros_is_what_the_first_part_says(data, model):
    draws = model.marginals(data, 1000)
    X = RowMaker(data, history(data)).forecast().X
    chance = model.any.inplace_predict(X).reshape(15, 3)
    np.testing.assert_allclose((draws > 0).mean(axis=-1), chance, atol=0.002)


def test_sizes_are_at_least_one_and_not_above_the_ceiling(data, model):
    draws = model.marginals(data, 300)
    assert draws[draws > 0].min() >= 1
    top = np.maximum(data.y.max(), 5 * data.y.max(axis=1))
    assert (draws.max(axis=(1, 2)) <= top).all()


def test_few_positive_rows_share_one_distribution_of_sizes():
    y = np.zeros((6, 60))
    y[0, ::9] = 8
    model = BoostedHurdle().fit(dataset_of(y), seed=1)
    assert model.size is None
    assert np.unique(model.marginals(dataset_of(y), 200)[0]).tolist()[-1] <= 8 * 5


def test_without_any_deaths_there_is_nothing_to_explain():
    data = dataset_of(np.zeros((4, 50)))
    model = BoostedHurdle().fit(data, seed=1)
    assert model.contributions(data) is None
    assert not model.marginals(data, 10).any()


@pytest.mark.parametrize("everything", [False, True])
def test_the_chance_is_trained_on_a_part_of_the_rows_unless_all_are_asked_for(
    data, monkeypatch, everything
):
    seen = []

    def counting(rows, label, *args, **more):
        seen.append(len(label))
        return train(rows, label, *args, **more)

    monkeypatch.setattr(hurdle, "MOST_OF_ANY", 300)
    monkeypatch.setattr(hurdle, "train", counting)
    BoostedHurdle(rounds=2, everything=everything).fit(data, seed=3)
    assert (seen[0] > 300) == everything
    assert everything or seen[0] == 300
