"""What is normal, from a country's own past: nothing of it was unknown at the time."""

from __future__ import annotations

import polars as pl

from riskkit.family import transforms as tf

YEARS = 10
_LEAST = 5


def same_month_mean(x: tf.Column) -> pl.Expr:
    """Mean of the same calendar month in the 10 years before, of which 5 must be observed.

    The month itself is no part of it.

    >>> frame = pl.DataFrame({"t": range(72), "x": [float(t // 12) for t in range(72)]})
    >>> frame.select(same_month_mean("x")).to_series().gather([59, 60, 71]).to_list()
    [None, 2.0, 2.0]
    """
    before = [tf.lag(x, 12 * year) for year in range(1, YEARS + 1)]
    return tf.mean_of(before, _LEAST)
