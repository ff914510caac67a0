"""docs/world.md tells every number of the process."""

from __future__ import annotations

import re
from dataclasses import asdict, astuple, fields
from pathlib import Path

import pytest

from riskkit.world.facts import OBSERVED
from riskkit.world.grid import GridParameters
from riskkit.world.parameters import Channel, Parameters

PAGE = (Path(__file__).parents[2] / "docs" / "world.md").read_text(encoding="utf-8")
COUNTRIES, CELLS = PAGE.split("## The world by cell\n")


def rows(text: str) -> dict[str, list[str]]:
    return {
        cells[0].strip("`"): cells[1:]
        for line in text.splitlines()
        if line.startswith("| `")
        for cells in [[cell.strip() for cell in line.strip("|").split("|")]]
    }


ROWS = rows(COUNTRIES)
NUMBERS = {k: v for k, v in asdict(Parameters()).items() if isinstance(v, float)}
CHANNELS = {k: v for k, v in vars(Parameters()).items() if isinstance(v, Channel)}


@pytest.mark.parametrize("name", NUMBERS)
def test_every_parameter_is_documented_with_its_value_and_meaning(name):
    value, meaning = ROWS[name]
    assert float(value) == NUMBERS[name]
    assert len(meaning) > 10


@pytest.mark.parametrize(("name", "number"), asdict(GridParameters()).items())
def test_every_parameter_of_cells_is_documented_with_its_value_and_meaning(name, number):
    value, meaning = rows(CELLS)[name]
    assert float(value) == number
    assert len(meaning) > 10


@pytest.mark.parametrize("name", CHANNELS)
def test_every_channel_is_documented(name):
    assert [float(cell) for cell in ROWS[name]] == list(astuple(CHANNELS[name]))


def test_every_field_is_a_number_or_a_channel():
    assert {f.name for f in fields(Parameters)} == {*NUMBERS, *CHANNELS}


@pytest.mark.parametrize("name", [f.name for f in fields(OBSERVED)])
def test_the_page_tells_the_observed_facts(name):
    assert float(re.sub(r"[^\d.]", "", ROWS[name][1])) == getattr(OBSERVED, name)
