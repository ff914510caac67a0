"""The code that a result stands on: the modules that its stage imports, directly or not."""

from __future__ import annotations

import ast
import hashlib
import sys
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

LIBRARIES = {
    "country_converter": "country_converter",
    "numpy": "numpy",
    "polars": "polars",
    "scipy": "scipy",
    "sklearn": "scikit-learn",
    "statsmodels": "statsmodels",
    "xgboost": "xgboost",
}
"""Libraries that can change a figure, by the name that is imported, with that of the package."""
_TWINS = {"xgboost": "xgboost-cpu"}
"""Packages that hold the same library, built otherwise: figures may differ in their last digits."""
NOT_INSTALLED = "not installed"
_SHOWN = 16


def code_of(roots: Iterable[str]) -> dict[str, str]:
    """Hash the source of every module that some modules import.

    Imports inside functions count, those for type checkers do not; followed are the packages that
    the roots belong to, so that a plug-in's own modules are part of its code.

    Args:
        roots: Full module names.

    Returns:
        Module name -> first digits of the sha256 of its file, sorted by name.
    """
    modules, _ = _closure(frozenset(roots))
    return {name: _hash(path) for name, path in sorted(modules.items())}


def files_of(roots: Iterable[str]) -> list[Path]:
    """Find the files that `code_of` hashes."""
    modules, _ = _closure(frozenset(roots))
    return sorted(modules.values())


def libraries_of(roots: Iterable[str]) -> dict[str, str]:
    """Tell the version of Python and of each library in `LIBRARIES` that the code imports."""
    _, strangers = _closure(frozenset(roots))
    versions = {"python": "{}.{}".format(*sys.version_info[:2])}
    for name in sorted(strangers & LIBRARIES.keys()):
        versions[LIBRARIES[name]] = installed(LIBRARIES[name])
    return versions


def installed(package: str) -> str:
    """Tell which version of a package is installed, by its own name or that of its twin."""
    for name in filter(None, (package, _TWINS.get(package))):
        try:
            told = version(name)
        except PackageNotFoundError:
            continue
        return told if name == package else f"{told} of {name}"
    return NOT_INSTALLED


def modules_in(package: str) -> list[str]:
    """Name every module of a package, for rooms whose members are found by their place."""
    (folder,) = _package_folders(package)
    found = sorted(folder.rglob("*.py"))
    names = (path.relative_to(folder).with_suffix("").parts for path in found)
    return [".".join((package, *(p for p in parts if p != "__init__"))) for parts in names]


def _package_folders(package: str) -> list[Path]:
    spec = find_spec(package)
    return [Path(place) for place in (spec.submodule_search_locations or ())] if spec else []


@cache
def _closure(roots: frozenset[str]) -> tuple[Mapping[str, Path], frozenset[str]]:
    """Follow the imports: own modules with their files, and top-level names of all others."""
    own = {root.partition(".")[0] for root in roots} | {"riskkit"}
    found: dict[str, Path] = {}
    strangers: set[str] = set()
    pending = list(roots)
    while pending:
        name = pending.pop()
        if name in found:
            continue
        path = _file(name)
        if path is None:
            continue
        found[name] = path
        parent = name.rpartition(".")[0]
        for imported in (*_imports(path, name), *([parent] if parent else [])):
            if imported.partition(".")[0] in own:
                pending.append(imported)
            else:
                strangers.add(imported.partition(".")[0])
    return found, frozenset(strangers)


@cache
def _file(module: str) -> Path | None:
    """Find a module's file; None for a name in a module, such as a function."""
    top, *rest = module.split(".")
    spec = find_spec(top)
    if spec is None:
        return None
    if not spec.submodule_search_locations:
        return Path(spec.origin) if spec.origin and not rest else None
    for place in spec.submodule_search_locations:
        path = Path(place).joinpath(*rest)
        if (path / "__init__.py").is_file():
            return path / "__init__.py"
        if rest and path.with_suffix(".py").is_file():
            return path.with_suffix(".py")
    return None


@cache
def _imports(path: Path, name: str) -> tuple[str, ...]:
    """Full names that a module imports: `from a import b` counts as a and as a.b."""
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return tuple(dict.fromkeys(_imported(tree, package)))


_HOLDS_STATEMENTS = (ast.stmt, ast.excepthandler, ast.match_case)
"""Imports are looked for in these; expressions, most of a tree, hold none."""


def _imported(node: ast.AST, package: str) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        above = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
        module = ".".join([*above, *([node.module] if node.module else [])])
        yield module
        yield from (f"{module}.{alias.name}" for alias in node.names)
    for child in ast.iter_child_nodes(node):
        if isinstance(child, _HOLDS_STATEMENTS) and not _for_type_checkers(child):
            yield from _imported(child, package)


def _for_type_checkers(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.If)
        and isinstance(node.test, ast.Name)
        and node.test.id == "TYPE_CHECKING"
    )


@cache
def _hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:_SHOWN]
