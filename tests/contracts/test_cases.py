"""Files of publishers, portals and other software that once were refused or read wrongly.

Each stands for a kind; the kinds themselves have their tests beside the code that reads them.
"""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml
from click.testing import CliRunner

from riskkit.cli import riskkit
from riskkit.config import load_params
from riskkit.errors import ConfigError, SourceError
from riskkit.registry import sources
from riskkit.scoring.submission import read_actuals, read_submission, score_submission
from riskkit.tables import Release

Expected = dict[tuple[str, str, str], float]
"""(unit, month, indicator) -> value."""


@pytest.fixture(scope="session")
def cases(shared_data: Path) -> Path:
    folder = shared_data.parent / "cases"
    if not folder.is_dir():
        pytest.skip(f"needs the cases, which are not shipped ({folder} is absent)")
    return folder


def read(name: str, path: Path, **options: Any) -> Release:
    source = sources()[name]
    return source().read(path, source.options(**options))


def values(release: Release) -> Expected:
    rows = release.observations.select("unit", pl.col("month").cast(str), "indicator", "value")
    return {(unit, month[:7], name): value for unit, month, name, value in rows.rows()}


READ: dict[tuple[str, str], Expected] = {
    ("unhcr", "unhcr_finder_headings/persons_of_concern.csv"): {
        ("MLI", "2024-01", "unhcr_refugees_origin"): 120,
        ("NER", "2024-01", "unhcr_refugees_asylum"): 109,  # nine of unknown origin
        ("MRT", "2024-01", "unhcr_refugees_asylum"): 20,
        ("MLI", "2024-01", "unhcr_idps"): 500,
        ("MLI", "2024-01", "unhcr_oip_origin"): 7,
    },
    ("unhcr", "unhcr_one_sided/persons_of_concern.csv"): {
        ("MLI", "2024-01", "unhcr_refugees_origin"): 120,
        ("NER", "2024-01", "unhcr_refugees_origin"): 8,
    },
    ("inform", "inform_gnayear/trends.csv"): {
        ("MLI", "2023-01", "inform_risk"): 6.1,
        ("MLI", "2024-01", "inform_risk"): 6.3,
    },
    ("inform", "inform_gnayear/trends.json"): {
        ("MLI", "2023-01", "inform_risk"): 6.1,
        ("MLI", "2024-01", "inform_risk"): 6.3,
    },
    ("inform", "inform_gnayear/one_year.json"): {("MLI", "2020-01", "inform_risk"): 5.9},
    ("idmc", "idmc_hdx_csv/disasters.csv"): {("MLI", "2023-08", "idmc_disaster_disp"): 1203},
    ("idmc", "idmc_hdx_csv/conflict.csv"): {
        ("MLI", "2023-01", "idmc_conflict_new_disp"): 5003,
        ("MLI", "2023-01", "idmc_conflict_idp_stock"): 41001,
    },
    ("ucdp-ged", "ucdp_hxl_row/conflict_data_mli.csv"): {
        ("MLI", "2021-03", "ged_sb"): 4,
        ("MLI", "2021-04", "ged_os"): 2,
    },
    ("ucdp-ged", "parquet_datetime/ged.parquet"): {("MLI", "2021-03", "ged_sb"): 4},
    ("emdat", "emdat_extract_last_month/public_emdat_custom_request_2025-01-13.xlsx"): {
        ("ESP", "2024-10", "emdat_deaths"): 230
    },
    ("emdat", "emdat_extract_last_month/extract_two.xlsx"): {
        ("ESP", "2024-10", "emdat_deaths"): 230,
        ("ESP", "2024-03", "emdat_deaths"): 2,
    },
    ("acled", "sea_named_as_country/acled.csv"): {
        ("YEM", "2026-01", "acled_fatalities"): 1,
        ("NGA", "2026-01", "acled_fatalities"): 2,
    },
}


@pytest.mark.parametrize(("name", "file"), READ, ids=[f"{name}-{file}" for name, file in READ])
def test_files_are_read(cases: Path, name: str, file: str) -> None:
    found = values(read(name, cases / file))
    for key, value in READ[name, file].items():
        assert found[key] == value, key


def test_an_extract_covers_the_month_before_its_version(cases: Path) -> None:
    folder = cases / "emdat_extract_last_month"
    for path in folder.glob("*.xlsx"):
        assert read("emdat", path).covers == (date(2024, 1, 1), date(2024, 12, 1))


