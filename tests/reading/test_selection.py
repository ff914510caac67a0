"""Rows left out of a sheet: counts, and places that stay true."""

from __future__ import annotations

import polars as pl
import pytest

from riskkit.errors import SourceError
from riskkit.reading.selection import leave_out
from riskkit.reading.sheets import Sheet

SHEET = Sheet("codes.csv", pl.DataFrame({"code": ["A", "-", "B", "C"]}), lambda row: f"line {row}")
AREA = SHEET.frame["code"] == "-"


def test_rows_are_counted_and_the_others_keep_their_place() -> None:
    dropped = {"area": 2}
    kept = leave_out(SHEET, AREA, "area", dropped)
    assert kept.frame["code"].to_list() == ["A", "B", "C"]
    assert [kept.place(row) for row in range(3)] == ["line 0", "line 2", "line 3"]
    assert dropped == {"area": 3}


def test_nothing_is_counted_where_nothing_goes() -> None:
    dropped: dict[str, int] = {}
    nobody = pl.Series([False, None, False, False])
    assert leave_out(SHEET, nobody, "area", dropped) is SHEET
    assert dropped == {}


def test_a_sheet_without_any_unit_is_refused() -> None:
    with pytest.raises(SourceError, match=r"codes\.csv: no row is left; each is a area"):
        leave_out(SHEET, pl.Series([True] * 4), "area", {})
