"""What looks ahead without a date that shows it: reference periods and recomputed indices."""

from datetime import date

import polars as pl
import pytest

from riskkit.months import first_day, last_day, month_id
from riskkit.panel import build_panel
from riskkit.panel.hindsight import hindsight, measured_against
from riskkit.tables import Indicator, Observations, Release

START = month_id("2000-01")


def release(name, years=25, first=START, **declared):
    """A yearly index from some year on, known half a year later."""
    months = [first + 12 * year for year in range(years)]
    rows = [("XAA", first_day(m), name, 1.0, last_day(m + 17)) for m in months]
    table = pl.DataFrame(rows, schema=Observations.create_empty().schema, orient="row")
    indicator = Indicator(name, "index", "made-up", frequency="year", lag_months=6, **declared)
    return Release(table, (indicator,), (date(2000, 1, 1), date(2024, 12, 1)))


SOURCES = [
    release("rain_z", reference=(1991, 2020), hindsight=True),
    release("heat_z", reference=(1991, 2020), hindsight=True),
    release("waiting_z", reference=(1991, 2020)),
    release("old_z", reference=(1961, 1990), hindsight=True),
    release("ready", revised=True),
    release("income", restated=True),
    release("plain"),
]
NAMES = {"rain_z", "heat_z", "waiting_z", "old_z", "ready", "income", "plain"}
AGAINST = (
    "Measured against 1991-2020, which had not ended at an origin before 2021: heat_z, rain_z."
)
ANEW = "Computed anew for all years each year, so that an earlier origin saw other figures: ready."
RESTATED = (
    "Restated by later releases, so that an earlier origin saw somewhat other figures: income."
)


@pytest.mark.parametrize(
    ("origins", "told"),
    [
        (["2015-06"], (AGAINST, ANEW, RESTATED)),
        (["2030-01", "2020-11"], (AGAINST, ANEW, RESTATED)),
        (["2020-12"], (ANEW, RESTATED)),
        (["2025-06"], ()),
        (["2001-05"], ()),
        ([], ()),
    ],
    ids=["before", "one before", "ended", "all is known", "nothing is known yet", "none"],
)
def test_what_an_origin_could_not_know_is_named(origins, told):
    assert hindsight(SOURCES, NAMES, [month_id(origin) for origin in origins]) == told


def test_what_is_not_read_is_not_named():
    assert hindsight(SOURCES, {"plain", "old_z"}, [month_id("2015-06")]) == ()


def test_values_that_wait_for_the_end_of_the_period_are_not_named():
    waiting = release("rain_z", years=3, first=month_id("2020-01"), reference=(1991, 2020))
    assert hindsight([waiting], {"rain_z"}, [month_id("2019-06"), month_id("2021-06")]) == ()


def test_many_names_are_counted():
    many = [release(f"index_{number}", revised=True) for number in range(8)]
    (told,) = hindsight(many, {f"index_{n}" for n in range(8)}, [month_id("2015-06")])
    assert told.endswith("index_4, index_5 and 2 more.")


@pytest.mark.parametrize(("hindsight", "missing"), [(False, 72), (True, 0)])
def test_no_reader_can_show_a_value_before_the_end_of_its_reference_period(hindsight, missing):
    """Whatever days a source writes beside its values."""
    index = release("rain_z", reference=(1991, 2020), hindsight=hindsight)
    units = pl.DataFrame(
        [("XAA", "Testland", "Nowhere", None, None)],
        schema={"unit": pl.String, "name": pl.String, "region": pl.String,
                "born": pl.Date, "died": pl.Date},
        orient="row",
    )  # fmt: skip
    panel = build_panel([index], units, month_id("2014-12"), month_id("2020-11"))
    assert panel.frame["rain_z"].null_count() == missing
    later = build_panel([index], units, month_id("2014-12"), month_id("2020-12"))
    assert later.frame["rain_z"].null_count() == missing


def test_features_are_named_with_their_period():
    told = measured_against({(1991, 2020): ["rain_z_mean", "rain_year"], (1901, 2010): ["spi"]})
    assert told == (
        "Features measured against 1901-2010: spi.",
        "Features measured against 1991-2020: rain_year, rain_z_mean.",
    )
