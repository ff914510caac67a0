"""Who is forecast: early reporters, units that lag behind, ended states, little and old data."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from riskkit.errors import RiskkitError
from riskkit.forecasting.dataset import build_dataset
from riskkit.forecasting.eligibility import Limits, find_eligible, last_known_period
from riskkit.forecasting.targets import Target
from riskkit.months import first_day, first_day_expr, month_id
from riskkit.registry import models
from riskkit.tables import Indicator, Release
from riskkit.testing.datasets import dataset_of, made_up_outcomes, made_up_years

START = month_id("2010-01")


def known(ends, months=40):
    """Outcomes of units that are known up to and with a column."""
    return np.where(np.arange(months) <= np.array(ends)[:, None], 1.0, np.nan)


@pytest.mark.parametrize(
    ("ends", "last"),
    [
        ([39] * 15, 39),
        ([39] + [38] * 14, 38),
        ([39] + [20] * 14, 20),
        ([39] * 7 + [38] * 8, 38),
        ([39] * 8 + [38] * 7, 39),
        ([39, 38], 38),
        ([39], 39),
        ([39] * 3 + [5] * 12, 39),
    ],
    ids=[
        "all",
        "one month early",
        "early by a year and a half",
        "fewer than half are early",
        "most are there",
        "one of two",
        "alone",
        "a source that narrowed down long ago",
    ],
)
def test_the_last_known_period_is_one_that_most_units_know(ends, last):
    assert last_known_period(~np.isnan(known(ends))) == last


def test_a_pause_of_years_is_no_end():
    y = known([39] * 5)
    y[:, 5:38] = np.nan
    assert last_known_period(~np.isnan(y)) == 39
    y[1:, 39:] = np.nan
    assert last_known_period(~np.isnan(y)) == 38


def test_nothing_known_forecasts_nobody():
    found = find_eligible(np.full((2, 5), np.nan), period=1)
    assert (found.last, found.forecast.tolist()) == (0, [False, False])
    assert set(found.reasons) == {"no outcome is known"}


@pytest.mark.parametrize(("max_gap", "behind"), [(None, [1, 3]), (0, []), (1, [1]), (4, [1, 3, 4])])
def test_a_unit_may_lag_behind_by_so_many_months(max_gap, behind):
    gaps = [0, 0, 0, 0, 1, 3, 4]
    found = find_eligible(known([39 - gap for gap in gaps]), 1, max_gap)
    assert found.last == 39
    assert found.gaps.tolist() == gaps
    assert np.array(gaps)[found.forecast].tolist() == [0] * 4 + behind
    assert all(
        bool(reason) != chosen for reason, chosen in zip(found.reasons, found.forecast, strict=True)
    )


def test_a_year_may_be_missing_of_a_yearly_target():
    data = made_up_years(units=7)
    y = data.y.copy()
    y[1, -12:], y[2, -24:], y[3, :-12] = np.nan, np.nan, np.nan
    found = replace(data, y=y).eligibility
    assert found.forecast.tolist() == [True, True, False, True, True, True, True]
    assert found.gaps.tolist() == [0, 12, 24, 0, 0, 0, 0]
    assert found.reasons[2] == "the last known outcome is 24 months older than that of most units"


def test_left_out_units_are_named_with_the_reason():
    data = replace(dataset_of(known([39, 39, 39, 39, 20, -1])), ended=("X03",))
    assert data.left_out.rows() == [
        ("X03", "the state has ended"),
        ("X04", "the last known outcome is 19 months older than that of most units"),
        ("X05", "no outcome is known"),
    ]


@pytest.mark.parametrize(
    "name",
    ["conflictology", "last", "xgboost_hurdle", pytest.param("pool", marks=pytest.mark.slow)],
)
def test_what_early_reporters_know_of_later_months_changes_nothing(name):
    """One unit has two months more: the ranking is that of all, and as if it had not."""
    y = made_up_outcomes(units=6, months=90)
    late = y.copy()
    late[1:, -2:] = np.nan
    equal = late.copy()
    equal[0, -2:] = np.nan
    draws = [
        models()[name]().fit(data, 1).forecast(data, 100, 1)
        for data in (dataset_of(late), dataset_of(equal))
    ]
    assert draws[0].units == draws[1].units == dataset_of(y).units
    np.testing.assert_array_equal(draws[0].draws, draws[1].draws)
    (finding,) = [f for f in dataset_of(late).findings if f.kind == "early"]
    assert finding.units == ("X00",)
    assert finding.text == "Outcomes after 2008-04 are known of few units and not used: X00."


def test_old_outcomes_and_units_behind_are_findings():
    y = np.full((9, 80), np.nan)
    y[:, :60] = 1
    y[2, 58:60], y[3:, 59] = np.nan, 1
    data = dataset_of(y)
    assert [(f.kind, f.text) for f in data.findings] == [
        ("stale", "The newest outcomes are of 2005-12 and ended 20 months before."),
        ("behind", "Outcomes end before 2005-12, the last known to most units, in X02."),
    ]
    patient = replace(data, limits=Limits(stale_after=20))
    assert [f.kind for f in patient.findings] == ["behind"]


def study(months, lag=0, waits=0, ends=None, limits=None, units=3):
    """A dataset of monthly counts, built as studies do it, some months after the last of them."""
    codes = [f"XA{letter}" for letter in "ABCDEFGH"[:units]]
    rows = [(code, START + month, START + month + lag) for code in codes for month in range(months)]
    observations = pl.DataFrame(rows, schema=["unit", "month", "known"], orient="row").select(
        "unit",
        first_day_expr("month").alias("month"),
        pl.lit("deaths").alias("indicator"),
        pl.lit(1.0).alias("value"),
        first_day_expr("known").dt.month_end().alias("known_from"),
    )
    covers = first_day(START), first_day(START + months - 1)
    release = Release(observations, (Indicator("deaths", "deaths", "x", lag_months=lag),), covers)
    table = pl.DataFrame({"unit": codes, "name": codes, "region": codes}).with_columns(
        born=pl.lit(None, dtype=pl.Date), died=pl.lit(ends, dtype=pl.Date)
    )
    origin = START + months - 1 + lag + waits
    span = pl.DataFrame({"month": range(START, origin + 1)}, schema={"month": pl.Int32})
    grid = table.select("unit").join(span, how="cross").with_columns(month=first_day_expr("month"))
    features = grid.with_columns(level=pl.lit(1.0))
    return build_dataset(
        features, [release], table, Target("deaths"), origin, (1, 2), limits or Limits()
    )


@pytest.mark.parametrize(
    ("told", "settings"),
    [
        (
            "only 13 months of outcomes of 'deaths' are known at 2011-01, from 2010-01 on, less "
            "than the 60 of forecast.min_history; add a longer history",
            {"months": 13},
        ),
        ("only 12 months of outcomes", {"months": 12, "units": 2}),
        (
            "the newest outcomes of 'deaths' are of 2019-12 and ended 300 months before 2044-12, "
            "more than the 24 of forecast.max_age; add newer data",
            {"months": 120, "waits": 300},
        ),
        ("ended 25 months before", {"months": 120, "lag": 1, "waits": 24}),
        (
            "no unit can be forecast at 2019-12: the state has ended; add newer data",
            {"months": 120, "ends": first_day(START + 80)},
        ),
    ],
    ids=["13 months", "two countries by a year", "25 years", "two years and a month", "ended"],
)
def test_too_little_and_too_old_is_refused_in_one_line(told, settings):
    with pytest.raises(RiskkitError, match=told) as refused:
        study(**settings)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    "settings",
    [
        {"months": 60},
        {"months": 120, "waits": 24},
        {"months": 13, "limits": Limits(min_history=13)},
        {"months": 120, "waits": 300, "limits": Limits(max_age=300)},
    ],
)
def test_limits_are_inclusive_and_can_be_changed(settings):
    assert study(**settings).eligibility.forecast.all()
