"""CONTRIBUTING's recipes, followed in a copy of the project: one file, its test and its page.

Nothing is registered anywhere: each new thing is found by its place, runs through the contract
tests of its kind, and is in the pages that `make docs` writes.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.slow

FAMILY = {
    "features/riskkit_features/hunger/__init__.py": '''\
"""Hunger: how many people do not have enough to eat."""

import polars as pl

from riskkit.family import Family, Feature
from riskkit.family import transforms as tf

FAMILY = Family(
    name="hunger",
    title="Hunger: how many people do not have enough to eat",
    features=(
        Feature(
            name="hunger_mean_12",
            expr=tf.rolling_mean(pl.col("hungry_share"), 12),
            unit="share of the population",
            inputs=("hungry_share",),
            description="share of hungry people, mean of the last 12 months",
            sign="+",
        ),
    ),
)
''',
    "features/riskkit_features/hunger/family.md": (
        "# Hunger\n\n## Why\nw\n\n## Features\nf\n\n## Known defects\nd\n\n## Literature\nl\n"
    ),
    "tests/features/test_hunger.py": """\
from riskkit.registry import families


def test_its_feature():
    assert [f.name for f in families()["hunger"].features] == ["hunger_mean_12"]
""",
}
MODEL = {
    "riskkit/models/echo.py": '''\
"""What was, will be: the last known value, exactly."""

from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from riskkit.forecasting.dataset import Dataset
from riskkit.models.parts.history import history
from riskkit.models.parts.level import latest
from riskkit.models.parts.marginal import Marginal


class Echo(Marginal):
    """The last known value, in every draw."""

    name: ClassVar[str] = "echo"
    summary: ClassVar[str] = "The last known value, exactly."
    calibrated: ClassVar[bool] = False

    def marginals(self, data: Dataset, size: int) -> NDArray[np.float64]:
        """See `Marginal.marginals`."""
        last = np.nan_to_num(latest(history(data).values))
        return np.broadcast_to(last[:, None, None], (len(last), len(data.horizons), size)).copy()
''',
    "tests/models/test_echo.py": """\
from riskkit.models import make_model
from riskkit.testing.datasets import made_up_dataset


def test_it_echoes():
    data = made_up_dataset(units=3, months=84)
    draws = make_model("echo", {}).fit(data, 1).forecast(data, 10, 1).draws
    assert (draws == draws[:, :1, :1]).all()
""",
}
RULE = {
    "riskkit/scoring/pinball_90.py": '''\
"""Distance of the 90 % quantile from the outcome, the shortfall at nine times the price."""

import numpy as np

from riskkit.scoring import Rule
from riskkit.scoring.ensemble import Floats, sorted_quantile


def _pinball(draws: Floats, outcome: Floats) -> Floats:
    above = sorted_quantile(draws, 0.9) - outcome
    return np.where(above > 0, 0.1 * above, -0.9 * above)


RULES = (
    Rule(
        name="pinball_90",
        arithmetic=_pinball,
        better="lower",
        per_row=True,
        source="Koenker and Bassett 1978",
        description="Pinball loss of the 90 % quantile, in the target's unit.",
    ),
)
''',
    "tests/scoring/test_pinball_90.py": """\
from riskkit.scoring import rules

WORKED = [((list(range(11)), 8), 0.1), ((list(range(11)), 10), 0.9), (([1], 1), 0)]


def test_the_quantile_itself_costs_nothing():
    assert rules()["pinball_90"]([list(range(11))], [9]) == [0]
""",
}
SOURCE = {
    "riskkit/sources/hunger_map.py": '''\
"""A map of hunger: the share of people without enough to eat, by country and year."""

from riskkit.sources._options import lagged
from riskkit.sources._plain import Measure, PlainYears


class HungerMap(PlainYears):
    """Reader of hunger.csv."""

    name = "hunger-map"
    title = "Map of hunger"
    licence = "CC0 1.0"
    citation = "Made up"
    url = "https://example.org/hunger"
    cadence = "once a year"
    lag_months = 6
    lag_reason = "as an example"
    redistributable = True
    options = lagged(lag_months)
    code = ("iso3", "iso3")
    first_year = 2000
    measures = {"hungry_share": Measure("hungry", "share", "Share of hungry people", 0, 1)}
''',
    "tests/sources/fixtures/hunger-map/hunger.csv": (
        "iso3,year,hungry\nXAA,2019,0.5\nXAB,2019,0.25\nXAA,2020,0.5\nXAB,2020,0.125\n"
    ),
    "tests/sources/test_hunger_map.py": """\
from riskkit.registry import sources


def test_it_is_found():
    assert sources()["hunger-map"].title == "Map of hunger"
