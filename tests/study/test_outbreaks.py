"""How replayed chances of onset and of a doubling are graded, by hand."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl
import pytest

from riskkit.forecasting.forecast import Forecast
from riskkit.months import month_id
from riskkit.risk.onset import Standing
from riskkit.study.outbreaks import (
    CASES,
    CORP,
    GRADES,
    cases,
    diagram,
    grades,
    reliability,
    write_outbreaks,
)
from riskkit.study.record import PUBLISHED

UNITS = ("XAA", "XAB", "XAC", "XAD")


@pytest.fixture(scope="module")
def told() -> pl.DataFrame:
    """Two origins: XAA breaks out in 2016 and XAB in 2018; XAD is in conflict; XAC's is unknown."""
    quiet = np.array([True, True, True, False])
    standing = Standing(quiet, np.full(4, 0.5), np.array([0.0, 0, 0, 30]))
    frames = []
    for year, row in ((2016, 0), (2018, 1)):
        draws = np.zeros((4, 12, 100), dtype=np.int64)
        draws[0, 0, :8] = 1
        draws[1, 11, :3] = 1
        draws[3, 5, :40] = 60
        forecast = Forecast(
            "pool", "deaths", month_id(f"{year}-06"), UNITS, tuple(range(1, 13)), draws
        )
        came = np.zeros((4, 12))
        came[row, 11] = 1
        came[2, 0] = np.nan
        came[3, 0] = 59
        frames.append(cases(PUBLISHED, "conflict", forecast, standing, came))
    return pl.concat(frames)


def test_each_case_has_its_chance_and_what_came(told):
    first = told.filter(origin=date(2016, 6, 1))
    rows = {(r["unit"], r["event"]): (r["chance"], r["came"]) for r in first.to_dicts()}
    assert rows == {
        ("XAA", "onset_3"): (0.08, False),
        ("XAB", "onset_3"): (0.0, False),
        ("XAA", "onset_12"): (0.08, True),
        ("XAB", "onset_12"): (0.03, False),
        ("XAD", "doubling"): (0.4, False),
    }


def test_grades_by_hand_and_by_period(told):
    graded = {(r["period"], r["event"]): r for r in grades(told).to_dicts()}
    all_years = graded["all", "onset_12"]
    assert (all_years["forecasts"], all_years["came"], all_years["units"]) == (4, 2, 2)
    # .08 came and .03 not, then .03 came and .08 not
    assert all_years["auc"] == 0.5
    assert all_years["brier"] == pytest.approx((0.92**2 + 0.03**2 + 0.08**2 + 0.97**2) / 4)
    assert all_years["brier_base"] == pytest.approx(0.25)
    assert graded["to 2016", "onset_12"]["auc"] == 1
    assert graded["from 2017", "onset_12"]["auc"] == 0
    never = graded["all", "doubling"]
    assert (never["auc"], never["came"]) == (None, 0)
    split = all_years["miscalibration"] - all_years["discrimination"] + all_years["brier_base"]
    assert split == pytest.approx(all_years["brier"])


def test_the_diagram_counts_forecasts_and_events(told):
    rows = diagram(told).filter(period="all", event="onset_12")
    assert rows.select("forecasts", "came").sum().row(0) == (4, 2)
    assert rows["observed"].is_sorted()


def test_reliability_counts_by_chance_of_the_published_alone(told):
    other = told.with_columns(system=pl.lit("conflictology"))
    rows = reliability(pl.concat([told, other]), "conflict")
    assert rows.drop("chance", "first_origin", "last_origin").rows() == [
        ("onset_3", 0.0, 0.01, 2, 0),
        ("onset_3", 0.05, 0.1, 2, 0),
        ("onset_12", 0.02, 0.05, 2, 1),
        ("onset_12", 0.05, 0.1, 2, 1),
        ("doubling", 0.2, 0.5, 2, 0),
    ]
    assert rows.row(0)[-2:] == ("2016-06", "2018-06")


def test_the_files_of_a_replay(told, tmp_path):
    write_outbreaks(told, tmp_path)
    assert pl.read_parquet(tmp_path / CASES).equals(told)
    assert {path.name for path in tmp_path.iterdir()} == {CASES, GRADES, CORP}
