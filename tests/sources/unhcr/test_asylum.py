"""UNHCR asylum applications: new ones of both sides, persons and cases, refusals."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from riskkit.errors import SourceError
from riskkit.sources.unhcr.asylum import UnhcrAsylum
from riskkit.tables import Release

FIXTURE = Path(__file__).parents[1] / "fixtures" / "unhcr-asylum" / "asylum-applications.csv"
CODES = {"TLD": "XAA", "SLD": "XAB", "OLD": "XAC"}


def read(path: Path = FIXTURE, **options: Any) -> Release:
    return UnhcrAsylum().read(path, UnhcrAsylum.options(**{"codes": CODES, **options}))


def rows(release: Release, year: int) -> list[tuple[str, str, float]]:
    chosen = release.observations.filter(month=date(year, 1, 1))
    return chosen.select("unit", "indicator", "value").rows()


def test_new_applications_of_persons_and_cases_are_added_up() -> None:
    release = read()
    assert rows(release, 2019) == [
        ("XAA", "unhcr_asylum_apps_origin", 46.0),
        ("XAB", "unhcr_asylum_apps_asylum", 48.0),
        ("XAC", "unhcr_asylum_apps_asylum", 5.0),
    ]
    assert release.dropped == {
        "repeated application or appeal": 1,
        "row whose origin is no state: unknown": 1,
    }
    assert set(release.observations["known_from"]) == {date(2020, 6, 30), date(2021, 6, 30)}


def test_pages_of_the_interface_are_one_table(tmp_path: Path) -> None:
    items = pl.read_csv(FIXTURE, infer_schema=False).to_dicts()
    for number, part in enumerate((items[:2], items[2:]), start=1):
        answer = {"page": number, "maxPages": 2, "total": {"applied": 77}, "items": part}
        (tmp_path / f"page{number}.json").write_text(json.dumps(answer))
    assert read(tmp_path).observations.equals(read().observations)
    with pytest.raises(SourceError, match="page 2 of 2 is missing"):
        read(tmp_path / "page1.json")


def test_headings_of_the_web_site_are_understood(tmp_path: Path) -> None:
    path = tmp_path / "asylum.csv"
    path.write_text(
        "Year,Country of origin,Country of origin (ISO),Country of asylum,Country of asylum (ISO),"
        "Authority,Application type,Stage of procedure,Cases / Persons,applied\n"
        "2019,Testland,TLD,Sampleland,SLD,Government,New,First instance,Persons,9\n"
        "2019,Testland,TLD,Sampleland,SLD,Government,Appeal,Appeal,Persons,3\n"
    )
    assert rows(read(path), 2019) == [
        ("XAA", "unhcr_asylum_apps_origin", 9.0),
        ("XAB", "unhcr_asylum_apps_asylum", 9.0),
    ]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("U,N,FI,P,6", "G,N,NA,P,6", "line 2 and 1 more.*several rows"),
        ("U,N,FI,P,6", "U,,FI,P,6", "line 4, column 'app_type'.*missing"),
        (",35", ",many", "line 2, column 'applied'.*not a number"),
        (",N", ",R", "no row is left; each is a repeated application"),
        ("app_type", "type", "column 'app_type' is missing"),
    ],
)
def test_wrong_rows_are_refused(tmp_path: Path, old: str, new: str, message: str) -> None:
    text = FIXTURE.read_text()
    assert old in text
    path = tmp_path / "asylum.csv"
    path.write_text(text.replace(old, new))
    with pytest.raises(SourceError, match=message):
        read(path)
