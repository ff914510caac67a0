"""GTD: months, unknown months, the lost year, doubt, unknown casualties, refusals."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from riskkit.errors import SourceError
from riskkit.sources.gtd import MONTHLY, Gtd
from riskkit.tables import Release
from riskkit.units import countries
from tests.sources.workbooks import write_workbook

FIXTURE = Path(__file__).parents[1] / "fixtures" / "gtd" / "globalterrorismdb_0199dist.csv"
CODES = {"Testland": "XAA", "Sampleland": "XAB"}
COUNTED = {name for name in MONTHLY if not name.endswith("concentration")}


def read(path: Path = FIXTURE, **options: Any) -> Release:
    return Gtd().read(path, Gtd.options(**{"codes": CODES, **options}))


def with_text(folder: Path, text: str) -> Path:
    path = folder / "globalterrorismdb.csv"
    path.write_text(text)
    return path


def counts(release: Release, unit: str, month: date, yearly: bool = False) -> dict[str, float]:
    names = [i.name for i in release.indicators if (i.frequency == "year") is yearly]
    rows = release.observations.filter(unit=unit, month=month).sort("indicator")
    return dict(rows.filter(pl.col("indicator").is_in(names)).select("indicator", "value").rows())


def test_attacks_are_counted_by_country_and_month() -> None:
    assert counts(read(), "XAA", date(1992, 3, 1)) == {
        "attacks": 2.0,
        "attacks_assassinations": 0.0,
        "attacks_bombings": 1.0,
        "attacks_domestic": 1.0,
        "attacks_domestic_ideological": 1.0,
        "attacks_domestic_logistic": 1.0,
        "attacks_group_concentration": 1.0,
        "attacks_hostage_taking": 0.0,
        "attacks_killed": 2.0,
        "attacks_on_state": 1.0,
        "attacks_suicide": 0.0,
        "attacks_target_concentration": 0.5,
        "attacks_transnational": 0.0,
        "attacks_transnational_ideological": 0.0,
        "attacks_transnational_logistic": 0.0,
        "attacks_wounded": 6.0,
    }
    assert counts(read(), "XAB", date(1992, 12, 1))["attacks_killed"] == 0.5


def test_an_attack_of_an_unknown_month_counts_in_its_year_only() -> None:
    release = read()
    monthly = release.observations.filter(unit="XAA", indicator="attacks")
    assert monthly["value"].sum() == 2.0
    assert counts(release, "XAA", date(1992, 1, 1), yearly=True) == {
        "gtd_incidents": 3.0,
        "gtd_killed": 3.0,
    }


def test_the_lost_year_is_missing_and_quiet_months_are_zero() -> None:
    release = read()
    assert release.observations.filter(pl.col("month").dt.year() == 1993).is_empty()
    assert counts(release, "XAA", date(1994, 12, 1)) == dict.fromkeys(sorted(COUNTED), 0.0)
    assert release.covers == (date(1992, 1, 1), date(1994, 12, 1))
    assert not any(i.census for i in release.indicators)
    alike = release.observations["indicator"].str.ends_with("concentration")
    assert release.observations.height - alike.sum() == 2 * (24 * 14 + 2 * 2)


def test_what_was_not_counted_is_reported() -> None:
    assert read().dropped == {
        "attack in no single country": 1,
        "attack in an unknown month, which counts in its year only": 1,
        "attack with an unknown number of killed, who count as none": 1,
        "attack with an unknown number of wounded, who count as none": 1,
    }


def test_doubtful_attacks_can_be_left_out_but_not_unjudged_ones() -> None:
    release = read(doubt="certain")
    assert release.dropped["attack that may not have been terrorism"] == 1
    assert counts(release, "XAB", date(1994, 2, 1))["attacks"] == 1.0
    assert counts(release, "XAA", date(1992, 3, 1))["attacks"] == 2.0


def test_a_year_is_known_with_its_release_and_a_month_after_the_longest_wait() -> None:
    known = read().observations.filter(unit="XAA").group_by("indicator", "month").agg("known_from")
    days = {(name, month): days[0] for name, month, days in known.rows()}
    assert days["gtd_incidents", date(1992, 1, 1)] == date(1994, 6, 30)
    assert days["attacks", date(1992, 1, 1)] == date(1994, 6, 30)
    assert days["attacks", date(1992, 12, 1)] == date(1995, 5, 31)


def world(folder: Path, last: str = "1994,6") -> Path:
    """A file that names enough real countries to speak of all, with one attack each."""
    header, *_ = FIXTURE.read_text().splitlines()
    rows = [
        f"{n},{last},1,0,1,{name.replace(',', '')},1,R,0,1,0,9,Unknown,1,Business,G,0,0,0,0,0,0"
        for n, name in enumerate(
            countries("views").filter(pl.col("died").is_null())["name"].head(25)
        )
        if "," not in name
    ]
    return with_text(folder, "\n".join([header, *rows]) + "\n")


def test_a_file_of_the_world_ends_with_its_last_month_and_unfinished_years_stay_out(
    tmp_path: Path,
) -> None:
    release = read(world(tmp_path))
    assert release.covers == (date(1994, 1, 1), date(1994, 6, 1))
    assert release.covered_units is None
    assert set(release.observations["indicator"]) == set(MONTHLY)


def test_unknown_months_of_an_unfinished_year_are_left_out_and_counted(tmp_path: Path) -> None:
    text = world(tmp_path).read_text().replace("1,1994,6", "1,1994,0", 1)
    release = read(with_text(tmp_path, text))
    reason = "attack in an unknown month of a year that the file does not cover to its end"
    assert release.dropped == {reason: 1}


def test_states_that_did_not_exist_have_no_zeros(tmp_path: Path) -> None:
    release = read(world(tmp_path, "1994,12"))
    units = set(release.observations["unit"])
    assert "TLS" not in units
    assert {"TZA", "FRA"} <= units


def test_places_that_are_no_states_have_zeros_once_they_are_named(tmp_path: Path) -> None:
    text = world(tmp_path, "1994,12").read_text()
    row = "99,1994,2,1,0,1,Hong Kong,1,R,0,1,0,9,Unknown,1,Business,G,0,0,0,0,0,0\n"
    release = read(with_text(tmp_path, text + row))
    attacks = release.observations.filter(unit="HKG", indicator="attacks").sort("month")
    assert attacks["value"].to_list() == [0.0, 1.0] + [0.0] * 10
    assert "MAC" not in set(release.observations["unit"])


def test_workbooks_are_read(tmp_path: Path) -> None:
    rows = [line.split(",") for line in FIXTURE.read_text().splitlines()]
    path = tmp_path / "globalterrorismdb.xlsx"
    write_workbook(path, {"Data": [[cell or None for cell in row] for row in rows]})
    assert read(path).observations.equals(read().observations)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("199203110001", "199203070001", "line 2 and 1 more, column 'eventid'"),
        ("1992,3,11", "1992,13,11", "line 3, column 'imonth'.*0 to 12"),
        ("1992,3,11", "1892,3,11", "line 3, column 'iyear'.*1970 to"),
        ("9001,Testland,5,Testregion,-9,1,0,3", "1,Tesltand,5,R,-9,1,0,3", "line 2.*'country_txt'"),
        (",4,12,", ",-99,12,", "line 6, column 'nkill'.*between 0"),
        (",4,12,", ",four,12,", "line 6, column 'nkill'.*not a number"),
        ("1,0,1,1\n", "1,0,1,2\n", "line 5, column 'INT_ANY'.*-9 to 1"),
        ("country_txt", "country_name", "column 'country_txt' is missing"),
    ],
)
def test_wrong_attacks_are_refused(tmp_path: Path, old: str, new: str, message: str) -> None:
    text = FIXTURE.read_text()
    assert old in text
    with pytest.raises(SourceError, match=message):
        read(with_text(tmp_path, text.replace(old, new, 1)))


def test_the_files_of_a_folder_are_read_as_one(tmp_path: Path) -> None:
    header, *rows = FIXTURE.read_text().splitlines()
    (tmp_path / "first.csv").write_text("\n".join([header, *rows[:4]]) + "\n")
    (tmp_path / "second.csv").write_text("\n".join([header, *rows[4:]]) + "\n")
    (tmp_path / "~$first.xlsx").write_bytes(b"lock")
    release = read(tmp_path)
    assert release.observations.equals(read().observations)
    assert release.dropped == read().dropped


def test_files_with_an_attack_in_common_are_refused(tmp_path: Path) -> None:
    for name in ("first.csv", "second.csv"):
        (tmp_path / name).write_text(FIXTURE.read_text())
    with pytest.raises(SourceError, match=r"6 attack\(s\) are in two files"):
        read(tmp_path)


def test_a_file_without_known_months_is_refused(tmp_path: Path) -> None:
    lines = FIXTURE.read_text().splitlines()
    with pytest.raises(SourceError, match="no attack in a known month"):
        read(with_text(tmp_path, f"{lines[0]}\n{lines[3]}\n"))
