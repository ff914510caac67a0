"""When months come out: each by itself, or all of a year together."""

from datetime import date

import pytest

from riskkit.months import format_month, month_id
from riskkit.panel.schedule import comes_out, lag_as_of, newest_out
from riskkit.tables import Indicator


def indicator(**declared):
    return Indicator("deaths", "deaths", "made-up", **declared)


MONTHLY = indicator(lag_months=2)
TOGETHER = indicator(lag_months=5, yearly_release=6)
YEARLY = indicator(lag_months=6, yearly_release=6, frequency="year")


@pytest.mark.parametrize(
    ("declared", "last", "out"),
    [
        (MONTHLY, "2020-11", "2021-01"),
        (TOGETHER, "2020-01", "2021-06"),
        (TOGETHER, "2020-12", "2021-06"),
        (indicator(yearly_release=12), "2020-12", "2021-12"),
        (indicator(yearly_release=1), "1979-12", "1980-01"),
        (YEARLY, "2020-12", "2021-06"),
    ],
)
def test_a_period_comes_out(declared, last, out):
    assert format_month(comes_out(declared, month_id(last))) == out


@pytest.mark.parametrize(
    ("declared", "as_of", "newest", "lag"),
    [
        (MONTHLY, "2020-11", "2020-09", 2),
        (TOGETHER, "2025-05", "2023-12", 17),
        (TOGETHER, "2025-06", "2024-12", 6),
        (TOGETHER, "2025-10", "2024-12", 10),
        (TOGETHER, "2025-12", "2024-12", 12),
        (indicator(yearly_release=12), "2025-12", "2024-12", 12),
        (indicator(yearly_release=12), "2025-11", "2023-12", 23),
        (indicator(yearly_release=1), "1980-01", "1979-12", 1),
    ],
)
def test_the_newest_month_that_is_out(declared, as_of, newest, lag):
    assert format_month(newest_out(declared, month_id(as_of))) == newest
    assert lag_as_of(declared, month_id(as_of)) == lag


@pytest.mark.parametrize("release", range(1, 13))
def test_the_newest_month_is_out_and_the_next_is_not(release):
    declared = indicator(yearly_release=release)
    for as_of in range(500, 530):
        newest = newest_out(declared, as_of)
        assert comes_out(declared, newest) <= as_of < comes_out(declared, newest + 1)


def test_months_come_out_by_themselves_from_a_month_on():
    declared = indicator(lag_months=1, yearly_release=6, monthly_from=date(2025, 1, 1))
    assert format_month(comes_out(declared, month_id("2024-11"))) == "2025-06"
    assert format_month(comes_out(declared, month_id("2025-01"))) == "2025-02"
    stands = {
        "2024-12": "2023-12",
        "2025-01": "2023-12",
        "2025-02": "2025-01",
        "2025-07": "2025-06",
    }
    assert {m: format_month(newest_out(declared, month_id(m))) for m in stands} == stands
