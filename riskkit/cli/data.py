"""riskkit data: the publishers' files that a project stands on."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from riskkit.cli._options import Group, Place, json_option
from riskkit.cli._output import Column, echo, echo_json, echo_table, echo_wrapped
from riskkit.registry import THEMES

if TYPE_CHECKING:
    from riskkit.store import Entry


def _here(ctx: click.Context, param: click.Parameter, value: Path) -> Path:
    from riskkit.errors import RiskkitError
    from riskkit.reading.remote import is_address

    del ctx, param
    if is_address(value):
        raise RiskkitError(
            f"{value} is an address, and a store is changed and checked in a folder",
            hint="do so in a folder, and copy it there; a study reads it as data.store",
        )
    return value


_STORE = click.option(
    "--store",
    type=click.Path(path_type=Path),
    callback=_here,
    default="data",
    show_default=True,
    help="Folder that keeps the added files.",
)


@click.group(name="data", cls=Group)
def command() -> None:
    """List sources, and fetch, add, check and describe their files."""


_themed = click.option(
    "--theme",
    "themes",
    multiple=True,
    type=click.Choice(THEMES),
    help="Only what tells of this; repeatable.",
)


@command.command(name="list")
@click.argument("names", nargs=-1, metavar="[SOURCE]...")
@_themed
@json_option
def list_sources(names: tuple[str, ...], themes: tuple[str, ...], as_json: bool) -> None:
    """List the sources that have a reader, or tell more of those that are named.

    \b
    Examples:
      riskkit data list
      riskkit data list --theme migration
      riskkit data list unhcr
    """
    from riskkit.base.status import NAME, base_source
    from riskkit.registry import lookup, sources

    rows = [base_source()] + [
        {
            "name": name,
            "themes": list(source.themes),
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
    for name in names:
        if name != NAME:
            lookup("source", sources(), name)
    rows = [
        row for row in rows if _of_themes(row, themes) and row["name"] in (names or row["name"])
    ]
    if as_json:
        echo_json(rows)
    elif names:
        for row in rows:
            _tell(row)
    else:
        _list(rows)


def _of_themes(row: dict[str, Any], themes: tuple[str, ...]) -> bool:
    return not themes or bool(set(themes) & set(row["themes"]))


def _list(rows: list[dict[str, Any]]) -> None:
    columns = (
        Column("source"),
        Column("tells of", give=1, words=True),
        Column("lag", right=True),
        Column("rows", give=2),
        Column("what", words=True),
    )
    passed = {True: "free", False: "not free"}
    echo_table(
        columns,
        [
            (
                row["name"],
                ", ".join(row["themes"]),
                row["lag_months"],
                passed[row["redistributable"]],
                row["title"],
            )
            for row in rows
        ],
    )
    echo_wrapped(
        "lag: months from the end of a period to its publication; rows: whether they may be passed "
        "on. `riskkit data list SOURCE` tells its terms, cadence and address."
    )


def _tell(row: dict[str, Any]) -> None:
    echo_wrapped(f"{row['name']}: {row['title']}", "    ")
    for what, told in (
        ("tells of", ", ".join(row["themes"])),
        ("appears", row["cadence"]),
        ("known", f"{row['lag_months']} months after a period ends"),
        ("terms", row["licence"]),
        ("cite", row["citation"]),
        ("address", row["url"]),
    ):
        echo_wrapped(f"    {what}: {told}", "        ")


@command.command(name="add")
@click.argument("source")
@click.argument("path", type=Place())
@click.option(
    "--option",
    "options",
    multiple=True,
    metavar="KEY=VALUE",
    help="What the reader must know, e.g. unit.column=iso3. Repeatable; see docs/sources.md.",
)
@click.option("--also", is_flag=True, help="Keep what the file would replace, too.")
@_STORE
@json_option
def add(
    source: str, path: Path, options: tuple[str, ...], also: bool, store: Path, as_json: bool
) -> None:
    """Check a publisher's file and keep a copy of it; `riskkit run` then uses it.

    Files of a source that reads several together join; of the same name, the new one counts. A
    file of any other source replaces those of the same source that bring one of its indicators,
    unless --also keeps both.

    \b
    Examples:
      riskkit data add ucdp-ged ged251-csv.zip
      riskkit data add wpp WPP2024.csv.gz --also
      riskkit data add table mine.csv --option unit.column=iso3 --option unit.system=iso3 ...
    """
    from riskkit.config import settings_tree
    from riskkit.store import Store

    added = Store(store).add(source, path, settings_tree(options), also=also)
    entry, release = added.entry, added.release
    if as_json:
        gone = [before.model_dump(mode="json") for before in added.replaced]
        told = {"dropped": release.dropped, "replaced": gone, "joined": added.joined}
        echo_json({**entry.model_dump(mode="json"), **told})
        return
    echo(
        f"{path.name}: {entry.rows:,} rows of {', '.join(entry.brings)} from {entry.covers[0]} to "
        f"{entry.covers[1]}, kept in {store / entry.folder} as {entry.key}"
    )
    for before in added.replaced:
        lost = [name for name, file in before.files.items() if entry.files.get(name) != file]
        echo(f"    replaces {before.key}: {', '.join(lost)}, {_reach(before)}")
    if added.replaced and not also and added.replaced[0].key != entry.key:
        echo("    (add it with --also to keep both)")
    if added.joined:
        echo(f"    read together with {', '.join(added.joined)}")
    if release.covered_units is not None:
        echo(f"    covers {len(release.covered_units)} unit(s) only")
    for reason, rows in release.dropped.items():
        echo(f"    left out: {rows:,} rows, {reason}")


def _reach(entry: Entry) -> str:
    return f"{entry.rows:,} rows from {entry.covers[0]} to {entry.covers[1]}"


@command.command(name="remove")
@click.argument("keys", nargs=-1, required=True, metavar="KEY...")
@_STORE
@json_option
def remove(keys: tuple[str, ...], store: Path, as_json: bool) -> None:
    """Take added files out of the store again.

    KEY is what `riskkit data status` calls them; the name of a source will do where it has one.

    \b
    Examples:
      riskkit data remove ucdp-ged
      riskkit data remove table/mine
    """
    from riskkit.store import Store

    gone = [Store(store).remove(key) for key in keys]
    if as_json:
        echo_json([entry.model_dump(mode="json") for entry in gone])
        return
    for entry in gone:
        echo(f"{entry.key}: removed {', '.join(entry.files)}, {_reach(entry)}")


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
@_themed
@_STORE
@json_option
def status(themes: tuple[str, ...], store: Path, as_json: bool) -> None:
    """Say how far each source reaches, how old it is, what is missing, stale or damaged.

    First come the embedded tables, then what was added. A source is stale when, by its cadence and
    publication lag, something newer should be out.

    \b
    Examples:
      riskkit data status
      riskkit data status --theme climate
    """
    from riskkit.base.status import base_rows
    from riskkit.cli._data_status import print_status
    from riskkit.cli._progress import progress
    from riskkit.store import Store
    from riskkit.store.status import status_rows

    embedded, own = base_rows(), status_rows(Store(store), progress=progress)
    rows = [row for row in (*embedded, *own) if _of_themes(row, themes)]
    if as_json:
        echo_json(rows)
        return
    print_status(rows)
    if not own:
        echo(f"{store} holds no data: `riskkit run` takes the embedded tables alone")


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
        echo(f"{files} file(s) in {store} are as they were added")
