"""Climatology: the season of the forecast month, in earlier years."""

import numpy as np

from riskkit.models.climatology import Climatology
from riskkit.testing.datasets import dataset_of, made_up_years


def test_it_redraws_the_same_season():
    """Each value is its calendar month; origin December, so horizon h is month h."""
    y = np.tile(np.arange(1.0, 13.0), (2, 10))
    data = dataset_of(y, horizons=(1, 7, 13))
    alone = Climatology(width=1).marginals(data, 30)
    assert [np.unique(alone[:, h]).tolist() for h in range(3)] == [[1], [7], [1]]
    beside = Climatology().marginals(data, 30)
    assert np.unique(beside[:, 1]).tolist() == [6, 7, 8]


def test_it_looks_back_as_many_years_as_it_is_told():
    y = np.repeat(np.arange(10.0), 12)[None]
    data = dataset_of(y, horizons=(5,))
    assert set(Climatology(years=3, width=1).marginals(data, 30).ravel()) == {7, 8, 9}
    assert len(set(Climatology(width=1).marginals(data, 30).ravel())) == 10


def test_years_have_no_season():
    data = made_up_years()
    draws = Climatology(years=4).marginals(data, 40)
    for unit, series in enumerate(data.y[:, ::12]):
        assert set(draws[unit].ravel()) == set(series[-4:])
