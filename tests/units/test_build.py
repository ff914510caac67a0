"""The committed table is the one that its builder writes."""

from __future__ import annotations

import polars as pl

from riskkit.units.build import build
from riskkit.units.countries import SCHEMA, countries


def test_the_committed_table_is_up_to_date():
    built = pl.read_csv(build().encode(), schema=SCHEMA)
    # country_converter may change a short name between releases; keys and dates must not move.
    assert built.drop("name").equals(countries().drop("name")), (
        "run `python -m riskkit.units.build` and commit states.csv"
    )
