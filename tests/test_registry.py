"""The registry: what is built in, what others plug in, and no name twice."""

from __future__ import annotations

from importlib.metadata import EntryPoint
from types import SimpleNamespace
from typing import Any

import pytest

from riskkit import registry
from riskkit.errors import RiskkitError


def collect(monkeypatch: pytest.MonkeyPatch, *plugged: str) -> Any:
    points = [EntryPoint("any", value, "riskkit.families") for value in plugged]
    monkeypatch.setattr(registry, "entry_points", lambda group: points)
    own = iter([("here", SimpleNamespace(name="own"))])
    return registry._collect("families", own)


def test_built_in_things_are_found() -> None:
    assert "conflict" in registry.families()
    assert {"conflictology", "pool", "zero"} <= set(registry.models())
    assert {"table", "ucdp-ged", "ucdp-country-year"} <= set(registry.sources())


def test_plug_ins_stand_beside_them(monkeypatch: pytest.MonkeyPatch) -> None:
    found = collect(monkeypatch, "riskkit_features.conflict:FAMILY")
    assert {name: place for name, (place, _) in found.items()} == {
        "conflict": "riskkit_features.conflict",
        "own": "here",
    }


def test_a_name_defined_twice_cites_both_places(monkeypatch: pytest.MonkeyPatch) -> None:
    module, plugged = "riskkit_features.conflict", "riskkit_features.conflict:FAMILY"
    with pytest.raises(RiskkitError, match=rf"defined twice .* in {module} and in {plugged}; "):
        collect(monkeypatch, plugged, plugged)


def test_unknown_names_list_the_known_ones() -> None:
    with pytest.raises(RiskkitError, match="there is no family 'nothing'; known: a, b"):
        registry.lookup("family", {"a": 1, "b": 2}, "nothing")
