"""UNHCR flows: sums of both sides, missing figures, stocks refused."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from riskkit.errors import SourceError
from riskkit.sources.unhcr.flows import INDICATORS, UnhcrFlows
from riskkit.tables import Release

FIXTURE = Path(__file__).parents[1] / "fixtures" / "unhcr-flows" / "flows.csv"
CODES = {"TLD": "XAA", "SLD": "XAB", "OLD": "XAC"}


def read(path: Path = FIXTURE, **options: Any) -> Release:
    return UnhcrFlows().read(path, UnhcrFlows.options(**{"codes": CODES, **options}))


def flows(release: Release, unit: str, year: int) -> dict[str, float]:
    rows = release.observations.filter(unit=unit, month=date(year, 1, 1))
    return dict(rows.select("indicator", "value").rows())


def test_a_row_counts_for_the_origin_and_for_the_country_of_asylum() -> None:
    release = read()
    assert flows(release, "XAA", 2019) == {
        "unhcr_flow_refugees_origin": 600.0,
        "unhcr_flow_asylum_seekers_origin": 40.0,
        "unhcr_flow_oip_origin": 8.0,
        "unhcr_flow_total_origin": 648.0,
    }
    assert flows(release, "XAB", 2019) == {
        "unhcr_flow_refugees_asylum": 650.0,
        "unhcr_flow_asylum_seekers_asylum": 35.0,
    }
    assert release.dropped == {"row whose origin is no state: unknown": 1}
    assert {i.name for i in release.indicators} == set(INDICATORS)
    assert release.unit_names == {"SRB": "Serbia (with Kosovo)"}


def test_what_is_not_given_is_missing_and_known_in_june() -> None:
    release = read()
    assert flows(release, "XAA", 2020) == {
        "unhcr_flow_refugees_origin": 90.0,
        "unhcr_flow_total_origin": 90.0,
    }
    assert set(release.observations["known_from"]) == {date(2020, 6, 30), date(2021, 6, 30)}


def test_totals_of_the_years_in_which_few_countries_told_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "flows.csv"
    path.write_text(FIXTURE.read_text().replace("2019,", "1999,"))
    told = flows(read(path), "XAA", 1999)
    assert told["unhcr_flow_refugees_origin"] == 600.0
    assert told["unhcr_flow_total_origin"] >= 600.0


def test_answers_of_the_interface_are_understood(tmp_path: Path) -> None:
    items = pl.read_csv(FIXTURE, infer_schema=False).to_dicts()
    (tmp_path / "flows.json").write_text(json.dumps({"page": 1, "maxPages": 1, "items": items}))
    assert read(tmp_path / "flows.json").observations.equals(read().observations)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("returned_refugees", "stateless", "column 'stateless': it holds stocks, not flows"),
        ("2019,Testland,TES,TLD,O", "2020,Testland,TES,TLD,O", None),
        ("Otherland,OTH,OLD", "Sampleland,SAM,SLD", "line 2 and 1 more.*several rows"),
        ("2020,", "1961,", "line 5, column 'year'.*1962"),
        (",600,", ",-600,", "line 2, column 'refugees'.*between 0"),
        ("coo_iso", "origin", "column 'coo_name' occurs 2 times"),
    ],
)
def test_wrong_rows_are_refused(tmp_path: Path, old: str, new: str, message: str | None) -> None:
    text = FIXTURE.read_text()
    assert old in text
    path = tmp_path / "flows.csv"
    path.write_text(text.replace(old, new))
    if message is None:
        assert flows(read(path), "XAC", 2020)["unhcr_flow_oip_asylum"] == 8.0
        return
    with pytest.raises(SourceError, match=message):
        read(path)


def test_names_are_those_of_the_tidy_table(shared_data: Path) -> None:
    table = pl.read_parquet(shared_data / "tables" / "migration_country_year.parquet")
    theirs = {column for column in table.columns if column.startswith("unhcr_flow_")}
    assert theirs <= set(INDICATORS)
