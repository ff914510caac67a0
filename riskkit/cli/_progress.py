"""Progress on stderr: a bar on a terminal, a line a step elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol


class Advance(Protocol):
    """Report that one step is done."""

    def __call__(self, what: str = "") -> None:
        """Move on; `what` names the step."""


@contextmanager
def progress(title: str, steps: int) -> Iterator[Advance]:
    """Show how far a piece of work has come.

    Args:
        title: What is being done.
        steps: How many times `advance` will be called.
    """
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, disable=not console.is_terminal) as bar:
        task = bar.add_task(title, total=steps)
        done = 0

        def advance(what: str = "") -> None:
            nonlocal done
            done += 1
            bar.update(task, advance=1, description=f"{title} {what}".strip())
            if not console.is_terminal:
                console.print(f"{title} {done}/{steps} {what}".strip(), highlight=False)

        yield advance
