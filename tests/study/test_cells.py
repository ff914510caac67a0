"""Studies by cell: which units they have, and what is said of them."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from riskkit.errors import ConfigError
from riskkit.store import Store
from riskkit.study.cells import cells_of, land, of_cells, owners
from riskkit.study.study import Study

WORLD = ["data.kind=world", "data.world.cells=120", "data.world.months=300", "panel.level=cell"]
TABLE = """\
gid,year,month,ged_sb
40346,2001,1,3
40346,2001,5,9
40347,2001,2,4
41066,2001,12,1
"""


@pytest.fixture
def table(tmp_path):
    """Invented figures, in cells of the open sea."""
    path = tmp_path / "cells.csv"
    path.write_text(TABLE, "utf-8")
    options = (
        "{unit: {column: gid, system: cell}, time: {year: year, month: month}, "
        "indicators: {ged_sb: {unit: deaths, census: true}}, lag_months: 1}"
    )
    entry = f"[{{source: table, path: {path}, options: {options}}}]"
    return ["panel.level=cell", "data.kind=files", "data.root=/", f"data.sources={entry}"]


def test_a_world_has_cells_for_units_and_ties_between_them():
    study = Study.open(None, [*WORLD, "target.indicator=ged_sb"])
    assert study.units.height == 120
    assert study.panel.n_months == 301
    assert set(study.panel.networks) == {"contiguity", "proximity"}
    assert set(study.owners) == set(study.units["unit"])
    built = {family.name: family.build(study.panel) for family in study.families}
    assert built["neighbours"]["neighbours_count"].max() == 8
    assert built["conflict"].height == 120 * 301


def test_files_of_cells_are_read_as_they_are(table):
    study = Study.open(None, [*table, "target.indicator=ged_sb"])
    assert study.units["unit"].to_list() == ["40346", "40347", "41066"]
    deaths = study.panel.frame.select("unit", pl.col("ged_sb").sum().over("unit")).unique()
    assert dict(deaths.iter_rows()) == {"41066": 1.0, "40346": 12.0, "40347": 4.0}
    sums = study.families[-1].build(study.panel)
    assert study.panel.frame["ged_sb"].null_count() < study.panel.frame.height
    assert sums.height == study.panel.frame.height


def test_land_cells_of_named_places_are_units_whether_or_not_the_data_name_them(table):
    study = Study.open(None, [*table, "target.indicator=ged_sb", "panel.within=[LSO, SWZ]"])
    assert set(study.owners.values()) == {"LSO", "SWZ"}
    assert 10 < study.units.height < 30
    assert set(study.units["region"]) == {"Lesotho", "Eswatini"}


def test_land_is_what_lies_in_a_country():
    found = land()
    assert 60_000 < len(found) < 70_000
    assert found["145817"] == owners(["145817"])["145817"]


@pytest.mark.parametrize(
    ("settings", "refusal"),
    [
        (["data.kind=base"], "embedded data count by country"),
        (["data.kind=auto"], "holds no data"),
        (["panel.within=[Afrika]"], "no country, region or continent"),
    ],
)
def test_what_has_no_cells_is_refused(table, settings, refusal, tmp_path):
    settings = [*table, *settings, f"data.store={tmp_path}/store"]
    if "data.kind=auto" in settings:
        settings.append("data.sources=[]")
    with pytest.raises(ConfigError, match=refusal):
        _ = Study.open(None, [*settings, "target.indicator=ged_sb"]).releases


def test_the_units_of_a_region_are_its_cells():
    cells = cells_of((), ["Southern Africa"])
    assert {"Namibia", "Botswana", "South Africa"} < set(cells["region"])
    assert cells["unit"].is_sorted()


def test_what_families_say_of_countries_is_said_of_cells():
    assert of_cells("deaths in neighbouring countries") == "deaths in neighbouring cells"


FIXTURE = Path(__file__).parents[1] / "sources" / "fixtures" / "ucdp-ged"


def test_events_are_counted_by_cell_without_a_word_in_their_options(tmp_path):
    """One event of the file is located too vaguely for a cell; the codes of its countries hold."""
    entry = (
        "[{source: ucdp-ged, path: GEDEvent_v20_0_3.csv, options: {codes: {9001: XAA, 9002: XAB}}}]"
    )
    settings = [f"data.root={FIXTURE}", f"data.sources={entry}", "data.kind=files"]
    settings = [*settings, "panel.level=cell", "target.indicator=ged_sb", "panel.start=2020-03"]
    study = Study.open(None, settings)
    assert study.units["unit"].to_list() == ["100001", "100002", "100900", "100901"]
    frame = study.panel.frame.filter(pl.col("ged_sb") > 0)
    assert dict(frame.select("unit", "ged_sb").iter_rows()) == {
        "100001": 7.0,
        "100002": 14.0,
        "100900": 1.0,
    }
    store = Store(tmp_path / "store")
    store.add("ucdp-ged", FIXTURE / "GEDEvent_v20_0_3.csv", {"codes": {9001: "XAA", 9002: "XAB"}})
    stored = Study.open(None, ["data.kind=store", f"data.store={tmp_path}/store", *settings[3:]])
    assert stored.panel.frame.equals(study.panel.frame)
