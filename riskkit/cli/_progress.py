"""Progress on stderr: a bar on a terminal, a line a step elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from riskkit.cli._output import console, echo, plain
from riskkit.progress import Advance

if TYPE_CHECKING:
    from rich.console import Console


@contextmanager
def progress(title: str, steps: int) -> Iterator[Advance]:
    """Show how far a piece of work has come.

    Args:
        title: What is being done.
        steps: How many times `advance` will be called.
    """
    screen = console(stderr=True)
    with _bar(screen, title, steps) if screen.is_terminal else _lines(title, steps) as advance:
        yield advance


@contextmanager
def _bar(screen: Console, title: str, steps: int) -> Iterator[Advance]:
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    text = TextColumn("{task.description}", markup=False)
    with Progress(
        text, BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), console=screen
    ) as bar:
        task = bar.add_task(plain(title), total=steps)

        def advance(what: str = "") -> None:
            bar.update(task, advance=1, description=plain(f"{title} {what}".strip()))

        yield advance


@contextmanager
def _lines(title: str, steps: int) -> Iterator[Advance]:
    done = 0

    def advance(what: str = "") -> None:
        nonlocal done
        done += 1
        echo(f"{title} {done}/{steps} {what}".strip(), err=True)

    yield advance
