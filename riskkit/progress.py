"""How long work says how far it has come; silent unless the caller shows it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol


class Advance(Protocol):
    """Report that one step is done."""

    def __call__(self, what: str = "") -> None:
        """Move on; `what` names the step."""


Progress = Callable[[str, int], AbstractContextManager[Advance]]
"""From a title and a number of steps to what is called after each step."""


@contextmanager
def silent(title: str, steps: int) -> Iterator[Advance]:
    """Show nothing."""
    del title, steps

    def advance(what: str = "") -> None:
        del what

    yield advance
