"""Correlates of War contiguity: who is tied when, refusals, agreement."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from riskkit.errors import SourceError
from riskkit.sources.cow_contiguity import CowContiguity
from riskkit.tables import Dyads, Release
from riskkit.units import countries, to_unit

FIXTURE = Path(__file__).parent / "fixtures" / "cow-contiguity" / "contdird.csv"
CODES = {9001: "XAA", 9002: "XAB", 9003: "XAA", 9004: "XAC"}


def read(path: Path = FIXTURE, **options: Any) -> Release:
    return CowContiguity().read(path, CowContiguity.options(**{"codes": CODES, **options}))


def ties_of(release: Release) -> pl.DataFrame:
    assert release.dyads is not None
    return Dyads.validate(release.dyads)


def test_land_borders_tie_both_ways() -> None:
    """9003 is a code of XAA; the border of 2016 is listed in one direction only."""
    release = read()
    rows = ties_of(release).select("unit", "other", pl.col("month").dt.year(), "value")
    assert rows.rows() == [
        ("XAA", "XAB", 2015, 1.0),
        ("XAA", "XAB", 2016, 1.0),
        ("XAB", "XAA", 2015, 1.0),
        ("XAB", "XAA", 2016, 1.0),
    ]
    assert release.dropped == {"pair across water": 1, "pair of two codes of one unit": 1}
    assert set(ties_of(release)["known_from"]) == {date(2015, 12, 31), date(2016, 12, 31)}


def test_the_last_borders_serve_for_twenty_years() -> None:
    (relation,) = read().relations
    assert (relation.name, relation.frequency, relation.carry_months) == ("contiguity", "year", 240)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("2015,4", "2015,7", "line 5, column 'conttype'.*0 to 5"),
        ("9002,SLD,9003", "9009,SLD,9003", "line 6, column 'state1no'.*9009"),
        ("9003,OLD,2015", "9002,OLD,2015", "line 2 and 1 more, column 'state2no'.*several"),
        ("OLD,2016", "OLD,1700", "line 6, column 'year'.*1816 to"),
        ("conttype", "type", "'conttype' is missing"),
    ],
)
def test_impossible_rows_are_refused(tmp_path: Path, old: str, new: str, message: str) -> None:
    path = tmp_path / FIXTURE.name
    path.write_text(FIXTURE.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    with pytest.raises(SourceError, match=message):
        read(path)


def test_the_shared_table_comes_back(shared_data: Path, tmp_path: Path) -> None:
    """The documented layout only: pairs to 2016 in it, and back without a change."""
    table = pl.read_parquet(shared_data / "tables" / "contiguity.parquet")
    table = table.filter((pl.col("extrapolated") == 0) & (pl.col("conttype") > 0))
    january = table.select(month=pl.date("year", 1, 1)).to_series()
    codes = countries().drop_nulls("cowcode").select("unit", "cowcode")
    numbered = table
    for number in ("1", "2"):
        unit = to_unit(table[f"iso3_{number}"], "iso3", january, unknown="null")
        numbered = numbered.with_columns(unit.alias(f"unit_{number}")).join(
            codes.rename({"unit": f"unit_{number}", "cowcode": f"state{number}no"}),
            on=f"unit_{number}",
            how="left",
        )
    path = tmp_path / "contdird.csv"
    numbered.select("state1no", "state2no", "year", "conttype").write_csv(path)
    ties = ties_of(read(path, codes={}))
    land = numbered.filter(conttype=1).select("unit_1", "unit_2", pl.date("year", 1, 1)).unique()
    assert set(ties.select("unit", "other", "month").rows()) == set(land.rows())
    assert ties.height > 21_000
