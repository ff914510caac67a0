"""What a person sees after a publication: the top of the ranking, and where the files are."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl

from riskkit.cli._output import Column, echo, echo_json, echo_table, echo_wrapped
from riskkit.files import read_csv, read_json
from riskkit.publish import STANDARD, worse_in
from riskkit.publish._licences import STRICTEST_FIRST

_TOP = 10


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
        echo_wrapped(f"WARNING: {text}", "    ")
    echo_wrapped(_headline(first, ranking.height))
    threats = [name for name in STANDARD if ranking[name].is_not_null().any()]
    _print_table(ranking.head(_TOP), threats)
    echo_wrapped(
        "score and threats 0-10; 90 %: of the joint scenarios; top 10: chance of being there; an "
        "empty threat has no data; associations in the model, not causes."
    )
    echo_wrapped(f"Licence of these figures: {terms['name']}, {_short_terms(terms)}.", "    ")
    paths = [file["path"] for file in package["resources"]]
    pages = sum("/" in path for path in paths)
    echo()
    echo_wrapped(f"{folder}/: " + ", ".join(path for path in paths if "/" not in path), "    ")
    echo_wrapped(f"Open {folder}/report.html in a browser; units/ has {pages} pages beside it.")
    echo(f"`riskkit explain {first['unit']}` tells one unit's story.")
    if filed is not None:
        due = f"; newer figures are due {filed['next_due']}" if filed["next_due"] else ""
        echo_wrapped(f"Archived as {archive}/{filed['publication']} ({filed['status']}{due}).")


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
    columns = (
        Column("rank", right=True),
        Column("90 %", right=True, give=2),
        Column("unit", give=3),
        Column("name"),
        Column("score", right=True),
        Column("90 %", right=True, give=1),
        Column("main threat", give=4),
        *(Column(_short(name), right=True) for name in threats),
        Column("top 10", right=True),
    )
    echo_table(
        columns,
        [
            (
                row["rank"],
                f"{row['rank_low']}-{row['rank_high']}",
                row["unit"],
                row["name"],
                f"{row['score']:.1f}",
                f"{row['score_low']:.1f}-{row['score_high']:.1f}",
                row["main_threat"] or "",
                *("" if row[name] is None else f"{row[name]:.1f}" for name in threats),
                f"{row['p_top10']:.2f}",
            )
            for row in rows.iter_rows(named=True)
        ],
    )


def _short(name: str) -> str:
    return {"displacement": "displ.", "terrorism": "terror"}.get(name, name)
