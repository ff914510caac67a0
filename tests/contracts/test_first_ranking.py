"""docs/first-ranking.md: every command of the page, with files in the publishers' layouts."""

from __future__ import annotations

import re
import shlex
import shutil
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from riskkit.base import releases
from riskkit.units import countries
from tests.cli.running import ROOT, Done, riskkit
from tests.sources.gtd_rows import write_attacks

PAGE = ROOT / "docs" / "first-ranking.md"
QUICK = """
features: {families: [conflict]}
forecast: {model: ewhistory, draws: 100}
models: {xgboost_hurdle: {rounds: 5}, distribution_regression: {thresholds: 5}}
"""
"""The page's commands on a study that takes seconds."""
CRU_HEAD = (
    "Climatic Research Unit Country File created on Tue 18 Apr 16:36:02 BST 2023\n"
    "Country = {name} : parameter = {what} : Units = {unit}\n"
    "Period = {first}.{last} : missing value = -999.0 : format = (i5,17f8.1)\n"
)
MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
SEASONS = ("MAM", "JJA", "SON", "DJF", "ANN")
KILLED, FLED = 4321, 765_432


@pytest.fixture(autouse=True)
def _working_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stand in an empty folder, so that no parameter file or data of the checkout is found."""
    monkeypatch.chdir(tmp_path)


def commands() -> list[str]:
    blocks = re.findall(r"```sh\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    return [line for block in blocks for line in block.splitlines()]


def test_the_page_is_short_and_linked() -> None:
    assert len(PAGE.read_text("utf-8").splitlines()) <= 40
    assert "docs/first-ranking.md" in (ROOT / "README.md").read_text("utf-8")


def attacks(path: Path) -> None:
    """One attack a year in each country, and a large one in Mali in 2020."""
    living = countries("views").filter(
        pl.col("died").is_null() & (pl.col("born") < date(1995, 1, 1))
    )
    rows = [
        {"country_txt": name, "iyear": year, "imonth": 12, "nkill": 3}
        for year in range(1995, 2021)
        for name in living["name"]
    ]
    write_attacks(path, [*rows, {"country_txt": "Mali", "iyear": 2020, "nkill": KILLED}])


def flows(path: Path) -> None:
    head = "year,coo_iso,coa_iso,refugees,asylum_seekers,returned_refugees,oip\n"
    path.write_text(head + f"2024,MLI,NER,{FLED - 32},32,0,-\n2024,PER,CHL,-,5,0,0\n")


def rain(folder: Path) -> None:
    """Made-up rain and temperature of three countries, in CRU's layout."""
    rng = np.random.default_rng(0)
    folder.mkdir()
    for name in ("Mali", "Nigeria", "Peru"):
        for code, what, unit, level in (
            ("pre", "Precipitation", "mm/month", 60.0),
            ("tmp", "Mean Temperature", "degrees Celsius", 24.0),
        ):
            told = CRU_HEAD.format(name=name, what=what, unit=unit, first=1961, last=2024)
            lines = [" YEAR" + "".join(f"{month:>8}" for month in (*MONTHS, *SEASONS))]
            for year in range(1961, 2025):
                cells = [*(level * rng.uniform(0.7, 1.3, 12)), *[level] * 5]
                lines.append(f"{year:5d}" + "".join(f"{cell:8.1f}" for cell in cells))
            file = folder / f"crucy.v4.09.1961.2024.{name}.{code}.per"
            file.write_text(told + "\n".join(lines) + "\n")


def add_all(folder: Path) -> None:
    (folder / "params.yaml").write_text(QUICK)
    attacks(folder / "globalterrorismdb.csv")
    flows(folder / "flows.csv")
    rain(folder / "crucy")


def follow(lines: list[str]) -> dict[str, Done]:
    """Run the page's commands of riskkit, in its order."""
    assert lines[0] == ". .venv/bin/activate"
    done = {}
    for line in lines[1:]:
        name, *arguments = shlex.split(line)
        assert name == "riskkit", line
        done[line] = riskkit(*arguments)
    return done


def threat_of(folder: str, name: str) -> pl.DataFrame:
    return pl.read_csv(f"{folder}/components.csv", infer_schema_length=None).filter(threat=name)


@pytest.mark.slow
def test_every_command_of_the_page(tmp_path: Path) -> None:
    pytest.importorskip("climate_indices", reason="needs the extra climate")
    add_all(tmp_path)
    done = follow(commands())
    shown = done["riskkit panel show"].out
    assert re.search(r"gtd_killed .*2020", shown), shown
    assert re.search(r"spei6_drought", shown)
    card = Path("publication/model-card.md").read_text("utf-8")
    assert "Not counted: people killed in terrorist attacks (GTD), known to 2020-12 only." in card
    assert "known of 3 units only" in card
    assert set(threat_of("publication", "terrorism")["target"].drop_nulls()) == {
        "ucdp_os_by_nonstate_year"
    }
    earlier = threat_of("publication-2022", "terrorism")
    assert set(earlier["target"].drop_nulls()) == {"gtd_killed_year"}
    assert earlier.sort("expected", descending=True, nulls_last=True)["unit"][0] == "MLI"
    package = Path("publication/datapackage.json").read_text("utf-8")
    assert "LicenseRef-not-to-be-passed-on" in package


@pytest.mark.slow
def test_a_newer_year_of_unhcr_takes_the_place_of_the_embedded_one(tmp_path: Path) -> None:
    flows(tmp_path / "flows.csv")
    riskkit("data", "add", "unhcr-flows", "flows.csv")
    rows = riskkit("panel", "show", "MLI", "--json").json
    told = {row["indicator"]: row["value"] for row in rows}
    assert told["unhcr_flow_total_origin"] == FLED
    embedded = next(
        r for r in releases() if "unhcr_flow_total_origin" in {i.name for i in r.indicators}
    )
    assert embedded.observations.filter(
        pl.col("indicator") == "unhcr_flow_total_origin", pl.col("value") == FLED
    ).is_empty()


@pytest.mark.slow
def test_the_publishers_own_rain(tmp_path: Path, shared_data: Path) -> None:
    """CRU's real files end with 2022: read, kept, and passed over for heat to 2024."""
    pytest.importorskip("climate_indices", reason="needs the extra climate")
    (tmp_path / "params.yaml").write_text(QUICK)
    names = ("Mali", "Niger", "Chad")
    for code in ("pre", "tmp"):
        for name in names:
            (file,) = (shared_data / "raw" / "cru" / code).glob(f"*.{name}.{code}.per")
            Path("crucy").mkdir(exist_ok=True)
            shutil.copy(file, Path("crucy") / file.name)
    riskkit("data", "add", "cru", "crucy", "--option", "spei=[6]")
    shown = riskkit("panel", "show").out
    assert re.search(r"spei6_drought .*2022-12", shown), shown
