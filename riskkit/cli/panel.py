"""riskkit panel: what was known, unit by unit and month by month."""

from __future__ import annotations

from pathlib import Path

import click

from riskkit.cli._options import Group, json_option, out_option, params_options
from riskkit.cli._output import echo, echo_json


@click.group(name="panel", cls=Group)
def command() -> None:
    """Build or look at the panel: the one join of every source, as of a date."""


@command.command(name="build")
@params_options
@out_option("panel.parquet", "File to write.", is_folder=False)
@json_option
def build(config: Path | None, settings: tuple[str, ...], out: Path, as_json: bool) -> None:
    """Write the panel: unit, month and one column per indicator.

    \b
    Example:
      riskkit panel build --set panel.as_of=2015-06 --out panel.parquet
    """
    from riskkit.atomic import atomic_file
    from riskkit.months import format_month
    from riskkit.study.study import Study

    panel = Study.open(config, settings).panel
    with atomic_file(out) as partial:
        panel.frame.write_parquet(partial)
    summary = {
        "units": panel.n_units,
        "first_month": format_month(panel.first_month),
        "as_of": format_month(panel.as_of),
        "indicators": sorted(panel.indicators),
        "file": str(out),
    }
    if as_json:
        echo_json(summary)
    else:
        echo(
            f"{panel.n_units} units, {summary['first_month']} to {summary['as_of']}, "
            f"{len(panel.indicators)} indicators: {out}"
        )


@command.command(name="show")
@click.argument("unit", required=False)
@params_options
@json_option
def show(unit: str | None, config: Path | None, settings: tuple[str, ...], as_json: bool) -> None:
    """Show each indicator's state in the last row: observed, zero, missing or unpublished.

    \b
    Examples:
      riskkit panel show
      riskkit panel show MLI
    """
    from riskkit.study.inspection import indicator_states, unit_states
    from riskkit.study.study import Study

    panel = Study.open(config, settings).panel
    rows = indicator_states(panel) if unit is None else unit_states(panel, unit)
    if as_json:
        echo_json(rows)
        return
    for row in rows:
        echo("  ".join(f"{key}: {value}" for key, value in row.items()))
