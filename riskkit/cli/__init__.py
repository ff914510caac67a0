"""The command line. Each noun is a file; heavy imports wait until a command runs."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Sequence
from importlib import import_module
from typing import Any

import click

from riskkit import __version__
from riskkit.cli._options import Group
from riskkit.errors import RiskkitError

_COMMANDS = (
    "run",
    "data",
    "panel",
    "features",
    "forecast",
    "publish",
    "explain",
    "verify",
    "backtest",
    "evaluate",
    "leaderboard",
    "score",
    "experiment",
    "doctor",
)


class _Commands(Group):
    """Load a command's file when it is asked for; turn refused input into one line."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name the commands in the order in which an analyst meets them."""
        del ctx
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import one command."""
        del ctx
        if cmd_name not in _COMMANDS:
            return None
        command: click.Command = import_module(f"riskkit.cli.{cmd_name}").command
        return command

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; exit 1 with one line on refused input, and on our own mistakes."""
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort, BrokenPipeError):
            raise
        except Exception as error:
            if ctx.params["debug"]:
                traceback.print_exc()
            expected = isinstance(error, RiskkitError)
            told = error if expected else f"a mistake of riskkit's own, {error!r}; see --debug"
            click.echo(f"riskkit: {told}".replace("\n", " "), err=True)
            return ctx.exit(1)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
@click.version_option(__version__, prog_name="riskkit")
def riskkit(debug: bool) -> None:
    """Forecast regional instability and publish ranked risk scores.

    Start with `riskkit run`: it ranks real countries by the open data that come with it.
    """
    del debug


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line; the entry point of the `riskkit` script."""
    try:
        riskkit(arguments, prog_name="riskkit")
    except BrokenPipeError:
        sys.exit(0)
