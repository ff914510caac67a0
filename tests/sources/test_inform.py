"""INFORM: the table of trends, answers of the programming interface, refusals, agreement."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from riskkit.errors import SourceError
from riskkit.sources.inform import INDICATORS, Inform
from riskkit.tables import Observations, Release
from tests.sources.workbooks import write_workbook

FIXTURE = Path(__file__).parent / "fixtures" / "inform" / "INFORM2019_TREND_2018_2019.csv"
CODES = {"TLD": "XAA", "SLD": "XAB"}


def read(path: Path = FIXTURE, **options: Any) -> Release:
    return Inform().read(path, Inform.options(**{"codes": CODES, **options}))


def answer(folder: Path, *items: tuple[str, str, object]) -> Path:
    path = folder / "scores.json"
    keys = ("Iso3", "IndicatorId", "IndicatorScore")
    path.write_text(json.dumps([dict(zip(keys, item, strict=True)) for item in items]))
    return path


def test_scores_and_publication() -> None:
    release = read()
    rows = release.observations.filter(unit="XAA", month=date(2018, 1, 1))
    assert dict(rows.select("indicator", "value").rows()) == {
        "inform_risk": 6.4,
        "inform_hazard_exposure": 5.9,
        "inform_hazard_natural": 4.8,
        "inform_hazard_human": 7.0,
        "inform_vulnerability": 6.1,
        "inform_lack_of_coping_capacity": 7.3,
    }
    assert set(rows["known_from"]) == {date(2018, 12, 31)}
    assert release.dropped == {"row of a component that is not read": 1}


def test_a_workbook_is_read(tmp_path: Path) -> None:
    cells = [line.split(",") for line in FIXTURE.read_text().splitlines()]
    path = write_workbook(tmp_path / "INFORM2019_TREND_2010_2019.xlsx", {"Sheet1": cells})
    assert read(path).observations.equals(read().observations)


def test_an_answer_needs_its_year(tmp_path: Path) -> None:
    path = answer(tmp_path, ("TLD", "INFORM", 6.4), ("SLD", "HA.HUM", 0))
    with pytest.raises(SourceError, match=r"does not tell the year.*option year"):
        read(path)
    assert read(path, year=2018).observations.rows() == [
        ("XAA", date(2018, 1, 1), "inform_risk", 6.4, date(2018, 12, 31)),
        ("XAB", date(2018, 1, 1), "inform_hazard_human", 0.0, date(2018, 12, 31)),
    ]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("6.4", "64", "line 2, column 'IndicatorScore'.*between 0 and 10"),
        ("6.4", "x", "line 2, column 'IndicatorScore'.*not a number"),
        ("SLD,INFORM", "NOP,INFORM", "line 10, column 'Iso3'.*NOP"),
        ("SLD,INFORM", "TLD,INFORM", "several rows"),
        ("6.4,2018", "6.4,1999", "line 2, column 'INFORMYear'.*a year"),
        ("IndicatorScore", "Score", "'IndicatorScore' is missing"),
    ],
)
def test_impossible_rows_are_refused(tmp_path: Path, old: str, new: str, message: str) -> None:
    path = tmp_path / FIXTURE.name
    path.write_text(FIXTURE.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    with pytest.raises(SourceError, match=message):
        read(path)


def test_the_shared_table_comes_back(shared_data: Path, tmp_path: Path) -> None:
    """The documented layout only: the table's four scores in it, and back without a change."""
    table = pl.read_parquet(shared_data / "tables" / "climate_country_year.parquet")
    codes = {name: code for code, (name, _) in INDICATORS.items() if name in table.columns}
    long = table.unpivot(list(codes), index=["iso3", "year"]).drop_nulls()
    path = tmp_path / "INFORM_Risk_TREND.csv"
    long.select(
        pl.col("iso3").alias("Iso3"),
        pl.col("variable").replace_strict(codes).alias("IndicatorId"),
        pl.col("value").alias("IndicatorScore"),
        pl.col("year").alias("INFORMYear"),
    ).write_csv(path)
    ours = Observations.validate(read(path, codes={}).observations)
    theirs = long.rename({"iso3": "unit", "variable": "indicator"})
    theirs = theirs.with_columns(month=pl.date("year", 1, 1))
    both = ours.join(theirs, on=["unit", "month", "indicator"])
    assert both.height == ours.height == theirs.height == 4 * 570
    assert both.select((pl.col("value") - pl.col("value_right")).abs().max()).item() < 1e-6
