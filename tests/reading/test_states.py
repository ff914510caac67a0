"""Rows of states: places of rows, states without a unit, successors."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from riskkit.errors import SourceError
from riskkit.reading.sheets import Sheet
from riskkit.reading.states import (
    known_units,
    one_row_each,
    rows_of,
    succeeded,
    units_where_given,
)
from riskkit.sources._cow import COW_LEFT_OUT
from riskkit.units import to_unit

SHEET = Sheet("f.csv", pl.DataFrame({"c": ["2", "300", "20.0"]}), lambda row: f"line {row + 2}")


def test_rows_keep_their_places() -> None:
    some = rows_of(SHEET, pl.Series([2, 2, 0]))
    assert some.frame["c"].to_list() == ["20.0", "20.0", "2"]
    assert [some.place(row) for row in range(3)] == ["line 4", "line 4", "line 2"]
    parts = pl.Series([["a", "b"], ["c"], ["d"]])
    rows, origin = one_row_each(SHEET, "c", parts)
    assert rows.frame["c"].to_list() == ["a", "b", "c", "d"]
    assert origin.to_list() == [0, 0, 1, 2]
    assert rows.place(1) == "line 2"


def test_states_without_a_unit_are_left_out_and_counted() -> None:
    units, dropped = known_units(SHEET, "c", "cowcode", {}, None, COW_LEFT_OUT)
    assert units.to_list() == ["USA", None, "CAN"]
    assert dropped == {COW_LEFT_OUT["300"]: 1}
    units, dropped = known_units(SHEET, "c", "cowcode", {"300": "AUT"}, None, COW_LEFT_OUT)
    assert units.to_list() == ["USA", "AUT", "CAN"]
    assert dropped == {}


def test_what_is_neither_a_unit_nor_left_out_is_refused() -> None:
    with pytest.raises(SourceError, match=r"line 3, column 'c'.*got '300'"):
        known_units(SHEET, "c", "cowcode", {}, None, {})
    with pytest.raises(SourceError, match="no row in column 'c' names a unit"):
        known_units(SHEET, "c", "cowcode", {}, None, dict.fromkeys(("2", "300", "20"), "why"))


def test_no_code_left_out_stands_for_a_unit() -> None:
    assert to_unit(list(COW_LEFT_OUT), "cowcode", unknown="null").null_count() == len(COW_LEFT_OUT)


def test_empty_cells_stay_without_a_unit() -> None:
    sheet = Sheet("f.csv", pl.DataFrame({"c": [None, "NA", "FRA"]}), lambda row: f"line {row + 2}")
    on = pl.Series([date(2000, 1, 1)] * 3)
    assert units_where_given(sheet, "c", "iso3", {}, on).to_list() == [None, None, "FRA"]


def test_the_dead_are_succeeded() -> None:
    units = pl.Series(["DDR", "DDR", "XAA"])
    days = pl.Series([date(1989, 1, 1), date(1999, 1, 1), date(1999, 1, 1)])
    assert succeeded(units, days).to_list() == ["DDR", "DEU", "XAA"]
