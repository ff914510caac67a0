"""Sanctions: cases by target, type, sender and aim, refusals, agreement with the tidy table."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from riskkit.errors import SourceError
from riskkit.sources.gsdb import SENDERS, TYPES, Gsdb
from riskkit.tables import Release
from riskkit.units import to_unit

FIXTURE = Path(__file__).parent / "fixtures" / "gsdb" / "GSDB_V3.csv"
CODES = {"Testland": "XAA", "Otherland, North": "XAB", "United States": "XAC"}


def read(path: Path, **options: Any) -> Release:
    return Gsdb().read(path, Gsdb.options(**{"codes": CODES, **options}))


def cases(release: Release, unit: str, year: int) -> dict[str, float]:
    rows = release.observations.filter(unit=unit, month=date(year, 1, 1))
    found = rows.filter(pl.col("value") > 0).select("indicator", "value")
    return {name.removeprefix("gsdb_"): value for name, value in found.rows()}


def test_cases_in_force_against_a_state() -> None:
    """In 2017 Testland is under case 1 (UN, arms) and, with another state, case 2 (EU, trade)."""
    assert cases(read(FIXTURE), "XAA", 2017) == {
        **{"n_cases_target": 2, "n_new_target": 1, "n_cases_sender": 1},
        **{"target_arms": 1, "target_financial": 1, "target_travel": 1, "target_trade": 1},
        **{"target_un": 1, "target_eu": 1, "aim_end_war": 1, "aim_human_rights": 1},
        "aim_democracy": 1,
    }


def test_a_name_with_a_comma_is_one_name() -> None:
    assert cases(read(FIXTURE), "XAB", 2016) == {
        **{"n_cases_target": 1, "n_new_target": 1, "target_military": 1, "target_other": 1},
        **{"target_us": 1, "aim_terrorism": 1},
    }


def test_organisations_are_left_out_and_counted() -> None:
    assert list(read(FIXTURE).dropped.values()) == [1, 2]


def test_publication() -> None:
    release = read(FIXTURE)
    rows = release.observations.filter(month=date(2016, 1, 1))
    assert set(rows["known_from"]) == {date(2018, 12, 31)}
    assert release.covers == (date(2015, 1, 1), date(2018, 12, 1))
    assert all(i.census and i.frequency == "year" for i in release.indicators)


def test_two_names_of_a_unit_in_one_case_are_one(tmp_path: Path) -> None:
    path = tmp_path / FIXTURE.name
    text = FIXTURE.read_text(encoding="utf-8").replace("1,Testland", '1,"Yugoslavia, FRY"')
    path.write_text(text, encoding="utf-8")
    assert cases(read(path), "SRB", 2015)["n_cases_target"] == 1


def test_a_dead_target_is_its_successor(tmp_path: Path) -> None:
    text = FIXTURE.read_text(encoding="utf-8").replace("1,Testland", "1,South Vietnam")
    path = tmp_path / FIXTURE.name
    path.write_text(text.replace(",2015,2018,", ",1974,2018,"), encoding="utf-8")
    release = read(path)
    assert "target_un" in cases(release, "VDR", 1975)
    assert cases(release, "VDR", 1976) == {}
    assert "target_un" in cases(release, "VNM", 1976)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("4,ECOWAS", "4,Birtain", "line 5, column 'sanctioned_state'.*got 'Birtain'"),
        ("United States, Testland", "Untied States", "line 4, column 'sanctioning_state'.*Untied"),
        ("2016,2016", "2016,2015", "line 4, column 'end'.*ends before it begins"),
        ("democracy,failed", "greed,failed", "line 3, column 'objective'.*known are policy_change"),
        ("\n3,", "\n2,", "line 3 and 1 more, column 'case_id'.*one id, one case"),
        ("2016,2016,0", "2016,2016,2", "line 4, column 'trade'.*0 to 1"),
        ("4,ECOWAS", "4,", "line 5, column 'sanctioned_state'.*missing"),
    ],
)
def test_impossible_cases_are_refused(tmp_path: Path, old: str, new: str, message: str) -> None:
    path = tmp_path / FIXTURE.name
    path.write_text(FIXTURE.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    with pytest.raises(SourceError, match=message):
        read(path)


def test_agrees_with_the_tidy_table(shared_data: Path) -> None:
    """Exactly, but for six units whose names the table did not map.

    It has no Malaya (1963-66), no "Ethiopia (excludes Eritrea)", no Yugoslavia after 2006, leaves
    South Vietnam's cases with it after 1975, and misses the EU in one list of senders (Tanzania).
    """
    release = read(shared_data / "raw" / "gsdb" / "GSDB_V3.csv", codes={})
    assert release.covers == (date(1949, 1, 1), date(2022, 12, 1))
    ours = release.observations.pivot("indicator", index=["unit", "month"], values="value")
    table = pl.read_parquet(shared_data / "tables" / "diplomacy_country_year.parquet")
    theirs = table.with_columns(
        to_unit(table["iso3"], "iso3", unknown="null"), month=pl.date("year", 1, 1)
    )
    theirs = theirs.drop_nulls("gsdb_n_cases_target")
    both = theirs.join(ours, on=["unit", "month"], how="left")
    assert both.height == 11_559
    names = ["gsdb_n_cases_target", *(f"gsdb_target_{kind}" for kind in TYPES if kind != "other")]
    names += [f"gsdb_target_{sender}" for sender in SENDERS]
    for name in names:
        differ = both.filter(pl.col(name) != pl.col(f"{name}_right").fill_null(0))
        assert set(differ["unit"]) <= {"ETH", "MYS", "SRB", "TZA", "VDR", "VNM"}, name
        assert differ.height < 0.02 * both.height, name
