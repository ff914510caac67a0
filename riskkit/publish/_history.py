"""The scores of earlier publications of the same kind, carried from one to the next."""

from __future__ import annotations

from pathlib import Path

import dataframely as dy
import polars as pl

from riskkit.publish import _table as t

FILE = "history.csv"
MOST = 24
"""Publications that are kept."""


class History(dy.Schema):
    """Schema version 2; without rows when there was no earlier publication."""

    unit = dy.String(primary_key=True, metadata=t.note("Code of the unit, as in ranking.csv."))
    as_of = t.month("Month at whose end that forecast was made.", primary_key=True)
    rank = dy.Int32(min=1, metadata=t.note("Its rank in that publication.", "rank"))
    score = t.points("Its score in that publication.")
    score_low = t.points("As in that publication.")
    score_high = t.points("As in that publication.")


def carried(folder: Path, earlier: pl.DataFrame) -> pl.DataFrame:
    """Carry the past scores of an earlier publication on.

    Args:
        folder: That of the earlier publication, or of an earlier one of the same month.
        earlier: The ranking that the new one is compared with: `as_of` and its scores.

    Returns:
        Rows of `History`, of the newest `MOST` publications up to the compared one.
    """
    columns = History.column_names()
    now = earlier.select(columns)
    path = folder / FILE
    before = t.read_csv(path, History) if path.is_file() else History.create_empty()
    both = pl.concat([before.select(columns), now], how="vertical_relaxed")
    both = both.unique(["unit", "as_of"], keep="last")
    kept = both["as_of"].unique().sort().tail(MOST)
    return both.filter(pl.col("as_of").is_in(kept.to_list())).sort("unit", "as_of")
