"""UNHCR's tables: a row per origin, country of asylum and year, as csv or as answers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Any, ClassVar, Literal

import polars as pl
from pydantic import Field

from riskkit.errors import SourceError
from riskkit.reading import columns
from riskkit.reading.json import Paging, read_pages
from riskkit.reading.sheets import Form, Sheet
from riskkit.reading.states import january, long_form, placed
from riskkit.sources import Source
from riskkit.sources._options import FileOptions
from riskkit.tables import Indicator, Release
from riskkit.units import System

Side = Literal["origin", "asylum"]
ORIGIN: Side = "origin"
ASYLUM: Side = "asylum"
Figures = Mapping[str, tuple[Side, str, str]]
"""Indicator -> whose figure it is, column, description."""
CITATION = "UNHCR Refugee Population Statistics Database, with the day of access"
"""The words that UNHCR asks for."""

JOINED = MappingProxyType({"SRB": "Serbia (with Kosovo)"})
"""UNHCR tells of no Kosovo apart: its rows are "Serbia and Kosovo: S/RES/1244 (1999)"."""

_SIDES: dict[Side, tuple[str, str, str]] = {
    ORIGIN: ("coo_iso", "coo_name", "origin"),
    ASYLUM: ("coa_iso", "coa_name", "country of asylum"),
}
"""Side -> column of codes, column of names, what it is."""
_HEADINGS = {
    "country of origin iso": "coo_iso",
    "country of asylum iso": "coa_iso",
    "country of origin iso3": "coo_iso",
    "country of asylum iso3": "coa_iso",
    "country of origin iso code": "coo_iso",
    "country of asylum iso code": "coa_iso",
    "country of origin code": "coo_iso",
    "country of asylum code": "coa_iso",
    "country of origin": "coo_name",
    "country of asylum": "coa_name",
    "country of origin name": "coo_name",
    "country of asylum name": "coa_name",
    "origin": "coo_name",
    "country territory of asylum residence": "coa_name",
    "refugees under unhcr s mandate": "refugees",
    "refugees under unhcrs mandate": "refugees",
    "refugees incl refugee like situations": "refugees",
    "asylum seekers pending cases": "asylum_seekers",
    "idps of concern to unhcr": "idps",
    "internally displaced persons": "idps",
    "internally displaced persons idps": "idps",
    "returned idpss": "returned_idps",
    "stateless persons": "stateless",
    "other people in need of international protection": "oip",
    "other people in need of int protection": "oip",
    "host community": "hst",
    "application type": "app_type",
    "authority": "procedure_type",
    "stage of procedure": "dec_level",
    "decision level": "dec_level",
    "cases persons": "app_pc",
    "application pc": "app_pc",
    "applications": "applied",
}
"""Headings of the web site's downloads of 2020 to 2026 and of tables on HDX -> names of the
programming interface."""
_PAGES = Paging(items=("items",), number=("page",), last=("maxPages",))
_NOT_GIVEN = ("-", "*", "NA")
_MOST = 100_000_000
_SUM = "summed over countries"
_NOBODY = {
    "UNK": "unknown",
    "UKN": "unknown",
    "Unknown": "unknown",
    "VAR": "various",
    "Various": "various",
    "Various / unknown": "unknown",
    "Various/Unknown": "unknown",
    "XXA": "stateless",
    "STA": "stateless",
    "Stateless": "stateless",
    "TIB": "Tibetan",
    "Tibetan": "Tibetan",
    **dict.fromkeys(("-", "All", "ALL", "all", "Total", "TOTAL"), _SUM),
}


class UnhcrOptions(FileOptions):
    """How to read the file.

    Attributes:
        lag_months: Months from the end of a year to the publication of its figures.
        carry_months: How long the figures of a year serve after they became known.
    """

    lag_months: int = Field(default=6, ge=0, le=60)
    carry_months: int = Field(default=24, ge=1)


class UnhcrTable(Source):
    """What UNHCR's tables share; each declares its columns and figures.

    Attributes:
        figures: The indicators.
        unit: What they count.
        required: Columns besides the year and a country.
        either: Of these, at least one.
        optional: Columns read where present.
        key: Columns that tell rows of one origin, country of asylum and year apart.
        first_year: The first year that the table can speak of.
    """

    licence = "CC BY 4.0"
    citation = CITATION
    url = "https://www.unhcr.org/refugee-statistics/download/"
    cadence = "yearly, in June; mid-year figures in autumn"
    lag_months = 6
    redistributable = True
    every_months = 12
    reads_folders = True
    options = UnhcrOptions
    figures: ClassVar[Figures]
    unit: ClassVar[str] = "people"
    required: ClassVar[tuple[str, ...]] = ()
    either: ClassVar[tuple[str, ...]] = ()
    optional: ClassVar[tuple[str, ...]] = ()
    key: ClassVar[tuple[str, ...]] = ()
    first_year: ClassVar[int] = 1951

    def read(self, path: Path, options: UnhcrOptions) -> Release:
        """Read the table.

        Args:
            path: A .csv, .zip, .parquet, .xlsx or .json file, or a folder of them. The download's
                archive is read as it comes, with its footnotes.
            options: How to read it.

        Returns:
            Yearly figures by origin and by country of asylum, as far as there are columns of them
            and the file is not summed over that side.

        Raises:
            SourceError: The file is not that table, or a row is impossible; the text names the
                file, the line and the column.
        """
        dropped: dict[str, int] = {}
        sheet = self.select(self._sheet(path, options), dropped)
        pairs, nobody = self._pairs(sheet, options)
        self._refuse_repeats(sheet, pairs["month"])
        known = self._known(pairs)
        observations = self._sums(sheet, pairs, known, options)
        return Release(
            observations=observations,
            indicators=tuple(
                Indicator(
                    name,
                    self.unit,
                    self.name,
                    text,
                    frequency="year",
                    lag_months=options.lag_months,
                    carry_months=options.carry_months,
                )
                for name, (_, _, text) in known.items()
            ),
            covers=columns.span(pairs["month"], "year"),
            dropped={**dropped, **nobody},
            simulated=columns.simulated(observations["unit"]),
            unit_names=dict(JOINED),
            **self.ties(pairs, options),
        )

    def select(self, sheet: Sheet, dropped: dict[str, int]) -> Sheet:
        """Leave rows out that are not this table's; by default none."""
        del dropped
        return sheet

    def ties(self, pairs: pl.DataFrame, options: UnhcrOptions) -> dict[str, Any]:
        """Fields of the release that speak of ties; by default none."""
        del pairs, options
        return {}

    def _sheet(self, path: Path, options: UnhcrOptions) -> Sheet:
        countries = tuple(
            column for codes, names, _ in _SIDES.values() for column in (codes, names)
        )
        form = Form(
            required=("year", *self.required),
            either=self.either,
            optional=(*countries, *self.optional),
            renamed=_HEADINGS,
            encoding=options.encoding,
        )
        return read_pages(path, form, _PAGES)

    def _pairs(self, sheet: Sheet, options: UnhcrOptions) -> tuple[pl.DataFrame, dict[str, int]]:
        """Read the year, both countries and the figures of each row.

        Returns:
            Columns `month, origin, asylum` (null where no state is meant) and the figures, null
            where not given; and the number of rows without a state on a side, by reason.
        """
        year = columns.whole_numbers(sheet, "year", self.first_year, date.today().year, "a year")
        month = january(year.rename("year"))
        sides = [_countries(sheet, side, month, options) for side in _SIDES]
        if all(unit.is_null().all() for unit, _ in sides):
            codes, *_ = _SIDES[ASYLUM]
            raise SourceError(
                f"{sheet.file}: no row names a unit in column 'coo_iso' or '{codes}'",
                hint="download it with all countries of origin or all countries of asylum",
            )
        _refuse_sums_beside_parts(sheet, month)
        given = dict.fromkeys(column for _, column, _ in self.figures.values())
        people = [_people(sheet, column) for column in given if column in sheet.frame.columns]
        frame = pl.DataFrame([month, *(unit for unit, _ in sides), *people])
        return frame, {why: count for _, counts in sides for why, count in counts.items()}

    def _refuse_repeats(self, sheet: Sheet, month: pl.Series) -> None:
        """Refuse two rows of one origin, country of asylum, year and kind."""
        present = [_column(sheet, side) for side in _SIDES]
        key = [column for column in (*present, *self.key) if column in sheet.frame.columns]
        rows = sheet.frame.select(key).with_columns(month, unit=pl.lit("any"))
        columns.refuse_repeats(sheet, key[0], rows, [*key, "month"])

    def _known(self, pairs: pl.DataFrame) -> Figures:
        """The indicators whose column is present and whose side is not summed over."""
        return {
            name: figure
            for name, figure in self.figures.items()
            if figure[1] in pairs.columns and pairs[figure[0]].count()
        }

    def _sums(
        self, sheet: Sheet, pairs: pl.DataFrame, known: Figures, options: UnhcrOptions
    ) -> pl.DataFrame:
        """Add up the pairs of each side, as far as they are known, as rows of `Observations`."""
        spoken = [side for side in _SIDES if any(whose == side for whose, _, _ in known.values())]
        sides = [_side(pairs, side, known, options.lag_months) for side in spoken]
        if not sides:
            raise SourceError(f"{sheet.file} holds no figure", hint="download it again")
        observations = pl.concat(sides).sort("unit", "month", "indicator")
        if observations.is_empty():
            raise SourceError(f"{sheet.file} holds no figure", hint="download it again")
        return observations


