"""Made-up attacks in the layout of the GTD workbook, as csv."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import polars as pl

CODES = {"Testland": "XAA", "Sampleland": "XAB"}
PLAIN: dict[str, object] = {
    "iyear": 1995,
    "imonth": 6,
    "iday": 1,
    "approxdate": "",
    "extended": 0,
    "country_txt": "Testland",
    "doubtterr": 0,
    "success": 1,
    "suicide": 0,
    "attacktype1_txt": "Armed Assault",
    "targtype1_txt": "Business",
    "gname": "Unknown",
    "nkill": 0,
    "nwound": 0,
    "INT_LOG": -9,
    "INT_IDEO": -9,
    "INT_MISC": 0,
    "INT_ANY": -9,
}
"""An attack of which little is known."""


def write_attacks(
    path: Path, attacks: Iterable[Mapping[str, object]], without: Iterable[str] = ()
) -> Path:
    """Write attacks that differ from the plain one as said, but for some columns."""
    rows = [
        {"eventid": f"{number:012}", **PLAIN, **attack} for number, attack in enumerate(attacks, 1)
    ]
    text = [{column: str(cell) for column, cell in row.items()} for row in rows]
    pl.DataFrame(text).drop(list(without)).write_csv(path)
    return path
