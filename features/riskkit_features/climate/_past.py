"""What is normal: by a country's own past, none of it unknown then, or by a reference period."""

from __future__ import annotations

import polars as pl

from riskkit.family import transforms as tf

YEARS = 10
_LEAST = 5
_NORMED = {
    *("cru_pre_anom_pct", "rain_anomaly", "era5_precip_anom_z"),
    *("era5_t2m_anom_c", "temperature_anomaly"),
    *(f"{index}{months}_derived" for index in ("spi", "spei") for months in (3, 6, 12)),
}
"""Departures from a normal, and indices that are fitted to a reference period."""


def against(inputs: tuple[str, ...]) -> tuple[str, ...]:
    """Of some indicators, those that are measured against a reference period.

    >>> against(("spi3_derived", "cru_pre_infill_suspect"))
    ('spi3_derived',)
    """
    return tuple(name for name in inputs if name in _NORMED)


def same_month_mean(x: tf.Column) -> pl.Expr:
    """Mean of the same calendar month in the 10 years before, of which 5 must be observed.

    The month itself is no part of it.

    >>> frame = pl.DataFrame({"t": range(72), "x": [float(t // 12) for t in range(72)]})
    >>> frame.select(same_month_mean("x")).to_series().gather([59, 60, 71]).to_list()
    [None, 2.0, 2.0]
    """
    before = [tf.lag(x, 12 * year) for year in range(1, YEARS + 1)]
    return tf.mean_of(before, _LEAST)
