"""A table as a publisher ships it: what it must look like, and how to speak of its rows."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches

import polars as pl

from riskkit.errors import SourceError

_SHOWN = 8
_BETWEEN_WORDS = re.compile(r"[\s_.,:;/\\()\[\]{}'\"’‘`*?–—-]+")
_TAG = r"^\s*#[A-Za-z][\w+# -]*$"
_NUMBERED = re.compile(r"^(unnamed: \d+|\.\.\.\d+|__index_level_\d+__|)$")
"""Headings of the column in which pandas and R number the rows of what they write."""
_WRONG_FILE = "check that this is the right file, with the publisher's own header"


def loose(heading: str) -> str:
    """Bring a heading into the form in which headings are compared.

    Case, accents, punctuation and blanks between words do not tell columns apart: publishers change
    them from one year to the next.

    >>> loose(" Country of Asylum (ISO)"), loose("country_of_asylum_iso")
    ('country of asylum iso', 'country of asylum iso')
    """
    plain = unicodedata.normalize("NFKD", heading).casefold()
    plain = "".join(sign for sign in plain if not unicodedata.combining(sign) and sign != "\ufeff")
    return _BETWEEN_WORDS.sub(" ", plain).strip()


@dataclass(frozen=True)
class Form:
    """What a table must look like to be read.

    A heading is a column's if it is written as the column is, or else if no other is and it differs
    in case, accents and punctuation only.

    Attributes:
        required: Columns without which the file is refused.
        optional: Columns read where present.
        either: Of these, at least one is required.
        rest: Whether all other columns are read too, after these.
        renamed: Headings of other releases -> today's.
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
    either: tuple[str, ...] = ()
    encoding: str = "utf-8"
    delimiter: str | None = None
    sheet: str | None = None

    def choose(self, file: str, header: Sequence[str]) -> dict[str, int]:
        """Find the wanted columns in a header.

        Returns:
            Today's name -> position.

        Raises:
            SourceError: A required column is missing, or a wanted one there twice.
        """
        names = self._names(header)
        for column in self.required:
            if column not in names:
                raise _missing(file, column, names)
        if self.either and not set(self.either).intersection(names):
            raise _missing(file, " or ".join(self.either), names)
        wanted = [column for column in dict.fromkeys(self._own) if column in names]
        if self.rest:
            others = (name for name in names if not _NUMBERED.match(name.casefold()))
            wanted += [column for column in others if column not in wanted]
        for column in wanted:
            if names.count(column) > 1:
                raise SourceError(
                    f"{file}: column '{column}' occurs {names.count(column)} times",
                    hint="keep one of them",
                )
        return {column: names.index(column) for column in wanted}

    def fits(self, header: Sequence[str]) -> bool:
        """Whether a record has all required columns, and so may be the header."""
        return self.found(header) == len(set(self.required)) + bool(self.either)

    def found(self, header: Sequence[str]) -> int:
        """How many of the required columns a record has."""
        names = set(self._names(header))
        return len(names.intersection(self.required)) + bool(names.intersection(self.either))

    @property
    def _own(self) -> tuple[str, ...]:
        return (*self.required, *self.either, *self.optional)

    def _names(self, header: Sequence[str]) -> list[str]:
        """Today's name of each heading; its own where it is no column of the form."""
        written = [unicodedata.normalize("NFC", heading).strip() for heading in header]
        own = self._own
        known = {loose(other): today for other, today in (self.renamed or {}).items()}
        known |= {loose(name): name for name in own if loose(name)}
        taken = set(own).intersection(written)
        return [
            heading
            if heading in taken or (today := known.get(loose(heading))) is None
            else heading
            if today in taken and self.renamed is None
            else today
            for heading in written
        ]


@dataclass(frozen=True)
class Sheet:
    """A table as read.

    Attributes:
        file: What messages call the file.
        frame: The wanted columns: text from text files and workbooks, typed from parquet.
        place: Names row i of the frame, counted from 0, as people find it ("line 12").
        commas: Whether commas separate columns or nothing does, so that none is a decimal sign.
    """

    file: str
    frame: pl.DataFrame
    place: Callable[[int], str] = field(repr=False)
    commas: bool = True

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


def is_tag_line(cells: Sequence[str | None], header: Sequence[str] = ()) -> bool:
    """Whether a row holds nothing but HXL tags, as portals put below the header.

    Args:
        cells: The row.
        header: The headings; a column without one, in which software numbers rows, does not count.

    >>> is_tag_line(["#country+code", None, "#affected+killed"]), is_tag_line(["#1", "MLI"])
    (True, False)
    """
    numbered = {at for at, name in enumerate(header) if _NUMBERED.match(name.strip().casefold())}
    filled = [cell for at, cell in enumerate(cells) if cell and cell.strip() and at not in numbered]
    return bool(filled) and all(re.match(_TAG, cell) for cell in filled)
