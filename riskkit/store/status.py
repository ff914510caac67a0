"""What `riskkit data status` tells: how far each source reaches, how old it is, what it lacks.

Units and gaps are counted in the files at every call, not stored when a file is added: what a
reader makes of a file changes with the reader, and a count kept beside the file would go on
telling the old one.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import polars as pl

from riskkit.errors import RiskkitError
from riskkit.months import first_day, format_month, month_id, month_id_expr
from riskkit.progress import Progress, silent
from riskkit.registry import sources

if TYPE_CHECKING:
    from riskkit.store import Entry, Store
    from riskkit.tables import Release

_STEP = {"month": 1, "year": 12}
_GRACE = 1


def status_rows(
    store: Store, today: date | None = None, progress: Progress = silent
) -> list[dict[str, Any]]:
    """Describe every entry of a store; a damaged file is told in its row and spoils no other.

    Args:
        store: The store.
        today: The day on which one asks.
        progress: How to show the reading.

    Returns:
        What the manifest says of an entry, and `state` ("intact", or what is wrong), `units`
        (number of units with a row; None if unreadable), `age_months` of the newest period,
        `due` (the month in which something newer should be out; None where nothing regular
        comes), `stale` (it is overdue by more than a month), `gaps` (by indicator the periods
        between the first and the last in which no unit has a value; a census has none),
        `licences`, `retrieved_at` (of the latest file), `addresses`, `redistributable` and
        `themes`.

    Raises:
        RiskkitError: The manifest is damaged.
    """
    entries = store.entries()
    now = month_id(today or date.today())
    rows = []
    with progress("reading", len(entries)) as advance:
        for entry in entries:
            rows.append(_row(store, entry, now))
            advance(entry.key)
    return rows


def _row(store: Store, entry: Entry, now: int) -> dict[str, Any]:
    files = entry.files.values()
    licences = sorted({file.licence for file in files})
    counted: dict[str, Any] = {"units": None, "gaps": {}, "licences": licences}
    state = "intact"
    try:
        release = store.read_entry(entry)
        counted = {"units": _units(release), "gaps": _gaps(release), "licences": licences}
        if release.citation:  # of a table of one's own, only its options tell
            counted["licences"] = [release.citation.licence]
    except RiskkitError as error:
        state = str(error)
    source = sources().get(entry.source)
    return {
        **entry.model_dump(mode="json"),
        "state": state,
        **counted,
        **_age(entry, now),
        "retrieved_at": max(file.retrieved_at for file in files).isoformat(),
        "addresses": sorted({file.address for file in files if file.address}),
        "redistributable": source is not None and source.redistributable,
        "themes": [] if source is None else list(source.themes),
    }


def _age(entry: Entry, now: int) -> dict[str, Any]:
    """How old the newest period is, and when the next should have come."""
    source, last = sources().get(entry.source), month_id(entry.covers[1])
    due = None
    if source is not None and source.every_months is not None:
        lag = int(entry.options.get("lag_months", source.lag_months))
        due = last + source.every_months + lag
    return {
        "age_months": now - last,
        "due": None if due is None else format_month(due),
        "stale": due is not None and now > due + _GRACE,
    }


def _units(release: Release) -> int:
    named = [release.observations["unit"]]
    named += [] if release.dyads is None else [release.dyads["unit"], release.dyads["other"]]
    return pl.concat(named).n_unique()


def _gaps(release: Release) -> dict[str, list[str]]:
    """Periods without any value between the first and the last of each indicator that has some."""
    found = {}
    months = release.observations.select("indicator", month=month_id_expr("month")).unique()
    for indicator in release.indicators:
        present = months.filter(indicator=indicator.name)["month"].to_list()
        missing = [] if indicator.census else _missing(present, _STEP[indicator.frequency])
        if missing:
            found[indicator.name] = missing
    return found


def _missing(present: Sequence[int], step: int) -> list[str]:
    """Name the ranges that are absent, as "2004" or "2004-03 to 2005-01"."""
    ranges = []
    ordered = sorted(present)
    for before, after in pairwise(ordered):
        if after > before + step:
            edges = dict.fromkeys(_named(m, step) for m in (before + step, after - step))
            ranges.append(" to ".join(edges))
    return ranges


def _named(month: int, step: int) -> str:
    return f"{first_day(month):%Y}" if step == 12 else format_month(month)
