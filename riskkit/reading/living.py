"""Which units existed in a period: a zero of a state before its birth is no observation."""

from __future__ import annotations

import polars as pl

from riskkit.units import countries


def living(rows: pl.DataFrame, months: int) -> pl.Series:
    """Tell whether each unit existed on some day of its period.

    Args:
        rows: Columns `unit` and `month`, the first day of the period.
        months: Length of the periods.

    Returns:
        Booleans in the order of the rows; units without a birth or death, as simulated ones, live.
    """
    lives = countries().select("unit", "born", "died")
    last = pl.col("month").dt.offset_by(f"{months - 1}mo").dt.month_end()
    born = pl.col("born").is_null() | (pl.col("born") <= last)
    not_dead = pl.col("died").is_null() | (pl.col("died") >= pl.col("month"))
    joined = rows.select("unit", "month").join(lives, on="unit", how="left", maintain_order="left")
    return joined.select((born & not_dead).alias("living")).to_series()
