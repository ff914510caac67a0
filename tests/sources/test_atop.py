"""ATOP state-years: pacts, alliances and partners, publication, agreement with the tidy tables."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from riskkit.errors import SourceError
from riskkit.panel import build_panel
from riskkit.sources.atop import Atop
from riskkit.tables import Dyads, Release
from riskkit.units import countries, to_unit

FIXTURE = Path(__file__).parent / "fixtures" / "atop" / "atop5_1sy.csv"
CODES = {9001: "XAA", 9002: "XAB", 9003: "XAC", 9004: "XAC"}


def read(path: Path, **options: Any) -> Release:
    return Atop().read(path, Atop.options(**{"codes": CODES, **options}))


def figures(release: Release, unit: str, year: int) -> dict[str, float]:
    rows = release.observations.filter(unit=unit, month=date(year, 1, 1))
    return {name.removeprefix("atop_"): v for name, v in rows.select("indicator", "value").rows()}


def test_pacts_alliances_and_partners() -> None:
    pacts = {"defense": 1, "offense": 0, "neutral": 0, "nonagg": 0, "consul": 1}
    assert figures(read(FIXTURE), "XAA", 2016) == {**pacts, "n_alliances": 2, "n_partners": 2}


def test_two_codes_of_a_unit_share_their_alliances() -> None:
    """9003 (alliances 2, 3) and 9004 (alliance 3) are XAC: two alliances, either's pacts."""
    pacts = {"defense": 0, "offense": 0, "neutral": 1, "nonagg": 1, "consul": 1}
    assert figures(read(FIXTURE), "XAC", 2017) == {**pacts, "n_alliances": 2, "n_partners": 1}


def test_allies_are_tied_by_the_alliances_they_share() -> None:
    ties = read(FIXTURE).dyads
    assert ties is not None
    rows = ties.select("unit", "other", pl.col("month").dt.year(), "value", "known_from").rows()
    known = {2016: date(2018, 12, 31), 2017: date(2019, 12, 31)}
    pairs = [("XAA", "XAB", 2016), ("XAA", "XAC", 2016), ("XAA", "XAC", 2017)]
    pairs += [(other, unit, year) for unit, other, year in pairs]
    assert set(rows) == {(unit, other, year, 1.0, known[year]) for unit, other, year in pairs}


def test_the_last_alliances_known_serve_for_ten_years() -> None:
    release = read(FIXTURE)
    assert set(release.observations.filter(month=date(2017, 1, 1))["known_from"]) == {
        date(2019, 12, 31)
    }
    units = pl.DataFrame(
        {"unit": ["XAA", "XAB"], "name": "", "region": "", "born": None, "died": None}
    )
    panel = build_panel([release], units, first_month=480, as_of=620)
    alliances = dict(panel.frame.filter(unit="XAB").select("month", "atop_n_alliances").rows())
    assert alliances[date(2019, 12, 1)] == 0.0  # without an alliance in 2017: a census
    assert alliances[date(2029, 11, 1)] == 0.0
    assert alliances[date(2029, 12, 1)] is None


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("9001,2017,1,0", "9001,2017,1,7", "line 3, column 'defense'.*0 to 1"),
        ("9002,2016,1,1,0,0,0,0,1,", "9002,2016,1,1,0,0,0,0,3,", "line 4, column 'number'.*listed"),
        ("9001,2017", "9001,2016", "line 2 and 1 more, column 'state'.*several rows"),
        ("9002,", "9009,", "line 4, column 'state'.*got '9009'"),
        ("9002,2016", "9002,1700", "line 4, column 'year'.*1815 to"),
    ],
)
def test_impossible_rows_are_refused(tmp_path: Path, old: str, new: str, message: str) -> None:
    path = tmp_path / FIXTURE.name
    path.write_text(FIXTURE.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    with pytest.raises(SourceError, match=message):
        read(path)


def test_agrees_with_the_tidy_tables(shared_data: Path) -> None:
    """Alliances exactly but for three units of two codes; allies but for 43 of 258,816 pairs.

    The tables list Germany, Czechia and Yemen of the years of union or separation under one of
    their two codes. Their dyads leave out pairs that were in one alliance in the same year, but
    not on the same day.
    """
    release = read(shared_data / "raw" / "atop" / "atop5_1sy.csv", codes={})
    assert release.covers == (date(1815, 1, 1), date(2018, 12, 1))
    assert set(release.covered_units or ()) <= set(countries().drop_nulls("cowcode")["unit"])
    assert sum(release.dropped.values()) == 615
    wide = release.observations.pivot("indicator", index=["unit", "month"], values="value")
    ours = wide.with_columns(year=pl.col("month").dt.year().cast(pl.Int64))

    table = pl.read_parquet(shared_data / "tables" / "diplomacy_country_year.parquet")
    theirs = table.filter(pl.col("year") <= 2018)
    theirs = theirs.with_columns(to_unit(theirs["iso3"], "iso3", unknown="null"))
    both = theirs.join(ours, on=["unit", "year"], how="inner").drop_nulls("atop_n_alliances")
    assert both.height > 9400
    differ = both.filter(pl.col("atop_n_alliances") != pl.col("atop_n_alliances_right"))
    assert set(differ.select("unit", "year").rows()) <= {
        ("DEU", 1990),
        ("CZE", 1993),
        ("YEM", 1990),
    }
    owed = (pl.col("atop_n_defense") > 0) == (pl.col("atop_defense") == 1)
    assert both.select(owed.all()).item()

    dyads = pl.read_parquet(shared_data / "tables" / "alliance_dyad_year.parquet")
    month = dyads.select(month=pl.date("year", 1, 1)).to_series()
    unit, other = (to_unit(dyads[name], "iso3", month) for name in ("iso3_1", "iso3_2"))
    pairs = pl.DataFrame([unit, other.alias("other"), month])
    assert release.dyads is not None
    ties = Dyads.validate(release.dyads).filter(pl.col("month") >= date(1946, 1, 1))
    key = ["unit", "other", "month"]
    assert pairs.join(ties, on=key, how="anti").is_empty()
    assert ties.join(pairs, on=key, how="anti").height < 0.001 * ties.height
