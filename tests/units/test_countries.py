"""The table of countries: keys, sets, births and deaths, and agreement with VIEWS."""

from __future__ import annotations

import subprocess
import sys
from datetime import date
from itertools import pairwise

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskkit.errors import UnknownUnit
from riskkit.months import month_id
from riskkit.units import SCOPES, alive, countries, name_of, region_of, to_unit
from riskkit.units.countries import SCHEMA

SIMULATED = pl.DataFrame(
    {
        "unit": ["XAB", "XAA"],
        "name": ["Beland", "Aland"],
        "region": ["Northern Testland"] * 2,
        "born": [date(1990, 1, 15), None],
        "died": [None, date(2000, 6, 1)],
    }
)


def test_keys_are_unique_and_complete():
    table = countries()
    assert dict(table.schema) == SCHEMA
    assert table["unit"].is_sorted()
    for key in ("unit", "iso2", "name", "gwcode", "cowcode", "views_id", "m49"):
        assert table[key].drop_nulls().is_unique().all(), key
    for column in ("unit", "iso2", "name", "region", "continent", "scope"):
        assert table[column].null_count() == 0, column
    assert table["unit"].str.contains(r"^[A-Z]{3}$").all()
    assert table["iso2"].str.contains(r"^[A-Z]{2}$").all()


def test_a_region_lies_in_one_continent():
    pairs = countries().select("region", "continent").unique()
    assert pairs["region"].is_unique().all()
    assert set(pairs["continent"]) == {
        *("Africa", "Americas", "Antarctica", "Asia", "Europe", "Oceania"),
    }


def test_dead_units_die_after_their_birth_and_living_units_succeed_them():
    table = countries()
    dead = table.filter(pl.col("successor").is_not_null())
    assert dead["unit"].to_list() == ["CSK", "DDR", "VDR", "YMD"]
    assert (dead["born"] < dead["died"]).all()
    living = table.filter(pl.col("died").is_null())["unit"]
    assert dead["successor"].is_in(living.to_list()).all()


def test_scopes_contain_each_other():
    sets = [set(countries(scope)["unit"]) for scope in SCOPES]
    for smaller, larger in pairwise(sets):
        assert smaller < larger
    assert sets[1] - sets[0] == {"AND", "LIE", "MCO", "SMR", "VDR"}
    assert sets[2] - sets[1] == {"PSE", "ESH"}
    assert {"HKG", "GRL", "VAT", "ANT"} <= sets[3] - sets[2]


@pytest.mark.parametrize(
    ("unit", "first", "last"),
    [
        ("NAM", "1990-03", None),
        ("ERI", "1993-05", None),
        ("TLS", "2002-05", None),
        ("MNE", "2006-06", None),
        ("XKX", "2008-02", None),
        ("SSD", "2011-07", None),
        ("CZE", "1993-01", None),
        ("CSK", None, "1992-12"),
        ("DDR", None, "1990-10"),
        ("YMD", None, "1990-05"),
    ],
)
def test_states_live_from_their_month_of_birth_to_their_month_of_death(unit, first, last):
    if first is not None:
        assert unit not in alive(month_id(first) - 1)
        assert unit in alive(month_id(first))
    if last is not None:
        assert unit in alive(month_id(last))
        assert unit not in alive(month_id(last) + 1)


@pytest.mark.parametrize("unit", ["RUS", "SRB", "ETH", "YEM", "DEU", "SDN", "TWN"])
def test_series_that_continue_live_through(unit):
    assert all(unit in alive(month) for month in range(1, 505))


def test_separable_places_are_asked_for():
    assert not {"PSE", "ESH"} & set(alive(504))
    assert {"PSE", "ESH"} <= set(alive(504, countries("separable")))
    assert len(alive(504, countries("states"))) == 195


@given(st.integers(month_id("1800-01"), month_id("2100-12")))
def test_every_living_unit_is_in_the_table_once(month):
    units = alive(month, countries("separable"))
    assert units == sorted(set(units))
    assert set(units) <= set(countries()["unit"])


def test_a_world_brings_its_own_table():
    assert alive(month_id("1990-01"), SIMULATED) == ["XAA", "XAB"]
    assert alive(month_id("1989-12"), SIMULATED) == ["XAA"]
    assert alive(month_id("2000-07"), SIMULATED) == ["XAB"]
    assert name_of("XAA", SIMULATED) == "Aland"
    assert region_of("XAB", SIMULATED) == "Northern Testland"


def test_only_kosovo_uses_the_range_of_simulated_units():
    reserved = countries().filter(pl.col("unit").str.contains("^X[A-Z]{2}$"))
    assert reserved["unit"].to_list() == ["XKX"]


@pytest.mark.parametrize("look_up", [name_of, region_of])
def test_unknown_units_are_named(look_up):
    with pytest.raises(UnknownUnit, match=r"not in the table of units \(got 'XAA'\)"):
        look_up("XAA")
    with pytest.raises(UnknownUnit, match="'MLI'"):
        look_up("MLI", SIMULATED)


def test_names_and_regions():
    assert (name_of("CIV"), region_of("CIV")) == ("Côte d'Ivoire", "Western Africa")
    assert (name_of("XKX"), region_of("NRU")) == ("Kosovo", "Micronesia")


def test_importing_units_loads_neither_pandas_nor_country_converter():
    code = (
        "import riskkit.units as u, sys; u.to_unit(['Ivory Coast'], 'name'); "
        "print(sorted({'pandas', 'country_converter'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_table_agrees_with_the_crosswalk(shared_data):
    theirs = pl.read_parquet(shared_data / "tables" / "crosswalk.parquet").filter(
        ~pl.col("iso3").is_in(["BA1", "CHI", "EAT", "EAZ", "SUN"])
    )
    both = theirs.join(countries(), left_on="iso3", right_on="unit", suffix="_ours", how="left")
    assert both["name_ours"].null_count() == 0
    differ = both.filter(
        (pl.col("gwcode").ne_missing(pl.col("gwcode_ours")))
        | (pl.col("cowcode").ne_missing(pl.col("cowcode_ours")))
        | (pl.col("unregion") != pl.col("region"))
        | (pl.col("m49").cast(pl.Int32, strict=False).ne_missing(pl.col("m49_ours")))
    )
    # Serbia is 345 in COW, Nauru lies in Micronesia, and the Antilles in the Caribbean.
    assert set(differ["iso3"]) == {"SRB", "NRU", "ANT"}


def test_views_countries_live_in_the_months_in_which_views_has_them(shared_data):
    table = pl.read_parquet(shared_data / "tables" / "conflict_country_month.parquet")
    table = table.with_columns(unit=to_unit(table["country_id"], "views_id"))
    theirs = set(table.select("unit", "month_id").iter_rows())
    ours = {(unit, month) for month in table["month_id"].unique() for unit in alive(month)}
    assert ours <= theirs
    # VIEWS counted microstates until 2017 and has Georgia three months before Gleditsch and Ward.
    assert {unit for unit, _ in theirs - ours} == {"AND", "LIE", "MCO", "SMR", "GEO"}


@pytest.mark.parametrize("year", [2018, 2019, 2020, 2021])
def test_the_default_countries_are_those_of_the_challenge(shared_data, year):
    actuals = pl.read_parquet(shared_data / "challenge" / f"actuals_{year}.parquet")
    units = actuals.with_columns(unit=to_unit(actuals["country_id"], "views_id"))
    for month in units["month_id"].unique():
        assert units.filter(pl.col("month_id") == month)["unit"].sort().to_list() == alive(month)
