"""Publishers' codes and names become units, by date where the code demands it."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import date, datetime

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskkit.errors import UnknownUnit
from riskkit.units import countries, to_unit

SYSTEMS = ["iso2", "gwcode", "cowcode", "views_id", "m49", "name"]
REFUSED = {"AB9", "ABY", "STA", "UKN", "SML", "PSG", "ZZB", "CHI"}


@pytest.mark.parametrize("system", ["iso3", *SYSTEMS])
def test_every_code_of_the_table_leads_back_to_its_unit(system):
    column = "unit" if system == "iso3" else system
    table = countries().drop_nulls(column)
    if system == "iso2":  # CS stood for two states, and only the day tells which
        table = table.filter(pl.col("unit") != "CSK")
    assert to_unit(table[column], system).to_list() == table["unit"].to_list()


@given(st.lists(st.none() | st.sampled_from(countries()["unit"].to_list())))
def test_order_and_nulls_are_kept(units):
    mapped = to_unit(units, "iso3")
    assert mapped.to_list() == units
    assert (mapped.name, mapped.dtype) == ("unit", pl.String)


@pytest.mark.parametrize(
    ("values", "system", "expected"),
    [
        ([345, 340, 678, 679, 260, 255, 327], "gwcode", "SRB SRB YEM YEM DEU DEU VAT"),
        ([265, 315, 680, 817, 816], "gwcode", "DDR CSK YMD VDR VNM"),
        ([345, 340, 678, 679, 260, 255, 347], "cowcode", "SRB SRB YEM YEM DEU DEU XKX"),
        ([780.0, None, 451.0], "gwcode", "LKA - SLE"),
        (["780.0", " 451 ", "002"], "gwcode", "LKA SLE USA"),
        (["004", "4", "810", "891", "736"], "m49", "AFG AFG RUS SRB SDN"),
        ([227, 233, 124, 72], "views_id", "SRB SRB YEM MCO"),
        (["mli", "SUN", "YUG", "SCG", "ROM", "ZAR", "KSV"], "iso3", "MLI RUS SRB SRB ROU COD XKX"),
        (["NA", "GB", "UK", "EL", "XK"], "iso2", "NAM GBR GBR GRC XKX"),
    ],
)
def test_codes(values, system, expected):
    mapped = to_unit(values, system).to_list()
    assert mapped == [None if unit == "-" else unit for unit in expected.split()]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("DR Congo (Zaire)", "COD"),
        ("Congo", "COG"),
        ("People's Republic of the Congo", "COG"),
        ("Myanmar (Burma)", "MMR"),
        ("Russia (Soviet Union)", "RUS"),
        ("Yemen (North Yemen)", "YEM"),
        ("Yemen (South Yemen)", "YMD"),
        ("South Yemen", "YMD"),
        ("Cambodia (Kampuchea)", "KHM"),
        ("Zimbabwe (Rhodesia)", "ZWE"),
        ("Rhodesia", "ZWE"),
        ("Madagascar (Malagasy)", "MDG"),
        ("Bosnia-Herzegovina", "BIH"),
        ("Kingdom of eSwatini (Swaziland)", "SWZ"),
        ("Serbia (Yugoslavia)", "SRB"),
        ("Serbia-Montenegro", "SRB"),
        ("Yugoslavia", "SRB"),
        ("Czechoslovakia", "CSK"),
        ("Czech Republic", "CZE"),
        ("Slovak Republic", "SVK"),
        ("East Germany (GDR)", "DDR"),
        ("West Germany (FRG)", "DEU"),
        ("South Vietnam", "VDR"),
        ("Vietnam (North Vietnam)", "VNM"),
        ("Zaire", "COD"),
        ("New Hebrides", "VUT"),
        ("West Bank and Gaza Strip", "PSE"),
        ("Western Sahara", "ESH"),
        ("Kosovo", "XKX"),
        ("Taiwan", "TWN"),
        ("Hong Kong", "HKG"),
        ("Northern Ireland", "GBR"),
        ("Somaliland", "SOM"),
        ("Macedonia", "MKD"),
        ("Turkey", "TUR"),
        ("SWAZILAND", "SWZ"),
        ("  St. Kitts & Nevis ", "KNA"),
        ("Niger", "NER"),
        ("Guinea", "GIN"),
        ("Dominica", "DMA"),
    ],
)
def test_names(name, expected):
    assert to_unit([name], "name").item() == expected


@pytest.mark.parametrize(
    ("code", "system", "before", "death", "after"),
    [
        (315, "gwcode", "CSK", date(1992, 12, 31), "CZE"),
        (265, "gwcode", "DDR", date(1990, 10, 2), "DEU"),
        (680, "gwcode", "YMD", date(1990, 5, 21), "YEM"),
        ("VDR", "iso3", "VDR", date(1975, 4, 30), "VNM"),
        ("Czechoslovakia", "name", "CSK", date(1992, 12, 31), "CZE"),
        (345, "gwcode", "SRB", date(2006, 6, 4), "SRB"),
        ("MLI", "iso3", "MLI", date(2021, 12, 31), "MLI"),
    ],
)
def test_codes_used_after_a_states_death_go_to_its_successor(code, system, before, death, after):
    later = death.replace(year=death.year + 1)
    assert to_unit([code, code], system, [death, later]).to_list() == [before, after]
    assert to_unit([code], system, later).item() == after
    assert to_unit([code, None, code], system, [None, later, later]).to_list() == [
        *(before, None, after),
    ]


def test_days_may_be_timestamps():
    days = pl.Series([datetime(1990, 10, 2, 23, 0), datetime(1990, 10, 3)])
    assert to_unit(["DDR", "DDR"], "iso3", days).to_list() == ["DDR", "DEU"]


@pytest.mark.parametrize(
    ("values", "system", "message"),
    [
        (
            ["Mali", "Afganistan"],
            "name",
            r"1 name value\(s\) stand for no country \(got \['Afganistan'\]\); "
            r"for 'Afganistan', did you mean AFG \(Afghanistan\)",
        ),
        (["AFQ"], "iso3", r"got \['AFQ'\].*did you mean"),
        ([9999], "gwcode", r"1 gwcode value\(s\) stand for no country \(got \['9999'\]\)"),
        (["STA"], "iso3", "'STA': stateless people have no country"),
        (["SML"], "iso3", "Somaliland is part of SOM"),
        ([511], "gwcode", "Zanzibar is part of TZA"),
        (["Abyei Area"], "name", "disputed between SDN and SSD"),
        (["Israel/Palestine"], "name", "stand for no country"),
        ([""], "iso3", "stand for no country"),
        ([f"Q{i}" for i in range(9)], "iso2", r"9 iso2 value\(s\)"),
    ],
)
def test_unknown_codes_are_refused_with_the_nearest_ones(values, system, message):
    with pytest.raises(UnknownUnit, match=message):
        to_unit(values, system)
    assert to_unit(values, system, unknown="null").null_count() == len(
        [value for value in values if value != "Mali"]
    )


def test_nothing_maps_to_nothing():
    assert to_unit([], "gwcode").to_list() == []
    assert to_unit([None, None], "name").to_list() == [None, None]


def _text(data: bytes) -> pl.DataFrame:
    return pl.read_csv(io.BytesIO(data), infer_schema=False, encoding="utf8-lossy")


def test_ucdp_codes_and_names_agree(shared_data):
    folder = shared_data / "raw" / "ucdp"
    with zipfile.ZipFile(folder / "GEDEvent_v21_01_21_12.csv.zip") as archive:
        events = [_text(archive.read(archive.namelist()[0]))]
    events += [
        _text((folder / f"ged_{name}.csv").read_bytes()) for name in ("sri_lanka", "sierra_leone")
    ]
    years = _text((folder / "organizedviolencecy_v25_1_to2021.csv").read_bytes())
    pairs = [frame.select("country_id", "country") for frame in events]
    pairs.append(years.select(country_id="country_id_cy", country="country_cy"))
    codes = pl.concat(pairs).unique()
    assert to_unit(codes["country_id"], "gwcode").equals(to_unit(codes["country"], "name"))
    governments = pl.concat([frame.select("gwnoa").to_series() for frame in events])
    to_unit(governments.replace("", None), "gwcode")


@pytest.mark.parametrize(
    ("path", "code", "system", "name"),
    [
        ("era5/average-precipitation-per-year.csv", "Code", "iso3", "Entity"),
        ("ndgain/gain.csv", "ISO3", "iso3", "Name"),
        ("unga/IdealpointestimatesAll_Jun2024.csv", "ccode", "cowcode", "Countryname"),
    ],
)
def test_codes_and_names_of_other_publishers_agree(shared_data, path, code, system, name):
    table = _text((shared_data / "raw" / path).read_bytes())
    pairs = table.select(code, name).drop_nulls().unique().filter(pl.col(name) != "World")
    assert to_unit(pairs[code], system).equals(to_unit(pairs[name], "name"))


def test_every_country_of_the_tables_is_known_or_refused_on_purpose(shared_data):
    for path in sorted((shared_data / "tables").glob("*.parquet")):
        if path.stem == "crosswalk":
            continue
        table = pl.read_parquet(path)
        for column in table.columns:
            system = {"country_id": "views_id", "country": "name"}.get(column, column.split("_")[0])
            if system not in (*SYSTEMS, "iso3"):
                continue
            values = table[column].drop_nulls().unique()
            missing = values.filter(to_unit(values, system, unknown="null").is_null())
            assert set(missing) <= REFUSED | {511}, f"{path.stem}.{column}"


def test_natural_earth_names_are_known(shared_data):
    path = shared_data / "raw" / "naturalearth" / "ne_110m_admin_0_countries.geojson"
    shapes = [shape["properties"] for shape in json.loads(path.read_text("utf-8"))["features"]]
    units = to_unit([shape["NAME_LONG"] for shape in shapes], "name")
    codes = to_unit([shape["ADM0_A3"] for shape in shapes], "iso3", unknown="null")
    differ = [unit for unit, code in zip(units, codes, strict=True) if code != unit]
    assert sorted(differ) == ["CYP", "SOM"]  # Northern Cyprus and Somaliland, shapes of their own


@pytest.mark.parametrize(
    ("code", "then", "since"),
    [("AI", "1976-05", "AIA"), ("BQ", "1978-01", "BES"), ("GE", "1979-12", "GEO"),
     ("SK", "1975-01", "SVK")],
)  # fmt: skip
def test_letters_that_iso_used_again_are_nobodys_while_they_were_anothers(code, then, since):
    day = date.fromisoformat(f"{then}-01")
    assert to_unit([code], "iso2", day, unknown="null").to_list() == [None]
    # Before there was a standard, and since the letters are today's, nobody meant the other.
    for other in (date(1970, 1, 1), date(1985, 1, 1), date(2020, 1, 1), None):
        assert to_unit([code], "iso2", other).to_list() == [since]


@pytest.mark.parametrize(("code", "unit"), [("XKO", "XKX"), ("XXK", "XKX"), ("XKS", "XKX")])
def test_other_letters_of_kosovo(code, unit):
    assert to_unit([code], "iso3").to_list() == [unit]


@pytest.mark.parametrize(
    ("code", "why"), [("XNC", "part of CYP"), ("XXA", "stateless"), ("XPI", "disputed")]
)
def test_letters_that_iso_leaves_to_its_users_and_publishers_give_to_no_country(code, why):
    with pytest.raises(UnknownUnit, match=why):
        to_unit(["MLI", code], "iso3")
