"""What a person sees after a publication: the top of the ranking, and where the files are."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl

from riskkit.cli._output import add_row, console, echo, echo_json
from riskkit.files import read_csv, read_json
from riskkit.publish import STANDARD, worse_in
from riskkit.publish._licences import STRICTEST_FIRST

_TOP, _NAME = 10, 22


def print_summary(folder: Path, *, as_json: bool, archive: str | None = None) -> None:
    """Print the top of a published ranking, and what is to be said against it."""
    worse = worse_in(folder)
    filed = None if archive is None else _filed(archive)
    ranking = read_csv(folder / "ranking.csv", "publish again")
    package = read_json(folder / "datapackage.json", "publish again")
    (terms,) = package["licenses"]
    if as_json:
        top = ranking.head(_TOP).to_dicts()
        told = {"folder": str(folder), "units": ranking.height, "licence": terms["name"]}
        told |= {"top": top, "warnings": worse}
        echo_json(told if filed is None else {**told, "archived": filed})
        return
    first = ranking.row(0, named=True)
    for text in worse:
        echo(f"WARNING: {text}")
    echo(_headline(first, ranking.height))
    threats = [name for name in STANDARD if ranking[name].is_not_null().any()]
    _print_table(ranking.head(_TOP), threats)
    echo(
        "score and threats 0-10; intervals: 90 % of the joint scenarios; top 10: chance of being "
        "there;\nan empty threat has no data; associations in the model, not causes."
    )
    echo(f"Licence of these figures: {terms['name']}, {_short_terms(terms)}.")
    paths = [file["path"] for file in package["resources"]]
    pages = sum("/" in path for path in paths)
    echo(f"\n{folder}/: " + ", ".join(path for path in paths if "/" not in path))
    echo(f"Open {folder}/report.html in a browser; units/ has {pages} pages beside it.")
    echo(f"`riskkit explain {first['unit']}` tells one unit's story.")
    if filed is not None:
        due = f"; newer figures are due {filed['next_due']}" if filed["next_due"] else ""
        echo(f"Archived as {archive}/{filed['publication']} ({filed['status']}{due}).")


def _filed(archive: str) -> dict[str, Any]:
    from riskkit.archive import Archive

    return Archive(archive).status()


def _short_terms(terms: dict[str, str]) -> str:
    """What must be kept to; of whom, where it is more than to name every source."""
    if terms["name"] == STRICTEST_FIRST[-1].name:
        return f"{STRICTEST_FIRST[-1].told}, which model-card.md lists"
    return terms["title"]


def _headline(row: dict[str, Any], units: int) -> str:
    made_up = "SIMULATED data, not real countries. " if row["data_kind"] == "simulated" else ""
    return (
        f"{made_up}Top {min(_TOP, units)} of {units} units for {row['window_start']} to "
        f"{row['window_end']}, as of {row['as_of']} (data {row['data_age_months']} months old)"
    )


def _print_table(rows: pl.DataFrame, threats: Sequence[str]) -> None:
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("rank", "", "unit", "name", "score", "", "main threat", *threats, "top 10"):
        words = name in ("unit", "name", "main threat")
        table.add_column(_short(name), justify="left" if words else "right", no_wrap=True)
    for row in rows.iter_rows(named=True):
        add_row(
            table,
            str(row["rank"]),
            f"{row['rank_low']}-{row['rank_high']}",
            row["unit"],
            row["name"][:_NAME],
            f"{row['score']:.1f}",
            f"{row['score_low']:.1f}-{row['score_high']:.1f}",
            row["main_threat"] or "",
            *("" if row[name] is None else f"{row[name]:.1f}" for name in threats),
            f"{row['p_top10']:.2f}",
        )
    screen = console()
    (screen if screen.is_terminal else console(width=120)).print(table)


def _short(name: str) -> str:
    return {"displacement": "displ.", "terrorism": "terror"}.get(name, name)
