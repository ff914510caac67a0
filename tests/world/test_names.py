"""Codes and names cannot be taken for real places."""

from __future__ import annotations

import re
from importlib.resources import files

import polars as pl
import pytest

from riskkit.world.names import CODES_IN_USE, COUNTRIES, REGIONS, codes


def test_every_country_of_the_largest_world_has_its_own_name():
    assert len(COUNTRIES) == 200
    assert len({name[:4] for name in COUNTRIES}) == 200, "names should differ at first sight"


def test_names_can_be_pronounced():
    assert all(re.fullmatch(r"[A-Z][a-z]{4,9}", name) for name in COUNTRIES)
    assert not [name for name in COUNTRIES if re.search(r"[^aeiouy]{5}", name.lower())]


def test_no_name_is_recognised_as_a_real_country():
    table = files("country_converter").joinpath("country_data.tsv").read_text(encoding="utf-8")
    patterns = pl.read_csv(table.encode(), separator="\t", infer_schema=False)["regex"].to_list()
    real = re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.IGNORECASE)
    assert real.search("Burkina Faso")
    assert not [name for name in (*COUNTRIES, *REGIONS) if real.search(name)]


@pytest.mark.parametrize("number", [1, 60, 200])
def test_codes_are_free_ones_of_the_user_assigned_range_in_order(number):
    taken = codes(number)
    assert taken[0] == "XAA"
    assert len(set(taken)) == number
    assert list(taken) == sorted(taken)
    assert all(re.fullmatch("X[A-Z]{2}", code) for code in taken)
    assert CODES_IN_USE.isdisjoint(taken)


def test_kosovo_keeps_its_code():
    assert {"XKX", "XKO"} <= CODES_IN_USE
