"""riskkit panel: what was known, unit by unit and month by month."""

from __future__ import annotations

from pathlib import Path

import click

from riskkit.cli._options import Group, json_option, out_option, params_options
from riskkit.cli._output import Column, echo, echo_json, echo_table, echo_wrapped


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

    With UNIT, a code or a name, show its values and the month or year that each is of; without,
    count the states over all units and months.

    \b
    Examples:
      riskkit panel show
      riskkit panel show MLI
      riskkit panel show "Burkina Faso"
    """
    from riskkit.study.inspection import indicator_states, unit_states
    from riskkit.study.study import Study

    study = Study.open(config, settings)
    rows = indicator_states(study.panel) if unit is None else unit_states(study, unit)
    if as_json:
        echo_json(rows)
    elif unit is None:
        echo_table(_COUNTED, [[_cell(row.get(name)) for name in _COUNTS] for row in rows])
        echo_wrapped(
            "lag: months from the month of a value to its row; last: the last month that the "
            "source speaks of; then, of all units and months, how many are observed, zero, "
            "missing, not yet published, or of a time when there was no state."
        )
    else:
        echo_table(_OF_A_UNIT, [[_cell(row[name]) for name in _VALUES] for row in rows])
        echo_wrapped(f"As known at the end of {rows[0]['month']}; of: the period a value is of.")


def _cell(value: object) -> object:
    """Whole numbers with marks between thousands, others to six digits."""
    if isinstance(value, int) or (isinstance(value, float) and value.is_integer()):
        return f"{value:,.0f}"
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= _LARGE else f"{value:,.6g}"
    return value


_LARGE = 100_000
_COUNTS = (
    *("indicator", "source", "lag_months", "last_period", "observed", "zero", "missing"),
    *("unpublished", "no state", "unit", "vintage"),
)
_COUNTED = (
    Column("indicator"),
    Column("source", give=3),
    Column("lag", right=True),
    Column("last"),
    Column("observed", right=True),
    Column("zero", right=True),
    Column("missing", right=True),
    Column("unpubl.", right=True, give=1),
    Column("no state", right=True, give=2),
    Column("measured in", give=4, words=True),
    Column("vintage", give=5, words=True),
)
_VALUES = ("indicator", "of", "value", "unit", "status", "source")
_OF_A_UNIT = (
    Column("indicator"),
    Column("of"),
    Column("value", right=True),
    Column("measured in", words=True),
    Column("state"),
    Column("source", give=1),
)
