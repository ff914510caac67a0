"""World Bank: answers of the API, downloads, names of indicators, refusals, agreement."""

from __future__ import annotations

import json
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from riskkit.errors import SourceError
from riskkit.sources.world_bank import AGGREGATES, INDICATORS, WorldBank
from riskkit.tables import Observations, Release
from riskkit.units import countries, to_unit

FIXTURE = (
    Path(__file__).parent / "fixtures" / "world-bank" / "API_SP.POP.TOTL_DS2_en_csv_v2_1234.csv"
)
CODES = {"TLD": "XAA", "SLD": "XAB"}


def read(path: Path = FIXTURE, **options: Any) -> Release:
    return WorldBank().read(path, WorldBank.options(**{"codes": CODES, **options}))


def item(country: str, year: str, value: object, code: str = "SM.POP.NETM") -> dict[str, Any]:
    return {
        "indicator": {"id": code, "value": "Net migration (people)"},
        "country": {"id": country[:2], "value": "Somewhere"},
        "countryiso3code": country,
        "date": year,
        "value": value,
        "unit": "",
        "obs_status": "",
        "decimal": 0,
    }


def page(path: Path, items: object, number: int = 1, pages: int = 1) -> Path:
    head = {"page": number, "pages": pages, "per_page": 2, "total": 3, "lastupdated": "2021-07-30"}
    path.write_text(json.dumps([head, items]))
    return path


def test_a_download_is_read() -> None:
    release = read()
    assert release.observations.drop("indicator").rows() == [
        ("XAA", date(2017, 1, 1), 4100000.0, date(2018, 12, 31)),
        ("XAA", date(2018, 1, 1), 4200000.0, date(2019, 12, 31)),
        ("XAA", date(2019, 1, 1), 4300000.0, date(2020, 12, 31)),
        ("XAB", date(2018, 1, 1), 910000.0, date(2019, 12, 31)),
        ("XAB", date(2019, 1, 1), 920000.0, date(2020, 12, 31)),
    ]
    (indicator,) = release.indicators
    assert (indicator.name, indicator.unit) == ("population", "people")
    assert indicator.description == "Population, total"
    assert release.dropped == {
        "row of a region or group of countries": 3,
        "row of the Channel Islands, which are two units": 3,
    }


def test_archives_of_a_folder_are_read_without_their_metadata(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "API_SP.POP.TOTL_DS2_en_csv_v2_1234.zip", "w") as archive:
        archive.write(FIXTURE, FIXTURE.name)
        archive.writestr(
            "Metadata_Country_API_SP.POP.TOTL.csv", '"Country Code","Region"\n"TLD",""\n'
        )
    growth = FIXTURE.read_text().replace("SP.POP.TOTL", "NY.GDP.MKTP.KD.ZG")
    (tmp_path / "API_NY.GDP.MKTP.KD.ZG.csv").write_text(growth)
    release = read(tmp_path)
    assert {i.name for i in release.indicators} == {"population", "wdi_gdp_growth"}
    population = release.observations.filter(indicator="population")
    assert population.equals(read().observations)


def test_pages_of_the_api_are_read_as_one(tmp_path: Path) -> None:
    page(tmp_path / "1.json", [item("TLD", "2019", -5.5), item("", "2019", 7)], 1, 2)
    page(tmp_path / "2.json", [item("SLD", "2019", None), item("WLD", "2019", 0)], 2, 2)
    release = read(tmp_path)
    assert release.observations.rows() == [
        ("XAA", date(2019, 1, 1), "wb_sm_pop_netm", -5.5, date(2020, 12, 31))
    ]
    assert release.indicators[0].unit == "people"
    assert release.dropped == {
        "row without a country code, as of groups of countries": 1,
        "row of a region or group of countries": 1,
    }


def test_a_missing_page_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="page 2 of 2 is missing"):
        read(page(tmp_path / "1.json", [item("TLD", "2019", 1)], 1, 2))


