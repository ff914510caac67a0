"""What UNHCR's tables share: a row per origin, country of asylum and year, as csv or as answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Literal

import polars as pl
from pydantic import Field

from riskkit.errors import SourceError
from riskkit.reading import columns
from riskkit.reading.json import Paging, read_pages
from riskkit.reading.sheets import Form, Sheet
from riskkit.reading.states import january, known_units, long_form
from riskkit.sources._options import FileOptions
from riskkit.tables import Indicator

Side = Literal["origin", "asylum"]
ORIGIN: Side = "origin"
ASYLUM: Side = "asylum"
Figures = Mapping[str, tuple[Side, str, str]]
"""Indicator -> whose figure it is, column, description."""
KEYS = ("year", "coo_iso", "coa_iso")
SELF = "tie of a country with itself (its displaced and returned people)"
CITATION = "UNHCR Refugee Population Statistics Database, with the day of access"
"""The words that UNHCR asks for."""
# Headings of the web site's download, and of the tables on HDX.
_HEADINGS = {
    "country of origin (iso)": "coo_iso",
    "country of asylum (iso)": "coa_iso",
    "country of origin code": "coo_iso",
    "country of asylum code": "coa_iso",
}
_PAGES = Paging(items=("items",), number=("page",), last=("maxPages",))
_NOT_GIVEN = ("-", "*", "NA")
_MOST = 100_000_000
_NOBODY = {
    "UNK": "unknown",
    "UKN": "unknown",
    "VAR": "various",
    "XXA": "stateless",
    "STA": "stateless",
    "TIB": "Tibetan",
    "-": "summed over countries",
}


class UnhcrOptions(FileOptions):
    """How to read the file.

    Attributes:
        lag_months: Months from the end of a year to the publication of its figures.
        carry_months: How long the figures of a year serve after they became known.
    """

    lag_months: int = Field(default=6, ge=0, le=60)
    carry_months: int = Field(default=24, ge=1)


def read(
    path: Path,
    required: Sequence[str],
    optional: Sequence[str],
    headings: Mapping[str, str],
    options: UnhcrOptions,
) -> Sheet:
    """Read a table, or the answers of the programming interface, a file or a folder of pages.

    Args:
        path: A .csv, .zip, .parquet, .xlsx or .json file, or a folder of them.
        required: Columns besides the year and the two countries.
        optional: Columns read where present.
        headings: The headings of downloads, in lower case -> names of columns.
        options: How to read it.
    """
    form = Form(
        required=(*KEYS, *required),
        optional=tuple(optional),
        renamed={**_HEADINGS, **headings},
        encoding=options.encoding,
    )
    return read_pages(path, form, _PAGES)


def pairs(
    sheet: Sheet, figures: Sequence[str], first_year: int, options: UnhcrOptions
) -> tuple[pl.DataFrame, dict[str, int]]:
    """Read the year, both countries and the figures of each row.

    Returns:
        Columns `month, origin, asylum` (null where the code stands for no state) and the figures,
        null where not given; and the number of rows without a state on a side, by reason.
    """
    year = columns.whole_numbers(sheet, "year", first_year, date.today().year, "a year")
    month = january(year.rename("year"))
    origin, nowhere = _countries(sheet, "coo_iso", "origin", month, options)
    asylum, nobody = _countries(sheet, "coa_iso", "country of asylum", month, options)
    people = [_people(sheet, column) for column in figures]
    frame = pl.DataFrame([month, origin.alias(ORIGIN), asylum.alias(ASYLUM), *people])
    return frame, {**nowhere, **nobody}


def refuse_repeats(sheet: Sheet, month: pl.Series) -> None:
    """Refuse two rows of one origin, country of asylum and year."""
    codes = sheet.frame.select("coo_iso", "coa_iso", unit="coa_iso")
    rows = codes.with_columns(month)
    columns.refuse_repeats(sheet, "coa_iso", rows, ["coo_iso", "coa_iso", "month"])


def sums(
    sheet: Sheet, pairs: pl.DataFrame, figures: Figures, options: UnhcrOptions
) -> pl.DataFrame:
    """Add up the pairs of each side, as far as they are known.

    Args:
        sheet: The table that the pairs are of.
        pairs: Columns `month, origin, asylum` and figures.
        figures: The indicators; those whose column is absent are passed over.
        options: How to read the table.

    Returns:
        Rows of `Observations`.

    Raises:
        SourceError: There is none.
    """
    sides = [_side(pairs, side, figures, options.lag_months) for side in (ORIGIN, ASYLUM)]
    observations = pl.concat(sides).sort("unit", "month", "indicator")
    if observations.is_empty():
        raise SourceError(f"{sheet.file} holds no figure", hint="download it again")
    return observations


def declared(
    source: str, unit: str, figures: Figures, pairs: pl.DataFrame, options: UnhcrOptions
) -> tuple[Indicator, ...]:
    """Declare the indicators whose columns are present."""
    return tuple(
        Indicator(
            name,
            unit,
            source,
            text,
            frequency="year",
            lag_months=options.lag_months,
            carry_months=options.carry_months,
        )
        for name, (_, column, text) in figures.items()
        if column in pairs.columns
    )


def _side(pairs: pl.DataFrame, side: Side, figures: Figures, lag_months: int) -> pl.DataFrame:
    names = {
        name: column
        for name, (whose, column, _) in figures.items()
        if whose == side and column in pairs.columns
    }
    totals = (
        pairs.drop_nulls(side)
        .group_by("month", unit=side)
        .agg(
            pl.when(pl.col(column).count() > 0).then(pl.col(column).sum()).alias(name)
            for name, column in names.items()
        )
    )
    return long_form(totals, names, "year", lag_months)


def _countries(
    sheet: Sheet, column: str, role: str, month: pl.Series, options: UnhcrOptions
) -> tuple[pl.Series, dict[str, int]]:
    """Units of one side, null where the code stands for no state, and how many do."""
    reasons = {code: f"row whose {role} is no state: {what}" for code, what in _NOBODY.items()}
    return known_units(sheet, column, "iso3", options.codes, month, reasons)


def _people(sheet: Sheet, column: str) -> pl.Series:
    people = columns.numbers(sheet, column, _NOT_GIVEN)
    wrong = ~people.is_between(0, _MOST)
    sheet.refuse(column, wrong, f"a number of people lies between 0 and {_MOST}", "correct it")
    return people.alias(column)
