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
    """Tell a unit's rank, how sure it is, why, what it was like before, and what changed.

    UNIT is a code (ISO3 or ISO2) or a name. All is read from the files of the publication.

    \b
    Example:
      riskkit explain UKR
    """
    from riskkit.publish.explanation import explain_unit, explanation_data, explanation_text

    story = explain_unit(folder, unit)
    if as_json:
        echo_json(explanation_data(story))
    else:
        echo(explanation_text(story))
