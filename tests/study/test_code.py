"""The code that a result stands on is found from the imports."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import pytest

from riskkit.study import code
from riskkit.study.code import code_of, files_of, libraries_of, modules_in
from tests.study.conftest import Made

ROOT = Path(__file__).parents[2]
FILES = {
    "__init__.py": "",
    "model.py": """
from typing import TYPE_CHECKING
import numpy as np
from .near import helper
if TYPE_CHECKING:
    from {name} import types_only
def fit():
    from {name}.deep import tool
    import riskkit.months
""",
    "near.py": "from . import beside\n",
    "beside.py": "",
    "deep/__init__.py": "",
    "deep/tool.py": "from ..far import something\n",
    "far.py": "import xgboost\nsomething = 1\n",
    "types_only.py": "",
    "stranger.py": "",
}
FOUND = ("", ".beside", ".deep", ".deep.tool", ".far", ".model", ".near")


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> str:
    """A package of somebody else, by a name of its own."""
    name = f"plugged_{abs(hash(request.node.nodeid))}"
    for file, text in FILES.items():
        path = tmp_path / name / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.replace("{name}", name))
    monkeypatch.syspath_prepend(tmp_path)
    return name


def test_imports_are_followed_wherever_they_stand(package: str) -> None:
    """Inside functions and relative ones too; what is for type checkers is not."""
    found = code_of([f"{package}.model"])
    assert [name for name in found if name.startswith(package)] == [f"{package}{n}" for n in FOUND]
    assert {"riskkit", "riskkit.months"} <= found.keys()
    assert "riskkit.panel" not in found
    assert {path.name for path in files_of([f"{package}.near"])} == {
        "__init__.py", "beside.py", "near.py",
    }  # fmt: skip


def test_a_changed_file_changes_its_own_hash(package: str, tmp_path: Path) -> None:
    before = code_of([f"{package}.model"])
    (tmp_path / package / "far.py").write_text("something = 2\n")
    for cached in (code._closure, code._imports, code._hash):
        cached.cache_clear()
    after = code_of([f"{package}.model"])
    assert {name for name in before if before[name] != after.get(name)} == {f"{package}.far"}


def test_libraries_that_change_figures_are_those_that_are_imported(package: str) -> None:
    assert set(libraries_of([f"{package}.model"])) == {"python", "numpy", "polars", "xgboost"}
    assert set(libraries_of([f"{package}.near"])) == {"python"}
    assert "polars" in libraries_of(["riskkit.panel"])


def test_a_library_may_come_in_a_package_of_another_name(monkeypatch: pytest.MonkeyPatch) -> None:
    def version(name: str) -> str:
        if name == "xgboost-cpu":
            return "3.2.0"
        raise PackageNotFoundError(name)

    monkeypatch.setattr(code, "version", version)
    assert code.installed("xgboost") == "3.2.0 of xgboost-cpu"
    assert code.installed("polars") == "not installed"


def test_every_module_of_a_room_is_named() -> None:
    names = modules_in("riskkit.scoring")
    assert {"riskkit.scoring", "riskkit.scoring.crps", "riskkit.scoring.ensemble"} <= set(names)
    files = sorted((ROOT / "riskkit" / "scoring").rglob("*.py"))
    assert sorted(files_of(names))[-len(files) :] != []
    assert set(files) <= set(files_of(names))


def test_a_copy_of_the_code_with_one_changed_function_refuses_what_was_made(
    made: Made, tmp_path: Path
) -> None:
    """A real copy of riskkit, in another folder: the same code is the same, another is named."""
    for part in ("riskkit", "features"):
        skip = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / part, tmp_path / part, ignore=skip)
    command = ["publish", "--forecast", "forecast", "--out", "out"]
    assert _run(tmp_path, *command).returncode == 0
    level = tmp_path / "riskkit" / "models" / "parts" / "level.py"
    level.write_text(level.read_text(encoding="utf-8") + "# another\n", encoding="utf-8")
    done = _run(tmp_path, *command)
    assert done.returncode == 1
    assert "other code (riskkit.models.parts.level changed); run `riskkit forecast" in done.stderr


def _run(place: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    paths = os.pathsep.join([str(place), str(place / "features")])
    return subprocess.run(
        [sys.executable, "-c", "from riskkit.cli import main; main()", *arguments],
        env={**os.environ, "PYTHONPATH": paths},
        capture_output=True,
        text=True,
        check=False,
    )
