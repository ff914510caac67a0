"""The state of stored data as a person reads it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from riskkit.cli._output import Column, echo_table, echo_wrapped

_SHOWN = 3
_COLUMNS = (
    Column("source"),
    Column("tells of", give=3, words=True),
    Column("rows", right=True, give=1),
    Column("units", right=True, give=2),
    Column("from"),
    Column("to"),
    Column("age", right=True),
    Column("state"),
    Column("terms", give=4, words=True),
)


def print_status(rows: Iterable[dict[str, Any]]) -> None:
    """Print a table with a line a row, and below what somebody should know of them."""
    rows = list(rows)
    echo_table(_COLUMNS, [_cells(row) for row in rows])
    if rows:
        echo_wrapped("age: months since the newest period.")
    alike: dict[str, list[str]] = {}
    for row in rows:
        for remark in _remarks(row):
            alike.setdefault(remark, []).append(row["key"])
    for remark, keys in alike.items():
        echo_wrapped(f"{', '.join(keys)}: {remark}", "    ")


def _cells(row: dict[str, Any]) -> tuple[object, ...]:
    units = "?" if row["units"] is None else f"{row['units']:,}"
    state = "damaged" if row["state"] != "intact" else "stale" if row["stale"] else "intact"
    terms = "; ".join(row["licences"])
    themes = ", ".join(row["themes"])
    number = f"{row['rows']:,}"
    return (row["key"], themes, number, units, *row["covers"], row["age_months"], state, terms)


def _remarks(row: dict[str, Any]) -> list[str]:
    """What somebody should know: damage, overdue releases and gaps."""
    remarks = [] if row["state"] == "intact" else [row["state"]]
    if row["stale"]:
        remarks.append(f"stale: something newer should be out since {row['due']}")
    alike: dict[tuple[str, ...], list[str]] = {}
    for name, ranges in row["gaps"].items():
        alike.setdefault(tuple(ranges), []).append(name)
    remarks += [f"gaps in {_some(names)}: {_some(ranges)}" for ranges, names in alike.items()]
    return remarks


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more
