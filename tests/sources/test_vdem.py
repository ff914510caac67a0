"""V-Dem: which columns and rows are read, from csv and archive, refusals, agreement."""

from __future__ import annotations

import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from riskkit.errors import SourceError
from riskkit.sources.vdem import INDICATORS, Vdem
from riskkit.tables import Observations, Release
from riskkit.units import to_unit

FIXTURE = Path(__file__).parent / "fixtures" / "vdem" / "V-Dem-CY-Core-v11.csv"
CODES = {"TLD": "XAA", "SLD": "XAB"}


def read(path: Path = FIXTURE, **options: Any) -> Release:
    return Vdem().read(path, Vdem.options(**{"codes": CODES, **options}))


def test_the_columns_of_the_families_are_read() -> None:
    release = read()
    assert release.observations.rows()[:4] == [
        ("XAA", date(2018, 1, 1), "v2caviol", -1.25, date(2019, 3, 31)),
        ("XAA", date(2018, 1, 1), "v2smgovdom", -0.75, date(2019, 3, 31)),
        ("XAA", date(2018, 1, 1), "v2x_corr", 0.512, date(2019, 3, 31)),
        ("XAA", date(2018, 1, 1), "v2x_polyarchy", 0.412, date(2019, 3, 31)),
    ]
    assert release.observations.height == 10
    units = {i.name: i.unit for i in release.indicators}
    assert units == {
        "v2x_polyarchy": "index 0-1",
        "v2x_corr": "index 0-1",
        "v2caviol": "V-Dem scale",
        "v2smgovdom": "V-Dem scale",
    }
    assert release.dropped == {
        "row of a year before 1950": 1,
        "row of Somaliland, which is part of SOM": 1,
    }


def test_more_columns_are_read_on_demand() -> None:
    release = read(columns=["v2x_EDcomp_thick"])
    rows = release.observations.filter(indicator="v2x_edcomp_thick")
    assert rows["value"].to_list() == [0.31, 0.32]
    with pytest.raises(SourceError, match="'v2x_api' is missing"):
        read(columns=["v2x_api"])


def test_the_archive_is_read_without_its_documents(tmp_path: Path) -> None:
    path = tmp_path / "Country_Year_V-Dem_Core_CSV_v11.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.write(FIXTURE, f"v11/{FIXTURE.name}")
        archive.writestr("v11/codebook.pdf", "%PDF")
    assert read(path).observations.equals(read().observations)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("0.412", "4.12", "line 3, column 'v2x_polyarchy'.*between 0 and 1"),
        ("-1.25", "low", "line 3, column 'v2caviol'.*not a number"),
        ('"SLD"', '"NOP"', "line 5, column 'country_text_id'.*NOP"),
        ('"TLD",901,2018', '"TLD",901,2019', "line 3 and 1 more.*several rows"),
        ("901,2018", "901,2099", "line 3, column 'year'.*a year"),
        ("0.412,", "", "line 3: 9 columns instead of 10"),
        ("v2x_polyarchy", "v2x_poly", "'v2x_polyarchy' is missing"),
    ],
)
def test_impossible_rows_are_refused(tmp_path: Path, old: str, new: str, message: str) -> None:
    path = tmp_path / FIXTURE.name
    path.write_text(FIXTURE.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    with pytest.raises(SourceError, match=message):
        read(path)


@pytest.mark.parametrize("data", [b"PK\x03\x04 torn", b"no archive"])
def test_damaged_archives_are_refused(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "vdem.zip"
    path.write_bytes(data)
    with pytest.raises(SourceError, match=r"vdem\.zip cannot be read.*download"):
        read(path)


def test_the_shared_table_comes_back(shared_data: Path, tmp_path: Path) -> None:
    """The documented layout only: all columns of the table in it, and back without a change.

    Gaza, Somaliland and Zanzibar stay behind.
    """
    table = pl.read_parquet(shared_data / "tables" / "structural_country_year.parquet")
    names = [name for name in INDICATORS if name in table.columns]
    assert {name[:4] for name in INDICATORS.keys() - names} == {"v2sm"}
    table = table.drop_nulls("v2x_polyarchy").select("iso3", "year", *names)
    path = tmp_path / "V-Dem-CY-Full+Others-v11.csv"
    table.rename({"iso3": "country_text_id"}).write_csv(path)
    release = read(path, codes={})
    ours = Observations.validate(release.observations)
    theirs = table.with_columns(to_unit(table["iso3"], "iso3", unknown="null")).drop_nulls("unit")
    assert sum(release.dropped.values()) == table.height - theirs.height == 98
    long = theirs.unpivot(names, index=["unit", "year"], variable_name="indicator").drop_nulls()
    long = long.with_columns(month=pl.date("year", 1, 1))
    both = ours.join(long, on=["unit", "month", "indicator"])
    assert both.height == ours.height == long.height
    off = (pl.col("value") - pl.col("value_right")).abs() > 1e-6 * pl.col("value").abs()
    assert both.filter(off).is_empty()
