"""REIGN: leaders, regimes, elections past and expected, refusals."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from riskkit.errors import SourceError
from riskkit.sources.reign import INDICATORS, Reign
from riskkit.tables import Release
from riskkit.units import to_unit

FIXTURE = Path(__file__).parent / "fixtures" / "reign" / "lists"
CODES = {"9001": "XAA", "9002": "XAB"}
LEADERS, ELECTIONS, REGIMES = "leaderlist_3_01.csv", "electionlist_3_01.csv", "regime_list.csv"


def read(path: Path = FIXTURE, **options: Any) -> Release:
    return Reign().read(path, Reign.options(**{"codes": CODES, **options}))


def row(release: Release, unit: str, month: str) -> dict[str, float]:
    rows = release.observations.filter(unit=unit, month=date.fromisoformat(f"{month}-01"))
    return dict(rows.select("indicator", "value").rows())


def ahead(release: Release, unit: str) -> dict[str, float]:
    rows = release.observations.filter(unit=unit, indicator="months_to_expected_vote")
    months = rows["month"].dt.strftime("%Y-%m").to_list()
    return dict(zip(months, rows["value"], strict=True))


def with_change(folder: Path, name: str, old: str, new: str) -> Path:
    target = Path(shutil.copytree(FIXTURE, folder / "lists"))
    data = (target / name).read_bytes()
    assert old.encode() in data
    (target / name).write_bytes(data.replace(old.encode(), new.encode(), 1))
    return target


def test_coverage_and_publication() -> None:
    release = read()
    assert release.covers == (date(1950, 1, 1), date(2001, 2, 1))
    assert tuple(i.name for i in release.indicators) == INDICATORS
    assert set(release.observations["indicator"]) == set(INDICATORS)
    known = release.observations.filter(month=date(2000, 1, 1))["known_from"]
    assert set(known) == {date(2000, 2, 29)}
    assert release.dropped == {"vote in a month without a leader": 1}


@pytest.mark.parametrize(
    ("month", "tenure", "change", "leaders", "age", "military"),
    [
        ("1995-06", 0, 0, 1, 55, 0),
        ("1999-07", 49, 0, 1, 59, 0),
        ("1999-08", 0, 1, 2, 37, 1),
        ("1999-09", 0, 1, 2, None, None),
        ("1999-10", 1, 0, 1, None, None),
        ("2001-02", 17, 0, 1, None, None),
    ],
)
def test_leaders(
    month: str, tenure: int, change: int, leaders: int, age: int | None, military: int | None
) -> None:
    got = row(read(), "XAA", month)
    assert (got["tenure_months"], got["leader_change"]) == (tenure, change)
    assert got["n_leaders_in_month"] == leaders
    assert (got.get("leader_age"), got.get("leader_military")) == (age, military)


@pytest.mark.parametrize(
    ("unit", "month", "traits", "months"),
    [
        ("XAA", "1999-07", {"democracy"}, 49),
        ("XAA", "1999-08", {"military", "provisional"}, 0),
        ("XAA", "2001-02", {"military", "provisional"}, 18),
        ("XAB", "2000-06", {"party", "personal"}, 29),
        ("XAB", "2000-07", {"democracy"}, 0),
    ],
)
def test_regimes(unit: str, month: str, traits: set[str], months: int) -> None:
    got = row(read(), unit, month)
    every = ("democracy", "party", "military", "personal", "monarchy", "provisional")
    assert {trait for trait in every if got[f"reign_{trait}"]} == traits
    assert got["reign_regime_months"] == months


def test_a_regime_that_ended_is_not_in_force(tmp_path: Path) -> None:
    path = with_change(tmp_path, REGIMES, "8/18/1999,12/31/2000", "8/18/1999,11/30/2000")
    release = read(path)
    assert row(release, "XAA", "2000-11")["reign_military"] == 1
    assert "reign_military" not in row(release, "XAA", "2000-12")


def test_votes() -> None:
    release = read()
    assert row(release, "XAA", "1999-07")["months_since_last_vote"] == 50
    assert row(release, "XAA", "2000-04")["months_since_last_vote"] == 0
    assert row(release, "XAA", "2000-04")["election_month"] == 1
    assert row(release, "XAA", "2000-04")["election_early"] == 0
    assert row(release, "XAB", "2000-07")["election_early"] == 1
    assert "months_since_last_vote" not in row(release, "XAB", "2000-06")


def test_a_regular_vote_is_expected_until_the_regime_fails() -> None:
    expected = ahead(read(), "XAA")
    months = {month: expected[month] for month in expected if month.startswith("1999")}
    assert months == {"1999-04": 6, "1999-05": 5, "1999-06": 4, "1999-07": 3}


def test_another_vote_is_expected_once_it_is_announced() -> None:
    expected = ahead(read(), "XAA")
    months = {month: expected[month] for month in expected if month >= "2000"}
    assert months == {"2000-01": 3, "2000-02": 2, "2000-03": 1}


def test_a_deadline_is_expected_until_an_early_vote_and_assumptions_are_not() -> None:
    expected = ahead(read(), "XAB")
    months = {month: expected[month] for month in expected if month < "2000-10"}
    assert months == {"2000-03": 6, "2000-04": 5, "2000-05": 4, "2000-06": 3}


def test_upcoming_votes_are_expected() -> None:
    release = read()
    assert row(release, "XAB", "2001-02")["months_to_expected_vote"] == 2
    assert row(release, "XAB", "2001-02")["election_expected"] == 1
    assert row(release, "XAB", "2000-08")["election_expected"] == 0


@pytest.mark.parametrize(
    ("old", "new", "until"),
    [
        ("1999,8,18,1,Regime Failure", "1999,9,30,1,Regime Failure", "1999-08"),
        ('2000,7,16,2,"Vote, Early"', '2000,8,16,2,"Vote, Early"', "2000-07"),
        (
            "9001,3,Testland (fictional),2000,1,10,1,Announced",
            "9001,3,Testland (fictional),2000,2,10,1,Announced",
            "2000-01",
        ),
        ('1999,10, ,2,"Voided "', '1999,10, ,2,"Vote, As Scheduled"', "1999-10"),
    ],
)
def test_what_happens_later_changes_nothing_before(
    tmp_path: Path, old: str, new: str, until: str
) -> None:
    before = pl.col("month") < date.fromisoformat(f"{until}-01")
    changed = read(with_change(tmp_path, ELECTIONS, old, new)).observations
    assert changed.filter(before).equals(read().observations.filter(before))
    assert not changed.equals(read().observations)


@pytest.mark.parametrize(
    ("name", "old", "new", "message"),
    [
        (LEADERS, "TST,9001", "TST,9003", "line 2, column 'ccode'.*got '9003'"),
        (LEADERS, "5,6,1995,8,1999", "5,6,1995,8,1994", "line 2, column 'eyear': the end lies be"),
        (LEADERS, "5,6,1995,8,1999", "5,6,1995,8,", "line 2, column 'emonth': the end has a year"),
        (LEADERS, "5,6,1995,8,1999", "5,6,1995,14,1999", "line 2, column 'emonth'.*1 to 12"),
        (LEADERS, "5,6,1995,8,1999", "5,6,1995,8,2999", "line 2, column 'eyear'.*in the future"),
        (LEADERS, "5,6,1995", "5,0,1995", "line 2, column 'smonth': the month must be"),
        (LEADERS, "leadid", "leader_id", "column 'leadid' is missing"),
        (ELECTIONS, "Announced", "Rumoured", "line 5, column 'event': this is no event of REIGN"),
        (ELECTIONS, "1995,5,20", "1995,15,20", "line 2, column 'elec_month'"),
        (ELECTIONS, "9001,1,", "9003,1,", "line 2, column 'ccode'.*got '9003'"),
        (REGIMES, "presidential", "prez", "line 2, column 'gwf_regimetype'.*got 'prez'"),
        (REGIMES, "6/5/1995", "6-5-1995", "line 2, column 'gwf_startdate': this is not a day"),
        (REGIMES, "6/5/1995,8", "6/5/1995,1/1/1990,8", "line 2: 7 columns instead of 6"),
        (REGIMES, "8/18/1999,pres", "8/18/1989,pres", "line 2, column 'gwf_enddate': the end lies"),
    ],
)
def test_wrong_lists_are_refused(
    tmp_path: Path, name: str, old: str, new: str, message: str
) -> None:
    with pytest.raises(SourceError, match=message):
        read(with_change(tmp_path, name, old, new))


@pytest.mark.parametrize("name", [LEADERS, ELECTIONS, REGIMES])
def test_all_three_lists_are_needed(tmp_path: Path, name: str) -> None:
    path = Path(shutil.copytree(FIXTURE, tmp_path / "lists"))
    (path / name).unlink()
    with pytest.raises(SourceError, match=rf"lists lacks {name[:8]}\w*\*\.csv"):
        read(path)


def test_two_lists_of_a_kind_are_refused(tmp_path: Path) -> None:
    path = Path(shutil.copytree(FIXTURE, tmp_path / "lists"))
    shutil.copyfile(path / LEADERS, path / "leaderlist_4_01.csv")
    with pytest.raises(SourceError, match="holds two lists leaderlist"):
        read(path)


def test_agrees_with_the_tidy_table(shared_data: Path) -> None:
    """135,254 country-months, exactly but for two, where Germany and Yemen change their codes.

    The table counts by code: in October 1990 Germany's chancellor has a second entry, in May 1990
    Yemen's president has two. It keeps REIGN's -99, and knows no regime after a year's end.
    """
    release = read(shared_data / "raw" / "reign", codes={})
    ours = release.observations.pivot("indicator", index=["unit", "month"], values="value")
    table = pl.read_parquet(shared_data / "tables" / "leaders_country_month.parquet")
    theirs = table.with_columns(month=pl.date("year", "month", 1))
    theirs = theirs.with_columns(to_unit(theirs["gwcode"], "gwcode", theirs["month"]))
    both = theirs.join(ours, on=["unit", "month"], how="full", coalesce=True, suffix="_ours")
    assert both.height == theirs.height == ours.height == 135_254

    def differing(column: str, indicator: str, present: pl.Expr) -> int:
        rows = both.filter(present)
        return rows.filter(pl.col(column).cast(pl.Float64).ne_missing(pl.col(indicator))).height

    everywhere, known = pl.lit(value=True), pl.col("age") < 200
    assert differing("tenure_months", "tenure_months_ours", everywhere) == 1
    assert differing("leader_change", "leader_change_ours", everywhere) == 2
    assert differing("n_leaders_in_month", "n_leaders_in_month_ours", everywhere) == 1
    assert differing("age", "leader_age", known) == 0
    assert differing("militarycareer", "leader_military", known) == 0
    assert differing("election_month", "election_month_ours", everywhere) == 0
    assert differing("months_since_last_vote", "months_since_last_vote_ours", everywhere) == 0
    voted = pl.col("election_irregular_timing").is_not_null()
    assert differing("election_irregular_timing", "election_early", voted) == 0
    regime = pl.col("reign_regime")
    for trait, words in (("democracy", "presidential|parliamentary"), ("military", "military")):
        coded = both.with_columns(regime.str.contains(words).alias("coded"))
        wrong = coded.filter(
            regime.is_not_null() & (pl.col("coded") != (pl.col(f"reign_{trait}") == 1))
        )
        assert wrong.is_empty(), trait


def test_most_votes_are_expected_and_most_expected_votes_take_place(shared_data: Path) -> None:
    """Since 1990, 85 in 100 votes were expected a month before; 95 in 100 due ones took place."""
    release = read(shared_data / "raw" / "reign", codes={})
    rows = release.observations.pivot("indicator", index=["unit", "month"], values="value")
    following = pl.col("election_month").shift(-1).over("unit", order_by="month") == 1
    recent = rows.with_columns(following=following).filter(pl.col("month") >= date(1990, 1, 1))
    voted = recent.filter("following")
    assert 0.8 < voted["election_expected"].mean() < 0.9
    due = recent.filter(months_to_expected_vote=1)
    assert 0.9 < due["following"].mean() < 0.98
