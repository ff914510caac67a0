"""What pyproject.toml requires is what the code imports, and what `make` installs and tests."""

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]
REQUIRED = [Requirement(line) for line in PROJECT["dependencies"]]
ALL = [*REQUIRED, *(Requirement(line) for lines in EXTRAS.values() for line in lines)]
MODULES = sorted(p for root in ("riskkit", "features") for p in (ROOT / root).rglob("*.py"))


def _pins(name: str) -> dict[str, Requirement]:
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    pins = [Requirement(line) for line in lines if line and not line.startswith("#")]
    return {canonicalize_name(pin.name): pin for pin in pins}


def _version(pin: Requirement) -> str:
    (only,) = pin.specifier
    assert only.operator == "=="
    return only.version


CURRENT, OLDEST = _pins("constraints.txt"), _pins("constraints-oldest.txt")


@pytest.mark.parametrize("required", ALL, ids=str)
def test_pins_satisfy_the_requirement(required: Requirement) -> None:
    assert required.specifier.contains(_version(CURRENT[canonicalize_name(required.name)]))


@pytest.mark.parametrize("required", REQUIRED, ids=str)
def test_lower_bounds_are_the_oldest_versions_tested(required: Requirement) -> None:
    (bound,) = [part.version for part in required.specifier if part.operator == ">="]
    assert Version(bound) == Version(_version(OLDEST[canonicalize_name(required.name)]))


def test_make_installs_by_extras_and_nothing_by_name() -> None:
    lines = (ROOT / "Makefile").read_text(encoding="utf-8").splitlines()
    recipes = "\n".join(line for line in lines if not line.startswith("#"))
    installed = re.findall(r"\$\(call install,[^,]*,[^,]*,([^,]*),", recipes)
    assert {"", "benchmarks", "dev"} <= set(installed) <= {"", *EXTRAS}
    calls = re.findall(r"\$\((?:call )?PIP\b.*", recipes)
    assert calls
    assert all("--requirement" in call or "--editable" in call for call in calls)


def test_every_import_is_required() -> None:
    nodes = [node for path in MODULES for node in ast.walk(ast.parse(path.read_text("utf-8")))]
    names = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}
    imported = {name.partition(".")[0] for name in names}
    imported -= {*sys.stdlib_module_names, "riskkit", "riskkit_features"}
    known = {canonicalize_name(required.name) for required in ALL}
    makers = packages_distributions()
    makers["xgboost"] = ["xgboost"]  # or its twin xgboost-cpu, which `make` installs
    undeclared = {
        name
        for name in imported
        if not known & {canonicalize_name(maker) for maker in makers.get(name, [])}
    }
    assert not undeclared
