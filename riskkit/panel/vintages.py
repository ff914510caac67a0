"""What was published late: of which past months a panel of today can still be cut.

A monthly figure stands in one row of the panel, as the newest vintage has it. The panel of a past
month holds the vintage of that month there. The two are the same unless the figure was published
or revised after the past month; those months are found here while the panel is built.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl


def revised_since(
    vintages: pl.DataFrame, cell: Sequence[str], months: range, absent: float | None = None
) -> set[int]:
    """Find the months at whose end another value was known than the newest one.

    Args:
        vintages: Columns `<cell>, row, known_from, known, value`: the month id of the row in which
            the figure stands, and that of its publication.
        cell: What names a figure, `row` among it.
        months: Months of the panel.
        absent: Value that a figure has before its first vintage; None if it is missing then.

    Returns:
        Month ids t such that a figure of a row up to t was not yet what it is by the last month.
    """
    inside = vintages.filter(pl.col("row").is_between(months.start, months.stop - 1))
    late = inside.filter(pl.col("known") > pl.col("row")).select(cell).unique()
    ordered = inside.join(late, on=cell, how="semi").sort("known_from")
    again = _again(ordered, cell)
    spells = (
        ordered.filter(again)
        .with_columns(
            final=pl.col("value").last().over(cell),
            until=pl.col("known").shift(-1).over(cell).fill_null(months.stop),
        )
        .with_columns(since=pl.max_horizontal("known", "row"))
    )
    told = spells.filter(pl.col("value") != pl.col("final")).select("since", "until")
    first = spells.unique(cell, keep="first", maintain_order=True).drop("since", "until")
    silent = (
        pl.concat([first, ordered.filter(~again).with_columns(final="value")])
        .filter(pl.col("final").ne_missing(pl.lit(absent, dtype=pl.Float64)))
        .select(since="row", until="known")
    )
    return _covered(pl.concat([told, silent]), months)


def _again(vintages: pl.DataFrame, cell: Sequence[str]) -> pl.Series:
    """Whether each vintage is one of several of its cell."""
    return vintages.select(cell).is_duplicated()


def _covered(spells: pl.DataFrame, months: range) -> set[int]:
    """Months within any of the spells `since` to before `until`."""
    spells = spells.filter(pl.col("since") < pl.col("until"))
    change = np.zeros(len(months) + 1, dtype=np.int64)
    np.add.at(change, spells["since"].to_numpy() - months.start, 1)
    np.add.at(change, spells["until"].to_numpy() - months.start, -1)
    return {months.start + int(t) for t in np.flatnonzero(np.cumsum(change)[:-1] > 0)}