def _column(sheet: Sheet, side: Side) -> str:
    """The column that names a side's country: that of codes, or else that of names."""
    codes, names, _ = _SIDES[side]
    return names if codes not in sheet.frame.columns and names in sheet.frame.columns else codes


def _countries(
    sheet: Sheet, side: Side, month: pl.Series, options: UnhcrOptions
) -> tuple[pl.Series, dict[str, int]]:
    """Units of one side, null where no state is meant, and how many rows mean none."""
    column, (codes, _, role) = _column(sheet, side), _SIDES[side]
    if column not in sheet.frame.columns or sheet.frame[column].is_null().all():
        reason = f"row whose {role} is no state: {_SUM}"
        return pl.Series(side, [None] * sheet.frame.height, dtype=pl.String), {
            reason: sheet.frame.height
        }
    reasons = {code: f"row whose {role} is no state: {what}" for code, what in _NOBODY.items()}
    system: System = "iso3" if column == codes else "name"
    unit, counts = placed(sheet, column, system, options.codes, month, reasons)
    _refuse_other_names(sheet, side, unit, month, options)
    return unit.alias(side), counts


def _refuse_other_names(
    sheet: Sheet, side: Side, unit: pl.Series, month: pl.Series, options: UnhcrOptions
) -> None:
    """Refuse a code that is another country's than the name beside it.

    UNHCR has three letters of its own: its AUS is Austria, its CHI is China.
    """
    codes, names, _ = _SIDES[side]
    if not {codes, names} <= set(sheet.frame.columns):
        return
    named = columns.units(sheet, names, "name", options.codes, month, drop_unknown=True)
    own = sheet.frame[codes].cast(pl.String).str.strip_chars().is_in(list(options.codes))
    wrong = (named != unit) & ~own
    hint = "use the download with ISO codes, or leave the column of codes out"
    sheet.refuse(codes, wrong, f"this code is another country's than '{names}' says", hint)


