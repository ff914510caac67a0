"""What commands print: text as text, whatever paths, names and foreign files hold.

Markup and escapes of terminals are shown, not obeyed, and JSON for machines carries them escaped.
"""

from __future__ import annotations

import json
import logging
import re
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from textwrap import shorten, wrap
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from rich.console import Console

_UNSEEN = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)
"""Controls, changes of direction, byte-order marks, and bytes of names that are not UTF-8."""


_PIPE = 120
_WORDS = 12
"""Characters that a column of words keeps."""


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


@dataclass(frozen=True)
class Column:
    """A column of a table on a screen.

    Attributes:
        name: Its heading.
        right: Whether it holds numbers.
        give: Columns with a higher number are left out sooner where a screen is narrow; 0 stays.
        words: Whether what does not fit may lose its last words.
    """

    name: str
    right: bool = False
    give: int = 0
    words: bool = False


def screen_width() -> int:
    """Columns of the terminal, or of COLUMNS; of a pipe, 120."""
    return shutil.get_terminal_size((_PIPE, 24)).columns


def echo_table(columns: Sequence[Column], rows: Sequence[Sequence[object]]) -> list[str]:
    """Print a table, a line a row, that fits the screen.

    Where it is too wide, columns that can be missed are left out, and of columns of words the last
    ones; no number and no name is cut.

    Returns:
        The headings of columns that were left out.
    """
    cells = [[plain("" if cell is None else cell) for cell in row] for row in rows]
    cells.insert(0, [column.name for column in columns])
    kept = list(range(len(columns)))
    widths = [max(len(row[at]) for row in cells) for at in kept]
    least = [min(w, _WORDS) if c.words else w for c, w in zip(columns, widths, strict=True)]
    room = screen_width()
    while sum(least[at] + 2 for at in kept) - 2 > room:
        at = max(kept, key=lambda at: columns[at].give)
        if not columns[at].give:
            break
        kept.remove(at)
    while sum(widths[at] + 2 for at in kept) - 2 > room:
        loose = [at for at in kept if widths[at] > least[at]]
        if not loose:
            break
        widths[max(loose, key=widths.__getitem__)] -= 1
    for row in cells:
        told = (_aligned(row[at], widths[at], columns[at]) for at in kept)
        echo("  ".join(told).rstrip())
    return [column.name for at, column in enumerate(columns) if at not in kept]


def _aligned(text: str, width: int, column: Column) -> str:
    if len(text) > width:
        text = shorten(text, width, placeholder=" ...", break_on_hyphens=False)
    return text.rjust(width) if column.right else text.ljust(width)


def echo_wrapped(text: str, indent: str = "", *, err: bool = False) -> None:
    """Print a sentence in lines of whole words; all lines but the first are indented."""
    lines = wrap(
        plain(text),
        screen_width(),
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )
    echo("\n".join(lines), err=err)
