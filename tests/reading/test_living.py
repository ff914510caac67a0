"""Which units existed in a period."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from riskkit.reading.living import living


@pytest.mark.parametrize(
    ("unit", "month", "months", "exists"),
    [
        ("UKR", date(1980, 1, 1), 12, False),
        ("UKR", date(1991, 1, 1), 12, True),
        ("UKR", date(1991, 1, 1), 1, False),
        ("DDR", date(1990, 10, 1), 1, True),
        ("DDR", date(1991, 1, 1), 12, False),
        ("FRA", date(1980, 1, 1), 1, True),
        ("XAA", date(1980, 1, 1), 1, True),
    ],
)
def test_a_unit_lives_from_birth_to_death(
    unit: str, month: date, months: int, exists: bool
) -> None:
    rows = pl.DataFrame({"unit": [unit, "FRA"], "month": [month, month]})
    assert living(rows, months).to_list() == [exists, True]
