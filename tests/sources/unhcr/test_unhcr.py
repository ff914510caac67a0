"""UNHCR: stocks of both sides, refugees between pairs, people without a state, refusals."""

from __future__ import annotations

import json
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from riskkit.errors import SourceError
from riskkit.sources.unhcr import INDICATORS, Unhcr
from riskkit.tables import Dyads, Release

FIXTURE = Path(__file__).parents[1] / "fixtures" / "unhcr" / "population.csv"
CODES = {"TLD": "XAA", "SLD": "XAB", "OLD": "XAC"}
YEAR = date(2019, 1, 1)


def read(path: Path = FIXTURE, **options: Any) -> Release:
    return Unhcr().read(path, Unhcr.options(**{"codes": CODES, **options}))


def with_text(folder: Path, text: str) -> Path:
    path = folder / "population.csv"
    path.write_text(text)
    return path


def stocks(release: Release, unit: str, month: date = YEAR) -> dict[str, float]:
    rows = release.observations.filter(unit=unit, month=month)
    return dict(rows.select("indicator", "value").rows())


def test_a_row_counts_for_the_origin_and_for_the_country_of_asylum() -> None:
    release = read()
    left = stocks(release, "XAA")
    assert left["unhcr_refugees_origin"] == 1500.0
    assert left["unhcr_asylum_seekers_origin"] == 40.0
    assert left["unhcr_oip_origin"] == 8.0
    assert left["unhcr_idps"] == 4000.0
    assert left["unhcr_returned_idps"] == 250.0
    assert left["unhcr_returned_refugees_origin"] == 15.0
    hosted = stocks(release, "XAB")
    assert hosted["unhcr_asylum_seekers_asylum"] == 47.0
    assert "unhcr_oip_asylum" not in hosted
    assert set(release.observations["known_from"]) == {date(2020, 6, 30), date(2021, 6, 30)}


def test_people_without_a_state_count_for_the_country_of_asylum_only() -> None:
    release = read()
    hosted = stocks(release, "XAB")
    assert hosted["unhcr_refugees_asylum"] == 1257.0
    assert hosted["unhcr_stateless_asylum"] == 90.0
    assert hosted["unhcr_hst_asylum"] == 30.0
    assert set(release.observations["unit"]) == {"XAA", "XAB", "XAC"}
    assert release.dropped == {
        "row whose origin is no state: unknown": 1,
        "row whose origin is no state: stateless": 1,
        "tie of a country with itself (its displaced and returned people)": 1,
    }


def test_ties_are_seen_from_both_sides() -> None:
    release = read()
    assert release.dyads is not None
    Dyads.validate(release.dyads)
    rows = release.dyads.filter(month=YEAR).select("unit", "other", "relation", "value").rows()
    assert rows == [
        ("XAA", "XAB", "refugee_hosts", 1200.0),
        ("XAA", "XAC", "refugee_hosts", 300.0),
        ("XAB", "XAA", "refugee_origins", 1200.0),
        ("XAC", "XAA", "refugee_origins", 300.0),
    ]
    assert {relation.name for relation in release.relations} == {"refugee_hosts", "refugee_origins"}


def test_a_country_without_rows_has_no_figure() -> None:
    release = read()
    assert stocks(release, "XAC", date(2020, 1, 1)) == {}
    assert not any(i.census for i in release.indicators)


def test_headings_of_the_web_site_are_understood(tmp_path: Path) -> None:
    text = (
        "Year,Country of Origin,Country of Origin (ISO),Country of Asylum,Country of Asylum (ISO),"
        "Refugees under UNHCR's mandate,Asylum-seekers,IDPs of concern to UNHCR,"
        "Other people in need of international protection,Stateless persons,Host community,"
        "Others of concern\n"
        "2019,Testland,TLD,Sampleland,SLD,1200,35,0,,0,0,0\n"
    )
    release = read(with_text(tmp_path, text))
    assert stocks(release, "XAA")["unhcr_refugees_origin"] == 1200.0
    assert "unhcr_returned_idps" not in {i.name for i in release.indicators}