def test_the_refusal_of_the_api_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "1.json"
    path.write_text('[{"message": [{"id": "120", "key": "Invalid value", "value": "not valid"}]}]')
    with pytest.raises(SourceError, match=r"no list of items.*Invalid value"):
        read(path)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        (item("TLD", "2019", "many"), "item 1, column 'value'.*not a number"),
        (item("TLD", "2019Q1", 1), "item 1, column 'date'.*2019Q1"),
        (item("TLD", "2099", 1), "item 1, column 'date'.*a year"),
        (item("NOP", "2019", 1), "item 1, column 'countryiso3code'.*NOP"),
        (item("SLD", "2019", 1), "column 'countryiso3code'.*several rows"),
        (item("TLD", "2019", 1, code=""), "item 1, column 'indicator.id'.*no code"),
    ],
)
def test_impossible_items_are_refused(tmp_path: Path, changed: object, message: str) -> None:
    with pytest.raises(SourceError, match=message):
        read(page(tmp_path / "1.json", [changed, item("SLD", "2019", 2)]))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"TLD"', '"NOP"', "line 6.*column 'countryiso3code'.*NOP"),
        ('"4200000"', '"x"', "line 6, column 'value'.*not a number"),
        ('"SLD"', '"TLD"', "line 6.*several rows"),
        ('"2017","2018","2019"', '"a","b","c"', "no columns of years"),
        ('"Country Code"', '"Land"', "'Country Code' is missing"),
    ],
)
def test_impossible_downloads_are_refused(tmp_path: Path, old: str, new: str, message: str) -> None:
    path = tmp_path / FIXTURE.name
    path.write_text(FIXTURE.read_text().replace(old, new))
    with pytest.raises(SourceError, match=message):
        read(path)


def test_answers_and_downloads_stay_apart(tmp_path: Path) -> None:
    page(tmp_path / "1.json", [item("TLD", "2019", 1)])
    (tmp_path / FIXTURE.name).write_bytes(FIXTURE.read_bytes())
    with pytest.raises(SourceError, match=r"beside downloads.*two folders"):
        read(tmp_path)


def test_no_aggregate_is_a_country() -> None:
    assert not AGGREGATES & set(countries()["unit"])
    assert len({name for name, _ in INDICATORS.values()}) == len(INDICATORS)


def test_the_shared_table_comes_back(shared_data: Path, tmp_path: Path) -> None:
    """The documented layout only: four series of the table in it, and back without a change.

    Yugoslavia is Serbia's past; where both have a figure of a year, in 2006, the file is refused.
    """
    table = pl.read_parquet(shared_data / "tables" / "structural_country_year.parquet")
    names = {name: code for code, (name, _) in INDICATORS.items()}
    columns = ["wdi_gdp_kd", "wdi_gdppc_kd", "wdi_gdppc_growth", "infmort"]
    table = table.filter(~((pl.col("iso3") == "YUG") & (pl.col("year") >= 2006)))
    table = table.filter(pl.col("iso3") != "ZZB")  # the World Bank has no figures of Zanzibar
    for name in columns:
        wide = table.drop_nulls(name).pivot("year", index="iso3", values=name, sort_columns=True)
        years = sorted(wide.columns[1:])
        pl.DataFrame(wide).select(
            pl.lit("x").alias("Country Name"),
            pl.col("iso3").alias("Country Code"),
            pl.lit("Series").alias("Indicator Name"),
            pl.lit(names[name]).alias("Indicator Code"),
            *years,
        ).write_csv(tmp_path / f"API_{names[name]}.csv")
    release = read(tmp_path, codes={})
    ours = Observations.validate(release.observations)
    theirs = table.unpivot(columns, index=["iso3", "year"], variable_name="indicator").drop_nulls()
    theirs = theirs.with_columns(
        to_unit(theirs["iso3"], "iso3", unknown="null"), month=pl.date("year", 1, 1)
    ).drop_nulls("unit")
    both = ours.join(theirs, on=["unit", "month", "indicator"])
    assert both.height == ours.height == theirs.height
    assert both.select((pl.col("value") - pl.col("value_right")).abs().max()).item() < 1e6
    assert both.select((pl.col("value") / pl.col("value_right")).max()).item() < 1.000001
