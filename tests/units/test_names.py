"""Names are compared in one form and matched by country_converter's patterns."""

from __future__ import annotations

import re

import pytest

import riskkit.units.names as names
from riskkit.errors import RiskkitError
from riskkit.units import countries


@pytest.mark.parametrize("name", ["Côte d’Ivoire", " CÔTE  D'IVOIRE "])
def test_spelling_of_blanks_case_and_apostrophes_does_not_matter(name):
    assert names.fold(name) == "cote divoire"


def test_patterns_find_the_names_of_living_countries():
    table = countries("states").filter(countries("states")["died"].is_null())
    assert [names.match_name(name) for name in table["name"]] == table["unit"].to_list()


@pytest.mark.parametrize("name", ["", "Atlantis", "International", "Israel and Jordan"])
def test_no_match_and_several_matches_are_none(name):
    assert names.match_name(name) is None


def test_every_pattern_compiles_and_belongs_to_a_unit():
    rows = names.converter_rows()
    assert all(re.compile(row["regex"]) for row in rows)
    assert {row["ISO3"] for row in rows} <= set(countries()["unit"])


def test_a_missing_package_is_said(monkeypatch):
    monkeypatch.setattr(names, "find_spec", lambda _: None)
    with pytest.raises(RiskkitError, match="need the package country_converter; install"):
        names.converter_rows()
