"""ACLED: counts by type, months covered, countries by number and name, refusals."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from riskkit.errors import SourceError
from riskkit.sources.acled import TYPES, Acled
from riskkit.tables import Release
from tests.sources.workbooks import write_workbook

FIXTURE = Path(__file__).parent / "fixtures" / "acled" / "acled_export.csv"
CODES = {"9001": "XAA", "Sampleland": "XAB"}


def read(path: Path = FIXTURE, **options: Any) -> Release:
    return Acled().read(path, Acled.options(**{"codes": CODES, **options}))


def with_text(folder: Path, text: str) -> Path:
    path = folder / "acled.csv"
    path.write_text(text)
    return path


def counts(release: Release, unit: str, month: date) -> dict[str, float]:
    rows = release.observations.filter(unit=unit, month=month)
    return dict(rows.filter(pl.col("value") > 0).select("indicator", "value").rows())


def test_events_and_deaths_are_counted_by_type_and_month() -> None:
    release = read()
    assert counts(release, "XAA", date(2001, 3, 1)) == {
        "acled_battles": 1.0,
        "acled_violence_against_civilians": 1.0,
        "acled_fatalities": 7.0,
        "acled_civilians_fatalities": 3.0,
    }
    known = release.observations.filter(unit="XAA", month=date(2001, 3, 1))["known_from"]
    assert set(known) == {date(2001, 4, 30)}
    assert {i.name for i in release.indicators} >= set(TYPES.values())


def test_months_are_zero_from_the_january_of_a_countrys_first_event(tmp_path: Path) -> None:
    text = FIXTURE.read_text() + "TES0,2000-05-01,2000,1,,Battles,,,,9001,,Testland,1,1,,,0,,1\n"
    release = read(with_text(tmp_path, text))
    first = release.observations.group_by("unit").agg(pl.col("month").min()).sort("unit")
    assert first.rows() == [("XAA", date(2000, 1, 1)), ("XAB", date(2001, 1, 1))]
    assert counts(release, "XAB", date(2001, 2, 1)) == {}
    assert release.covers == (date(2000, 1, 1), date(2001, 6, 1))
    assert not any(i.census for i in release.indicators)
    assert release.observations.height == (18 + 6) * 8


def test_a_month_that_is_not_over_is_left_out(tmp_path: Path) -> None:
    text = FIXTURE.read_text().replace("2001-06-30", "2001-06-12")
    release = read(with_text(tmp_path, text))
    assert release.covers[1] == date(2001, 5, 1)
    assert release.dropped == {"event of a month that the file does not cover to its end": 2}
    assert read(with_text(tmp_path, text), covers_to="2001-06").covers[1] == date(2001, 6, 1)


def test_long_dates_are_understood(tmp_path: Path) -> None:
    text = FIXTURE.read_text()
    for month, name in (("03", "March"), ("04", "April"), ("05", "May"), ("06", "June")):
        for day in ("02", "09", "11", "30"):
            text = text.replace(f"2001-{month}-{day}", f"{day} {name} 2001")
    assert "2001-" not in text
    assert read(with_text(tmp_path, text)).observations.equals(read().observations)


def test_a_country_without_an_iso_number_is_told_by_its_name(tmp_path: Path) -> None:
    text = FIXTURE.read_text().replace("Sampleland", "Kosovo").replace(",9001,", ",404,")
    release = read(with_text(tmp_path, text), codes={})
    assert set(release.observations["unit"]) == {"KEN", "XKX"}


@pytest.mark.parametrize("place", ["Indian Ocean", "Mediterranean Sea", "Akrotiri and Dhekelia"])
def test_events_in_no_unit_are_left_out_and_counted(tmp_path: Path, place: str) -> None:
    text = FIXTURE.read_text()
    text += f"SEA1,2001-05-01,2001,1,,Battles,,,,0,,{place},1,1,,,9,,1\n"
    release = read(with_text(tmp_path, text))
    assert release.observations.equals(read().observations)
    assert list(release.dropped.values()) == [1]
    assert re.search("no country|no unit", next(iter(release.dropped)))
    mapped = read(with_text(tmp_path, text), codes={**CODES, place: "XAC"})
    assert counts(mapped, "XAC", date(2001, 5, 1)) == {"acled_battles": 1, "acled_fatalities": 9}
    assert mapped.dropped == {}


def test_workbooks_are_read(tmp_path: Path) -> None:
    text = FIXTURE.read_text().replace('"A clash, invented"', "")
    rows = [[cell or None for cell in line.split(",")] for line in text.splitlines()]
    path = write_workbook(tmp_path / "acled.xlsx", {"Sheet1": rows})
    assert read(path).observations.equals(read().observations)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("TES2", "TES1", "line 2 and 1 more, column 'event_id_cnty'.*one row"),
        ("TES2", "", "line 3, column 'event_id_cnty'.*one row"),
        ("2001-03-30", "2001-30-03", "line 3, column 'event_date'"),
        ("Battles", "Battle-No change of territory", "line 2, column 'event_type'.*unknown"),
        ("Sampleland", "Simpleland", "line 5 and 2 more, column 'country'.*'Simpleland'"),
        (",3,,1", ",-3,,1", "line 3, column 'fatalities'.*0 to"),
        (",3,,1", ",,,1", "line 3, column 'fatalities'.*missing"),
        ("event_type", "type", "column 'event_type' is missing"),
    ],
)
def test_wrong_events_are_refused(tmp_path: Path, old: str, new: str, message: str) -> None:
    text = FIXTURE.read_text()
    assert old in text
    with pytest.raises(SourceError, match=message):
        read(with_text(tmp_path, text.replace(old, new)))


def test_a_file_without_a_whole_month_is_refused() -> None:
    with pytest.raises(SourceError, match="no event until 2000-12"):
        read(covers_to="2000-12")


def test_pages_of_the_interface_are_one_export(tmp_path: Path) -> None:
    events = pl.read_csv(FIXTURE, infer_schema=False).to_dicts()
    for event in events:
        event["fatalities"] = int(event["fatalities"])
    for number, part in enumerate((events[:4], events[4:], [])):
        answer = {"status": 200, "success": True, "count": len(part), "data": part}
        (tmp_path / f"page{number}.json").write_text(json.dumps(answer))
    assert read(tmp_path).observations.equals(read().observations)
    (tmp_path / "page3.json").write_text((tmp_path / "page1.json").read_text())
    with pytest.raises(SourceError, match=r"page1.json, item 1 and 3 more, column 'event_id_cnty'"):
        read(tmp_path)
    refusal = {"status": 403, "success": False, "error": "log in"}
    (tmp_path / "refusal.json").write_text(json.dumps(refusal))
    with pytest.raises(SourceError, match=r"no list of items \['data'\].*refusal"):
        read(tmp_path / "refusal.json")


def test_an_event_at_sea_is_nobodys_whatever_its_number_says(tmp_path: Path) -> None:
    rows = [
        "event_id_cnty,event_date,event_type,iso,country,fatalities",
        "A1,2020-01-31,Battles,466,Mali,1",
        "A2,2020-01-30,Battles,324,Gulf of Guinea,9",
    ]
    path = tmp_path / "acled.csv"
    path.write_text("\n".join([*rows, ""]))
    release = read(path, codes={})
    assert set(release.observations["unit"]) == {"MLI"}
    assert release.dropped == {"row of no country: a place at sea": 1}
