"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from riskkit.errors import suggestion

RESULT = "identity.json"
"""What a result of several files holds, as `riskkit.study.results.MARKER` says."""
PUBLISHED = "datapackage.json"
"""What a publication holds, as `riskkit.publish.MARKER` says."""
_ENGINE = "engine"
Command = TypeVar("Command", bound=Callable[..., Any])


class Group(click.Group):
    """A group that asks whether another of its commands was meant."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that is named."""
        name, known = str(args[0]), self.list_commands(ctx)
        if name not in known and not name.startswith("-") and not ctx.resilient_parsing:
            meant = suggestion(name, known) or f"there are: {', '.join(known)}"
            ctx.fail(f"there is no command '{name}'; {meant}")
        return super().resolve_command(ctx, args)


def params_options(command: Command) -> Command:
    """Add --config and --set."""
    command = click.option(
        "--set",
        "settings",
        metavar="KEY=VALUE",
        multiple=True,
        help="Override one key of the parameters, e.g. forecast.draws=500. Repeatable.",
    )(command)
    return click.option(
        "--config",
        type=click.Path(path_type=Path),
        help="Parameter file. [default: params.yaml if it is there]",
    )(command)


def json_option(command: Command) -> Command:
    """Add --json."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON for machines.")(command)


def out_option(
    default: str | None, what: str, *, marker: str | None = None, is_folder: bool = True
) -> Callable[[Command], Command]:
    """Add --out, which is checked before the command begins its work.

    Args:
        default: What it is when it is not given; None to ask for it.
        what: Its help.
        marker: A file that a folder holds which the command may replace as a whole.
        is_folder: Whether it is a folder.
    """

    def checked(ctx: click.Context, param: click.Parameter, value: Path) -> Path:
        from riskkit.atomic import check_target
        from riskkit.errors import RiskkitError
        from riskkit.reading.remote import is_address

        del param
        if is_address(value):
            raise RiskkitError(
                f"{value} is an address, and results are written to folders",
                hint="write it to a folder, and copy that",
            )
        if is_folder and not ctx.resilient_parsing:
            check_target(value, marker)
        return value

    return click.option(
        "--out",
        type=click.Path(path_type=Path),
        default=default,
        required=default is None,
        show_default=default is not None,
        callback=checked,
        help=what,
    )


class Place(click.Path):
    """A file or folder to be read; what is behind an address is copied here first."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        """Give its path."""
        from riskkit.reading.remote import local

        del param
        return Path(value) if ctx is not None and ctx.resilient_parsing else local(value)


def record_option(command: Command) -> Command:
    """Add --record."""
    return click.option(
        "--record",
        type=Place(),
        help="Folder of `riskkit backtest` or `riskkit replay` of this study, whose scores go into "
        "the report and the model card.",
    )(command)


def features_option(command: Command) -> Command:
    """Add --features."""
    return click.option(
        "--features",
        type=Place(),
        help="Folder of `riskkit features build` to use, or its address. [default: build them "
        "anew]",
    )(command)


def engine_options(command: Command) -> Command:
    """Add --engine and --scheduler, which arrive as `scheduler`: None for this machine."""

    def together(ctx: click.Context, param: click.Parameter, value: str | None) -> str | None:
        del param
        if not ctx.resilient_parsing and (ctx.params.pop(_ENGINE) == "dask") != (value is not None):
            raise click.UsageError("--engine dask and --scheduler ADDRESS go together")
        return value

    command = click.option(
        "--scheduler",
        metavar="ADDRESS",
        callback=together,
        help="Of the Dask cluster: tcp://host:8786.",
    )(command)
    return click.option(
        "--engine",
        _ENGINE,
        type=click.Choice(["local", "dask"]),
        default="local",
        show_default=True,
        is_eager=True,  # so that it is known when the scheduler is checked
        help="Processes of this machine, or a Dask cluster.",
    )(command)


def together_option(command: Command) -> Command:
    """Add --together."""
    return click.option(
        "--together",
        type=click.IntRange(min=1000),
        metavar="ROWS",
        help="Let all workers of the cluster train together what has more rows than this, each on "
        "its part. [default: one worker trains, whatever the rows]",
    )(command)
