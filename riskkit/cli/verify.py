"""riskkit verify: is a publication what it says it is?"""

from __future__ import annotations

from pathlib import Path

import click

from riskkit.cli._options import json_option
from riskkit.cli._output import echo, echo_json


@click.command(name="verify")
@click.argument("folder", type=click.Path(path_type=Path), default="publication")
@json_option
def command(folder: Path, as_json: bool) -> None:
    """Check a publication's files against their hashes and schemas.

    \b
    Example:
      riskkit verify publication
    """
    from riskkit.publish import verify

    findings = verify(folder)
    if as_json:
        echo_json({"folder": str(folder), "ok": not findings, "findings": findings})
    elif not findings:
        echo(f"{folder}: every file matches its hash and its schema")
    for finding in [] if as_json else findings:
        echo(finding)
    if findings:
        click.get_current_context().exit(1)
