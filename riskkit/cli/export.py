"""riskkit export: a publication in the formats of others."""

from __future__ import annotations

from pathlib import Path

import click

from riskkit.cli._options import json_option
from riskkit.cli._output import echo, echo_json


def _list(ctx: click.Context, param: click.Parameter, value: bool) -> None:
    from riskkit.exchange import formats

    del param
    if value and not ctx.resilient_parsing:
        for name, form in formats().items():
            echo(f"{name:<8}{form.SUMMARY}")
        ctx.exit()


@click.command(name="export")
@click.argument("format_", metavar="FORMAT")
@click.argument("folder", type=click.Path(path_type=Path), default="publication")
@click.option(
    "--out", type=click.Path(path_type=Path), required=True, help="File or folder to write."
)
@click.option("--bom", is_flag=True, help="csv, hapi: begin with a byte-order mark, for old Excel.")
@click.option("--team", default="riskkit", show_default=True, help="hub: who forecasts.")
@click.option(
    "--later",
    type=click.Path(path_type=Path),
    multiple=True,
    help="hub: a later publication, whose series tell what came. Repeatable.",
)
@click.option(
    "--list",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_list,
    help="Name the formats.",
)
@json_option
def command(
    format_: str,
    folder: Path,
    out: Path,
    bom: bool,
    team: str,
    later: tuple[Path, ...],
    as_json: bool,
) -> None:
    """Write a publication in another FORMAT, for the tools of others.

    \b
    Examples:
      riskkit export --list
      riskkit export xlsx publication --out ranking.xlsx
      riskkit export hub publication --later publication-2026 --out hub
    """
    from riskkit.exchange import Options, export

    written = export(format_, folder, out, Options(bom=bom, team=team, later=later))
    if as_json:
        echo_json({"format": format_, "written": str(written)})
    else:
        echo(written)
