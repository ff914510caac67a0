"""Event files in UCDP's layout with invented events in invented countries, and reading them."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

from riskkit.sources.ucdp.ged import LAYOUT, UcdpGed
from riskkit.tables import Release

MARCH = "GEDEvent_v20_0_3.csv"
CODES = {9001: "XAA", 9002: "XAB"}
EVENT: dict[str, Any] = {
    **dict.fromkeys(LAYOUT, ""),
    "code_status": "Clear",
    "type_of_violence": 1,
    "source_article": '"Invented News","Invented, with a comma"',
    "where_prec": 1,
    "priogrid_gid": 100001,
    "country": "Testland (fictional)",
    "country_id": 9001,
    "date_start": "2020-03-10",
    "date_end": "2020-03-10",
    "deaths_civilians": 0,
    "best": 1,
    "low": 1,
    "high": 1,
}


def event(
    number: int, start: str = "2020-03-10", end: str | None = None, **cells: Any
) -> dict[str, Any]:
    """One event; `best` also sets bounds that are not given."""
    best = cells.get("best", 1)
    days = {"date_start": start, "date_end": end or start}
    return {**EVENT, "id": number, "low": best, "high": best, **days, **cells}


def write_events(
    path: Path,
    events: Sequence[dict[str, Any]],
    columns: Sequence[str] = LAYOUT,
    header: bool = True,
    quoting: Literal[0, 1] = csv.QUOTE_MINIMAL,
) -> Path:
    """Write events as csv, with the columns and the quoting that a release may have."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, quoting=quoting, lineterminator="\n")
        if header:
            writer.writerow(columns)
        writer.writerows([row[column] for column in columns] for row in events)
    return path


def read(path: Path, **options: Any) -> Release:
    return UcdpGed().read(path, UcdpGed.options(**{"codes": CODES, **options}))


def values(release: Release, indicator: str = "ged_sb", unit: str = "XAA") -> dict[str, float]:
    rows = release.observations.filter(unit=unit, indicator=indicator)
    return {f"{month:%Y-%m}": value for month, value in rows.select("month", "value").rows()}


def one(release: Release, indicator: str) -> float:
    (value,) = values(release, indicator).values()
    return value
