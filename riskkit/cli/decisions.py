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
    for event in told["event"].unique(maintain_order=True):
        alarms, costs = _alarms(told.filter(event=event)), _costs(spent.filter(event=event))
        echo(f"{event[0].upper()}{event[1:]}")
        for line in [*in_columns(list(alarms)), "", *in_columns(list(costs)), ""]:
            echo(line)
    echo("intervals: 90 %, from a bootstrap over units; costs are per unit and year,")
    echo("beside those of never and always acting, where the loss is 1")


def _alarms(told: pl.DataFrame) -> Iterator[list[str]]:
    yield ["alarm", "by", "hits", "misses", "false", "events found", "alarms right"]
    for row in told.to_dicts():
        counts = [str(row[name]) for name in ("hits", "misses", "false_alarms")]
        shares = [_share(row, name) for name in ("hit_rate", "precision")]
        yield [f"{row['alarm']:.0%}", row["system"], *counts, *shares]


def _costs(spent: pl.DataFrame) -> Iterator[list[str]]:
    yield ["cost/loss", "by", "cost", "never", "always", "value"]
    for row in spent.to_dicts():
        rest = [f"{row[name]:.3f}" for name in ("never", "always")]
        told = [_share(row, "cost", 3), *rest, _share(row, "value")]
        yield [f"{row['ratio']:g}", row["system"], *told]


def _share(row: dict[str, float | None], name: str, digits: int = 2) -> str:
    value, low, high = (row[f"{name}{end}"] for end in ("", "_low", "_high"))
    if value is None or low is None or high is None:
        return "none"
    return f"{value:.{digits}f} [{low:.{digits}f}, {high:.{digits}f}]"
