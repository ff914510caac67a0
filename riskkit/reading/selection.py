"""Rows of a sheet that speak of no unit, left out and counted."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from riskkit.errors import SourceError
from riskkit.reading.sheets import Sheet


def leave_out(sheet: Sheet, rows: pl.Series, reason: str, dropped: dict[str, int]) -> Sheet:
    """Leave rows out of a sheet.

    Args:
        sheet: The table.
        rows: True where a row goes; null counts as false.
        reason: Why, as in `Release.dropped`.
        dropped: The reasons and numbers so far; this one is added.

    Returns:
        The rows that stay, each still named by its place in the file.

    Raises:
        SourceError: No row would stay.
    """
    going = rows.fill_null(value=False)
    count = int(going.sum())
    if count == len(going):
        raise SourceError(
            f"{sheet.file}: no row is left; each is a {reason}",
            hint="check that this is the right file, and the option codes",
        )
    if not count:
        return sheet
    dropped[reason] = dropped.get(reason, 0) + count
    staying = (~going).arg_true()
    kept = sheet.frame.filter(~going)
    return replace(sheet, frame=kept, place=lambda row: sheet.place(int(staying[row])))
