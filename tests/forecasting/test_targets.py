"""Targets: monthly counts, calendar-year sums, and only what was known."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl
import pytest

from riskkit.errors import ConfigError
from riskkit.forecasting.targets import Target, outcomes
from riskkit.months import first_day, last_day, month_id, month_id_expr
from riskkit.panel import complete
from riskkit.tables import Indicator, Release

START = month_id("2019-01")
UNITS = pl.DataFrame(
    {
        "unit": ["XAA", "XAB"],
        "name": ["A", "B"],
        "region": ["R", "R"],
        "born": [None, date(2019, 3, 1)],
        "died": [None, None],
    },
    schema_overrides={"born": pl.Date, "died": pl.Date},
)


def monthly(values: dict[tuple[str, int], float], months: int, lag: int = 0) -> Release:
    rows = [
        (unit, first_day(START + m), "deaths", value, last_day(START + m + lag))
        for (unit, m), value in values.items()
    ]
    return Release(
        pl.DataFrame(
            rows,
            schema={
                "unit": pl.String,
                "month": pl.Date,
                "indicator": pl.String,
                "value": pl.Float64,
                "known_from": pl.Date,
            },
            orient="row",
        ),
        (Indicator("deaths", "deaths", "made-up", lag_months=lag, census=True),),
        (first_day(START), first_day(START + months - 1)),
    )


def test_a_census_counts_zero_only_where_a_state_lives() -> None:
    release = monthly({("XAA", 1): 7, ("XAB", 3): 2}, months=4)
    y = outcomes(Target("deaths"), [release], UNITS, range(START, START + 6), START + 5)
    nan = np.nan
    np.testing.assert_array_equal(y, [[0, 7, 0, 0, nan, nan], [nan, nan, 0, 2, nan, nan]])


def test_nothing_published_later_is_known() -> None:
    release = monthly({("XAA", 0): 7, ("XAA", 2): 5}, months=4, lag=2)
    y = outcomes(Target("deaths"), [release], UNITS, range(START, START + 4), START + 3)
    np.testing.assert_array_equal(y[0], [7, 0, np.nan, np.nan])


def test_the_latest_vintage_counts() -> None:
    release = monthly({("XAA", 0): 7}, months=1)
    revised = release.observations.with_columns(value=9.0, known_from=pl.lit(last_day(START + 2)))
    release = Release(
        pl.concat([revised, release.observations]), release.indicators, release.covers
    )
    for as_of, expected in ((START + 1, 7), (START + 2, 9)):
        y = outcomes(Target("deaths"), [release], UNITS, range(START, START + 1), as_of)
        assert y[0, 0] == expected


def test_a_year_is_the_sum_of_its_months_and_whole() -> None:
    release = monthly({("XAA", 0): 1, ("XAA", 11): 2, ("XAA", 12): 40}, months=23)
    y = outcomes(Target("deaths", "year"), [release], UNITS, range(START, START + 24), START + 30)
    expected = np.full(24, np.nan)
    expected[0] = 3
    np.testing.assert_array_equal(y[0], expected)
    assert np.isnan(y[1]).all()


def test_a_yearly_figure_is_taken_as_it_is() -> None:
    release = monthly({("XAA", 0): 11}, months=24)
    indicator = Indicator("deaths", "deaths", "made-up", frequency="year", census=True)
    release = Release(release.observations, (indicator,), release.covers)
    y = outcomes(Target("deaths", "year"), [release], UNITS, range(START, START + 24), START + 30)
    assert y[0, 0] == 11
    assert y[0, 12] == 0
    assert np.isnan(np.delete(y[0], [0, 12])).all()


@pytest.mark.parametrize(
    ("target", "message"),
    [
        (
            Target("attacks"),
            "no source brings 'attacks', which the target 'attacks' counts.*deaths",
        ),
        (Target("deaths"), "yearly figure of made-up.*target.period to year"),
    ],
)
def test_targets_that_no_source_counts_are_refused(target: Target, message: str) -> None:
    release = monthly({("XAA", 0): 1}, months=12)
    yearly = Indicator("deaths", "deaths", "made-up", frequency="year")
    release = Release(release.observations, (yearly,), release.covers)
    with pytest.raises(ConfigError, match=message):
        outcomes(target, [release], UNITS, range(START, START + 12), START + 12)


def test_outcomes_are_those_of_a_census_written_out():
    """The zeros of a census are filled in without a row for each; late and early reports count."""
    rng = np.random.default_rng(5)
    first, last = month_id("2000-01"), month_id("2004-12")
    months = rng.integers(first, last + 1, 300)
    late = rng.choice([-1, 0, 0, 0, 3, 14], 300)
    rows = pl.DataFrame(
        {
            "unit": rng.choice(["XAA", "XAB", "XAC", "XAE"], 300),
            "month": [first_day(m) for m in months],
            "indicator": "deaths",
            "value": rng.integers(0, 9, 300).astype(float),
            "known_from": [last_day(m + 2 + k) for m, k in zip(months, late, strict=True)],
        }
    ).unique(["unit", "month", "known_from"], keep="first", maintain_order=True)
    counted = Indicator("deaths", "deaths", "made-up", lag_months=2, census=True)
    covers = first_day(first), first_day(last)
    release = Release(rows, (counted,), covers, ("XAA", "XAB", "XAC"), simulated=True)
    units = pl.DataFrame(
        {"unit": ["XAA", "XAB", "XAC", "XAE"], "born": [None, date(2001, 6, 15), None, None]},
        schema={"unit": pl.String, "born": pl.Date},
    ).with_columns(died=pl.Series([None, None, date(2003, 1, 1), None], dtype=pl.Date))
    span = range(first - 5, last + 6)
    for as_of in (first + 20, last, last + 30):
        written = complete(release, units).filter(month_id_expr("known_from") <= as_of)
        newest = written.sort("known_from", maintain_order=True).group_by("unit", "month").last()
        expected = np.full((4, len(span)), np.nan)
        for row in newest.to_dicts():
            place = units["unit"].to_list().index(row["unit"])
            expected[place, month_id(row["month"]) - span.start] = row["value"]
        found = outcomes(Target("deaths"), (release,), units, span, as_of)
        np.testing.assert_array_equal(found, expected)
