"""The state of stored data as a person reads it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from riskkit.cli._output import add_row, console, echo

_SHOWN = 3


def print_status(rows: Iterable[dict[str, Any]]) -> None:
    """Print the rows: a table on a terminal, a line each in a pipe, and below what is wrong."""
    from rich.table import Table

    rows = list(rows)
    screen = console()
    if not screen.is_terminal:
        for row in rows:
            echo(_line(row))
        return
    columns = ("source", "rows", "units", "from", "to", "age", "licence", "state")
    table = Table(*columns, box=None, pad_edge=False)
    for row in rows:
        add_row(table, *_cells(row), style="red" if row["state"] != "intact" else None)
    screen.print(table)
    for row in rows:
        for remark in _remarks(row):
            echo(f"{row['key']}: {remark}")


def _cells(row: dict[str, Any]) -> tuple[str, ...]:
    units = "?" if row["units"] is None else f"{row['units']:,}"
    state = "damaged" if row["state"] != "intact" else "stale" if row["stale"] else "intact"
    age = f"{row['age_months']} months"
    licence = "; ".join(row["licences"])
    return (row["key"], f"{row['rows']:,}", units, *row["covers"], age, licence, state)


def _line(row: dict[str, Any]) -> str:
    key, number, units, first, last, age, licence, _ = _cells(row)
    told = [f"{number} rows", f"{units} units", f"{first} to {last}", f"{age} old", licence]
    remarks = _remarks(row) or [row["state"]]
    return f"{key}: {', '.join(told)}, {', '.join(row['files'])}: {'; '.join(remarks)}"


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
