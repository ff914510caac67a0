"""HDX HAPI: tables told by their columns, levels, rounds, projections, pages, refusals."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from riskkit.errors import SourceError
from riskkit.sources.hapi import Hapi
from riskkit.sources.hapi._tables import TABLES
from riskkit.tables import Release

FIXTURE = Path(__file__).parent / "fixtures" / "hapi" / "answers"
CODES = {"TLD": "XAA", "SLD": "XAB", "OLD": "XAC"}
JANUARY = {
    "reference_period_start": "2020-01-01T00:00:00",
    "reference_period_end": "2020-01-31T23:59:59",
}
YEAR = {**JANUARY, "reference_period_end": "2020-12-31T00:00:00"}


def read(path: Path = FIXTURE, **options: Any) -> Release:
    return Hapi().read(path, Hapi.options(**{"codes": CODES, **options}))


def read_rows(folder: Path, *rows: dict[str, Any], **options: Any) -> Release:
    path = folder / "answer.json"
    path.write_text(json.dumps({"data": rows}))
    return read(path, **options)


def values(release: Release, unit: str, month: date | None = None) -> dict[str, float]:
    rows = release.observations.filter(unit=unit)
    rows = rows if month is None else rows.filter(month=month)
    return {name[5:]: value for name, value in rows.select("indicator", "value").rows()}


def food(phase: str, people: int, **more: Any) -> dict[str, Any]:
    row = {"location_code": "TLD", "ipc_phase": phase, "ipc_type": "current"}
    return {**row, "population_in_phase": people, **JANUARY, **more}


def idps(people: int, **more: Any) -> dict[str, Any]:
    row = {"location_code": "TLD", "reporting_round": 3, "assessment_type": "BA"}
    return {**row, "operation": "Test flood", "population": people, **JANUARY, **more}


def refugees(group: str, people: int, **more: Any) -> dict[str, Any]:
    pair = {"origin_location_code": "TLD", "asylum_location_code": "SLD"}
    row = {**pair, "population_group": group, "gender": "all", "age_range": "all"}
    return {**row, "population": people, **YEAR, **more}


def test_provinces_and_districts_of_conflict_events_are_parts() -> None:
    release = read()
    assert values(release, "XAA", date(2020, 1, 1)) == {
        "political_violence_events": 6.0,
        "political_violence_fatalities": 8.0,
        "demonstration_events": 4.0,
    }
    known = release.observations.filter(unit="XAA", month=date(2020, 1, 1))["known_from"]
    assert set(known) == {date(2020, 2, 29)}


def test_a_national_row_counts_alone() -> None:
    release = read()
    assert values(release, "XAB", date(2020, 2, 1)) == {
        "civilian_targeting_events": 2.0,
        "civilian_targeting_fatalities": 5.0,
    }
    assert release.dropped == {
        "row of a province or district beside figures of a level above": 1,
    }


def test_a_folder_may_hold_several_tables() -> None:
    release = read()
    assert values(release, "XAA", date(2019, 1, 1)) == {
        "inform_risk": 6.1,
        "inform_hazard": 5.0,
        "inform_vulnerability": 6.5,
        "inform_coping": 7.0,
    }
    known = release.observations.filter(month=date(2019, 1, 1))["known_from"]
    assert set(known) == {date(2019, 12, 31)}
    assert release.covers == (date(2019, 1, 1), date(2020, 2, 1))
    assert {i.frequency for i in release.indicators} == {"month", "year"}


def test_current_analyses_of_food_security_count_not_projections(tmp_path: Path) -> None:
    release = read_rows(
        tmp_path,
        food("all", 1000),
        food("3+", 250),
        food("3", 150),
        food("4", 80),
        food("5", 20),
        food("3+", 900, ipc_type="first projection"),
        food("3+", 70, admin1_name="North"),
        food("3+", 999, reference_period_start="2019-12-01"),
    )
    assert values(release, "XAA") == {
        "ipc_people": 1000.0,
        "ipc_crisis_people": 250.0,
        "ipc_emergency_people": 100.0,
        "ipc_crisis_share": 0.25,
    }
    assert release.dropped == {
        "projection of food security": 1,
        "row of an earlier round or analysis of the month": 1,
        "row of a province or district beside figures of a level above": 1,
    }


def test_provinces_repeat_districts_in_food_security(tmp_path: Path) -> None:
    north = {"admin1_name": "North"}
    release = read_rows(
        tmp_path,
        food("3+", 70, **north),
        food("3+", 30, admin1_name="South"),
        food("3+", 70, **north, admin2_name="Northwest"),
    )
    assert values(release, "XAA") == {"ipc_crisis_people": 100.0}


def test_idps_are_those_of_the_latest_round_of_each_operation(tmp_path: Path) -> None:
    north = {"admin1_name": "North"}
    release = read_rows(
        tmp_path,
        idps(500),
        idps(600, reporting_round=4, **north),
        idps(40, reporting_round=4, admin1_name="South"),
        idps(90, reporting_round=5, assessment_type="SA"),
        idps(7, operation="Test war"),
    )
    assert values(release, "XAA", date(2020, 1, 1)) == {"idps": 647.0}
    assert set(release.observations["known_from"]) == {date(2020, 3, 31)}


def test_refugees_of_all_genders_and_ages_count_for_both_sides(tmp_path: Path) -> None:
    release = read_rows(
        tmp_path,
        refugees("REF", 100),
        refugees("REF", 60, gender="f"),
        refugees("ROC", 5),
        refugees("ASY", 8),
        refugees("IDP", 99),
        refugees("REF", 30, origin_location_code="UNK"),
    )
    assert values(release, "XAA") == {"refugees_origin": 105.0, "asylum_seekers_origin": 8.0}
    assert values(release, "XAB") == {"refugees_asylum": 135.0, "asylum_seekers_asylum": 8.0}
    assert set(release.observations["known_from"]) == {date(2021, 6, 30)}
    assert release.dropped == {
        "row of one gender or age group, beside that of all": 1,
        "row of another population group": 1,
        "row of people without a state": 1,
    }


def test_periods_that_are_not_over_are_left_out(tmp_path: Path) -> None:
    later = {"reference_period_start": "2999-01-01", "reference_period_end": "2999-12-31"}
    release = read_rows(tmp_path, refugees("REF", 100), refugees("REF", 7, **later))
    assert values(release, "XAA") == {"refugees_origin": 100.0}
    assert release.dropped == {"row of a period that is not over": 1}


def test_the_lag_is_the_users_if_given(tmp_path: Path) -> None:
    release = read_rows(tmp_path, refugees("REF", 100), lags={"refugees": 9})
    assert set(release.observations["known_from"]) == {date(2021, 9, 30)}
    assert {i.lag_months for i in release.indicators} == {9}


def test_tables_are_told_apart() -> None:
    for name, table in TABLES.items():
        others = [other for other in TABLES.values() if set(other.columns) <= set(table.columns)]
        assert others == [table], name


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([idps(5), idps(5)], "item 1 and 1 more, .*stands twice"),
        ([idps(5), idps(6)], "item 1 and 1 more, .*two national rows"),
        ([idps(-5)], "item 1, column 'population': this number is impossible"),
        ([idps(5, assessment_type="XX")], "column 'assessment_type'.*known are BA, SA"),
        ([idps(5, reporting_round=None)], "column 'reporting_round': the round is missing"),
        ([idps(5, location_code="QQQ")], "column 'location_code': no country"),
        ([idps(5, reference_period_start=None)], "'reference_period_start': this is not a day"),
        ([idps(5, reference_period_end="soon")], "'reference_period_end': this is not a day"),
        ([idps(5, reference_period_end="2019-01-01")], "ends before it starts"),
        ([food("6", 5)], "column 'ipc_phase'.*known are 1, 2"),
        ([food("3+", 5, ipc_type="guess")], "column 'ipc_type'.*known are current"),
        ([food("3+", 5, ipc_type="first projection")], "no row is left"),
        ([{"location_code": "TLD", **JANUARY}], "is none of the tables conflict-events"),
        ([{"location_code": "TLD"}], "column 'reference_period_start' is missing"),
        ([], "holds no rows"),
    ],
)
def test_wrong_rows_are_refused(tmp_path: Path, rows: list[dict[str, Any]], message: str) -> None:
    with pytest.raises(SourceError, match=message):
        read_rows(tmp_path, *rows)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("demonstration", "protest", "line 6, column 'event_type'.*known are political_violence"),
        ("2020-01-31", "2020-03-31", "line 3 and 3 more, .*longer than a month"),
        ("SLD,Sampleland,S1,South,,,1", "SLD,Sampleland,,,,,0", "line 7 and 1 more.*two national"),
    ],
)
def test_wrong_events_are_refused(tmp_path: Path, old: str, new: str, message: str) -> None:
    text = (FIXTURE / "conflict.csv").read_text()
    assert old in text
    path = tmp_path / "conflict.csv"
    path.write_text(text.replace(old, new))
    with pytest.raises(SourceError, match=message):
        read(path)