def test_todays_download_is_read_in_full(tmp_path: Path) -> None:
    """Its header, misspelling and quotes included, as of October 2026."""
    header = (
        'Year,"Country of origin","Country of origin (ISO)","Country of asylum",'
        '"Country of asylum (ISO)","Refugees under UNHCR\'s mandate",Asylum-seekers,'
        '"Returned refugees","IDPs of concern to UNHCR","Returned IDPss","Stateless persons",'
        '"Others of concern","Other people in need of international protection","Host Community"\n'
    )
    rows = [line.split(",") for line in FIXTURE.read_text().splitlines()[1:]]
    theirs = "".join(",".join([*(r[i] for i in (0, 1, 3, 4, 6)), *r[7:]]) + "\n" for r in rows)
    release = read(with_text(tmp_path, header + theirs))
    assert release.observations.equals(read().observations)
    assert release.indicators == read().indicators


def test_the_table_on_hdx_is_read(tmp_path: Path) -> None:
    text = (
        "Year,Country of Origin Code,Country of Asylum Code,Country of Origin Name,"
        "Country of Asylum Name,Refugees,Asylum seekers,"
        "Other people in need of international protection,Internally displaced persons,"
        "Stateless Persons,Others of concern to UNHCR,Host community\n"
        "2019,UKN,SLD,Various / unknown,Sampleland,70,2,0,0,90,0,30\n"
        "2019,TLD,SLD,Testland,Sampleland,1200,35,6,0,0,0,0\n"
        "2019,TLD,TLD,Testland,Testland,0,0,0,4000,0,0,0\n"
    )
    release = read(with_text(tmp_path, text))
    assert stocks(release, "XAA") == {
        "unhcr_asylum_seekers_asylum": 0.0,
        "unhcr_asylum_seekers_origin": 35.0,
        "unhcr_hst_asylum": 0.0,
        "unhcr_idps": 4000.0,
        "unhcr_oip_asylum": 0.0,
        "unhcr_oip_origin": 6.0,
        "unhcr_refugees_asylum": 0.0,
        "unhcr_refugees_origin": 1200.0,
        "unhcr_stateless_asylum": 0.0,
    }
    assert stocks(release, "XAB")["unhcr_refugees_asylum"] == 1270.0


def test_two_codes_of_one_unit_are_added_up() -> None:
    release = read(codes={"TLD": "XAA", "SLD": "XAB", "OLD": "XAB"})
    assert stocks(release, "XAB")["unhcr_refugees_asylum"] == 1557.0
    assert release.dyads is not None
    assert release.dyads.filter(unit="XAA", month=YEAR)["value"].to_list() == [1500.0]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("TES,TLD,Otherland,OTH,OLD", "TES,TLX,O,OTH,OLD", "line 3, column 'coo_iso'.*'TLX'"),
        ("TES,TLD,Otherland,OTH,OLD", "T,TLD,S,SAM,SLD", "line 2 and 1 more.*several rows"),
        ("2020,", "1920,", "line 8, column 'year'.*1951 to"),
        (",1500,", ",many,", "line 8, column 'refugees'.*not a number"),
        (",1500,", ",-1500,", "line 8, column 'refugees'.*between 0"),
        (
            "year,coo_name,coo,coo_iso,coa_name,coa,coa_iso,refugees,asylum_seekers,returned_refugees,"
            "idps,returned_idps,stateless,ooc,oip,hst",
            "year,coo_name,coo,coo_iso,coa_name,coa,coa_iso,a,b,c,d,e,f,g,h,i",
            "column 'refugees or asylum_seekers or .*' is missing",
        ),
    ],
)
def test_wrong_rows_are_refused(tmp_path: Path, old: str, new: str, message: str) -> None:
    text = FIXTURE.read_text()
    assert old in text
    with pytest.raises(SourceError, match=message):
        read(with_text(tmp_path, text.replace(old, new)))


