"""Outcomes in periods: months, months that come out late, and years."""

from dataclasses import replace

import numpy as np
import pytest

from riskkit.forecasting.bounds import LARGEST
from riskkit.models.parts.history import USUAL, history, inherit, largest, least
from riskkit.models.parts.rows import RowMaker
from riskkit.testing.datasets import FIRST, dataset_of, made_up_dataset


def test_months():
    y = np.array([[1.0, 2, 3], [4, 5, np.nan], [6, 7, 8]])
    past = history(dataset_of(y, horizons=(1, 4)))
    np.testing.assert_array_equal(past.values, y)
    assert (past.steps.tolist(), past.columns.tolist()) == ([1, 4], [0, 1, 2])
    assert (past.first, past.period, past.window, past.season, past.last) == (FIRST, 1, 12, 12, 2)


def test_what_is_not_published_yet_makes_the_way_longer():
    past = history(dataset_of(np.array([[1.0, 2, np.nan, np.nan]]), horizons=(1, 2)))
    assert past.values.tolist() == [[1, 2]]
    assert past.steps.tolist() == [3, 4]
    # A forecast made when month 1 was the last known one saw features of month 3.
    assert past.columns.tolist() == [2, 3]


def test_what_only_one_of_several_knows_is_not_used():
    y = np.array([[1.0, 2, 3, 4], [5, 6, np.nan, np.nan], [7, 8, np.nan, np.nan]])
    past = history(dataset_of(y, horizons=(1,)))
    assert past.values.tolist() == y[:, :2].tolist()
    assert past.steps.tolist() == [3]


def yearly(months, known, horizons):
    y = np.full((1, months), np.nan)
    januaries = np.arange(0, months, 12)[:known]
    y[:, januaries] = 10 + np.arange(len(januaries))
    return dataset_of(y, horizons, "year")


def test_years_seen_in_december():
    past = history(yearly(36, 3, horizons=(1, 13)))
    assert past.values.tolist() == [[10, 11, 12]]
    assert past.steps.tolist() == [1, 2]
    assert past.columns.tolist() == [11, 23, 35]
    assert (past.period, past.window, past.season) == (12, 3, 1)


def test_years_seen_in_july_when_last_year_is_not_out():
    past = history(yearly(43, 2, horizons=(6, 18)))
    assert past.values.tolist() == [[10, 11]]
    assert past.steps.tolist() == [3, 4]
    # In July of the year before, the first year was the last known one.
    assert past.columns.tolist() == [30, 42]


def test_nothing_known_yields_one_unknown_period():
    past = history(dataset_of(np.full((2, 5), np.nan)))
    assert past.values.shape == (2, 1)
    assert np.isnan(past.values).all()


@pytest.mark.parametrize(
    ("own", "wanted"), [([0, 3], [100, 100]), ([90, 3], [450, 450]), ([np.nan, 0], [100, 100])]
)
def test_the_largest_was_seen_anywhere_or_is_five_times_the_own_maximum(own, wanted):
    assert largest(dataset_of(np.array([[100.0, 0], own]))).tolist() == [500, wanted[1]]


def test_the_own_maximum_of_the_largest_is_of_ten_years():
    y = np.zeros((2, 130))
    y[0, 3], y[1, 128] = 50, 40
    assert largest(dataset_of(y)).tolist() == [50, 200]


def test_people_bound_what_is_possible_unless_it_has_been_surpassed():
    y = np.zeros((4, 130))
    y[0, 128], y[1, 128], y[2, 128], y[2, 3] = 1e9, 40, 40, 70
    data = replace(dataset_of(y), capacity=np.array([1e6, 100, 30, np.inf]))
    assert largest(data).tolist() == [1e9, 100, 40, 1e9]


@pytest.mark.parametrize(
    ("seldom", "usual", "wanted"),
    [((), USUAL, 5), ((), USUAL - 1, 1), ((3,), USUAL, 1), ((0.2,), USUAL, 1)],
    ids=["a number for all that is small", "by chance", "not the smallest", "a fraction"],
)
def test_the_least_is_what_is_written_for_all_that_is_small(seldom, usual, wanted):
    y = np.array([[*seldom, *[5.0] * usual, *[0.0, np.nan, 8.0] * 9]])
    assert least(dataset_of(y)) == wanted


def test_nothing_counted_has_no_least():
    assert least(dataset_of(np.zeros((2, 60)))) == 1


def test_no_draw_is_beyond_what_a_publication_holds():
    assert largest(dataset_of(np.full((1, 30), 1e9))).tolist() == [LARGEST]


def test_models_share_what_is_made_of_a_series():
    data = made_up_dataset(units=4)
    first, second = (RowMaker(data, history(data)) for _ in range(2))
    assert first.own is second.own
    assert first.level is second.level is history(data).level


def test_units_several_times_over_have_what_they_had_once():
    data = made_up_dataset(units=4)
    own = RowMaker(data, history(data)).own
    many = replace(
        data, units=tuple("abcdefgh"), X=np.tile(data.X, (2, 1, 1)), y=np.tile(data.y, (2, 1))
    )
    alone = RowMaker(replace(many), history(replace(many)))
    made = RowMaker(inherit(many, data), history(many))
    assert made.past.made.keys() == {"own"}
    assert made.own.tobytes() == alone.own.tobytes() == np.tile(own, (2, 1, 1)).tobytes()
    for name in ("logs", "level", "spread"):
        np.testing.assert_array_equal(getattr(made.past, name), getattr(alone.past, name))


def test_unsteadiness_is_the_size_of_surprises():
    y = np.full((2, 40), np.expm1(3.0))
    y[1, 1::2] = 0.0
    found = history(dataset_of(y, horizons=(1,))).unsteadiness
    assert found[0, -1] < found[1, -1]
    steady = history(dataset_of(np.full((3, 40), 7.0)))
    np.testing.assert_allclose(steady.unsteadiness, 1e-6, atol=1e-9)


def test_a_unit_without_a_past_is_as_unsteady_as_others():
    rng = np.random.default_rng(2)
    y = np.expm1(np.abs(rng.normal(3, 1, (5, 60)))).round()
    y[4] = np.nan
    past = history(dataset_of(y, horizons=(1,)))
    assert 0.5 < past.unsteadiness[4, -1] / np.nanstd(past.logs) < 1.5


def test_surprises_of_more_than_ten_years_ago_are_forgotten():
    rng = np.random.default_rng(4)
    y = np.full((3, 200), np.expm1(3.0))
    y[0, :40] = np.expm1(np.abs(rng.normal(3, 1, 40)))
    found = history(dataset_of(y, horizons=(1,))).unsteadiness
    assert found[0, 100] > 2 * found[1, 100]
    np.testing.assert_allclose(found[0, 199], found[1, 199], rtol=1e-3)
