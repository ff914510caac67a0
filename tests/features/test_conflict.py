"""Conflict history: names and phrases, hand-worked values, missing values, speed on real data."""

import math
import time
from datetime import date

import polars as pl
import pytest

from riskkit.months import first_day, month_id
from riskkit.panel import build_panel
from riskkit.tables import Indicator, Release
from riskkit.testing.panels import made_up_units
from riskkit_features.conflict import FAMILY

TYPES = ("ged_sb", "ged_ns", "ged_os")
INDICATORS = tuple(Indicator(name, "deaths", "made-up", census=True) for name in TYPES)
FEATURES = {f.name: f for f in FAMILY.features if set(f.inputs) <= set(TYPES)}
"""The history of violence alone; test_conflict_politics.py has the rest."""
START = month_id("2005-01")


def release(observations, months):
    """Observations with `unit, month, indicator, value`, all known at the end of the month."""
    known = observations.with_columns(known_from=pl.col("month").dt.month_end())
    return Release(known, INDICATORS, (first_day(START), first_day(START + months - 1)))


def history(**deaths):
    """Features of the last month of one country with this record."""
    months = len(next(iter(deaths.values())))
    rows = [
        ("XAA", first_day(START + m), name, float(value))
        for name, record in deaths.items()
        for m, value in enumerate(record)
        if value
    ]
    schema = {"unit": pl.String, "month": pl.Date, "indicator": pl.String, "value": pl.Float64}
    observed = release(pl.DataFrame(rows, schema=schema, orient="row"), months)
    units = made_up_units().filter(pl.col("unit") == "XAA")
    panel = build_panel([observed], units, START, START + months - 1)
    return FAMILY.build(panel).row(-1, named=True)


WAR = history(ged_sb=[0] * 30 + [30] + [0] * 6 + list(range(12)), ged_os=[0] * 48 + [22])


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ged_sb_log", math.log(12)),
        ("ged_sb_log_lag_1", math.log(11)),
        ("ged_sb_log_lag_12", 0),
        ("ged_sb_log_sum_3", math.log(1 + 9 + 10 + 11)),
        ("ged_sb_log_sum_24", math.log(1 + 66 + 30)),
        ("ged_sb_log_mean_60", math.log(1 + 96 / 49)),
        ("ged_sb_log_mean_120", math.log(1 + 96 / 49)),
        ("ged_sb_mean_log_12", math.log(math.factorial(12)) / 12),
        ("ged_sb_log_median_12", math.log(1 + 5.5)),
        ("ged_sb_log_max_12", math.log(12)),
        ("ged_sb_log_max_60", math.log(31)),
        ("ged_sb_months_since_1", 0),
        ("ged_sb_months_since_25", 18),
        ("ged_sb_months_since_1000", None),
        ("ged_sb_any_share_12", 11 / 12),
        ("ged_sb_any_share_60", 12 / 49),
        ("ged_sb_onset_24", 0),
        ("ged_sb_months_since_onset_24", 18),
        ("ged_sb_share_12", 66 / 88),
        ("ged_ns_share_12", 0),
        ("ged_ns_log_sum_12", 0),
        ("ged_os_share_12", 22 / 88),
        ("ged_os_months_since_1", 0),
        ("ged_os_months_since_25", None),
    ],
)
def test_hand_worked_values(name, value):
    assert WAR[name] == (None if value is None else pytest.approx(value, rel=1e-6))


def test_a_steady_war_neither_trends_nor_moves():
    steady = history(ged_sb=[100] * 40)
    for name in ("log_trend_6", "log_trend_24", "log_surge_3_12", "log_volatility_12"):
        assert steady[f"ged_sb_{name}"] == pytest.approx(0, abs=1e-12)
    for months in (1, 4, 12, 24):
        assert steady[f"ged_sb_log_ewm_{months}"] == pytest.approx(math.log(101), rel=1e-6)


