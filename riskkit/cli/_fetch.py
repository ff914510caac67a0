"""What `riskkit data fetch` shows: bytes as they come, and one line per source."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from riskkit.cli._output import console, echo
from riskkit.errors import RiskkitError

if TYPE_CHECKING:
    from rich.console import Console

    from riskkit.store.fetch.run import Outcome

Show = Callable[[str, int], None]
"""Takes a source and the bytes that came; none when it is done."""


@contextmanager
def downloads() -> Iterator[Show]:
    """Show bytes and sources on stderr: a bar each on a terminal, a line each elsewhere."""
    screen = console(stderr=True)
    with _bars(screen) if screen.is_terminal else _lines() as show:
        yield show


@contextmanager
def _bars(screen: Console) -> Iterator[Show]:
    from rich.progress import DownloadColumn, Progress, TaskID, TextColumn, TransferSpeedColumn

    columns = (
        TextColumn("{task.description}", markup=False),
        DownloadColumn(),
        TransferSpeedColumn(),
    )
    tasks: dict[str, TaskID] = {}
    with Progress(*columns, console=screen) as bars:

        def show(source: str, size: int) -> None:
            if source not in tasks:
                tasks[source] = bars.add_task(source, total=None)
            bars.update(tasks[source], advance=size)

        yield show


@contextmanager
def _lines() -> Iterator[Show]:
    def show(source: str, size: int) -> None:
        if size == 0:
            echo(f"fetch {source}: done", err=True)

    yield show


def print_outcomes(outcomes: Sequence[Outcome]) -> None:
    """Print one line per source."""
    for outcome in outcomes:
        echo(f"{outcome.source}: {outcome.state}: {outcome.told}".replace("\n", " "))


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
