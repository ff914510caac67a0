"""Every layout that a source declares has a file of invented rows, and is read."""

from __future__ import annotations

from pathlib import Path

import pytest

from riskkit.registry import sources
from riskkit.tables import Observations
from riskkit.yaml_text import load_yaml
from tests.contracts.test_sources import FIXTURES, sample_of

LAYOUTS = FIXTURES.parent / "layouts"
OPTIONS = ".options.yaml"
DECLARED = [(name, file) for name, source in sources().items() for file, _ in source.layouts]


def read(name: str, file: str):
    path = LAYOUTS / name / file
    given = path.with_name(path.name.partition(".")[0] + OPTIONS)
    options = load_yaml(given.read_text(), given.name) if given.is_file() else None
    sample = sample_of(name)
    source = sample.source
    chosen = dict(sample.options) if options is None else options
    return source().read(path, source.options.model_validate(chosen))


@pytest.mark.parametrize(("name", "file"), DECLARED, ids=[f"{n}-{f}" for n, f in DECLARED])
def test_a_layout_is_read(name: str, file: str) -> None:
    release = read(name, file)
    Observations.validate(release.observations)
    assert release.rows > 0
    assert release.simulated, f"{file} has figures of real countries"


def test_every_file_is_declared() -> None:
    files = {
        (path.parent.name, path.name)
        for path in LAYOUTS.rglob("*")
        if path.is_file() and not path.name.endswith(OPTIONS)
    }
    assert files == set(DECLARED)


@pytest.mark.parametrize(
    ("name", "file", "same"),
    [
        ("unhcr", "finder-2022.zip", True),
        ("unhcr", "finder-2025.csv", True),
        ("unhcr", "interface.json", True),
        ("unhcr-asylum", "finder-2022.csv", True),
        ("unhcr-asylum", "finder-2025.csv", True),
        ("unhcr-asylum", "interface.json", True),
        ("unhcr-flows", "finder.csv", True),
        ("emdat", "before-2023-09.csv", True),
        ("acled", "export-2021.csv", True),
        ("acled", "interface.json", True),
        ("ucdp-ged", "GEDEvent_v20_0_3.json", True),
        ("ucdp-ged", "hdx_GEDEvent_v20_0_3.csv", True),
        ("ucdp-ged", "GEDEvent_v20_0_3-without-header.csv", True),
        ("ucdp-ged", "pandas_GEDEvent_v20_0_3.parquet", True),
        ("ucdp-country-year", "without-suffix.csv", True),
        ("wpp", "WPP2024_Demographic_Indicators_Medium.csv.gz", False),
        ("vdem", "V-Dem-CY-Core-v16_csv.zip", True),
        ("ndgain", "ndgain_countryindex_2026.zip", True),
        ("gtd", "globalterrorismdb_0522dist.xlsx", True),
        ("pax", "pax_all_agreements_data.xlsx", True),
    ],
)
def test_layouts_of_one_table_hold_the_same(name: str, file: str, same: bool) -> None:
    ours, theirs = read(name, file), sample_of(name).read()
    assert ours.observations.equals(theirs.observations) is same
    assert (
        ours.observations.drop("known_from").columns
        == theirs.observations.drop("known_from").columns
    )


VALUES = {
    ("unhcr", "one-side.csv"): ("XAA", "unhcr_refugees_origin", 1500),
    ("unhcr", "finder-2020.csv"): ("XAA", "unhcr_idps", 4000),
    ("unhcr", "hdx.csv"): ("XAB", "unhcr_refugees_asylum", 1270),
    ("unhcr", "names.csv"): ("XAB", "unhcr_refugees_asylum", 1250),
    ("idmc", "workbook-2022.csv"): ("XAA", "idmc_conflict_new_disp", 5003),
    ("idmc", "workbook-2021.csv"): ("XAA", "idmc_conflict_new_disp", 5000),
    ("idmc", "conflict-export.csv"): ("XAA", "idmc_conflict_idp_stock", 41001),
    ("idmc", "hdx-conflict.csv"): ("XAA", "idmc_conflict_idp_stock", 41001),
    ("idmc", "hdx-disasters.csv"): ("XAA", "idmc_weather_disp", 1203),
    ("idmc", "disasters-2021.csv"): ("XAA", "idmc_weather_disp", 1200),
    ("inform", "hdx-2025.csv"): ("XAA", "inform_risk", 6.1),
    ("inform", "interface.json"): ("XAA", "inform_risk", 5.9),
    ("unga", "Idealpointestimates1946-2025.tab"): ("XAB", "unga_idealpointfp", -0.5),
    ("table", "hdx-acled-monthly.csv"): ("XAA", "events", 3),
    ("table", "semicolons.csv"): ("XAA", "wert", 1.5),
    ("world-bank", "interface.json"): ("XAA", "population", 4_200_000),
}


@pytest.mark.parametrize(("name", "file"), VALUES, ids=[f"{n}-{f}" for n, f in VALUES])
def test_a_value_is_found_in_its_place(name: str, file: str) -> None:
    unit, indicator, value = VALUES[name, file]
    rows = read(name, file).observations.filter(unit=unit, indicator=indicator).sort("month")
    assert rows["value"][0] == value


def test_the_version_of_a_workbook_says_how_far_it_reaches() -> None:
    release = read("emdat", "2025.xlsx")
    assert release.covers[1].isoformat() == "2002-05-01"


def test_the_page_names_every_file() -> None:
    page = Path(__file__).parents[2] / "docs" / "source-layouts.md"
    text = page.read_text(encoding="utf-8")
    assert all(f"layouts/{name}/{file}" in text for name, file in DECLARED)


@pytest.mark.parametrize("name", sources())
def test_the_page_says_what_each_sample_is(name: str) -> None:
    source = sources()[name]
    assert source.sample, f"say of {name} which layout its sample has, and of which releases"
    page = (Path(__file__).parents[2] / "docs" / "source-layouts.md").read_text(encoding="utf-8")
    section = page.split(f"\n## {name}\n")[1].split("\n## ")[0]
    fixture, *others = [line for line in section.splitlines() if line.startswith("| [")]
    assert f"fixtures/{name}) | {source.sample} |" in fixture
    assert len(others) == len(source.layouts)
