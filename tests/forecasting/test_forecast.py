"""Forecasts: joint draws, what is read off them, and their table."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from riskkit.errors import RiskkitError
from riskkit.forecasting.forecast import COLUMNS, Forecast, from_frame
from riskkit.months import month_id


@pytest.fixture
def forecast() -> Forecast:
    draws = np.array([[[0, 0, 4, 8], [0, 1, 30, 50]], [[1, 1, 1, 1], [2, 2, 2, 2]]])
    return Forecast("some", "deaths", month_id("2020-10"), ("XAA", "XAB"), (3, 4), draws)


def test_totals_are_summed_scenario_by_scenario(forecast: Forecast) -> None:
    np.testing.assert_array_equal(forecast.totals(), [[0, 1, 34, 58], [3, 3, 3, 3]])


def test_exceedance_counts_the_threshold_itself(forecast: Forecast) -> None:
    np.testing.assert_allclose(forecast.exceedance(1), [[0.5, 0.75], [1, 1]])


def test_quantiles_are_linear(forecast: Forecast) -> None:
    np.testing.assert_allclose(forecast.quantiles([0.5])[..., 0], [[2, 15.5], [1, 2]])


def test_the_table_holds_everything(forecast: Forecast) -> None:
    frame = forecast.to_frame()
    assert tuple(frame.columns) == COLUMNS
    assert frame["month"].dt.strftime("%Y-%m").to_list() == ["2021-01", "2021-02"] * 2
    (back,) = from_frame(frame.sample(fraction=1.0, shuffle=True, seed=1))
    np.testing.assert_array_equal(back.draws, forecast.draws)
    assert (back.model, back.origin, back.units, back.horizons) == (
        forecast.model,
        forecast.origin,
        forecast.units,
        forecast.horizons,
    )


def test_incomplete_tables_are_refused(forecast: Forecast) -> None:
    frame = forecast.to_frame()
    with pytest.raises(RiskkitError, match=r"not complete: 2 units x 2 months, but 3 rows"):
        from_frame(frame.head(3))
    with pytest.raises(RiskkitError, match=r"columns are missing.*draws"):
        from_frame(frame.drop("draws"))


def test_tables_hold_several_forecasts(forecast: Forecast) -> None:
    frame = forecast.to_frame()
    both = pl.concat([frame, frame.with_columns(model=pl.lit("other"))])
    assert [one.model for one in from_frame(both)] == ["other", "some"]
