"""Groups of units by what came before the origin, against counts by hand."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from riskkit.forecasting.forecast import from_frame
from riskkit.scoring.evaluation import durations_of
from riskkit.study.breakdown import break_down
from riskkit.study.evaluating import _Truth
from tests.study.conftest import Made, deaths


def test_durations_are_of_the_two_years_before_the_origin(made: Made) -> None:
    """The origins are Decembers, so that these are calendar years."""
    study = made.study()
    truth = _Truth(study, study.threats[0])
    year = pl.col("month").str.slice(0, 4).cast(pl.Int32)
    sums = (
        deaths().group_by(pl.col("gid").cast(pl.String), year.alias("year")).agg(pl.sum("ged_sb"))
    )
    by_year = {(gid, when): total for gid, when, total in sums.iter_rows()}
    groups = pl.read_parquet("scores/groups.parquet")
    forecasts = pl.read_parquet("backtest/forecasts.parquet").filter(model="last")
    for (window,), rows in forecasts.partition_by("window", as_dict=True).items():
        (forecast,) = from_frame(rows.drop("window"))
        last = rows["origin"][0].year
        expected = [[by_year[unit, last], by_year[unit, last - 1]] for unit in forecast.units]
        recent = truth.recent(forecast)
        assert recent.tolist() == expected
        told = groups.filter(window=window).sort("unit")["duration"].to_list()
        assert told == durations_of(recent, (1, 25, 100))
    table = break_down([Path("scores")], "duration")
    assert set(table["part"]) == set(groups["duration"])
