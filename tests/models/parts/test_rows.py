"""Design matrices: what a row holds, and that no row sees what came after it."""

from dataclasses import replace

import numpy as np
import pytest

from riskkit.models.parts.history import history
from riskkit.models.parts.rows import OWN, RowMaker, feature_names
from riskkit.testing.datasets import dataset_of, made_up_dataset, made_up_outcomes, made_up_years


def row_maker(data):
    return RowMaker(data, history(data))


def cut(data, months):
    """The dataset of an earlier origin: without its last months."""
    return replace(data, origin=data.origin - months, X=data.X[:, :-months], y=data.y[:, :-months])


def late(data):
    """The same dataset when the last two outcomes are not out yet."""
    y = data.y.copy()
    y[:, -2:] = np.nan
    return replace(data, y=y)


@pytest.mark.parametrize(
    ("earlier", "now", "periods"),
    [
        (cut(made_up_dataset(), 7), made_up_dataset(), 7),
        (late(cut(made_up_dataset(), 7)), late(made_up_dataset()), 7),
        (cut(made_up_years(), 24), made_up_years(), 2),
    ],
    ids=["months", "months that come out late", "years"],
)
def test_a_training_row_is_what_the_forecast_row_was_then(earlier, now, periods):
    """Training at a past origin sees exactly what a forecast from there saw."""
    then, maker = row_maker(earlier).forecast(), row_maker(now)
    step = np.tile(maker.past.steps, len(now.units))
    again = maker.rows(then.unit, then.at, step)
    assert maker.past.last - then.at[0] == periods
    names = list(feature_names(now))
    # Times since something that never happened count from the start in both.
    np.testing.assert_allclose(again.X, then.X, atol=1e-5, err_msg=str(names))
    np.testing.assert_allclose(again.level, then.level, atol=1e-12)


def test_outcomes_of_training_rows():
    data = made_up_dataset()
    rows = row_maker(data).training(per_origin=2, quiet_every=1, seed=1)
    step = rows.X[:, list(OWN).index("step")].astype(int)
    assert set(step) == set(data.horizons)
    assert (rows.at + step <= data.y.shape[1] - 1).all()
    np.testing.assert_array_equal(rows.y, data.y[rows.unit, rows.at + step])


def test_years_teach_by_shorter_steps_too():
    """Two years ahead, what came a year ahead is learned from as well; months have rows enough."""
    two_ahead = row_maker(made_up_years(horizons=(13,)))
    rows = two_ahead.training(per_origin=2, quiet_every=1, seed=1)
    step = rows.X[:, list(OWN).index("step")].astype(int)
    assert two_ahead.past.steps.tolist() == [2]
    assert set(step) == {1, 2}
    np.testing.assert_array_equal(rows.y, two_ahead.past.values[rows.unit, rows.at + step])


def test_the_calendar():
    names = list(feature_names(made_up_dataset()))
    y = np.zeros((1, 26))  # January 2001 to February 2003
    y[0, 4], y[0, 16] = np.e - 1, np.e**3 - 1  # in May 2001 and May 2002
    row = row_maker(dataset_of(y, horizons=(3,))).forecast()
    values = dict(zip(names, row.X[0], strict=True))
    assert (values["step"], values["calendar_month"]) == (3, 5)
    assert values["same_month"] + row.level[0] == pytest.approx(3)
    assert values["same_month_mean"] + row.level[0] == pytest.approx(2)
    assert values["same_month_any"] == 1
    assert values["own_since"] == pytest.approx(np.log1p(9))


def test_rare_rows_weigh_what_the_left_out_ones_would():
    y = np.zeros((30, 100))
    y[0] = made_up_outcomes(units=2, months=100)[1]
    maker = row_maker(dataset_of(y))
    everything = maker.training(per_origin=3, quiet_every=1, seed=1)
    sample = maker.training(per_origin=3, quiet_every=4, seed=1)
    assert set(sample.weight) == {1, 4}
    assert len(sample.y) < 0.4 * len(everything.y)
    assert sample.weight.sum() == pytest.approx(len(everything.y), rel=0.05)
    assert (sample.y > 0).sum() == (everything.y > 0).sum()


def test_units_without_history_look_like_the_typical_quiet_unit():
    y = np.zeros((5, 60))
    y[0], y[4] = 100, np.nan
    rows = row_maker(dataset_of(y, horizons=(1,))).forecast()
    np.testing.assert_array_equal(rows.X[4, : len(OWN)], rows.X[1, : len(OWN)])


def test_names_belong_to_the_columns():
    data = made_up_dataset()
    names = feature_names(data)
    rows = row_maker(data).forecast()
    assert rows.X.shape == (len(data.units) * len(data.horizons), len(names))
    assert names[-2:] == data.features
    np.testing.assert_allclose(rows.X[:, 0], rows.level, rtol=1e-6)
    np.testing.assert_array_equal(rows.X[::2, -2], data.X[:, -1, 0])