def _refuse_sums_beside_parts(sheet: Sheet, month: pl.Series) -> None:
    """Refuse a row that is summed over a side beside rows that are its parts."""
    for side, other in ((ORIGIN, ASYLUM), (ASYLUM, ORIGIN)):
        column, told = _column(sheet, side), _column(sheet, other)
        if not {column, told} <= set(sheet.frame.columns):
            continue
        rows = sheet.frame.select(
            told=pl.col(told), code=pl.col(column).cast(pl.String).str.strip_chars()
        )
        summed = rows["code"].replace_strict(_NOBODY, default=None, return_dtype=pl.String) == _SUM
        rows = rows.with_columns(month, summed.fill_null(value=False).alias("summed"))
        both = rows.select(
            pl.col("summed") & ~pl.col("summed").all().over("told", "month")
        ).to_series()
        sheet.refuse(
            column,
            both,
            "this row is the sum of others of the file, which would count twice",
            "download either all countries or their sum, and remove the other",
        )


def _side(pairs: pl.DataFrame, side: Side, figures: Figures, lag_months: int) -> pl.DataFrame:
    names = {name: column for name, (whose, column, _) in figures.items() if whose == side}
    totals = (
        pairs.drop_nulls(side)
        .group_by("month", unit=side)
        .agg(
            pl.when(pl.col(column).count() > 0).then(pl.col(column).sum()).alias(name)
            for name, column in names.items()
        )
    )
    return long_form(totals, names, "year", lag_months)


def _people(sheet: Sheet, column: str) -> pl.Series:
    people = columns.numbers(sheet, column, _NOT_GIVEN, whole=True)
    wrong = ~people.is_between(0, _MOST)
    sheet.refuse(column, wrong, f"a number of people lies between 0 and {_MOST}", "correct it")
    return people.alias(column)
