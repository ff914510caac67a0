"""UN General Assembly: sessions and years, refusals, agreement with the tidy table."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from riskkit.errors import SourceError
from riskkit.sources.unga import INDICATORS as EVERY
from riskkit.sources.unga import Unga
from riskkit.tables import Release
from riskkit.units import to_unit

INDICATORS = [name for name in EVERY if not name.endswith("fp")]
"""Those of releases of all votes."""
FIXTURE = Path(__file__).parent / "fixtures" / "unga" / "IdealpointestimatesAll_Jan2020.csv"
CODES = {9001: "XAA", 9002: "XAB"}


def read(path: Path, **options: Any) -> Release:
    return Unga().read(path, Unga.options(**{"codes": CODES, **options}))


def test_a_session_is_that_of_its_autumn() -> None:
    release = read(FIXTURE)
    rows = release.observations.filter(unit="XAA", month=date(2018, 1, 1))
    found = dict(rows.select("indicator", "value").rows())
    assert set(found) == set(INDICATORS)
    assert (found["unga_q5pctall"], found["unga_idealpointall"]) == (1.25, 1.5)
    assert (found["unga_nvotesall"], found["unga_chinaagree"]) == (95, 0.65)
    assert set(rows["known_from"]) == {date(2019, 6, 30)}
    assert release.covers == (date(2017, 1, 1), date(2018, 12, 1))


def test_a_missing_share_has_no_row() -> None:
    rows = read(FIXTURE).observations.filter(unit="XAA", month=date(2017, 1, 1))
    assert set(INDICATORS) - set(rows["indicator"]) == {"unga_chinaagree"}


def test_two_codes_of_a_unit_are_averaged() -> None:
    release = read(FIXTURE, codes={9001: "XAA", 9002: "XAA"})
    points = release.observations.filter(
        unit="XAA", month=date(2018, 1, 1), indicator="unga_idealpointall"
    )
    assert points["value"].to_list() == [0.5]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("0.25,0.75,NA", "2.25,0.75,NA", "line 2, column 'RUSSAgree'.*between 0 and 1"),
        ("9001,73,95,1.5", "9001,73,95,x", "line 3, column 'IdealPointAll'.*not a number"),
        ("9001,73", "9001,973", "line 3, column 'session'.*1 to"),
        ("9001,73", "9001,72", "line 2 and 1 more, column 'ccode'.*several rows"),
        ("9002,73", "9003,73", "line 4, column 'ccode'.*got '9003'"),
    ],
)
def test_impossible_rows_are_refused(tmp_path: Path, old: str, new: str, message: str) -> None:
    path = tmp_path / FIXTURE.name
    path.write_text(FIXTURE.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    with pytest.raises(SourceError, match=message):
        read(path)


def test_agrees_with_the_tidy_table(shared_data: Path) -> None:
    """All ten columns of 10,854 state-years; the table rounds to 32 bits."""
    release = read(shared_data / "raw" / "unga" / "IdealpointestimatesAll_Jun2024.csv", codes={})
    ours = release.observations.pivot("indicator", index=["unit", "month"], values="value")
    table = pl.read_parquet(shared_data / "tables" / "diplomacy_country_year.parquet")
    theirs = table.with_columns(
        to_unit(table["iso3"], "iso3", unknown="null"), month=pl.date("year", 1, 1)
    )
    theirs = theirs.drop_nulls("unga_nvotesall")
    both = theirs.join(ours, on=["unit", "month"], how="left")
    assert both.height > 10_800
    for name in INDICATORS:
        gap = (both[name].cast(pl.Float64) - both[f"{name}_right"]).abs()
        assert gap.null_count() == both[name].null_count(), name
        assert gap.max() < 1e-6, name  # type: ignore[operator]
    assert release.dropped == {}
