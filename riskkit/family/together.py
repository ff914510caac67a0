"""Transforms computed together: a column is laid out once for all that is made of it.

A pass takes some units, few enough for the processor's cache, computes every transform of their
values and writes the results, as 32-bit numbers, to where they stay.
"""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import polars as pl
from numpy.typing import NDArray

from riskkit.family.transforms import Statistic, by_unit_and_month
from riskkit.panel.arrays import Array, fill

_BLOCK = 256  # units per pass


def compute(
    frame: pl.LazyFrame, statistics: Mapping[str, Statistic], n_rows: int, n_months: int
) -> dict[str, pl.Series]:
    """Compute transforms of a panel's columns.

    Args:
        frame: Balanced, sorted by unit and month, with the columns that transforms read.
        statistics: By name, what is to be computed.
        n_rows: Number of the frame's rows.
        n_months: Number of months.

    Returns:
        By name a column of 32-bit numbers, null where missing.
    """
    built: dict[str, pl.Series] = {}
    with ThreadPoolExecutor(pl.thread_pool_size()) as threads:
        for some in _by_column(statistics):
            column = frame.select(next(iter(some.values())).x).collect(engine="in-memory")
            table = by_unit_and_month(column.to_series(), n_rows, n_months)
            columns = {name: np.empty(table.shape, dtype=np.float32) for name in some}
            gaps = _fill(table, some, columns, threads)
            for name, values in columns.items():
                built[name] = pl.Series(values.ravel(), nan_to_null=name in gaps)
    return built


def _by_column(statistics: Mapping[str, Statistic]) -> list[dict[str, Statistic]]:
    """Part statistics by what they are of; the longest windows come first, for `Windows`."""
    parts: list[dict[str, Statistic]] = []
    for name, one in sorted(statistics.items(), key=lambda item: -item[1].window):
        for part in parts:
            if next(iter(part.values())).x.meta.eq(one.x):
                part[name] = one
                break
        else:
            parts.append({name: one})
    return parts


def _fill(
    table: Array,
    some: Mapping[str, Statistic],
    columns: Mapping[str, NDArray[np.float32]],
    threads: ThreadPoolExecutor,
) -> set[str]:
    """Compute statistics pass by pass, and name those in which something is missing."""
    kernels = {name: one.kernel for name, one in some.items()}

    def run(first: int) -> set[str]:
        units = slice(first, first + _BLOCK)
        return fill(table[units], kernels, {name: a[units] for name, a in columns.items()})

    return set().union(*threads.map(run, range(0, len(table), _BLOCK)))
