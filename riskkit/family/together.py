"""Features computed together: a column is laid out once for all transforms of it.

A pass takes some units, few enough for the processor's cache, computes every transform of their
values and writes the results, as 32-bit numbers, to where they stay.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial

import numpy as np
import polars as pl
from numpy.typing import NDArray

from riskkit.family.transforms import PartnerStatistic, Statistic, by_unit_and_month, statistic_of
from riskkit.panel import Panel
from riskkit.panel.arrays import Array, fill
from riskkit.panel.networks import partner_values

_BLOCK = 256  # units per pass


@dataclass(frozen=True)
class _Source:
    """A column, and what is computed of it.

    Attributes:
        x: The column.
        own: By name, statistics of a unit's own months, the longest windows first.
        partners: By name, statistics of its partners'.
    """

    x: pl.Expr
    own: dict[str, Statistic] = field(default_factory=dict)
    partners: dict[str, PartnerStatistic] = field(default_factory=dict)


def compute(frame: pl.LazyFrame, exprs: Mapping[str, pl.Expr], panel: Panel) -> pl.DataFrame:
    """Compute expressions of a panel's columns.

    Args:
        frame: The panel's rows, with the columns that the expressions read.
        exprs: By name, what is to be computed.
        panel: The panel.

    Returns:
        Columns `unit, month, <names>`; 32-bit numbers, null where missing.
    """
    found = {name: statistic_of(expr) for name, expr in exprs.items()}
    sources = _sources({name: one for name, one in found.items() if one is not None})
    others = [exprs[name].cast(pl.Float32).alias(name) for name in exprs if found[name] is None]
    read = [source.x.alias(f"source {number}") for number, source in enumerate(sources)]
    # The engine that computes columns side by side; the default takes one after another.
    built = frame.select("unit", "month", *others, *read).collect(engine="in-memory")
    columns: dict[str, NDArray[np.float32]] = {}
    passes: list[Callable[[], set[str]]] = []
    for number, source in enumerate(sources):
        column = built[f"source {number}"]
        table = by_unit_and_month(column, panel.n_months)
        made = {name: np.empty(table.shape, np.float32) for name in (*source.own, *source.partners)}
        passes += _passes(source, table, made, panel)
        columns |= made
    with ThreadPoolExecutor(pl.thread_pool_size()) as threads:
        gaps = set().union(*threads.map(lambda run: run(), passes))
    return built.select(
        "unit",
        "month",
        *(name for name in exprs if name not in columns),
        *(pl.Series(n, a.ravel(), nan_to_null=n in gaps) for n, a in columns.items()),
    ).select("unit", "month", *exprs)


def _sources(statistics: Mapping[str, Statistic | PartnerStatistic]) -> list[_Source]:
    """Part statistics by what they are of."""
    sources: list[_Source] = []
    for name, one in statistics.items():
        same = (source for source in sources if source.x.meta.eq(one.x))
        source = next(same, None)
        if source is None:
            sources.append(source := _Source(one.x))
        if isinstance(one, Statistic):
            source.own[name] = one
        else:
            source.partners[name] = one
    return sources


def _passes(
    source: _Source, table: Array, columns: Mapping[str, NDArray[np.float32]], panel: Panel
) -> Iterator[Callable[[], set[str]]]:
    """What fills the columns; each names those in which it left something missing."""
    by_window = sorted(source.own.items(), key=lambda item: -item[1].window)
    kernels = {name: one.kernel for name, one in by_window}
    for first in range(0, len(table), _BLOCK) if kernels else ():
        units = slice(first, first + _BLOCK)
        yield partial(fill, table[units], kernels, {n: columns[n][units] for n in kernels})
    for name, lag in source.partners.items():
        yield partial(_look_up, table, name, lag, columns[name], panel)


def _look_up(
    table: Array, name: str, lag: PartnerStatistic, out: NDArray[np.float32], panel: Panel
) -> set[str]:
    """Summarise what partners have; nobody has any over a relation that the panel lacks."""
    known = [panel.networks[one] for one in lag.over if one in panel.networks]
    with np.errstate(over="ignore"):
        lacks = len(known) < len(lag.over)
        out[:] = np.nan if lacks else partner_values(table, known[0], lag.how, *known[1:])
    return {name}
