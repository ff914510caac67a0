"""riskkit explain: why is a unit where it is?"""

from __future__ import annotations

from pathlib import Path

import click

from riskkit.cli._options import json_option
from riskkit.cli._output import echo, echo_json


@click.command(name="explain")
@click.argument("unit")
@click.option(
    "--publication",
    "folder",
    type=click.Path(path_type=Path),
    default="publication",
    show_default=True,
    help="Folder that `riskkit run` wrote.",
)
@json_option
def command(unit: str, folder: Path, as_json: bool) -> None:
    """Tell a unit's rank, how sure it is, and what in the model raised or lowered it.

    \b
    Example:
      riskkit explain UKR
    """
    from riskkit.publish.explanation import explain_unit, explanation_text

    row = explain_unit(folder, unit)
    if as_json:
        echo_json(row)
    else:
        echo(explanation_text(row))
