"""Memberships in organisations, on the layout of the codebook: sums, publication, refusals."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from riskkit.errors import SourceError
from riskkit.sources.igo import INDICATORS, Igo
from riskkit.tables import Release

FIXTURE = Path(__file__).parent / "fixtures" / "igo" / "state_year_formatv3.csv"
CODES = {9001: "XAA", 9002: "XAB"}


def read(path: Path, **options: Any) -> Release:
    return Igo().read(path, Igo.options(**{"codes": CODES, **options}))


def sums(release: Release, unit: str, year: int) -> list[float]:
    rows = release.observations.filter(unit=unit, month=date(year, 1, 1))
    found = dict(rows.select("indicator", "value").rows())
    kinds = ("full", "associate", "observer", "anytype")
    return [found[f"cow_sum_igo_{kind}"] for kind in kinds]


def test_memberships_by_kind() -> None:
    release = read(FIXTURE)
    assert sums(release, "XAA", 2013) == [1, 1, 0, 2]
    assert sums(release, "XAA", 2014) == [2, 0, 1, 3]
    assert sums(release, "XAB", 2014) == [0, 0, 0, 0]
    assert set(release.observations.filter(month=date(2014, 1, 1))["known_from"]) == {
        date(2019, 12, 31)
    }


def test_tabs_and_extinct_states(tmp_path: Path) -> None:
    """Version 3 separates some of its files by tabs; Baden (267) ended in 1871."""
    path = tmp_path / FIXTURE.name
    text = FIXTURE.read_text(encoding="utf-8") + "267,1850,baden,1,0,0,0\n"
    path.write_text(text.replace(",", "\t"), encoding="utf-8")
    release = read(path)
    assert list(release.dropped.values()) == [1]
    assert release.observations.equals(read(FIXTURE).observations)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("1,2,0,-1", "1,7,0,-1", "line 2, column 'BBB'.*no status.*got '7'"),
        ("9001,2014", "9001,2013", "line 2 and 1 more, column 'ccode'.*several rows"),
        ("9002,", "9003,", "line 4, column 'ccode'.*got '9003'"),
        ("2013", "2999", "line 2, column 'year'.*1815 to"),
        ("CCC,DDD", "CCC,CCC", "column 'CCC' occurs 2 times"),
    ],
)
def test_impossible_rows_are_refused(tmp_path: Path, old: str, new: str, message: str) -> None:
    path = tmp_path / FIXTURE.name
    path.write_text(FIXTURE.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    with pytest.raises(SourceError, match=message):
        read(path)


def test_a_file_without_organisations_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "states.csv"
    path.write_text("ccode,year,state\n9001,2013,testland\n", encoding="utf-8")
    with pytest.raises(SourceError, match=r"no column of an organisation.*state_year_formatv3"):
        read(path)


def test_names_are_those_of_the_tidy_table(shared_data: Path) -> None:
    table = pl.read_parquet(shared_data / "tables" / "diplomacy_country_year.parquet")
    theirs = {column for column in table.columns if column.startswith("cow_sum_igo_")}
    assert theirs == {"cow_sum_igo_full", "cow_sum_igo_anytype"}
    assert theirs <= set(INDICATORS)
