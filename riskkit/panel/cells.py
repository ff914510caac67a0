"""Ties between the cells of a grid: those that touch, and those that are near."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from riskkit.tables import Citation, Dyads, Observations, Relation, Release
from riskkit.units.grid import pairs_within

REACH = 2
"""Cells at most so many rows and columns away are near."""
SOURCE = "prio-grid"
RELATIONS = (
    Relation("contiguity", "1 if so", SOURCE, "cells that touch, at most eight", "constant"),
    Relation(
        "proximity", "closeness 0-1", SOURCE, "near cells, half as close per step", "constant"
    ),
)
CITATION = Citation(
    title="PRIO-GRID: numbers of cells",
    citation=(
        "Tollefsen, Strand and Buhaug (2012), PRIO-GRID: A unified spatial data structure, Journal "
        "of Peace Research 49(2), 363-374"
    ),
    licence="any use: the numbering alone, without data of PRIO-GRID",
    url="https://grid.prio.org",
)


def tie_release(
    codes: Sequence[str],
    row: NDArray[np.integer[Any]],
    column: NDArray[np.integer[Any]],
    start: date,
    *,
    simulated: bool = False,
) -> Release:
    """Tie the cells of a study to each other, once and for all.

    Args:
        codes: Code of each cell.
        row: Its row in the grid, from the south.
        column: Its column, from the west.
        start: First day from which on the ties are known.
        simulated: Whether the cells are made up.
    """
    first, second, steps = pairs_within(row, column, REACH)
    names = pl.Series(codes, dtype=pl.String)
    near = pl.DataFrame({"unit": names[first], "other": names[second], "steps": steps})
    near = near.with_columns(month=start, known_from=start)
    touching = near.filter(pl.col("steps") == 1).with_columns(
        relation=pl.lit("contiguity"), value=1.0
    )
    closeness = near.with_columns(relation=pl.lit("proximity"), value=0.5 ** pl.col("steps"))
    columns = Dyads.column_names()
    return Release(
        Observations.create_empty(),
        (),
        (start, start),
        simulated=simulated,
        citation=CITATION,
        dyads=pl.concat([touching.select(columns), closeness.select(columns)]),
        relations=RELATIONS,
        vintage="rows and columns of the grid",
    )