def test_an_exponential_war_trends_at_its_rate():
    growing = history(ged_sb=[round(math.exp(0.2 * m)) - 1 for m in range(20, 60)])
    assert growing["ged_sb_log_trend_6"] == pytest.approx(0.2, abs=1e-3)
    assert growing["ged_sb_log_trend_24"] == pytest.approx(0.2, abs=1e-3)
    assert growing["ged_sb_log_surge_3_12"] == pytest.approx(0.2 * 4.5, abs=5e-3)
    assert growing["ged_sb_log_volatility_12"] == pytest.approx(0, abs=2e-3)


def test_the_first_deaths_after_quiet_years_are_an_onset():
    assert history(ged_sb=[0] * 30 + [1])["ged_sb_onset_24"] == 1
    assert history(ged_sb=[0] * 10 + [1])["ged_sb_onset_24"] is None
    assert history(ged_sb=[1] + [0] * 20 + [1])["ged_sb_onset_24"] is None
    assert history(ged_sb=[1] + [0] * 20 + [1] + [0] * 9 + [1])["ged_sb_onset_24"] == 0


def test_a_country_at_peace_has_no_shares_and_a_long_memory():
    peace = history(ged_sb=[0] * 130)
    assert {peace[f"{name}_share_12"] for name in TYPES} == {None}
    assert {peace[f"{name}_months_since_25"] for name in TYPES} == {120}
    known = {name: value for name, value in peace.items() if name in FEATURES}
    assert {v for name, v in known.items() if "since" not in name and "share_12" not in name} == {0}


def test_names_start_with_the_indicator_and_phrases_with_the_type():
    phrases = {"ged_sb": "state-based", "ged_ns": "non-state", "ged_os": "one-sided"}
    for name, feature in FEATURES.items():
        assert feature.description.startswith(f"{phrases[name[:6]]} deaths, ")
    assert {name for feature in FEATURES.values() for name in feature.inputs} == set(TYPES)
    assert 40 <= len(FEATURES) <= 70


def test_times_since_lower_the_risk():
    assert {f.sign for name, f in FEATURES.items() if "months_since" in name} == {"-"}


def test_the_whole_real_record_takes_half_a_second(shared_data):
    table = pl.read_parquet(shared_data / "tables" / "conflict_country_month.parquet")
    deaths = table.filter(pl.col("iso3").is_not_null() & (pl.col("year") <= 2021)).select(
        "iso3", pl.date("year", "month", 1).alias("month"), *TYPES
    )
    alive = deaths.filter(pl.col("month") == date(2021, 12, 1))["iso3"].unique().sort()
    observed = (
        deaths.filter(pl.col("iso3").is_in(alive.implode()))
        .unpivot(TYPES, index=["iso3", "month"], variable_name="indicator")
        .group_by(pl.col("iso3").alias("unit"), "month", "indicator")
        .agg(pl.col("value").sum().cast(pl.Float64))
        .filter(pl.col("value") > 0)
    )
    units = pl.DataFrame({"unit": alive, "name": alive}).with_columns(
        region=pl.lit("R"), born=pl.lit(None, dtype=pl.Date), died=pl.lit(None, dtype=pl.Date)
    )
    known = observed.with_columns(known_from=pl.col("month").dt.month_end())
    census = Release(known, INDICATORS, (date(1989, 1, 1), date(2021, 12, 1)))
    panel = build_panel([census], units, month_id("1989-01"), month_id("2021-12"))
    start = time.process_time()
    built = FAMILY.build(panel)
    # Twice the half second, so that a busy machine does not fail an honest build.
    assert time.process_time() - start < 1
    assert built.height == 191 * 396
    syria = built.filter(pl.col("unit") == "SYR", pl.col("month") == date(2013, 6, 1))
    assert syria["ged_sb_months_since_1000"].item() == 0
    assert syria["ged_sb_log_sum_12"].item() > 10
