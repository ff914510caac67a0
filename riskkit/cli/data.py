"""riskkit data: the publishers' files that a project stands on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from riskkit.cli._options import echo_json, json_option

_STORE = click.option(
    "--store",
    type=click.Path(path_type=Path),
    default="data",
    show_default=True,
    help="Folder that keeps the added files.",
)


@click.group(name="data")
def command() -> None:
    """List sources, and add, check and describe their files."""


@command.command(name="list")
@json_option
def list_sources(as_json: bool) -> None:
    """List the sources that have a reader.

    \b
    Example:
      riskkit data list
    """
    from riskkit.registry import sources

    rows = [
        {
            "name": name,
            "title": source.title,
            "licence": source.licence,
            "cadence": source.cadence,
            "lag_months": source.lag_months,
            "redistributable": source.redistributable,
            "url": source.url,
            "citation": source.citation,
        }
        for name, source in sources().items()
    ]
    if as_json:
        echo_json(rows)
        return
    for row in rows:
        click.echo(f"{row['name']}: {row['title']}")
        click.echo(
            f"    {row['cadence']}; known {row['lag_months']} month(s) after the period ends"
        )
        click.echo(f"    {row['licence']}; {row['url']}")


@command.command(name="add")
@click.argument("source")
@click.argument("path", type=click.Path(path_type=Path))
@click.option(
    "--option",
    "options",
    multiple=True,
    metavar="KEY=VALUE",
    help="What the reader must know, e.g. unit.column=iso3. Repeatable; see docs/sources.md.",
)
@_STORE
@json_option
def add(source: str, path: Path, options: tuple[str, ...], store: Path, as_json: bool) -> None:
    """Check a publisher's file and keep a copy of it; `riskkit run` then uses it.

    \b
    Examples:
      riskkit data add ucdp-ged ged251-csv.zip
      riskkit data add table mine.csv --option unit.column=iso3 --option unit.system=iso3 ...
    """
    from riskkit.config import settings_tree
    from riskkit.store import Store

    entry, release = Store(store).add(source, path, settings_tree(options))
    if as_json:
        echo_json({**entry.model_dump(), "dropped": release.dropped})
        return
    brought = [i.name for i in release.indicators] + [r.name for r in release.relations]
    click.echo(
        f"{path.name}: {entry.rows:,} rows of {', '.join(brought)} from {entry.covers[0]} to "
        f"{entry.covers[1]}, kept in {store / entry.folder}"
    )
    if release.covered_units is not None:
        click.echo(f"    covers {len(release.covered_units)} unit(s) only")
    for reason, rows in release.dropped.items():
        click.echo(f"    left out: {rows:,} rows, {reason}")


@command.command(name="status")
@_STORE
@json_option
def status(store: Path, as_json: bool) -> None:
    """Say what has been added, until when it reaches, and whether it is intact.

    \b
    Example:
      riskkit data status
    """
    from riskkit.store import Store

    rows = [_state(Store(store), entry) for entry in Store(store).entries()]
    if as_json:
        echo_json(rows)
    elif not rows:
        click.echo(f"{store} holds no data: `riskkit run` forecasts the simulated world")
    for row in [] if as_json else rows:
        click.echo(
            f"{row['key']}: {row['rows']:,} rows, {row['covers'][0]} to "
            f"{row['covers'][1]}, {', '.join(row['files'])}: {row['state']}"
        )


def _state(store: Any, entry: Any) -> dict[str, Any]:
    from riskkit.errors import RiskkitError

    try:
        store.check(entry)
        state = "intact"
    except RiskkitError as error:
        state = str(error)
    return {**entry.model_dump(), "state": state}


@command.command(name="verify")
@_STORE
@json_option
def verify(store: Path, as_json: bool) -> None:
    """Check that every added file is the one that was added; exit 1 if not.

    \b
    Example:
      riskkit data verify
    """
    from riskkit.store import Store

    entries = Store(store).entries()
    for entry in entries:
        Store(store).check(entry)
    files = sum(len(entry.files) for entry in entries)
    if as_json:
        echo_json({"ok": True, "files": files})
    else:
        click.echo(f"{files} file(s) in {store} are as they were added")
