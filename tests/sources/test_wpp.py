"""World Population Prospects: units, projections, packing, refusals, agreement."""

from __future__ import annotations

import gzip
import shutil
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from riskkit.errors import SourceError
from riskkit.sources.wpp import INDICATORS, Wpp
from riskkit.tables import Observations, Release
from riskkit.units import to_unit

FIXTURE = Path(__file__).parent / "fixtures" / "wpp" / "WPP2019_Demographic_Indicators_Medium.csv"
CODES = {"TLD": "XAA", "SLD": "XAB"}


def read(path: Path = FIXTURE, **options: Any) -> Release:
    return Wpp().read(path, Wpp.options(**{"codes": CODES, **options}))


def test_people_rates_and_publication() -> None:
    release = read()
    rows = release.observations.filter(unit="XAA", month=date(2018, 1, 1))
    assert dict(rows.select("indicator", "value").rows()) == {
        "wpp24_pop": 4250750.0,
        "net_migration_wpp2024": -11250.0,
        "wpp24_growthrate": 2.3,
        "wpp24_cbr": 32.9,
        "wpp24_cdr": 7.8,
        "wpp24_median_age": 19.7,
        "wpp24_imr": 47.1,
        "wpp24_migration_rate": -2.647,
    }
    assert set(rows["known_from"]) == {date(2019, 12, 31)}
    assert release.observations.filter(unit="XAB", indicator="wpp24_imr").is_empty()


def test_regions_variants_and_projections_are_left_out() -> None:
    release = read()
    assert release.covers == (date(2017, 1, 1), date(2018, 12, 1))
    assert release.dropped == {
        "row of a region or group of countries": 1,
        "row of another variant than the medium one": 1,
        "projection: row of the year of the revision or a later one": 1,
    }
    assert read(before=2020).covers[1] == date(2019, 12, 1)


def test_a_renamed_file_needs_its_revision(tmp_path: Path) -> None:
    path = Path(shutil.copyfile(FIXTURE, tmp_path / "people.csv"))
    with pytest.raises(SourceError, match=r"does not tell the revision.*set before"):
        read(path)
    assert read(path, before=2019).observations.equals(read().observations)


def test_the_compressed_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / f"{FIXTURE.name}.gz"
    path.write_bytes(gzip.compress(b"\xef\xbb\xbf" + FIXTURE.read_bytes()))
    assert read(path).observations.equals(read().observations)
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(SourceError, match="not a whole gzip file"):
        read(path)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("4250.75", "-4250.75", "line 4, column 'TPopulation1July'.*at least 0"),
        ("4250.75", "many", "line 4, column 'TPopulation1July'.*not a number"),
        ("SLD", "NOP", "line 7, column 'ISO3_code'.*NOP"),
        ("Medium,2018,4200.5", "Medium,2017,4200.5", "line 3 and 1 more.*several rows"),
        ("LocTypeName", "Type", "'LocTypeName' is missing"),
    ],
)
def test_impossible_rows_are_refused(tmp_path: Path, old: str, new: str, message: str) -> None:
    path = tmp_path / FIXTURE.name
    path.write_text(FIXTURE.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    with pytest.raises(SourceError, match=message):
        read(path)


def test_the_shared_tables_come_back(shared_data: Path, tmp_path: Path) -> None:
    """The documented layout only: five columns of the tables in it, and back without a change."""
    folder = shared_data / "tables"
    structure = pl.read_parquet(folder / "structural_country_year.parquet")
    migration = pl.read_parquet(folder / "migration_country_year.parquet")
    key = ["iso3", "year"]
    names = ["wpp24_pop", "wpp24_growthrate", "wpp24_cbr", "wpp24_cdr", "net_migration_wpp2024"]
    table = structure.join(migration, on=key, how="left").select(*key, *names)
    table = table.with_columns(pl.col(names).cast(pl.Float64)).drop_nulls("wpp24_pop")
    path = tmp_path / "WPP2024_Demographic_Indicators_Medium.csv"
    table.select(
        pl.col("iso3").alias("ISO3_code"),
        pl.lit("Country/Area").alias("LocTypeName"),
        pl.lit("Medium").alias("Variant"),
        pl.col("year").alias("Time"),
        *(
            (pl.col(name) / INDICATORS[name].factor).alias(INDICATORS[name].column)
            for name in names
        ),
    ).write_csv(path)
    ours = Observations.validate(read(path, codes={}).observations)
    theirs = table.unpivot(names, index=key, variable_name="indicator").drop_nulls()
    theirs = theirs.with_columns(to_unit(theirs["iso3"], "iso3"), month=pl.date("year", 1, 1))
    both = ours.join(theirs, on=["unit", "month", "indicator"])
    assert both.height == ours.height == theirs.height > 80_000
    assert both.select((pl.col("value") - pl.col("value_right")).abs().max()).item() < 1e-3
