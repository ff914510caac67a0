"""Who may import whom: the house of CONTRIBUTING.md, checked line by line."""

import re
import sys
from pathlib import Path

import pytest

from riskkit.testing.house import (
    FINDS_BY_NAME,
    ROOMS,
    WHERE,
    Place,
    arrows,
    house_table,
    imports,
    main,
    where_table,
)

ROOT = Path(__file__).parents[2]
SOURCE_ROOTS = (ROOT / "riskkit", ROOT / "features" / "riskkit_features")
LEVEL = {room: level for level, room in enumerate(ROOMS)}
STRANGERS = ("exchange", "models", "publish", "scoring", "sources")
"""Rooms whose members (a model, a format, a rule, a publisher) never import each other."""
SHARED = ("exchange._", "models.parts", "publish._", "sources._")
"""What the members of a room have in common."""
HOMES = {
    "click": ("cli",),
    "rich": ("cli",),
    "sklearn": ("models", "risk.drivers"),
    "statsmodels": ("models", "risk.drivers"),
    "xgboost": ("models", "risk.drivers"),
}


def _name(path: Path) -> str:
    """The dotted name of a module; of riskkit's own without the package."""
    base = ROOT / "features" if "riskkit_features" in path.parts else ROOT
    parts = path.relative_to(base).with_suffix("").parts
    return ".".join(part for part in parts if part not in ("riskkit", "__init__"))


MODULES = {_name(path): path for root in SOURCE_ROOTS for path in sorted(root.rglob("*.py"))}
OWN = [name for name in MODULES if not name.startswith("riskkit_features")]
FAMILIES = [name for name in MODULES if name.startswith("riskkit_features")]


def _imports(name: str, inside_functions: bool = True) -> set[str]:
    return imports(MODULES[name], inside_functions=inside_functions)


def _within(dotted: str, homes: tuple[str, ...]) -> bool:
    return any(dotted == home or dotted.startswith(f"{home}.") for home in homes)


def _riskkit_imports(name: str) -> list[str]:
    full = (dotted.split(".") for dotted in _imports(name))
    return [".".join(parts[1:]) for parts in full if parts[0] == "riskkit" and len(parts) > 1]


@pytest.mark.parametrize("name", OWN)
def test_a_module_imports_only_lower_layers(name: str) -> None:
    part = name.partition(".")[0]
    assert part in LEVEL or part == "", f"give '{part}' a place in ROOMS and in CONTRIBUTING.md"
    if name in FINDS_BY_NAME:
        return
    for imported in _riskkit_imports(name):
        other = imported.partition(".")[0]
        below = other == "__version__" or LEVEL.get(other, len(ROOMS)) < LEVEL[part]
        assert below or other == part, f"{name} imports {imported}, which is not below it"


def _member(name: str) -> str | None:
    """The model, format, rule or publisher that a module belongs to; None for what is shared."""
    room, _, rest = name.partition(".")
    if room not in STRANGERS or not rest or name.startswith(SHARED):
        return None
    member = f"{room}.{rest.partition('.')[0]}"
    if member not in MODULES:
        return None
    rule = "RULES" in MODULES[member].read_text(encoding="utf-8")
    return member if room != "scoring" or rule else None


@pytest.mark.parametrize("name", [name for name in OWN if _member(name)])
def test_neighbours_do_not_know_each_other(name: str) -> None:
    for imported in _riskkit_imports(name):
        assert _member(imported) in (None, _member(name)), f"{name} imports {imported}"


@pytest.mark.parametrize("name", FAMILIES)
def test_families_import_the_language_of_features_only(name: str) -> None:
    package = ".".join(name.split(".")[:2])
    known = ("riskkit.family", "riskkit.family.transforms", "polars", package)
    for imported in _imports(name):
        standard = imported.partition(".")[0] in sys.stdlib_module_names
        assert standard or _within(imported, known), f"{name} imports {imported}"


@pytest.mark.parametrize("name", OWN)
def test_heavy_libraries_have_their_homes(name: str) -> None:
    for imported in _imports(name):
        homes = HOMES.get(imported.partition(".")[0], (name,))
        assert _within(name, homes), f"{name} imports {imported}, which belongs into {homes}"
        assert not _within(imported, ("riskkit_features",)), f"{name} imports {imported}"


@pytest.mark.parametrize("name", OWN)
def test_pandas_stays_inside_functions(name: str) -> None:
    outside = _imports(name, inside_functions=False)
    assert not any(_within(imported, ("pandas",)) for imported in outside)


def test_the_house_is_drawn_from_the_imports(capsys: pytest.CaptureFixture[str]) -> None:
    drawn = arrows()
    assert set(drawn) == set(ROOMS)
    for room, below in drawn.items():
        assert all(LEVEL[other] < LEVEL[room] for other in below), room
    assert {"reading", "units"} <= set(drawn["sources"])
    assert not {"store", "panel", "config", "registry"} & set(drawn["sources"])
    main()
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == list(ROOMS)[::-1]
    assert re.fullmatch(r"months +\d+ lines -> errors", lines[-2])


def test_contributing_draws_the_same_house() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    assert house_table() in text, "CONTRIBUTING.md is stale: run `make docs`"
    assert where_table() in text, "CONTRIBUTING.md is stale: run `make docs`"


@pytest.mark.parametrize("place", WHERE, ids=lambda place: place.question)
def test_one_line_decides(place: Place) -> None:
    """The cited line is there, and no other of that file has the text."""
    lines = (ROOT / place.file).read_text(encoding="utf-8").splitlines()
    assert place.line in lines[place.number() - 1]
