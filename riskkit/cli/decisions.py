"""riskkit decisions: what acting on replayed rankings would have brought."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from riskkit.cli._options import json_option
from riskkit.cli._output import echo, echo_json

if TYPE_CHECKING:
    import polars as pl


@click.command(name="decisions")
@click.argument("folder", type=click.Path(path_type=Path), default="replay")
@click.option("--alarm", multiple=True, type=float, help="Chance to give alarm from. Repeatable.")
@click.option(
    "--ratio",
    multiple=True,
    type=float,
    help="Cost of acting divided by the loss if one did not. Repeatable.",
)
@json_option
def command(
    folder: Path, alarm: tuple[float, ...], ratio: tuple[float, ...], as_json: bool
) -> None:
    """Tell what acting on replayed rankings would have brought, beside acting on last year's.

    FOLDER is that of `riskkit replay`. Last year's ranking gives as many alarms as the ranking.

    \b
    Example:
      riskkit decisions replay --alarm 0.2 --ratio 0.1
    """
    from riskkit.study.decisions import ALARMS, RATIOS, decisions, expected_costs, read_composites
    from riskkit.study.inspection import in_columns

    composites = read_composites(folder)
    told = decisions(composites, alarm or ALARMS)
    spent = expected_costs(composites, ratio or RATIOS)
    if as_json:
        echo_json({"alarms": told.to_dicts(), "costs": spent.to_dicts()})
        return
    for line in [*in_columns(list(_alarms(told))), "", *in_columns(list(_costs(spent)))]:
        echo(line)
    echo("\nintervals: 90 %, from a bootstrap over units; costs are per unit and year, the loss 1")


def _alarms(told: pl.DataFrame) -> Iterator[list[str]]:
    yield ["event", "alarm", "by", "hits", "misses", "false", "events found", "alarms right"]
    for row in told.to_dicts():
        counts = [str(row[name]) for name in ("hits", "misses", "false_alarms")]
        shares = [_share(row, name) for name in ("hit_rate", "precision")]
        yield [row["event"], f"{row['alarm']:.0%}", row["system"], *counts, *shares]


def _costs(spent: pl.DataFrame) -> Iterator[list[str]]:
    yield ["event", "cost/loss", "by", "cost", "never act", "always act", "value"]
    for row in spent.to_dicts():
        cost = f"{row['cost']:.4f} [{row['cost_low']:.4f}, {row['cost_high']:.4f}]"
        rest = [f"{row[name]:.4f}" for name in ("never", "always")]
        yield [row["event"], f"{row['ratio']:g}", row["system"], cost, *rest, _share(row, "value")]


def _share(row: dict[str, float | None], name: str) -> str:
    value, low, high = (row[f"{name}{end}"] for end in ("", "_low", "_high"))
    if value is None or low is None or high is None:
        return "none"
    return f"{value:.2f} [{low:.2f}, {high:.2f}]"