@pytest.mark.parametrize(
    "text",
    [
        "year,coo_iso,coa_iso,refugees,asylum_seekers\n2019,-,SLD,5,0\n",
        "year,coo_iso,coa_iso,refugees,asylum_seekers\n2019,All,SLD,5,0\n",
        "year,coo_iso,coa_iso,refugees,asylum_seekers\n2019,,SLD,5,0\n",
        "year,coa_iso,refugees,asylum_seekers\n2019,SLD,5,0\n",
    ],
)
def test_a_download_summed_over_origins_speaks_of_countries_of_asylum(
    tmp_path: Path, text: str
) -> None:
    release = read(with_text(tmp_path, text))
    assert stocks(release, "XAB") == {
        "unhcr_refugees_asylum": 5.0,
        "unhcr_asylum_seekers_asylum": 0.0,
    }
    assert {indicator.name for indicator in release.indicators} == set(stocks(release, "XAB"))
    assert (release.dyads, release.relations) == (None, ())
    assert release.dropped == {"row whose origin is no state: summed over countries": 1}


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ("2019,-,-,5,0\n", "no row names a unit in column 'coo_iso' or 'coa_iso'"),
        ("2019,-,SLD,7,0\n2019,TLD,SLD,7,0\n", "line 2, column 'coo_iso'.*sum of others"),
        ("2019,TLD,SLD,7,0\n2019,TLD,-,9,0\n", "line 3, column 'coa_iso'.*sum of others"),
    ],
)
def test_sums_that_cannot_be_placed_or_would_count_twice_are_refused(
    tmp_path: Path, rows: str, message: str
) -> None:
    text = "year,coo_iso,coa_iso,refugees,asylum_seekers\n"
    with pytest.raises(SourceError, match=message):
        read(with_text(tmp_path, text + rows))


FINDER = {
    "2025": "Country of Asylum ISO,Country of Origin ISO,Refugees,Asylum-seekers,IDPs",
    "2022": "Country of asylum (ISO),Country of origin (ISO),Refugees under UNHCR’s mandate,"
    "Asylum-seekers,IDPs of concern to UNHCR",
    "shouted": "COUNTRY_OF_ASYLUM_ISO,COUNTRY_OF_ORIGIN_ISO,REFUGEES,ASYLUM_SEEKERS,IDPS",
    "names": "Country of Asylum,Country of Origin,Refugees,Asylum-seekers,IDPs",
}


@pytest.mark.parametrize("header", FINDER.values(), ids=FINDER)
@pytest.mark.parametrize("packed", [False, True])
def test_downloads_of_the_data_finder_are_read(tmp_path: Path, header: str, packed: bool) -> None:
    """As csv below titles or in the archive beside its footnotes, in small countries' names."""
    text = f"Year,{header}\n2024,SLD,TLD,100,5,0\n2024,TLD,TLD,0,0,500\n2024,SLD,UNK,9,0,0\n"
    if packed:
        path = tmp_path / "population.zip"
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("population.csv", text)
            archive.writestr("footnotes.csv", "Year,Footnote\n2024,None\n")
    else:
        path = with_text(tmp_path, "UNHCR Refugee Population Statistics\n\n" + text)
    release = read(path)
    year = date(2024, 1, 1)
    assert stocks(release, "XAA", year)["unhcr_refugees_origin"] == 100.0
    assert stocks(release, "XAA", year)["unhcr_idps"] == 500.0
    assert stocks(release, "XAB", year)["unhcr_refugees_asylum"] == 109.0


