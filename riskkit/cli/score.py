"""riskkit score: judge any submission by what came."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from riskkit.cli._options import json_option
from riskkit.cli._output import echo, echo_json

_PATHS = click.Path(path_type=Path)


class _ManyPaths(click.Command):
    """Let an option be followed by several paths, as a shell's wildcard leaves them."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Repeat the option before each further path."""
        repeated: list[str] = []
        option = ""
        for argument in args:
            if argument in ("--forecasts", "--actuals"):
                option = argument
            elif argument.startswith("-"):
                option = ""
                repeated.append(argument)
            else:
                repeated += [option, argument] if option else [argument]
        return super().parse_args(ctx, repeated)


@click.command(name="score", cls=_ManyPaths)
@click.option(
    "--format",
    "layout",
    type=click.Choice(["views"]),
    default="views",
    show_default=True,
    help="Layout of the files.",
)
@click.option(
    "--forecasts",
    type=_PATHS,
    multiple=True,
    required=True,
    help="Files or folders of draws: month_id, country_id or priogrid_gid, draw, outcome.",
)
@click.option(
    "--actuals",
    type=_PATHS,
    multiple=True,
    required=True,
    help="Files or folders of outcomes: month_id, country_id or priogrid_gid, outcome.",
)
@json_option
def command(
    layout: str,
    forecasts: tuple[Path, ...],
    actuals: tuple[Path, ...],
    as_json: bool,
) -> None:
    """Score draws in the VIEWS layout, from this toolkit or anyone's.

    \b
    Example:
      riskkit score --forecasts mine_*.parquet --actuals actuals_*.parquet
      riskkit score --forecasts submission/ --actuals actuals/ --json
    """
    from riskkit.scoring.submission import read_actuals, read_submission, score_submission

    del layout
    result = score_submission(read_submission(forecasts), read_actuals(actuals))
    if as_json:
        echo_json(result)
    else:
        _print_scores(result)


def _print_scores(result: dict[str, Any]) -> None:
    windows: dict[str, dict[str, float]] = result["windows"]
    names = list(result["overall"])
    width = max(len(name) for name in names)
    columns = [*windows, "mean"]
    echo(f"{'rule':<{width}}  " + "  ".join(f"{name:>10}" for name in columns))
    for name in names:
        values = [*(window[name] for window in windows.values()), result["overall"][name]]
        shown = (f"{'-' if value is None else format(value, '.4f'):>10}" for value in values)
        echo(f"{name:<{width}}  " + "  ".join(shown))
