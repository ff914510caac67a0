"""UNHCR Refugee Population Statistics: people displaced, by origin and by country of asylum."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
from pydantic import Field

from riskkit.errors import SourceError
from riskkit.sources import Source
from riskkit.sources import _columns as columns
from riskkit.sources._files import read_sheet
from riskkit.sources._options import FileOptions
from riskkit.sources._sheet import Form, Sheet
from riskkit.sources._state_rows import january, known_units, long_form
from riskkit.tables import Dyads, Indicator, Relation, Release

FIRST_YEAR = 1951
_ORIGIN, _ASYLUM = "origin", "asylum"
INDICATORS = {
    "unhcr_refugees_origin": (_ORIGIN, "refugees", "Refugees from the country"),
    "unhcr_asylum_seekers_origin": (
        _ORIGIN,
        "asylum_seekers",
        "People from the country whose claim to asylum is pending",
    ),
    "unhcr_oip_origin": (
        _ORIGIN,
        "oip",
        "Others from the country who need international protection",
    ),
    "unhcr_returned_refugees_origin": (
        _ORIGIN,
        "returned_refugees",
        "Refugees who came back to the country in the year",
    ),
    "unhcr_idps": (_ORIGIN, "idps", "Internally displaced people whom UNHCR assists or counts"),
    "unhcr_returned_idps": (
        _ORIGIN,
        "returned_idps",
        "Internally displaced people who went home in the year",
    ),
    "unhcr_refugees_asylum": (_ASYLUM, "refugees", "Refugees in the country"),
    "unhcr_asylum_seekers_asylum": (
        _ASYLUM,
        "asylum_seekers",
        "People in the country whose claim to asylum is pending",
    ),
    "unhcr_oip_asylum": (
        _ASYLUM,
        "oip",
        "Others in the country who need international protection",
    ),
    "unhcr_stateless_asylum": (_ASYLUM, "stateless", "Stateless people in the country"),
    "unhcr_hst_asylum": (_ASYLUM, "hst", "Members of host communities in the country"),
}
"""Indicator -> whose figure it is, column, description. All are of the end of the year."""

RELATIONS = {
    "refugee_origins": (_ASYLUM, "Countries of origin of the refugees in the country"),
    "refugee_hosts": (_ORIGIN, "Countries that host refugees from the country"),
}
"""Relation -> whose partners they are, description."""

_FIGURES = tuple(dict.fromkeys(column for _, column, _ in INDICATORS.values()))
# The headings of the web site's download, in lower case -> names of the programming interface.
_HEADINGS = {
    "country of origin (iso)": "coo_iso",
    "country of asylum (iso)": "coa_iso",
    "refugees under unhcr's mandate": "refugees",
    "asylum-seekers": "asylum_seekers",
    "returned refugees": "returned_refugees",
    "idps of concern to unhcr": "idps",
    "returned idps": "returned_idps",
    "stateless persons": "stateless",
    "other people in need of international protection": "oip",
    "host community": "hst",
}
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
_SELF = "tie of a country with itself (its displaced and returned people)"


class UnhcrOptions(FileOptions):
    """How to read the file.

    Attributes:
        lag_months: Months from the end of a year to the publication of its figures.
        carry_months: How long the figures of a year serve after they became known.
    """

    lag_months: int = Field(default=6, ge=0, le=60)
    carry_months: int = Field(default=24, ge=1)


class Unhcr(Source):
    """Reader of the table of population figures, one row per origin, asylum and year.

    Written after the publisher's description of the columns, in the names of the programming
    interface (`coo_iso, coa_iso, refugees, ...`) or the headings of the web site's download; not
    tried on a real file. The sums were tried on a table of 107,611 pairs: see the tests. Download
    with all origins and all countries of asylum; unpack the archive, which holds footnotes too.

    A row counts for the origin and for the country of asylum. People of unknown origin, stateless
    ones and others without a state count for the country of asylum only. "-" and empty cells are
    no figure. A country without rows in a year has no figure, not zero. Codes of one unit are added
    up. Figures are of the end of the year. UNHCR's count of internally displaced people holds those
    whom it assists or counts: their absence is no proof that there are none.
    """

    name = "unhcr"
    title = "UNHCR Refugee Population Statistics Database"
    licence = "CC BY 4.0"
    citation = "UNHCR, Refugee Data Finder, with the day of access"
    url = "https://www.unhcr.org/refugee-statistics/download/"
    cadence = "yearly, in June; mid-year figures in autumn"
    lag_months = 6
    lag_reason = "the Global Trends report of June publishes the figures of the end of last year"
    redistributable = True
    options = UnhcrOptions

    def read(self, path: Path, options: UnhcrOptions) -> Release:
        """Read the table.

        Args:
            path: A .csv, .zip (with one csv), .parquet or .xlsx file.
            options: How to read it.

        Returns:
            Yearly stocks by origin and asylum, as far as there are columns of them, and the
            relations `refugee_origins` and `refugee_hosts`.

        Raises:
            SourceError: The file is not that table, or a row is impossible; the text names the
                file, the line and the column.
        """
        sheet = read_sheet(path, _form(options))
        present = [column for column in _FIGURES if column in sheet.frame.columns]
        year = columns.whole_numbers(sheet, "year", FIRST_YEAR, date.today().year, "a year")
        month = january(year.rename("year"))
        _refuse_repeats(sheet, month)
        origin, nowhere = _countries(sheet, "coo_iso", "origin", month, options)
        asylum, nobody = _countries(sheet, "coa_iso", "country of asylum", month, options)
        figures = [_figures(sheet, column) for column in present]
        pairs = pl.DataFrame([month, origin.alias(_ORIGIN), asylum.alias(_ASYLUM), *figures])
        observations, dyads = _stocks(pairs, options), _ties(pairs, options)
        if observations.is_empty():
            raise SourceError(f"{sheet.file} holds no figure", hint="download it again")
        selves = pairs.filter(pl.col(_ORIGIN) == pl.col(_ASYLUM)).height
        return Release(
            observations=observations,
            indicators=_indicators(present, options),
            covers=columns.span(month, "year"),
            dropped={**nowhere, **nobody, **({_SELF: selves} if selves else {})},
            simulated=columns.simulated(observations["unit"]),
            dyads=dyads,
            relations=_relations(options),
        )


def _form(options: UnhcrOptions) -> Form:
    return Form(
        required=("year", "coo_iso", "coa_iso", "refugees", "asylum_seekers"),
        optional=_FIGURES[2:],
        renamed=_HEADINGS,
        encoding=options.encoding,
    )


def _refuse_repeats(sheet: Sheet, month: pl.Series) -> None:
    codes = sheet.frame.select("coo_iso", "coa_iso", unit="coa_iso")
    rows = codes.with_columns(month)
    columns.refuse_repeats(sheet, "coa_iso", rows, ["coo_iso", "coa_iso", "month"])


def _countries(
    sheet: Sheet, column: str, role: str, month: pl.Series, options: UnhcrOptions
) -> tuple[pl.Series, dict[str, int]]:
    """Units of one side, null where the code stands for no state, and how many do."""
    reasons = {code: f"row whose {role} is no state: {what}" for code, what in _NOBODY.items()}
    return known_units(sheet, column, "iso3", options.codes, month, reasons)


def _figures(sheet: Sheet, column: str) -> pl.Series:
    people = columns.numbers(sheet, column, _NOT_GIVEN)
    wrong = ~people.is_between(0, _MOST)
    sheet.refuse(column, wrong, f"a number of people lies between 0 and {_MOST}", "correct it")
    return people.alias(column)


def _stocks(pairs: pl.DataFrame, options: UnhcrOptions) -> pl.DataFrame:
    """Sums over the pairs of each side, of what is known."""
    sides = []
    for side in (_ORIGIN, _ASYLUM):
        names = {
            name: column
            for name, (whose, column, _) in INDICATORS.items()
            if whose == side and column in pairs.columns
        }
        sums = (
            pairs.drop_nulls(side)
            .group_by("month", unit=side)
            .agg(
                pl.when(pl.col(column).count() > 0).then(pl.col(column).sum()).alias(name)
                for name, column in names.items()
            )
        )
        sides.append(long_form(sums, names, "year", options.lag_months))
    return pl.concat(sides).sort("unit", "month", "indicator")


def _ties(pairs: pl.DataFrame, options: UnhcrOptions) -> pl.DataFrame:
    """Refugees between two states, seen from both."""
    refugees = (
        pairs.drop_nulls([_ORIGIN, _ASYLUM])
        .filter(pl.col(_ORIGIN) != pl.col(_ASYLUM))
        .group_by(_ORIGIN, _ASYLUM, "month")
        .agg(value=pl.col("refugees").sum())
        .filter(pl.col("value") > 0)
        .with_columns(columns.known_from("year", options.lag_months))
    )
    both = [
        refugees.with_columns(
            unit=side, other=_ORIGIN if side == _ASYLUM else _ASYLUM, relation=pl.lit(name)
        ).select(Dyads.column_names())
        for name, (side, _) in RELATIONS.items()
    ]
    return pl.concat(both).sort("unit", "other", "month", "relation")


def _indicators(present: list[str], options: UnhcrOptions) -> tuple[Indicator, ...]:
    return tuple(
        Indicator(
            name,
            "people",
            Unhcr.name,
            text,
            frequency="year",
            lag_months=options.lag_months,
            carry_months=options.carry_months,
        )
        for name, (_, column, text) in INDICATORS.items()
        if column in present
    )


def _relations(options: UnhcrOptions) -> tuple[Relation, ...]:
    return tuple(
        Relation(
            name,
            "people",
            Unhcr.name,
            text,
            lag_months=options.lag_months,
            carry_months=options.carry_months,
        )
        for name, (_, text) in RELATIONS.items()
    )