def test_sums_agree_with_the_tidy_tables(shared_data: Path, tmp_path: Path) -> None:
    """The table of pairs, in UNHCR's layout, adds up to the table of countries.

    Asylum seekers and others exactly, refugees in 6,661 of 6,674 country-years: the pairs lack
    what the table of countries adds by hand (ten more than 1 per cent off). By country of asylum
    the pairs lack refugees of unknown origin, so that no country-year exceeds its total.
    """
    pairs = pl.read_parquet(shared_data / "tables" / "refugee_dyad_year.parquet")
    path = tmp_path / "population.parquet"
    pairs.rename({"iso3_origin": "coo_iso", "iso3_asylum": "coa_iso"}).write_parquet(path)
    release = read(path, codes={})
    table = pl.read_parquet(shared_data / "tables" / "migration_country_year.parquet")
    theirs = table.with_columns(unit="iso3", month=pl.date("year", 1, 1))
    for column, off in (
        ("unhcr_asylum_seekers_origin", 0),
        ("unhcr_oip_origin", 0),
        ("unhcr_refugees_origin", 13),
    ):
        ours = release.observations.filter(indicator=column)
        both = theirs.drop_nulls(column).join(ours, on=["unit", "month"], how="left")
        assert both.height == 6_674
        differ = both["value"].fill_null(0.0).cast(pl.Float32) != both[column]
        assert int(differ.sum()) == off, column
    asylum = release.observations.filter(indicator="unhcr_refugees_asylum")
    both = theirs.join(asylum, on=["unit", "month"]).drop_nulls("unhcr_refugees_asylum")
    above = both["value"].cast(pl.Float32) > both["unhcr_refugees_asylum"]
    assert both.height == 5_813
    assert not above.any()
    assert {name for name in INDICATORS if name not in table.columns} == set()
    assert release.dyads is not None
    hosts = release.dyads.filter(relation="refugee_hosts")
    assert (
        hosts["value"].sum()
        == pairs.filter(pl.col("iso3_origin") != pl.col("iso3_asylum"))["refugees"]
        .cast(pl.Float64)
        .sum()
    )


def test_pages_of_the_interface_are_one_table(tmp_path: Path) -> None:
    """Figures are numbers or texts there, and what is not given is "-" or "0"."""
    items = pl.read_csv(FIXTURE, infer_schema=False).to_dicts()
    for item in items:
        item["year"], item["refugees"] = int(item["year"]), int(item["refugees"])
    for number, part in enumerate((items[:3], items[3:]), start=1):
        answer = {"page": number, "short-url": "x", "maxPages": 2, "total": [], "items": part}
        (tmp_path / f"page{number}.json").write_text(json.dumps(answer))
    assert read(tmp_path).observations.equals(read().observations)
    (tmp_path / "page2.json").unlink()
    with pytest.raises(SourceError, match="page 2 of 2 is missing; put all pages"):
        read(tmp_path)


def test_a_download_of_some_population_types_is_read(tmp_path: Path) -> None:
    text = "Year,Country of Asylum ISO,Country of Origin ISO,IDPs\n2019,TLD,TLD,4000\n"
    release = read(with_text(tmp_path, text))
    assert stocks(release, "XAA") == {"unhcr_idps": 4000.0}
    assert [indicator.name for indicator in release.indicators] == ["unhcr_idps"]
    assert release.dyads is None


@pytest.mark.parametrize(
    ("name", "code", "read_as"), [("Austria", "AUS", None), ("Austria", "AUT", "AUT")]
)
def test_unhcrs_own_letters_are_not_taken_for_iso(
    tmp_path: Path, name: str, code: str, read_as: str | None
) -> None:
    """Its AUS is Austria, and Australia's by ISO."""
    header = (
        "Year,Country of origin,Country of origin code,Country of asylum,Country of asylum code"
    )
    text = f"{header},Refugees\n2024,{name},{code},Mali,MLI,5\n"
    path = with_text(tmp_path, text)
    if read_as is None:
        with pytest.raises(SourceError, match="another country's than 'coo_name' says"):
            read(path, codes={})
        return
    assert stocks(read(path, codes={}), read_as, date(2024, 1, 1))["unhcr_refugees_origin"] == 5
