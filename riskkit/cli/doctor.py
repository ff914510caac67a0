"""riskkit doctor: is this installation able to work?"""

from __future__ import annotations

from pathlib import Path

import click

from riskkit.cli._options import json_option, params_options
from riskkit.cli._output import echo, echo_json


@click.command(name="doctor")
@params_options
@json_option
def command(config: Path | None, settings: tuple[str, ...], as_json: bool) -> None:
    """Check Python, packages, parameters, plug-ins and stored data; exit 1 if one fails.

    \b
    Example:
      riskkit doctor
    """
    from riskkit.study.checks import run_checks

    checks = run_checks(config, settings)
    if as_json:
        echo_json(checks)
    else:
        for check in checks:
            echo(f"{'ok  ' if check['ok'] else 'FAIL'} {check['check']}: {check['found']}")
    if not all(check["ok"] for check in checks):
        click.get_current_context().exit(1)
