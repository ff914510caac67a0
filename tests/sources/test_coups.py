"""Coups: the event list, the country-year table, refusals."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from riskkit.errors import SourceError
from riskkit.panel import complete
from riskkit.sources.coups import Coups
from riskkit.tables import Release

FIXTURE = Path(__file__).parent / "fixtures" / "coups" / "powell_thyne_coups_final.txt"
CODES = {"9001": "XAA", "9002": "XAB"}
YEARS = """gwcode,year,pt_attempt_num,pt_coup_num,pt_failed_num
9001,2001,2,1,1
9001,2002,0,0,0
9002,2001,1,0,1
"""


def read(path: Path = FIXTURE, **options: Any) -> Release:
    return Coups().read(path, Coups.options(**{"codes": CODES, **options}))


def with_text(folder: Path, text: str, name: str = "coups.csv") -> Path:
    path = folder / name
    path.write_text(text)
    return path


def counts(release: Release, unit: str, month: date) -> dict[str, float]:
    rows = release.observations.filter(unit=unit, month=month)
    return dict(rows.select("indicator", "value").rows())


def test_events_are_counted_by_month() -> None:
    release = read()
    assert counts(release, "XAA", date(1999, 3, 1)) == {
        "coup_attempts": 2.0,
        "coup_successes": 1.0,
        "coup_failures": 1.0,
    }
    known = release.observations.filter(unit="XAB", month=date(2001, 7, 1))["known_from"]
    assert set(known) == {date(2001, 8, 31)}
    assert all(i.census and i.frequency == "month" for i in release.indicators)


def test_months_without_an_attempt_are_zero_up_to_the_last_one() -> None:
    release = read()
    assert release.covers == (date(1950, 1, 1), date(2004, 11, 1))
    assert release.covered_units == ("XAA", "XAB")
    units = pl.DataFrame(
        {
            "unit": ["XAA"],
            "name": ["Testland"],
            "region": ["Nowhere"],
            "born": [None],
            "died": [None],
        },
        schema_overrides={"born": pl.Date, "died": pl.Date},
    )
    whole = complete(release, units).filter(indicator="coup_attempts", unit="XAA")
    assert whole.height == 54 * 12 + 11
    assert whole["value"].sum() == 3


def test_the_user_says_how_far_the_list_goes() -> None:
    assert read(covers_to="2010-06").covers[1] == date(2010, 6, 1)
    with pytest.raises(SourceError, match=r"attempt in 2004-11, after covers_to.*'2003-01'"):
        read(covers_to="2003-01")
    with pytest.raises(SourceError, match=r"covers_to is not a month.*'June'"):
        read(covers_to="June")


def test_country_years(tmp_path: Path) -> None:
    release = read(with_text(tmp_path, YEARS))
    assert counts(release, "XAA", date(2001, 1, 1)) == {
        "pt_attempt_num": 2.0,
        "pt_coup_num": 1.0,
        "pt_failed_num": 1.0,
    }
    assert set(release.observations["known_from"]) == {date(2002, 1, 31), date(2003, 1, 31)}
    assert release.covers == (date(2001, 1, 1), date(2002, 12, 1))
    assert {(i.frequency, i.census) for i in release.indicators} == {("year", False)}


def test_two_codes_of_one_unit_are_added_up(tmp_path: Path) -> None:
    release = read(with_text(tmp_path, YEARS), codes={"9001": "XAA", "9002": "XAA"})
    assert counts(release, "XAA", date(2001, 1, 1))["pt_attempt_num"] == 3.0


def test_parts_of_other_units_are_counted_and_left_out(tmp_path: Path) -> None:
    release = read(with_text(tmp_path, YEARS + "511,1964,1,1,0\n"))
    assert release.dropped == {"row of a place that is part of another unit": 1}
    assert release.covers[0] == date(2001, 1, 1)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("9002,2001,1", "9003,2001,1", "line 4, column 'gwcode'.*got '9003'"),
        ("9001,2002", "9001,2001", "line 2 and 1 more, column 'gwcode'.*several rows"),
        ("2002,0", "2002,1", "line 3, column 'pt_attempt_num': attempts are not the sum"),
        ("2002,0", "2002,-1", "line 3, column 'pt_attempt_num'.*0 to 50"),
        ("2002,0", "1902,0", "line 3, column 'year'.*1950 to"),
        ("pt_coup_num", "coups", "neither an event list nor a country-year table"),
    ],
)
def test_wrong_country_years_are_refused(tmp_path: Path, old: str, new: str, message: str) -> None:
    with pytest.raises(SourceError, match=message):
        read(with_text(tmp_path, YEARS.replace(old, new)))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("\t7\t9\t2", "\t7\t9\t3", "line 5, column 'coup': the outcome must be.*1 to 2"),
        ("2001\t7", "2001\t13", "line 5, column 'month'.*1 to 12"),
        ("\t9002\t", "\t9003\t", "line 5, column 'ccode'.*got '9003'"),
        ("ccode", "code", "neither an event list nor a country-year table"),
    ],
)
def test_wrong_events_are_refused(tmp_path: Path, old: str, new: str, message: str) -> None:
    text = FIXTURE.read_text()
    assert old in text
    with pytest.raises(SourceError, match=message):
        read(with_text(tmp_path, text.replace(old, new), "events.txt"))


def test_agrees_with_the_tidy_table(shared_data: Path) -> None:
    """Exactly, in every country-year; the table has Yugoslavia apart from Serbia, without coups."""
    release = read(shared_data / "raw" / "coups" / "ptcoups.csv", codes={})
    table = pl.read_parquet(shared_data / "tables" / "structural_country_year.parquet")
    theirs = table.with_columns(unit="iso3", month=pl.date("year", 1, 1))
    for column in ("pt_attempt_num", "pt_coup_num", "pt_failed_num"):
        ours = release.observations.filter(indicator=column)
        both = ours.join(theirs.drop_nulls(column), on=["unit", "month"])
        assert both.height == 11_508
        assert (both["value"] == both[column]).all(), column
    assert release.dropped == {"row of a place that is part of another unit": 39}
