"""What commands print: text as text, whatever paths, names and foreign files hold.

Markup and escapes of terminals are shown, not obeyed, and JSON for machines carries them escaped.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

_UNSEEN = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)
"""Controls, changes of direction, byte-order marks, and bytes of names that are not UTF-8."""


def plain(text: object) -> str:
    r"""Show what a terminal would obey.

    >>> plain("a\x1b[31mb")
    'a\\x1b[31mb'
    """
    return _UNSEEN.sub(lambda found: found[0].encode("unicode_escape").decode(), str(text))


def echo(text: object = "", *, err: bool = False) -> None:
    """Print a line on stdout, or on stderr."""
    click.echo(plain(text), err=err)


def echo_json(value: Any) -> None:
    """Print a value as JSON, dates as text."""
    text = json.dumps(value, indent=2, default=str, ensure_ascii=False)
    click.echo(_UNSEEN.sub(lambda found: f"\\u{ord(found[0]):04x}", text))


class _Lines(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        """Print a message of riskkit's own as a line on stderr."""
        echo(record.getMessage(), err=True)


@contextmanager
def logged() -> Iterator[None]:
    """Show what riskkit reads and writes meanwhile."""
    logger, lines = logging.getLogger("riskkit"), _Lines()
    before = logger.level
    logger.addHandler(lines)
    logger.setLevel(logging.INFO)
    try:
        yield
    finally:
        logger.removeHandler(lines)
        logger.setLevel(before)


def console(*, stderr: bool = False, width: int | None = None) -> Console:
    """A console that takes no text for markup."""
    from rich.console import Console

    return Console(stderr=stderr, width=width, markup=False, highlight=False, emoji=False)


def add_row(table: Table, *cells: str, style: str | None = None) -> None:
    """Add a row of texts to a table."""
    table.add_row(*map(plain, cells), style=style)
