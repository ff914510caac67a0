"""Month ids: the VIEWS anchor, round trips back to 1800, and what users type."""

from __future__ import annotations

import subprocess
import sys
from datetime import date, datetime

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskkit.errors import RiskkitError
from riskkit.months import (
    first_day,
    first_day_expr,
    format_month,
    last_day,
    month_id,
    month_id_expr,
    parse_horizons,
    parse_month,
    parse_months,
)

DAYS = st.dates(date(1800, 1, 1), date(2200, 12, 31))
MONTHS = st.integers(month_id("1800-01"), month_id("2200-12"))


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(1980, 1, 1), 1),
        (date(1980, 1, 31), 1),
        (date(1980, 12, 31), 12),
        (date(2021, 12, 15), 504),
        (datetime(2018, 1, 5, 12, 30), 457),
        (date(1979, 12, 31), 0),
        (date(1979, 1, 1), -11),
        (date(1800, 1, 1), -2159),
        ("2021-12", 504),
        ("1979-12", 0),
    ],
)
def test_month_id_counts_from_january_1980(day, expected):
    assert month_id(day) == expected


@given(DAYS)
def test_a_day_lies_between_the_first_and_the_last_day_of_its_month(day):
    month = month_id(day)
    assert first_day(month) <= day <= last_day(month)
    assert first_day(month).day == 1


@given(MONTHS)
def test_text_and_days_lead_back_to_the_id(month):
    assert parse_month(format_month(month)) == month
    assert month_id(first_day(month)) == month_id(last_day(month)) == month
    assert (first_day(month + 1) - last_day(month)).days == 1


@given(st.lists(st.none() | DAYS))
def test_expressions_equal_the_scalar_functions(days):
    frame = pl.DataFrame({"day": pl.Series(days, dtype=pl.Date)})
    frame = frame.with_columns(month=month_id_expr("day")).with_columns(
        first=first_day_expr(pl.col("month"))
    )
    assert frame.schema == {"day": pl.Date, "month": pl.Int32, "first": pl.Date}
    assert frame["month"].to_list() == [None if d is None else month_id(d) for d in days]
    assert frame["first"].to_list() == [None if d is None else d.replace(day=1) for d in days]


def test_month_id_expr_reads_timestamps():
    frame = pl.DataFrame({"at": [datetime(1979, 12, 31, 23, 59)]})
    assert frame.select(month_id_expr(pl.col("at"))).item() == 0


@pytest.mark.parametrize("text", ["2021-12", "2021-12-31", " 2021-12-01 ", "2021-12-1"])
def test_parse_month_takes_months_and_days(text):
    assert parse_month(text) == 504


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", r"not a month \(got ''\); write a month as YYYY-MM"),
        ("2021", "not a month"),
        ("202112", "not a month"),
        ("12-2021", "not a month"),
        ("2021-12-31T00:00", "not a month"),
        ("next month", "not a month"),
        ("2021-13", "does not exist"),
        ("2021-00", "does not exist"),
        ("2021-02-30", r"does not exist \(got '2021-02-30'\)"),
        ("0000-01", "does not exist"),
    ],
)
def test_parse_month_refuses_with_a_hint(text, message):
    with pytest.raises(RiskkitError, match=message):
        parse_month(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2017-10", ["2017-10"]),
        ("2018-10,2017-10", ["2017-10", "2018-10"]),
        ("2017-10..2018-01", ["2017-10", "2017-11", "2017-12", "2018-01"]),
        ("2017-10..2020-10:12", ["2017-10", "2018-10", "2019-10", "2020-10"]),
        ("2017-10..2019-09:12", ["2017-10", "2018-10"]),
        ("2017-10 .. 2017-11, 2017-11", ["2017-10", "2017-11"]),
        ("1979-11..1980-02", ["1979-11", "1979-12", "1980-01", "1980-02"]),
    ],
)
def test_parse_months(text, expected):
    assert [format_month(m) for m in parse_months(text)] == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "not a month"),
        ("2017-10,", "not a month"),
        ("2018-10..2017-10", "this range of months is empty"),
        ("2017-10..2018-10:0", "this range of months is empty"),
        ("2017-10..2018-10:x", "not a month"),
        ("2017-10..", "not a month"),
    ],
)
def test_parse_months_refuses(text, message):
    with pytest.raises(RiskkitError, match=message):
        parse_months(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("3-14", list(range(3, 15))),
        ("1,2,3", [1, 2, 3]),
        ("6", [6]),
        ("3,1-2, 2", [1, 2, 3]),
    ],
)
def test_parse_horizons(text, expected):
    assert parse_horizons(text) == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "not horizons"),
        ("one", "not horizons"),
        ("-1", "not horizons"),
        ("1.5", "not horizons"),
        ("0", "start at 1 month"),
        ("0-3", "start at 1 month"),
        ("14-3", r"ranges run upwards \(got '14-3'\)"),
    ],
)
def test_parse_horizons_refuses(text, message):
    with pytest.raises(RiskkitError, match=message):
        parse_horizons(text)


def test_importing_months_loads_nothing_heavy():
    code = "import riskkit.months, sys; print(sorted({'polars', 'numpy'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
