"""Inputs beyond anything a unit had: counts, features, and the margins."""

from dataclasses import replace

import numpy as np
import pytest

from riskkit.forecasting.outliers import find_outliers
from riskkit.testing.datasets import dataset_of


def counts(*last_year: float, before: float = 2.0) -> np.ndarray:
    """Ten years of `before` a month, and then other months."""
    y = np.full((len(last_year), 120), before)
    y[:, -12:] = np.array(last_year)[:, None]
    return y


def quiet(data):
    """The same without features that follow the counts."""
    return replace(data, X=np.zeros_like(data.X))


@pytest.mark.parametrize(
    ("monthly", "beyond"), [(2.0, False), (3.0, False), (3.1, True), (30.0, True), (0.0, False)]
)
def test_a_year_of_more_than_half_again_is_beyond(monthly: float, beyond: bool) -> None:
    found = find_outliers(quiet(dataset_of(counts(monthly, 2.0))), "deaths")
    text = f"{12 * monthly:,.0f} deaths in a year, 24 at most before"
    assert found == ({"X00": (text,)} if beyond else {})


def test_small_numbers_are_no_outlier() -> None:
    """24 deaths after none stay below the second threshold."""
    assert find_outliers(quiet(dataset_of(counts(2.0, before=0.0)))) == {}
    assert "X00" in find_outliers(quiet(dataset_of(counts(2.1, before=0.0))))


def test_a_war_that_grows_within_a_year_is_compared_with_the_years_before_it() -> None:
    y = counts(2.0)
    y[0, -6:] = 100
    assert find_outliers(quiet(dataset_of(y)), "deaths") == {
        "X00": ("612 deaths in a year, 24 at most before",)
    }


def test_years_of_a_yearly_target() -> None:
    y = np.full((2, 120), np.nan)
    y[:, ::12] = 100
    y[0, -12] = 151
    found = find_outliers(quiet(dataset_of(y, (1, 13), "year")), "people")
    assert found == {"X00": ("151 people in a year, 100 at most before",)}


def test_what_is_not_known_compares_with_nothing() -> None:
    y = counts(2.0, 30.0)
    y[1, :60] = np.nan
    assert list(find_outliers(quiet(dataset_of(y)))) == ["X01"]
    y[1, :108] = np.nan
    assert find_outliers(quiet(dataset_of(y))) == {}


@pytest.mark.parametrize(
    ("value", "beyond"), [(1.0, False), (1.09, False), (1.2, True), (-0.05, False), (-0.2, True)]
)
def test_a_feature_is_beyond_training_and_its_own_past(value: float, beyond: bool) -> None:
    data = dataset_of(counts(2.0, 2.0))
    X = np.zeros_like(data.X)
    X[:, 5, 1] = 1.0
    X[0, -1, 1] = value
    found = find_outliers(replace(data, X=X), "deaths", {"noise": "rain of the year"})
    assert set(found) == ({"X00"} if beyond else set())
    if beyond:
        assert found["X00"] == (
            f"rain of the year: {value:,.4g}, outside the 0 to 1 of all countries",
        )


def test_what_another_unit_had_is_no_outlier() -> None:
    data = dataset_of(counts(2.0, 2.0))
    X = np.zeros_like(data.X)
    X[1, 5, 1], X[0, -1, 1] = 9.0, 5.0
    assert find_outliers(replace(data, X=X)) == {}


def test_a_unit_that_is_not_forecast_is_not_named() -> None:
    data = quiet(dataset_of(counts(30.0, 2.0, 2.0)))
    assert find_outliers(replace(data, ended=("X00",))) == {}
