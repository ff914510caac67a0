"""What `riskkit data list` and `riskkit data status` tell of the embedded data."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl

from riskkit.base.provenance import Table, publishers, tables
from riskkit.errors import RiskkitError
from riskkit.months import format_month, month_id

NAME = "base"
_DUE = 18
"""Months from the end of a year to the release of the next: June of the year after that."""


_THEMES = {
    "conflict": ("conflict", "terrorism"),
    "displacement": ("migration",),
    "refugee": ("migration",),
    "temperature": ("climate",),
    "rain": ("climate",),
    "risk": ("climate", "development"),
    "news": ("conflict", "diplomacy"),
    "diplomacy": ("diplomacy",),
    "economy": ("development",),
    "people": ("development",),
}


def base_source() -> dict[str, Any]:
    """The embedded data as one source, in the words of the others."""
    return {
        "name": NAME,
        "themes": sorted({theme for table in tables().values() for theme in themes_of(table)}),
        "title": "Embedded open data of real countries",
        "licence": "; ".join(dict.fromkeys(p.licence for p in publishers().values())),
        "cadence": "yearly, with a release of riskkit",
        "lag_months": 6,
        "redistributable": True,
        "url": "docs/base-data.md",
        "citation": "; ".join(p.citation for p in publishers().values()),
    }


def base_rows(today: date | None = None) -> list[dict[str, Any]]:
    """Describe every embedded table that has periods.

    Args:
        today: The day on which one asks.

    Returns:
        The columns of `riskkit.store.status.status_rows`, and `vintage`, `lag`, `defects` and
        `evidence` (where the licence was read); `addresses` are the publishers' pages.
    """
    now = month_id(today or date.today())
    return [_row(table, now) for table in tables().values() if table.span]


def _row(table: Table, now: int) -> dict[str, Any]:
    state, units = "intact", None
    try:
        table.check()
        units = _units(table)
    except RiskkitError as error:
        state = str(error)
    first, last = (_month(period, end) for period, end in zip(table.span, (1, 12), strict=True))
    due = last + _DUE
    return {
        "key": f"{NAME}/{table.name}",
        "source": NAME,
        "themes": list(themes_of(table)),
        "files": [table.file.name],
        "covers": [format_month(first), format_month(last)],
        "rows": table.rows,
        "state": state,
        "units": units,
        "gaps": {},
        "licences": [table.publisher.licence],
        "age_months": now - last,
        "due": format_month(due),
        "stale": now > due + 1,
        "retrieved_at": None,
        "addresses": [table.publisher.url],
        "redistributable": True,
        "vintage": table.vintage,
        "lag": table.lag,
        "defects": table.defects,
        "evidence": table.publisher.evidence,
    }


def themes_of(table: Table) -> tuple[str, ...]:
    """What an embedded table tells of, as `riskkit.registry.THEMES` calls it."""
    return _THEMES.get(table.name.partition("_")[0], ("geography",))


def _month(period: str, of_a_year: int) -> int:
    return month_id(period if "-" in period else f"{period}-{of_a_year:02d}")


def _units(table: Table) -> int:
    frame = pl.read_parquet(table.file, glob=False)
    named = [frame[column] for column in frame.columns if column.startswith("iso3")]
    return int(pl.concat([column.rename("unit") for column in named]).n_unique())
