"""Progress on stderr: a bar on a terminal, a line a step elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

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
    from rich.console import Console

    console = Console(stderr=True)
    shown = _bar if console.is_terminal else _lines
    with shown(console, title, steps) as advance:
        yield advance


@contextmanager
def _bar(console: Console, title: str, steps: int) -> Iterator[Advance]:
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    text = TextColumn("{task.description}")
    with Progress(
        text, BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), console=console
    ) as bar:
        task = bar.add_task(title, total=steps)

        def advance(what: str = "") -> None:
            bar.update(task, advance=1, description=f"{title} {what}".strip())

        yield advance


@contextmanager
def _lines(console: Console, title: str, steps: int) -> Iterator[Advance]:
    done = 0

    def advance(what: str = "") -> None:
        nonlocal done
        done += 1
        console.print(f"{title} {done}/{steps} {what}".strip(), highlight=False)

    yield advance
