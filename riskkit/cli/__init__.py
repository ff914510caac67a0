"""The command line. Each noun is a file; heavy imports wait until a command runs."""

from __future__ import annotations

import signal
import sys
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from threading import current_thread, main_thread
from typing import Any

import click

from riskkit import __version__
from riskkit.cli._options import Group
from riskkit.cli._output import echo, logged
from riskkit.errors import RiskkitError, system_refusal

_COMMANDS = (
    "run",
    "data",
    "panel",
    "features",
    "forecast",
    "publish",
    "explain",
    "scenario",
    "verify",
    "export",
    "backtest",
    "evaluate",
    "replay",
    "decisions",
    "leaderboard",
    "score",
    "tune",
    "experiment",
    "doctor",
)


_INTERRUPTED, _TERMINATED = 128 + signal.SIGINT, 128 + signal.SIGTERM
_STANDS = {
    "": "what it was to replace is as it was before: run the same command again",
    "backtest": "finished forecasts stay in --out: the same command goes on from there",
    "tune": "finished trials stay in --out: the same command goes on from there",
    "data": "the store is as it was before, and a fetch goes on where it stopped: run it again",
}
"""By command, what an interruption leaves behind and how to go on."""


class _Terminated(KeyboardInterrupt):
    """Somebody asks the process to end, as `kill` does."""


def _terminate(number: int, frame: object) -> None:
    del number, frame
    raise _Terminated


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
        except KeyboardInterrupt as stop:
            stands = _STANDS.get(ctx.invoked_subcommand or "", _STANDS[""])
            echo(f"\nriskkit: stopped; {stands}", err=True)
            return ctx.exit(_TERMINATED if isinstance(stop, _Terminated) else _INTERRUPTED)
        except Exception as error:
            if ctx.params["debug"]:
                traceback.print_exc()
            echo(f"riskkit: {_told(error)}".replace("\n", " "), err=True)
            return ctx.exit(1)


def _told(error: Exception) -> RiskkitError | str:
    """What a user can do something about, or the admission of a mistake."""
    if isinstance(error, RiskkitError):
        return error
    if isinstance(error, MemoryError):
        return "there is not enough memory; use fewer draws, units or processes"
    place = getattr(error, "filename", None)
    what = "the system refuses" if place is None else f"the system refuses {place}"
    refused = system_refusal(what, error)
    return refused or f"a mistake of riskkit's own, {error!r}; see --debug"


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
@click.option("--verbose", "-v", is_flag=True, help="Tell of every file that is read or written.")
@click.version_option(__version__, prog_name="riskkit")
@click.pass_context
def riskkit(ctx: click.Context, debug: bool, verbose: bool) -> None:
    """Forecast regional instability and publish ranked risk scores.

    Start with `riskkit run`: it ranks real countries by the open data that come with it.
    """
    del debug
    if verbose:
        ctx.with_resource(logged())


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line; the entry point of the `riskkit` script."""
    with _ending_tidily():
        try:
            riskkit(arguments, prog_name="riskkit")
        except BrokenPipeError:
            sys.exit(0)


@contextmanager
def _ending_tidily() -> Iterator[None]:
    """Let SIGTERM end a command as Ctrl-C does, so that it removes what it has begun."""
    if current_thread() is not main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, _terminate)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
