"""The design matrix: standardised, bounded, and rebuilt from its arrays."""

import numpy as np
import pytest

from riskkit.models.distribution_regression import DistributionRegression
from riskkit.models.log_logistic import LogLogistic
from riskkit.models.parts.design import Design
from riskkit.models.parts.history import history
from riskkit.models.parts.rows import RowMaker
from riskkit.testing.datasets import dataset_of, made_up_dataset


def _rows():
    data = made_up_dataset(units=10, months=60)
    return RowMaker(data, history(data)).training(per_origin=2, quiet_every=4, seed=1).X


def test_columns_are_standardised_and_stay_in_the_range_of_training():
    X = _rows()
    design, columns = Design.fit(X, components=2)
    np.testing.assert_array_equal(design(X), columns)
    spread = columns.std(axis=0)
    np.testing.assert_allclose(columns.mean(axis=0), 0, atol=1e-9)
    assert set(np.round(spread, 6)) <= {0.0, 1.0}
    far = design(X * 1000)
    assert (far <= columns.max(axis=0)).all()
    assert (far >= columns.min(axis=0)).all()


def test_gaps_count_as_the_mean():
    X = _rows()
    design, _ = Design.fit(X, components=2)
    gap, mean = X[:1].copy(), X[:1].copy()
    gap[:, -1], mean[:, -1] = np.nan, design.centre[-1]
    np.testing.assert_allclose(design(gap), design(mean), atol=1e-4)


def test_components_are_at_most_as_many_as_features():
    X = _rows()
    widths = [Design.fit(X, components)[1].shape[1] for components in (0, 1, 2, 9)]
    assert np.diff(widths).tolist() == [1, 1, 0]


def test_its_arrays_rebuild_it():
    X = _rows()
    design, _ = Design.fit(X, components=2)
    again = Design.of_arrays({**design.arrays(), "other": 1})
    np.testing.assert_array_equal(again(X), design(X))


def test_columns_beside_get_bends_and_come_back_from_its_arrays():
    X = _rows()
    more = np.random.default_rng(5).normal(size=(len(X), 1))
    design, columns = Design.fit(X, components=2, more=more)
    plain, fewer = Design.fit(X, components=2)
    assert columns.shape[1] == fewer.shape[1] + 1 + 3
    assert abs(np.corrcoef(columns, more[:, 0], rowvar=False)[-1, :-1]).max() > 0.999
    again = Design.of_arrays(design.arrays())
    assert again.has_more
    assert not plain.has_more
    np.testing.assert_array_equal(again(X, more), columns)


@pytest.mark.parametrize("model", [DistributionRegression, LogLogistic])
def test_told_how_unsteady_units_are_a_model_tells_them_apart(model):
    rng = np.random.default_rng(3)
    calm, since = np.arange(40) < 20, np.arange(90) >= 84
    spread = np.where(calm[:, None] | since, 0.05, 1.0)
    y = np.expm1(np.maximum(5 + spread * rng.normal(size=(40, 90)), 0)).round()
    data = dataset_of(y, horizons=(1,))
    widths = []
    for unsteady in (False, True):
        made = model(unsteady=unsteady).fit(data, 1)
        draws = np.log1p(made.marginals(data, 100)[:, 0])
        width = np.quantile(draws, 0.9, axis=-1) - np.quantile(draws, 0.1, axis=-1)
        widths.append(width[~calm].mean() / width[calm].mean())
        again = model(unsteady=unsteady).restore(made.state())
        np.testing.assert_array_equal(np.log1p(again.marginals(data, 100)[:, 0]), draws)
    assert widths[1] > 1.2 * widths[0]
