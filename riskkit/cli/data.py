"""riskkit data: the publishers' files that a project stands on."""

from __future__ import annotations

from pathlib import Path

import click

from riskkit.cli._options import Group, echo_json, json_option

_STORE = click.option(
    "--store",
    type=click.Path(path_type=Path),
    default="data",
    show_default=True,
    help="Folder that keeps the added files.",
)


@click.group(name="data", cls=Group)
def command() -> None:
    """List sources, and fetch, add, check and describe their files."""


@command.command(name="list")
@json_option
def list_sources(as_json: bool) -> None:
    """List the sources that have a reader.

    \b
    Example:
      riskkit data list
    """
    from riskkit.base.status import base_source
    from riskkit.registry import sources

    rows = [base_source()] + [
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
        echo_json({**entry.model_dump(mode="json"), "dropped": release.dropped})
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


@command.command(name="fetch")
@click.argument("sources", nargs=-1, metavar="[SOURCE]...")
@click.option("--offline", is_flag=True, help="Contact nobody: say what is there and how old.")
@_STORE
@json_option
def fetch(sources: tuple[str, ...], offline: bool, store: Path, as_json: bool) -> None:
    """Fetch publishers' files from their public addresses; all sources, or those named.

    Each is read and checked before it replaces anything. What did not change is not transferred
    again, and what broke off goes on where it stopped. Sources that need registration take their
    credentials from environment variables or the system keyring; docs/fetching.md names them.

    \b
    Examples:
      riskkit data fetch
      riskkit data fetch ucdp-ged reign --store data
      riskkit data fetch ucdp-ged --offline
    """
    from dataclasses import asdict

    from riskkit.cli._fetch import downloads, print_outcomes, refuse_failures
    from riskkit.store import Store
    from riskkit.store.fetch import run

    if offline:
        outcomes = run.offline(Store(store), sources)
    else:
        with downloads() as progress:
            outcomes = run.fetch(Store(store), sources, progress=progress)
    if as_json:
        echo_json([asdict(outcome) for outcome in outcomes])
    else:
        print_outcomes(outcomes)
    refuse_failures(outcomes, sources)


@command.command(name="status")
@_STORE
@json_option
def status(store: Path, as_json: bool) -> None:
    """Say how far each source reaches, how old it is, what is missing, stale or damaged.

    First come the embedded tables, then what was added. A source is stale when, by its cadence and
    publication lag, something newer should be out.

    \b
    Example:
      riskkit data status
    """
    from riskkit.base.status import base_rows
    from riskkit.cli._data_status import print_status
    from riskkit.cli._progress import progress
    from riskkit.store import Store
    from riskkit.store.status import status_rows

    embedded, own = base_rows(), status_rows(Store(store), progress=progress)
    if as_json:
        echo_json([*embedded, *own])
        return
    print_status([*embedded, *own])
    if not own:
        click.echo(f"{store} holds no data: `riskkit run` takes the embedded tables alone")


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
