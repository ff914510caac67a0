"""The registry: what is built in, what others plug in, and no name twice."""

from __future__ import annotations

import sys
from importlib.metadata import EntryPoint
from pathlib import Path
from types import ModuleType, SimpleNamespace
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


MODEL = """
from riskkit.models.naive import Zero
class Mine(Zero):
    name = "mine"
"""


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (MODEL + "x = (", r"cannot be imported: line 5: SyntaxError: '\(' was never closed; mend"),
        ("import nomodule", "cannot be imported: ModuleNotFoundError: No module named 'nomodule'"),
        (
            'from riskkit.models import Model\nclass Mine(Model):\n    name = "mine"',
            "plugged_models.mine.Mine lacks sample; write",
        ),
        (
            "from riskkit.models import Model\nclass Mine(Model):\n"
            "    def sample(self, data, size, seed): ...",
            "plugged_models.mine.Mine has no name; give it one",
        ),
    ],
)
def test_a_module_that_is_not_whole_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, told: str
) -> None:
    package = tmp_path / "plugged_models"
    package.mkdir()
    (package / "__init__.py").write_text("from riskkit.models import Model")
    (package / "mine.py").write_text(text)
    monkeypatch.syspath_prepend(tmp_path)
    try:
        with pytest.raises(RiskkitError, match=told):
            list(registry._classes("plugged_models", "Model"))
    finally:
        for name in [one for one in sys.modules if one.startswith("plugged_models")]:
            del sys.modules[name]


def test_a_family_without_its_name_is_asked_for() -> None:
    with pytest.raises(RiskkitError, match="here has no FAMILY; make one"):
        registry._family(ModuleType("here"))
