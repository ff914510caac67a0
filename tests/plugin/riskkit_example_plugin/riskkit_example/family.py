"""Strikes: how often people down tools."""

from __future__ import annotations

import polars as pl

from riskkit.family import Family, Feature
from riskkit.family import transforms as tf

FAMILY = Family(
    name="strikes",
    title="Strikes: how often people down tools",
    features=(
        Feature(
            name="strikes_log_sum_12",
            expr=tf.rolling_sum(pl.col("strikes"), 12).log1p(),
            unit="log(1 + strikes)",
            inputs=("strikes",),
            description="strikes, total of the last 12 months",
            sign="+",
        ),
    ),
)
