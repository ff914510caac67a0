"""EM-DAT: months, unknown months, years, months covered, refusals."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from riskkit.errors import SourceError
from riskkit.sources.emdat import Emdat
from riskkit.tables import Release
from tests.sources.workbooks import write_workbook

FIXTURE = Path(__file__).parent / "fixtures" / "emdat" / "public_emdat_custom_request.csv"
CODES = {"TLD": "XAA", "SLD": "XAB"}


def read(path: Path = FIXTURE, **options: Any) -> Release:
    return Emdat().read(path, Emdat.options(**{"codes": CODES, **options}))


def with_text(folder: Path, text: str) -> Path:
    path = folder / "public_emdat.csv"
    path.write_text(text)
    return path


def counts(release: Release, unit: str, month: date, frequency: str) -> dict[str, float]:
    names = [i.name for i in release.indicators if i.frequency == frequency]
    rows = release.observations.filter(unit=unit, month=month)
    return dict(rows.filter(pl.col("indicator").is_in(names)).select("indicator", "value").rows())


def test_disasters_count_in_the_month_they_began() -> None:
    release = read()
    assert counts(release, "XAA", date(2001, 3, 1), "month") == {
        "emdat_affected": 1000.0,
        "emdat_deaths": 52.0,
        "emdat_disasters": 2.0,
        "emdat_weather_affected": 1000.0,
        "emdat_weather_disasters": 1.0,
    }
    known = release.observations.filter(unit="XAA", month=date(2001, 3, 1))["known_from"]
    assert set(known) == {date(2001, 6, 30)}
    assert all(i.census for i in release.indicators)


def test_a_disaster_of_an_unknown_month_counts_in_its_year_only() -> None:
    release = read()
    assert counts(release, "XAA", date(2001, 1, 1), "month") == {}
    assert counts(release, "XAA", date(2001, 1, 1), "year") == {
        "emdat_year_affected": 51_000.0,
        "emdat_year_deaths": 52.0,
        "emdat_year_disasters": 3.0,
        "emdat_year_weather_affected": 51_000.0,
        "emdat_year_weather_disasters": 2.0,
    }
    known = release.observations.filter(indicator="emdat_year_deaths")["known_from"]
    assert set(known) == {date(2002, 3, 31)}


def test_what_was_not_counted_is_reported() -> None:
    assert read().dropped == {
        "disaster that is not of a natural hazard": 1,
        "disaster without Total Deaths, counted as none": 1,
        "disaster without Total Affected, counted as none": 1,
        "disaster that began in an unknown month, which counts in its year only": 1,
        "disaster of a month or year that the file does not cover to its end": 1,
    }


def test_the_last_month_and_unfinished_years_stay_out_unless_told() -> None:
    assert read().covers == (date(2001, 1, 1), date(2002, 1, 1))
    release = read(covers_to="2002-12")
    assert release.covers == (date(2001, 1, 1), date(2002, 12, 1))
    assert counts(release, "XAB", date(2002, 2, 1), "month")["emdat_deaths"] == 15.0
    assert counts(release, "XAB", date(2002, 1, 1), "year")["emdat_year_deaths"] == 15.0


def test_former_states_and_islands_go_to_their_units(tmp_path: Path) -> None:
    text = FIXTURE.read_text().replace(",TLD,", ",DFR,").replace(",SLD,", ",AZO,")
    release = read(with_text(tmp_path, text), codes={})
    assert set(release.observations["unit"]) == {"DEU", "PRT"}


def test_unknown_months_of_an_unfinished_year_are_left_out_and_counted(tmp_path: Path) -> None:
    text = FIXTURE.read_text().replace(",2001,,,2002", ",2002,,,2002")
    release = read(with_text(tmp_path, text))
    reason = "disaster of a month or year that the file does not cover to its end"
    assert release.dropped[reason] == 2
    assert counts(release, "XAA", date(2001, 1, 1), "year")["emdat_year_disasters"] == 2.0


def test_a_file_of_one_january_covers_no_month(tmp_path: Path) -> None:
    lines = FIXTURE.read_text().splitlines()
    text = f"{lines[0]}\n{lines[1].replace(',2001,3,2,', ',2001,1,2,')}\n"
    with pytest.raises(SourceError, match="no disaster until 2000-12"):
        read(with_text(tmp_path, text))


def test_workbooks_are_read(tmp_path: Path) -> None:
    rows = [line.split(",") for line in FIXTURE.read_text().splitlines()]
    cells = [[cell or None for cell in row] for row in rows]
    path = write_workbook(tmp_path / "public_emdat.xlsx", {"EM-DAT Data": cells})
    assert read(path).observations.equals(read().observations)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("2001-0002-TLD", "2001-0001-TLD", "line 2 and 1 more, column 'DisNo.'.*one row"),
        ("2001-0002-TLD", "", "line 3, column 'DisNo.'.*one row"),
        (",2001,3,20,", ",2001,13,20,", "line 3, column 'Start Month'.*1 to 12"),
        (",2001,3,20,", ",1801,3,20,", "line 3, column 'Start Year'.*1900 to"),
        (",Geophysical,", ",Economic,", "line 3, column 'Disaster Subgroup'.*unknown"),
        (",Technological,", ",Spiritual,", "line 5, column 'Disaster Group'.*unknown"),
        (",SLD,", ",SLX,", "line 6 and 1 more, column 'ISO'.*'SLX'"),
        (",40,,,,", ",-40,,,,", "line 3, column 'Total Deaths'.*between 0"),
        (",40,,,,", ",forty,,,,", "line 3, column 'Total Deaths'.*not a number"),
        ("Total Deaths", "Deaths", "column 'Total Deaths' is missing"),
    ],
)
def test_wrong_disasters_are_refused(tmp_path: Path, old: str, new: str, message: str) -> None:
    text = FIXTURE.read_text()
    assert old in text
    with pytest.raises(SourceError, match=message):
        read(with_text(tmp_path, text.replace(old, new)))


def test_a_file_without_known_months_is_refused(tmp_path: Path) -> None:
    lines = FIXTURE.read_text().splitlines()
    with pytest.raises(SourceError, match="no disaster in a known month"):
        read(with_text(tmp_path, f"{lines[0]}\n{lines[3]}\n"))


@pytest.mark.parametrize(
    ("name", "last"),
    [
        ("public_emdat_custom_request_2002-09-13.csv", date(2002, 8, 1)),
        ("public_emdat_1999-01-13.csv", None),
        ("mine.csv", None),
    ],
)
def test_the_name_may_tell_the_version_but_never_an_earlier_one(
    tmp_path: Path, name: str, last: date | None
) -> None:
    path = tmp_path / name
    path.write_bytes(FIXTURE.read_bytes())
    assert read(path).covers[1] == (last or read(FIXTURE).covers[1])
