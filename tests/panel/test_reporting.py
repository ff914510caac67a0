"""Silence is a zero once those who usually report have reported, by what was published then."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from riskkit.months import first_day, last_day, month_id
from riskkit.panel import build_panel
from riskkit.panel.reporting import silence_known
from riskkit.tables import Indicator, Release
from riskkit.testing.panels import made_up_units

FIRST, LAST = month_id("2017-01"), month_id("2019-12")
UNITS = ("XAA", "XAB", "XAC", "XAD", "XAE")
EARLY = "XAA"


def reports(
    ahead: int = 2, late: int = 0, units: tuple[str, ...] = UNITS, often: int = 1
) -> Release:
    """Monthly figures of all units to 2019-12, and of one for some months more.

    Args:
        ahead: Months for which the early reporter reports alone.
        late: Months after their end at which the others' figures came out.
        units: Who reports.
        often: The others report every so many months.
    """
    rows = [
        (unit, month, month if unit == EARLY else month + late)
        for number, unit in enumerate(units)
        for month in range(FIRST, LAST + 1 + (ahead if unit == EARLY else 0))
        if unit == EARLY or (month + number) % often == 0
    ]
    observations = pl.DataFrame(
        [(unit, first_day(month), "n", 1.0, last_day(known)) for unit, month, known in rows],
        schema={"unit": pl.String, "month": pl.Date, "indicator": pl.String, "value": pl.Float64,
                "known_from": pl.Date},
        orient="row",
    )  # fmt: skip
    declared = Indicator("n", "deaths", "table", census=True, by_reports=True)
    return Release(observations, (declared,), (first_day(FIRST), first_day(LAST + ahead)))


def known_of(release: Release) -> list[int | None]:
    first, last = (month_id(day) for day in release.covers)
    return silence_known(release.indicators[0], release, range(first, last + 1))


def panel_of(release: Release, as_of: int, unit: str) -> list[float | None]:
    panel = build_panel([release], made_up_units(), FIRST, as_of)
    return panel.frame.filter(pl.col("unit") == unit)["n"].to_list()


@pytest.mark.parametrize("ahead", [1, 2, 6, 12])
def test_months_of_an_early_reporter_are_no_zeros_of_the_others(ahead: int) -> None:
    release = reports(ahead)
    assert panel_of(release, LAST + ahead, "XAB")[-ahead:] == [None] * ahead
    assert panel_of(release, LAST + ahead, EARLY)[-ahead:] == [1.0] * ahead
    # XAF never reports: a zero where most have reported, and unknown where they have not.
    assert panel_of(release, LAST + ahead, "XAF")[-ahead - 1 :] == [0.0] + [None] * ahead


def test_a_month_is_told_when_most_have_reported_it() -> None:
    known = known_of(reports(late=2))
    settled = range(12, LAST - FIRST + 1)
    assert [known[period] for period in settled] == [FIRST + period + 2 for period in settled]
    # At the end of May 2019 the others' April was out to nobody: no zero of XAF.
    as_of = month_id("2019-05")
    assert panel_of(reports(late=2), as_of, "XAF")[-4:] == [0.0, 0.0, None, None]


def test_what_came_later_does_not_change_the_panel_of_then() -> None:
    whole = reports(late=2)
    for as_of in (month_id("2018-09"), month_id("2019-05"), LAST + 1):
        then = Release(
            whole.observations.filter(pl.col("known_from") <= last_day(as_of)),
            whole.indicators,
            whole.covers,
        )
        for unit in (*UNITS, "XAF"):
            assert panel_of(whole, as_of, unit) == panel_of(then, as_of, unit)


def test_units_that_report_now_and_then_are_silent_by_their_lag() -> None:
    release = reports(often=3)
    assert known_of(release) == list(range(FIRST, LAST + 3))
    assert panel_of(release, LAST + 2, "XAB")[-2:] == [0.0, 0.0]


def test_who_stops_for_good_does_not_hold_the_others_up_for_ever() -> None:
    release = reports(ahead=30)
    assert panel_of(release, LAST + 30, "XAB")[-30:] == [0.0] * 30
    assert panel_of(release, LAST + 12, "XAB")[-12:] == [None] * 12


def test_a_month_in_between_in_which_few_report_is_told_by_the_next() -> None:
    whole = reports(ahead=0)
    quiet = date(2019, 6, 1)
    kept = (pl.col("month") != quiet) | (pl.col("unit") == EARLY)
    release = Release(whole.observations.filter(kept), whole.indicators, whole.covers)
    at = month_id(quiet)
    assert panel_of(release, at, "XAB")[-1] is None
    assert panel_of(release, at + 1, "XAB")[-2:] == [0.0, 1.0]


def test_a_census_that_says_up_to_when_it_speaks_is_taken_at_its_word() -> None:
    release = reports()
    declared = Indicator("n", "deaths", "table", census=True)
    told = Release(release.observations, (declared,), release.covers)
    assert panel_of(told, LAST + 2, "XAB")[-2:] == [0.0, 0.0]
