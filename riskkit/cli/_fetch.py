"""What `riskkit data fetch` shows: bytes as they come, and one line per source."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from riskkit.errors import RiskkitError

if TYPE_CHECKING:
    from riskkit.fetch.run import Outcome


@contextmanager
def downloads() -> Iterator[Callable[[str, int], None]]:
    """Show bytes and sources on stderr: a bar each on a terminal, a line each elsewhere."""
    from rich.console import Console
    from rich.progress import DownloadColumn, Progress, TaskID, TextColumn, TransferSpeedColumn

    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), DownloadColumn(), TransferSpeedColumn())
    tasks: dict[str, TaskID] = {}
    with Progress(*columns, console=console, disable=not console.is_terminal) as bars:

        def progress(source: str, size: int) -> None:
            if source not in tasks:
                tasks[source] = bars.add_task(source, total=None)
            bars.update(tasks[source], advance=size)
            if size == 0 and not console.is_terminal:
                console.print(f"fetch {source}: done", highlight=False)

        yield progress


def print_outcomes(outcomes: Sequence[Outcome]) -> None:
    """Print one line per source."""
    for outcome in outcomes:
        click.echo(f"{outcome.source}: {outcome.state}: {outcome.told}".replace("\n", " "))


def refuse_failures(outcomes: Sequence[Outcome], named: Sequence[str]) -> None:
    """End with an error if a source failed, or one that was named is not there.

    Raises:
        RiskkitError: The names of those.
    """
    failed = [o.source for o in outcomes if o.state == "refused"]
    failed += [o.source for o in outcomes if o.state == "skipped" and o.source in named]
    if failed:
        raise RiskkitError(
            f"{len(failed)} source(s) were not fetched: {', '.join(sorted(failed))}",
            hint="the lines above say why; what the store had of them is unchanged",
        )
