"""The dataset: nothing after the origin, outcomes where their period starts."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from riskkit.errors import RiskkitError
from riskkit.forecasting.dataset import Dataset, build_dataset
from riskkit.forecasting.eligibility import Limits
from riskkit.forecasting.targets import Target
from riskkit.months import first_day, last_day, month_id
from riskkit.tables import Indicator, Release

START = month_id("2018-01")
MONTHS = 36
UNITS = pl.DataFrame(
    {"unit": ["XAA", "XAB"], "name": ["A", "B"], "region": ["R", "R"]}
).with_columns(born=pl.lit(None, dtype=pl.Date), died=pl.lit(None, dtype=pl.Date))


def made_up(lag: int = 0, changed_after: int | None = None) -> tuple[pl.DataFrame, Release]:
    grid = pl.DataFrame(
        [(unit, m) for unit in ("XAA", "XAB") for m in range(MONTHS)],
        schema=["unit", "m"],
        orient="row",
    )
    value = pl.col("m") + 100 * (pl.col("unit") == "XAB")
    if changed_after is not None:
        value = pl.when(pl.col("m") > changed_after).then(999).otherwise(value)
    observations = grid.select(
        "unit",
        pl.col("m").map_elements(lambda m: first_day(START + m), pl.Date).alias("month"),
        pl.lit("deaths").alias("indicator"),
        value.cast(pl.Float64).alias("value"),
        pl.col("m").map_elements(lambda m: last_day(START + m + lag), pl.Date).alias("known_from"),
    )
    indicator = Indicator("deaths", "deaths", "made-up", lag_months=lag)
    covers = (first_day(START), first_day(START + MONTHS - 1))
    features = observations.select("unit", "month", pl.col("value").alias("level"))
    return features, Release(observations, (indicator,), covers)


def at(origin: str, lag: int = 0, period: str = "month", changed: int | None = None) -> Dataset:
    features, release = made_up(lag, changed)
    target = Target("deaths", period)  # type: ignore[arg-type]
    few = Limits(min_history=1)
    return build_dataset(features, [release], UNITS, target, month_id(origin), range(1, 15), few)


def test_it_ends_at_the_origin() -> None:
    data = at("2019-06")
    assert data.X.shape == (2, 18, 1)
    assert data.y.shape == (2, 18)
    assert data.X[1, 17, 0] == 117
    assert data.y[1, 17] == 117
    assert data.last_known == 17
    assert data.horizons == tuple(range(1, 15))


def test_outcomes_wait_for_their_publication() -> None:
    data = at("2019-06", lag=2)
    assert data.last_known == 15
    assert np.isnan(data.y[:, 16:]).all()


def test_later_changes_do_not_matter() -> None:
    before, after = at("2019-06"), at("2019-06", changed=17)
    np.testing.assert_array_equal(before.X, after.X)
    np.testing.assert_array_equal(before.y, after.y)


def test_a_yearly_target_keeps_horizons_that_reach_a_january() -> None:
    data = at("2019-10", period="year")
    assert data.horizons == (3,)
    assert data.y[0, 0] == sum(range(12))
    assert data.last_known == 0


@pytest.mark.parametrize(
    ("origin", "message"),
    [
        ("2025-01", "origin 2025-01 lies outside the data, .*2018-01 to 2020-12"),
        ("2018-01", "origin 2018-01 lies outside"),
    ],
)
def test_origins_outside_the_data_are_refused(origin: str, message: str) -> None:
    with pytest.raises(RiskkitError, match=message):
        at(origin)


def test_an_origin_before_the_first_publication_is_refused() -> None:
    with pytest.raises(RiskkitError, match="no outcome of 'deaths' was known"):
        at("2018-02", lag=6)


def test_horizons_that_reach_no_period_are_refused() -> None:
    features, release = made_up()
    target = Target("deaths", "year")
    with pytest.raises(RiskkitError, match="no period of 'deaths_year' starts 0 to 1 months"):
        build_dataset(features, [release], UNITS, target, month_id("2020-06"), (0, 1))


def test_features_that_nobody_has_at_the_origin_are_left_out() -> None:
    features, release = made_up()
    after = pl.col("month") > first_day(START + 20)
    features = features.with_columns(
        pl.when(after).then("level").alias("late"),
        pl.when(~after).then("level").alias("ended"),
        pl.lit(None, dtype=pl.Float32).alias("never"),
    )
    for origin, names in ((START + 20, ("level", "ended")), (START + 21, ("level", "late"))):
        few = Limits(min_history=1)
        data = build_dataset(features, [release], UNITS, Target("deaths"), origin, (1,), few)
        assert data.features == names
        assert data.X.shape[2] == len(names)


@pytest.mark.parametrize(
    ("value", "got"),
    [(1e15, "1000000000000000.0"), (-1.0, "-1.0"), (float("inf"), "inf"), (2.0**32, "4294967296")],
)
def test_impossible_outcomes_are_refused_with_their_place(value: float, got: str) -> None:
    features, release = made_up()
    here = (pl.col("unit") == "XAB") & (pl.col("month") == first_day(START + 5))
    odd = pl.when(here).then(value).otherwise("value").alias("value")
    told = "an outcome of 'deaths' is not a number from 0 to 4,294,967,295: XAB in 2018-06"
    with pytest.raises(RiskkitError, match=told) as refused:
        build(features, replace(release, observations=release.observations.with_columns(odd)))
    assert f"(got {got}" in str(refused.value)


@pytest.mark.parametrize("value", [float("inf"), -float("inf"), 1e300])
def test_infinite_features_are_refused_with_their_place(value: float) -> None:
    features, release = made_up()
    here = (pl.col("unit") == "XAB") & (pl.col("month") == first_day(START + 5))
    odd = features.with_columns(odd=pl.when(here).then(value).otherwise(1.0))
    with pytest.raises(RiskkitError, match="the feature 'odd' is infinite: XAB in 2018-06; mend"):
        build(odd, release)
    later = odd.with_columns(odd=pl.when(pl.col("month") < first_day(START + 30)).then(1.0))
    assert build(later, release).features == ("level", "odd")


@pytest.mark.parametrize(
    ("measured_in", "people", "wanted"),
    [
        ("deaths", [(1000, "2017-12")], [200, np.inf]),
        ("people", [(1000, "2017-12"), (2000, "2018-12"), (5000, "2030-12")], [2000, np.inf]),
        ("people", [(0, "2017-12")], [np.inf, np.inf]),
        ("attacks", [(1000, "2017-12")], None),
        ("deaths", None, None),
    ],
)
def test_people_bound_the_outcome(
    measured_in: str, people: list[tuple[int, str]] | None, wanted: list[float] | None
) -> None:
    features, release = made_up()
    counted = replace(release, indicators=(Indicator("deaths", measured_in, "made-up"),))
    sources = [counted]
    if people is not None:
        rows = [
            (
                "XAA",
                first_day(month_id(known) - 11),
                "population",
                float(n),
                last_day(month_id(known)),
            )
            for n, known in people
        ]
        schema = release.observations.schema
        population = Indicator("population", "people", "made-up", frequency="year")
        table = pl.DataFrame(rows, schema=schema, orient="row")
        sources.append(Release(table, (population,), release.covers))
    found = build(features, *sources).capacity
    assert (None if found is None else found.tolist()) == wanted


def build(features: pl.DataFrame, *releases: Release) -> Dataset:
    few, origin = Limits(min_history=1), month_id("2019-06")
    return build_dataset(features, releases, UNITS, Target("deaths"), origin, (1, 2), few)
