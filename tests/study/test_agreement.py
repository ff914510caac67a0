"""Cells that add up to a forecast of their countries, in a whole study."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from riskkit.errors import ConfigError
from riskkit.forecasting.forecast import from_frame
from riskkit.months import format_month
from riskkit.study.agreement import above, agreed, by_country
from riskkit.study.jobs import Job, forecast_job
from riskkit.study.study import Study

SETTINGS = [
    *("data.kind=world", "data.world.cells=150", "data.world.months=300", "panel.level=cell"),
    *("target.indicator=ged_sb", "features.families=[neighbours]", "forecast.draws=100"),
    *("forecast.model=ewhistory", "forecast.reconcile=conflictology", "forecast.horizons=1-3"),
]


@pytest.fixture(scope="module")
def study():
    return Study.open(None, SETTINGS)


def test_a_country_counts_what_its_cells_do(study):
    twin = by_country(study, study.span[1])
    assert twin.units["unit"].to_list() == sorted(set(study.owners.values()))
    assert (twin.span, twin.threats[0].target) == (study.span, study.threats[0].target)
    threat, origin = study.threats[0], study.span[1]
    cells = study.dataset(threat, origin, (1,), features=False)
    whole = twin.dataset(threat, origin, (1,), features=False)
    for country, row in zip(whole.units, whole.y, strict=True):
        inside = [study.owners[cell] == country for cell in cells.units]
        np.testing.assert_array_equal(cells.y[inside].sum(axis=0), row)


@pytest.mark.slow
def test_cells_of_the_published_forecast_add_up_to_the_countries_forecast(study, tmp_path):
    outlook = study.forecast()
    cells = outlook.threats["ged_sb"].forecast
    twin = by_country(study, study.span[1])
    data = twin.dataset(study.threats[0], cells.origin, cells.horizons)
    countries = forecast_job(Job(data, "conflictology", {}, 100, study.params.seed))
    for country, draws in zip(countries.units, countries.draws, strict=True):
        inside = [study.owners[cell] == country for cell in cells.units]
        sums = cells.draws[inside].sum(axis=0)
        assert sorted(map(tuple, sums.T)) == sorted(map(tuple, draws.T))
    study.publish(tmp_path / "publication", outlook)
    plain = Study.open(None, [*SETTINGS, "forecast.reconcile=null"]).forecast()
    alone = plain.threats["ged_sb"].forecast
    assert not np.array_equal(alone.draws, cells.draws)
    assert plain.identity.hash != outlook.identity.hash


def test_cells_of_no_country_are_refused(study):
    outlook = study.forecast()
    nobodys = Study.open(None, SETTINGS)
    nobodys.__dict__["owners"] = {}
    with pytest.raises(ConfigError, match="cells that lie in countries"):
        agreed(nobodys, study.threats[0], outlook.threats["ged_sb"].forecast)


def test_cells_of_a_backtest_add_up_to_what_their_countries_were_forecast(study, tmp_path):
    """By what was known at the origin; the reference and zero stay what they are."""
    origin = study.span[1] - 15
    told = [f"backtest.origins={format_month(origin)}", "backtest.horizons=1-3"]
    told += ["backtest.models=[ewhistory, zero]", "backtest.reference=conflictology"]
    scaled = Study.open(None, [*SETTINGS, *told, "backtest.processes=1"])
    plain = Study.open(None, [*SETTINGS, *told, "forecast.reconcile=null", "backtest.processes=1"])
    made = {}
    for name, one in (("scaled", scaled), ("plain", plain)):
        board = one.backtest(tmp_path / name).leaderboard
        drawn = from_frame(pl.read_parquet(tmp_path / name / "forecasts.parquet"))
        made[name] = {forecast.model: forecast for forecast in drawn}, board
    countries = above(scaled, scaled.threats[0], origin, (1, 2, 3)).forecast
    cells = made["scaled"][0]["ewhistory"]
    assert countries.draws.any()
    for country, draws in zip(countries.units, countries.draws, strict=True):
        inside = [study.owners[cell] == country for cell in cells.units]
        sums = cells.draws[inside].sum(axis=0)
        assert sorted(map(tuple, sums.T)) == sorted(map(tuple, draws.T))
    assert not np.array_equal(cells.draws, made["plain"][0]["ewhistory"].draws)
    for model in ("conflictology", "zero"):
        alone = made["plain"][0][model].draws
        np.testing.assert_array_equal(made["scaled"][0][model].draws, alone)
    values = [
        board.filter(model="ewhistory", rule="crps", window="all")["value"][0]
        for _, board in made.values()
    ]
    assert values[0] != values[1]


def test_countries_above_know_what_was_known_at_the_origin(study):
    """Deaths that came later change nothing."""
    origin = study.span[1] - 15
    known = by_country(study, origin)
    later = Study.open(None, [*SETTINGS, f"panel.as_of={format_month(origin)}"])
    told, again = (
        one.dataset(study.threats[0], origin, (1,), features=False).y
        for one in (known, by_country(later, origin))
    )
    np.testing.assert_array_equal(told, again)
    assert known.span[1] == origin
