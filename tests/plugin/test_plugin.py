"""A package of somebody else: installed by pip, found by its entry points, checked and used."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest

ROOT = Path(__file__).parents[2]
PLUGIN = Path(__file__).parent / "riskkit_example_plugin"
MONTHS = [f"{year}-{month:02}" for year in (2019, 2020) for month in range(1, 13)]
PARAMS = """\
data:
  kind: files
  root: .
  sources:
    - source: table
      path: deaths.csv
      options:
        {keys}
        indicators: {{ged_sb: {{unit: deaths, census: true}}}}
    - source: strike-register
      path: strikes.csv
      options:
        {keys}
        indicators: {{strikes: {{unit: strikes}}}}
"""


@dataclass(frozen=True)
class Environment:
    """A folder with installed packages beside riskkit.

    Attributes:
        site: The folder.
    """

    site: Path

    def python(self, *arguments: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
        paths = [str(self.site), str(ROOT), str(ROOT / "features")]
        return subprocess.run(
            [sys.executable, *map(str, arguments)],
            cwd=cwd,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(paths), "COLUMNS": "200"},
            capture_output=True,
            text=True,
            check=False,
        )

    def riskkit(self, *arguments: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
        return self.python(
            "-c", "from riskkit.cli import main; main()", *map(str, arguments), cwd=cwd
        )


def install(package: Path, site: Path) -> Environment:
    """Install a package with pip, without the network, into a folder."""
    options = ("--no-deps", "--no-build-isolation", "--no-index", "--no-compile", "--quiet")
    quiet = ("--disable-pip-version-check", "--no-cache-dir")
    command = [sys.executable, "-m", "pip", "install", *options, *quiet, "--target", site, package]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return Environment(site)


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the plug-in's source, so that building leaves nothing here."""
    folder = tmp_path_factory.mktemp("source") / "plugin"
    return shutil.copytree(PLUGIN, folder, ignore=shutil.ignore_patterns("__pycache__"))


@pytest.fixture(scope="module")
def installed(package: Path) -> Environment:
    return install(package, package.parent / "site")


def test_its_family_model_and_source_are_listed(installed: Environment, tmp_path: Path) -> None:
    listed = installed.riskkit("features", "list", "--json", cwd=tmp_path)
    assert listed.returncode == 0, listed.stderr
    (row,) = [row for row in json.loads(listed.stdout) if row["family"] == "strikes"]
    assert (row["features"], row["inputs"]) == (1, ["strikes"])
    shown = installed.riskkit("features", "show", "strikes", cwd=tmp_path)
    assert "strikes_log_sum_12 [log(1 + strikes)] (+) strikes, total of" in shown.stdout
    readers = json.loads(installed.riskkit("data", "list", "--json", cwd=tmp_path).stdout)
    assert "strike-register" in {row["name"] for row in readers}
    known = "from riskkit.registry import models; print(models()['any_month'].summary)"
    assert "all known months" in installed.python("-c", known, cwd=tmp_path).stdout


def test_its_family_is_built_on_its_source(installed: Environment, tmp_path: Path) -> None:
    units, quiet = ("XAA", "XAB"), [0] * 23
    _write(tmp_path / "deaths.csv", "ged_sb", {unit: [*quiet, 5] for unit in units})
    _write(tmp_path / "strikes.csv", "strikes", {"XAA": [1] * 24, "XAB": [0] * 24})
    keys = "unit: {column: iso3}\n        time: {column: month}"
    (tmp_path / "params.yaml").write_text(PARAMS.format(keys=keys), encoding="utf-8")
    done = installed.riskkit("features", "build", "strikes", "--out", "built", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    built = pl.read_parquet(tmp_path / "built" / "strikes.parquet")
    last = built.group_by("unit").last().sort("unit").filter(pl.col("unit").is_in(units))
    assert last["strikes_log_sum_12"].exp().to_list() == pytest.approx([13, 1])


def _write(path: Path, indicator: str, series: dict[str, list[int]]) -> None:
    rows = [
        f"{unit},{month},{value}"
        for unit, values in series.items()
        for month, value in zip(MONTHS, values, strict=True)
    ]
    path.write_text("\n".join([f"iso3,month,{indicator}", *rows, ""]), encoding="utf-8")


@pytest.mark.slow
def test_its_own_tests_pass(installed: Environment, package: Path) -> None:
    options = ("-q", "-p", "no:cacheprovider", "-p", "no:xdist")
    done = installed.python("-m", "pytest", *options, "tests", cwd=package)
    assert done.returncode == 0, done.stdout
    assert "10 passed" in done.stdout


def test_a_name_of_a_built_in_family_is_refused(package: Path, tmp_path: Path) -> None:
    other = shutil.copytree(package, tmp_path / "other")
    family = other / "riskkit_example" / "family.py"
    text = family.read_text(encoding="utf-8")
    family.write_text(text.replace('name="strikes"', 'name="climate"'), encoding="utf-8")
    done = install(other, tmp_path / "site").riskkit("features", "list", cwd=tmp_path)
    assert done.returncode == 1
    assert "'climate' is defined twice among the families" in done.stderr
    assert "riskkit_features.climate" in done.stderr
    assert "riskkit_example.family:FAMILY" in done.stderr
    assert "rename or uninstall" in done.stderr
