"""Families, models and sources: what is built in, and what others plug in."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.metadata import entry_points
from types import MappingProxyType, ModuleType
from typing import TYPE_CHECKING, Any

from riskkit.errors import RiskkitError, suggestion

if TYPE_CHECKING:
    from riskkit.family import Family
    from riskkit.models import Model
    from riskkit.sources import Source

THEMES = (
    *("conflict", "terrorism", "migration", "climate", "diplomacy", "development", "geography"),
    "own",
)
"""What sources tell of; "own" are tables of the user's own."""


def _imported(name: str) -> ModuleType:
    """Import a module that is found by its place.

    Raises:
        RiskkitError: It cannot be imported, which is told of the file and the line.
    """
    try:
        return importlib.import_module(name)
    except Exception as error:
        where = f" line {error.lineno}:" if isinstance(error, SyntaxError) else ""
        raise RiskkitError(
            f"{name} cannot be imported:{where} {type(error).__name__}: "
            f"{getattr(error, 'msg', error)}",
            hint="mend that module; --debug shows where it fails",
        ) from error


def _modules(package: str, *, deep: bool = False) -> Iterator[ModuleType]:
    """Import every public module of a package, and with `deep` those of the packages in it."""
    parent = importlib.import_module(package)
    for info in sorted(pkgutil.iter_modules(parent.__path__), key=lambda info: info.name):
        if not info.name.startswith("_"):
            yield _imported(f"{package}.{info.name}")
            if deep and info.ispkg:
                yield from _modules(f"{package}.{info.name}", deep=True)


def _classes(package: str, name: str) -> Iterator[tuple[str, Any]]:
    """Find every class below a package that derives from the one of this name in it."""
    base = getattr(importlib.import_module(package), name)
    for module in _modules(package, deep=True):
        for _, item in inspect.getmembers(module, inspect.isclass):
            public = item.__module__ == module.__name__ and not item.__name__.startswith("_")
            if public and issubclass(item, base) and _is_whole(item):
                yield module.__name__, item


def _is_whole(item: type) -> bool:
    """Whether a class is meant to be used itself and can be.

    Raises:
        RiskkitError: It has a name and lacks a method, or the other way round.
    """
    place, named = f"{item.__module__}.{item.__name__}", hasattr(item, "name")
    lacking = ", ".join(sorted(getattr(item, "__abstractmethods__", ())))
    if named and lacking:
        raise RiskkitError(f"{place} lacks {lacking}", hint="write what is missing")
    if not named and not lacking:
        raise RiskkitError(f"{place} has no name", hint='give it one, such as name = "mine"')
    return named


def _family(module: ModuleType) -> Family:
    try:
        family: Family = module.FAMILY
    except AttributeError:
        hint = "make one there, a riskkit.family.Family"
        raise RiskkitError(f"{module.__name__} has no FAMILY", hint=hint) from None
    return family


def _collect(kind: str, built_in: Iterator[tuple[str, Any]]) -> Mapping[str, tuple[str, Any]]:
    """Gather built-in things and those of installed entry points with the module of each.

    Raises:
        RiskkitError: Two places define the same name; both are cited.
    """
    found: dict[str, tuple[str, Any]] = {}
    plugged = ((point.value, point.load()) for point in entry_points(group=f"riskkit.{kind}"))
    for place, item in (*built_in, *plugged):
        name = str(item.name)
        if name in found:
            raise RiskkitError(
                f"'{name}' is defined twice among the {kind}: in {found[name][0]} and in {place}",
                hint="rename or uninstall one of them",
            )
        found[name] = (place.partition(":")[0], item)
    return dict(sorted(found.items()))


@cache
def _families() -> Mapping[str, tuple[str, Family]]:
    return _collect("families", ((m.__name__, _family(m)) for m in _modules("riskkit_features")))


@cache
def families() -> Mapping[str, Family]:
    """Every feature family by name: `FAMILY` of each package under riskkit_features."""
    return MappingProxyType({name: family for name, (_, family) in _families().items()})


def family_module(name: str) -> str:
    """Name the module that defines a family."""
    return _families()[name][0]


@cache
def models() -> Mapping[str, type[Model]]:
    """Every model class by name."""
    found = _collect("models", _classes("riskkit.models", "Model"))
    return MappingProxyType({name: model for name, (_, model) in found.items()})


@cache
def sources() -> Mapping[str, type[Source]]:
    """Every source class by name."""
    found = _collect("sources", _classes("riskkit.sources", "Source"))
    return MappingProxyType({name: source for name, (_, source) in found.items()})


def lookup(kind: str, known: Mapping[str, Any], name: object) -> Any:
    """Find one registered thing.

    Raises:
        RiskkitError: Nothing has that name; the text asks for the nearest and lists what there is.
    """
    if not isinstance(name, str) or name not in known:
        meant = suggestion(name, known)
        hint = f"{meant or ''} known: {', '.join(known)}".strip()
        raise RiskkitError(f"there is no {kind} '{name}'", hint=hint)
    return known[name]
