"""A table as a publisher ships it: what it must look like, and how to speak of its rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches

import polars as pl

from riskkit.errors import SourceError

_SHOWN = 8
_WRONG_FILE = "check that this is the right file, with the publisher's own header"


@dataclass(frozen=True)
class Form:
    """What a table must look like to be read.

    Attributes:
        required: Columns without which the file is refused.
        optional: Columns read where present.
        rest: Whether all other columns are read too, after these.
        renamed: Names of earlier releases -> today's; names are then compared in lower case.
        positions: Documented order of all columns, for releases that come without a header.
        encoding: Encoding of text.
        delimiter: What separates columns of text; None finds out from the header.
        sheet: Name of the workbook's sheet; None takes the first.
    """

    required: tuple[str, ...]
    optional: tuple[str, ...] = ()
    rest: bool = False
    renamed: Mapping[str, str] | None = None
    positions: tuple[str, ...] = ()
    encoding: str = "utf-8"
    delimiter: str | None = ","
    sheet: str | None = None

    def choose(self, file: str, header: Sequence[str]) -> dict[str, int]:
        """Find the wanted columns in a header.

        Returns:
            Today's name -> position.

        Raises:
            SourceError: A required column is missing, or a wanted one there twice.
        """
        names = [self._today(column) for column in header]
        for column in self.required:
            if column not in names:
                raise _missing(file, column, names)
        wanted = [column for column in (*self.required, *self.optional) if column in names]
        wanted += [column for column in names if self.rest and column not in wanted]
        for column in wanted:
            if names.count(column) > 1:
                raise SourceError(
                    f"{file}: column '{column}' occurs {names.count(column)} times",
                    hint="keep one of them",
                )
        return {column: names.index(column) for column in wanted}

    def _today(self, column: str) -> str:
        column = column.strip()
        if self.renamed is None:
            return column
        return self.renamed.get(column.lower(), column.lower())


@dataclass(frozen=True)
class Sheet:
    """A table as read.

    Attributes:
        file: What messages call the file.
        frame: The wanted columns: text from text files and workbooks, typed from parquet.
        place: Names row i of the frame, counted from 0, as people find it ("line 12").
    """

    file: str
    frame: pl.DataFrame
    place: Callable[[int], str] = field(repr=False)

    def refuse(self, column: str, wrong: pl.Series, what: str, hint: str) -> None:
        """Refuse the file if any row is wrong.

        Args:
            column: The column at fault.
            wrong: True where a row is wrong; null counts as right.
            what: What is wrong with it.
            hint: How to fix it.

        Raises:
            SourceError: Naming the first such row, its value and how many more there are.
        """
        rows = wrong.fill_null(value=False).arg_true()
        if rows.is_empty():
            return
        first = int(rows[0])
        more = f" and {len(rows) - 1} more" if len(rows) > 1 else ""
        value = self.frame[column][first]
        raise SourceError(
            f"{self.file}, {self.place(first)}{more}, column '{column}': {what}",
            got=value if value is None or isinstance(value, int | float) else str(value),
            hint=hint,
        )


def _missing(file: str, column: str, names: Sequence[str]) -> SourceError:
    near = get_close_matches(column, names, n=1)
    hint = f"did you mean '{near[0]}'?" if near else _WRONG_FILE
    got = [*names[:_SHOWN], "..."] if len(names) > _SHOWN else list(names)
    return SourceError(f"{file}: column '{column}' is missing", got=got, hint=hint)