def test_events_at_sea_are_nobodys(cases: Path) -> None:
    release = read("acled", cases / "sea_named_as_country" / "acled.csv")
    assert set(release.observations["unit"]) == {"YEM", "NGA"}
    assert release.dropped == {"row of no country: a place at sea": 6}


def test_seas_are_nobodys_in_ones_own_table(cases: Path) -> None:
    options = {
        "unit": {"column": "country", "system": "name", "unknown": "drop"},
        "time": {"column": "event_date"},
        "indicators": {"fatalities": {"unit": "deaths", "description": "test"}},
    }
    path = cases / "sea_named_as_country" / "acled.csv"
    release = read("table", path, **options)
    assert set(release.observations["unit"]) == {"YEM", "NGA"}
    assert sum(release.dropped.values()) == 6
    options["unit"]["unknown"] = "error"
    with pytest.raises(SourceError, match="no country answers to this name"):
        read("table", path, **options)


def test_an_option_that_contradicts_the_file_is_refused(cases: Path) -> None:
    with pytest.raises(SourceError, match="'GNAYear': the option year is 2024"):
        read("inform", cases / "inform_gnayear" / "one_year.json", year=2024)


def test_tables_that_pandas_wrote_are_read(cases: Path) -> None:
    folder = cases / "parquet_datetime"
    study = yaml.safe_load((folder / "table.yaml").read_text())
    options = study["data"]["sources"][0]["options"]
    for file in ("table.parquet", "categorical.parquet"):
        found = values(read("table", folder / file, **options))
        assert found == {("MLI", "2021-03", "v"): 1, ("MLI", "2021-04", "v"): 2}


@pytest.mark.parametrize("ending", [".csv", ".parquet"])
def test_pointers_are_not_data(cases: Path, ending: str) -> None:
    with pytest.raises(SourceError, match="a Git LFS pointer, not the data; run git lfs pull"):
        read("ucdp-ged", cases / "lfs_pointer" / f"GEDEvent_v25_1{ending}")


@pytest.mark.parametrize("forecast", ["forecast", "forecast_list"])
@pytest.mark.parametrize("actuals", ["actuals", "actuals_ged_sb"])
def test_outcomes_as_views_names_them_are_scored(cases: Path, forecast: str, actuals: str) -> None:
    folder = cases / "views_columns"
    scored = score_submission(
        read_submission([folder / f"{forecast}.parquet"]),
        read_actuals([folder / f"{actuals}.csv"]),
    )
    assert scored["overall"]["crps"] == 9.1875


def test_a_section_given_twice_is_refused_with_its_lines(cases: Path) -> None:
    with pytest.raises(ConfigError, match="line 12: 'panel' is given twice, first in line 11"):
        load_params(cases / "yaml_duplicate_section" / "params.yaml")


def test_an_outcome_alone_is_a_study(
    cases: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(cases / "own_target_no_family", tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(riskkit, ["run", "--config", "params.yaml"])
    assert done.exit_code == 0, done.output
    ranking = pl.read_csv(tmp_path / "publication" / "ranking.csv")
    assert ranking.filter(unit="MLI")["expected"].item() > 0


def test_an_outcome_of_invented_countries_alone_is_a_study(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same, for whoever has no cases: no family reads anything of this study."""
    months = pl.date_range(date(2016, 1, 1), date(2021, 12, 1), "1mo", eager=True)
    units = [f"XA{letter}" for letter in "ABCDEFGHIJKL"]
    rows = [(unit, f"{month:%Y-%m}", i % 4) for i, unit in enumerate(units) for month in months]
    pl.DataFrame(rows, schema=["c", "d", "v"], orient="row").write_csv(tmp_path / "t.csv")
    (tmp_path / "params.yaml").write_text(
        "data: {kind: files, sources: [{source: table, path: t.csv, options: {unit: {column: c}, "
        "time: {column: d}, indicators: {v: {unit: deaths, census: true, description: test}}}}]}\n"
        "target: {indicator: v}\nforecast: {model: conflictology, draws: 100, horizons: 1-3}\n"
    )
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(riskkit, ["run", "--config", "params.yaml"])
    assert done.exit_code == 0, done.output
    ranking = pl.read_csv(tmp_path / "publication" / "ranking.csv")
    assert ranking.filter(unit="XAL")["expected"].item() > 3
