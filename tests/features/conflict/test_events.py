"""What single events tell beside their deaths, worked by hand."""

from __future__ import annotations

import math
from pathlib import Path

import polars as pl
import pytest

from riskkit.months import first_day, month_id
from riskkit.panel import build_panel
from riskkit.sources.ucdp.ged import UcdpGed
from riskkit.tables import Indicator, Release
from riskkit.testing.panels import made_up_units
from riskkit.units import countries
from riskkit_features.conflict import FAMILY
from riskkit_features.conflict.events import ACTORS, DEATHS, DYADS, EVENTS, events

START = month_id("2005-01")
NAMES = [feature.name for feature in events()]


def last_month(**records: list[float]) -> dict[str, float]:
    """Features of the last month of one country with these records; others are zero."""
    names = (*EVENTS, *DEATHS, DYADS, ACTORS)
    indicators = tuple(Indicator(name, "number", "made-up", census=True) for name in names)
    months = len(next(iter(records.values())))
    rows = [
        ("XAA", first_day(START + m), name, float(value))
        for name, record in records.items()
        for m, value in enumerate(record)
    ]
    table = pl.DataFrame(rows, ["unit", "month", "indicator", "value"], orient="row")
    known = table.with_columns(known_from=pl.col("month").dt.month_end())
    release = Release(known, indicators, (first_day(START), first_day(START + months - 1)))
    units = made_up_units().filter(pl.col("unit") == "XAA")
    panel = build_panel([release], units, START, START + months - 1)
    return FAMILY.build(panel).row(-1, named=True)


WAR = last_month(
    ged_sb_events=[0.0] * 12 + [1] * 9 + [4, 4, 4],
    ged_os_events=[0.0] * 23 + [2],
    ged_sb=[0.0] * 12 + [10] * 12,
    ged_dyads=[5.0] + [0] * 11 + [1] * 9 + [2, 2, 2],
    ged_actors=[2.0] * 24,
)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ged_events_log_sum_3", math.log(1 + 14)),
        ("ged_events_log_sum_12", math.log(1 + 23)),
        (
            "ged_events_log_surge_3_12",
            (2 * math.log(5) + math.log(7)) / 3
            - (9 * math.log(2) + 2 * math.log(5) + math.log(7)) / 12,
        ),
        ("ged_deaths_per_event_log_12", math.log(1 + 120 / 23)),
        ("ged_dyads_mean_12", 15 / 12),
        ("ged_dyads_max_60", 5),
        ("ged_dyads_surge_3_12", 2 - 15 / 12),
        ("ged_actors_mean_12", 2),
        ("ged_actors_surge_3_12", 0),
    ],
)
def test_hand_worked_values(name: str, value: float) -> None:
    assert WAR[name] == pytest.approx(value, rel=1e-6)


def test_a_year_without_events_has_no_size_of_one() -> None:
    assert last_month(ged_sb=[0.0] * 24)["ged_deaths_per_event_log_12"] is None


def test_real_events_of_three_decades_become_features_of_one_vintage(shared_data: Path) -> None:
    """Sri Lanka's war of 1990 to 2009 in months that the events themselves give."""
    release = UcdpGed().read(shared_data / "raw" / "ucdp" / "ged_sri_lanka.csv", UcdpGed.options())
    units = countries().filter(pl.col("unit") == "LKA")
    first, last = month_id("1989-01"), month_id("2018-12")
    built = FAMILY.build(build_panel([release], units, first, last))
    war = built.filter(pl.col("month").dt.year() == 2000).select(NAMES)
    assert war.null_count().sum_horizontal().item() == 0
    assert (war["ged_events_log_sum_12"] > math.log(100)).all()
    assert (war["ged_actors_mean_12"] >= 2).all()
    peace = built.filter(pl.col("month").dt.year() == 2018).select(NAMES)
    assert (peace["ged_dyads_mean_12"] < 0.2).all()