""",
}
STUDY = """\
data: {kind: world, world: {countries: 60, months: 300}}
features: {families: [conflict]}
target: {indicator: ged_sb}
forecast: {draws: 100, model: ewhistory}
backtest: {models: [echo], reference: last, origins: "2023-10", processes: 1}
"""


class Copy:
    """A copy of the project, in which things are added."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        skip = shutil.ignore_patterns("__pycache__", "*.parquet.tmp", ".git", ".venv*", "work")
        for part in ("riskkit", "features", "tests", "docs"):
            shutil.copytree(ROOT / part, folder / part, ignore=skip)
        for file in ("pyproject.toml", "params.yaml", "CONTRIBUTING.md"):
            shutil.copyfile(ROOT / file, folder / file)

    def add(self, files: dict[str, str]) -> None:
        for name, text in files.items():
            path = self.folder / name
            assert not path.exists(), name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")

    def python(self, *arguments: str, code: int = 0) -> str:
        paths = os.pathsep.join([str(self.folder), str(self.folder / "features")])
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=self.folder,
            env={**os.environ, "PYTHONPATH": paths, "COLUMNS": "200"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout + done.stderr

    def test(self, *arguments: str, code: int = 0) -> str:
        options = ("-q", "-p", "no:cacheprovider", "-p", "no:xdist")
        return self.python("-m", "pytest", *options, *arguments, code=code)


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Copy:
    """A copy with one new thing of each kind, and the pages written anew."""
    made = Copy(tmp_path_factory.mktemp("adding") / "project")
    for files in (FAMILY, MODEL, RULE, SOURCE):
        made.add(files)
    made.python("-m", "riskkit.cli._reference", "docs")
    page = made.folder / "docs" / "models.md"
    page.write_text(page.read_text(encoding="utf-8") + "\n## `echo`\nThe last value.\n")
    return made


@pytest.mark.parametrize(
    ("kind", "word", "own"),
    [
        ("families", "hunger", "tests/features/test_hunger.py"),
        ("models", "echo", "tests/models/test_echo.py"),
        ("rules", "pinball_90", "tests/scoring/test_pinball_90.py"),
        ("sources", "hunger-map", "tests/sources/test_hunger_map.py"),
    ],
)
def test_it_runs_through_the_contract_and_its_own_test(
    copy: Copy, kind: str, word: str, own: str
) -> None:
    told = copy.test(f"tests/contracts/test_{kind}.py", own, "-k", f"{word} or {Path(own).stem}")
    assert " passed" in told
    assert "failed" not in told


@pytest.mark.parametrize(
    ("page", "word"),
    [
        ("feature-catalogue.md", "`hunger_mean_12`"),
        ("scoring.md", "`pinball_90`"),
        ("source-list.md", "[hunger-map]"),
    ],
)
def test_it_is_in_the_pages_that_are_written(copy: Copy, page: str, word: str) -> None:
    assert word in (copy.folder / "docs" / page).read_text(encoding="utf-8")
    assert word not in (ROOT / "docs" / page).read_text(encoding="utf-8")


def test_the_layers_hold_and_no_stage_needs_a_line(copy: Copy) -> None:
    for file in ("dvc.yaml", "data/manifest.json"):
        (copy.folder / file).parent.mkdir(exist_ok=True)
        shutil.copyfile(ROOT / file, copy.folder / file)
    shutil.copytree(ROOT / "experiments", copy.folder / "experiments", dirs_exist_ok=True)
    shutil.copytree(ROOT / ".dvc", copy.folder / ".dvc", dirs_exist_ok=True)
    copy.test("tests/house/test_layers.py", "tests/house/test_dvc.py")


def test_a_new_model_and_a_new_rule_are_on_the_leaderboard(copy: Copy) -> None:
    (copy.folder / "study.yaml").write_text(STUDY, encoding="utf-8")
    command = "from riskkit.cli import main; main()"
    copy.python("-c", command, "backtest", "--config", "study.yaml", "--out", "out")
    told = copy.python("-c", command, "leaderboard", "out")
    head, *rows = told.splitlines()[1:]
    assert "pinball_90" in head
    assert {row.split()[0] for row in rows} == {"echo", "last"}


def test_a_family_without_its_page_is_refused(copy: Copy) -> None:
    page = copy.folder / "features" / "riskkit_features" / "hunger" / "family.md"
    kept = page.read_text(encoding="utf-8")
    page.unlink()
    told = copy.test("tests/contracts/test_families.py", "-k", "page and hunger", code=1)
    page.write_text(kept, encoding="utf-8")
    assert "write features/riskkit_features/hunger/family.md" in told or "family.md" in told


def test_a_rule_without_cases_worked_by_hand_is_refused(copy: Copy) -> None:
    own = copy.folder / "tests" / "scoring" / "test_pinball_90.py"
    kept = own.read_text(encoding="utf-8")
    own.write_text(kept.replace("WORKED", "CASES"), encoding="utf-8")
    told = copy.test("tests/contracts/test_rules.py", "-k", "worked and pinball_90", code=1)
    own.write_text(kept, encoding="utf-8")
    assert "WORKED in tests/scoring/test_pinball_90.py" in told
