"""What a person sees after a publication: the top of the ranking, and where the files are."""

from __future__ import annotations

from pathlib import Path

import click
import polars as pl

from riskkit.cli._options import echo_json
from riskkit.files import read_csv, read_json

_TOP = 10


def print_summary(folder: Path, *, as_json: bool) -> None:
    """Print the top of a published ranking."""
    ranking = read_csv(folder / "ranking.csv", "publish again")
    if as_json:
        top = ranking.head(_TOP).to_dicts()
        echo_json({"folder": str(folder), "units": ranking.height, "top": top})
        return
    first = ranking.row(0, named=True)
    click.echo(_headline(first, ranking.height))
    _print_table(ranking.head(_TOP))
    click.echo(
        "score 0-10 and its 90 % interval; rank interval: 90 % of the joint scenarios;\n"
        "P(>=n): probability of at least n over the window; "
        "drivers are associations in the model, not causes."
    )
    files = read_json(folder / "datapackage.json", "publish again")["resources"]
    click.echo(f"\n{folder}/: " + ", ".join(file["path"] for file in files))
    click.echo(f"`riskkit explain {first['unit']}` tells one unit's story.")


def _headline(row: dict[str, object], units: int) -> str:
    made_up = "SIMULATED data, not real countries. " if row["data_kind"] == "simulated" else ""
    return (
        f"{made_up}Top {min(_TOP, units)} of {units} units, forecast window {row['window_start']} "
        f"to {row['window_end']}, as of {row['as_of']} "
        f"(data {row['data_age_months']} month(s) old), model {row['model']}"
    )


def _print_table(rows: pl.DataFrame) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("rank", justify="right")
    table.add_column("")
    table.add_column("unit")
    table.add_column("name", max_width=24, no_wrap=True)
    table.add_column("score", justify="right")
    table.add_column("")
    table.add_column("class")
    table.add_column("P(>=25)", justify="right")
    table.add_column("expected", justify="right")
    table.add_column("likelihood of 25 or more")
    for row in rows.iter_rows(named=True):
        table.add_row(
            str(row["rank"]),
            f"{row['rank_low']:.0f}-{row['rank_high']:.0f}",
            row["unit"],
            row["name"],
            f"{row['score']:.1f}",
            f"{row['score_low']:.1f}-{row['score_high']:.1f}",
            row["risk_class"],
            f"{row['p_25']:.2f}",
            f"{row['expected']:,.0f}",
            row["likelihood"],
        )
    console = Console()
    console = console if console.is_terminal else Console(width=120)
    console.print(table)
