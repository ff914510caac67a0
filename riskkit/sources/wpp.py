"""UN World Population Prospects: people, births, deaths and migration of each country and year."""

from __future__ import annotations

import gzip
import re
import zlib
from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl
from pydantic import Field

from riskkit.errors import SourceError
from riskkit.reading import columns
from riskkit.reading.files import read_bytes, read_sheet
from riskkit.reading.selection import leave_out
from riskkit.reading.sheets import Form, Sheet
from riskkit.reading.states import january, known_units, long_form
from riskkit.reading.text import read_text
from riskkit.sources import Source
from riskkit.sources._options import FileOptions
from riskkit.tables import Indicator, Release

FIRST_YEAR = 1950
INDICATORS = {
    "wpp24_pop": ("TPopulation1July", 1000.0, "people", "Population on 1 July"),
    "net_migration_wpp2024": (
        "NetMigrations",
        1000.0,
        "people",
        "People who moved into the country minus those who left it",
    ),
    "wpp24_growthrate": ("PopGrowthRate", 1.0, "percent a year", "Growth of the population"),
    "wpp24_cbr": ("CBR", 1.0, "births per 1,000 people", "Crude birth rate"),
    "wpp24_cdr": ("CDR", 1.0, "deaths per 1,000 people", "Crude death rate"),
    "wpp24_median_age": ("MedianAgePop", 1.0, "years", "Median age on 1 July"),
    "wpp24_imr": ("IMR", 1.0, "deaths per 1,000 births", "Deaths before the age of one"),
    "wpp24_migration_rate": ("CNMR", 1.0, "people per 1,000 people", "Net migration rate"),
}
"""Indicator -> column, factor, unit of measurement, description."""

_POPULATION = "TPopulation1July"
_COUNTRY = "country/area"
_VARIANTS = ("Medium", "Estimates")
_REVISION = re.compile(r"WPP(20\d\d)", re.IGNORECASE)
_REGION = "row of a region or group of countries"
_OTHER = "row of another variant than the medium one"
_PROJECTED = "projection: row of the year of the revision or a later one"


class WppOptions(FileOptions):
    """How to read a revision.

    Attributes:
        before: First year left out as a projection; None takes the year of the revision from the
            name of the file.
        lag_months: Months from the end of a year to the publication of its figures.
    """

    before: int | None = Field(default=None, ge=FIRST_YEAR + 1, le=2101)
    lag_months: int = Field(default=12, ge=0, le=60)


class Wpp(Source):
    """Reader of the table of demographic indicators, WPP2024_Demographic_Indicators_Medium.csv, as
    .csv, .csv.gz or .zip. Written after the published list of columns, which is that of the file's
    header by public notes; not tried on a real file.

    Countries and territories of the medium variant count. A revision holds estimates up to the
    year before it and projections beyond: the years from that of the revision on are left out.
    Names carry the revision of 2024, whatever the file's, so that features stay the same.

    Figures are of the file's vintage: a revision recasts all years since 1950, and a forecaster of
    2015 saw others, by several percent in countries without a census. Population and migration
    come in thousands and are turned into people.
    """

    name = "wpp"
    title = "United Nations, World Population Prospects"
    licence = "CC BY 3.0 IGO"
    citation = (
        "United Nations, Department of Economic and Social Affairs, Population Division (2024), "
        "World Population Prospects 2024, Online Edition"
    )
    url = "https://population.un.org/wpp/"
    cadence = "every two or three years, in the middle of the year"
    lag_months = 12
    lag_reason = (
        "estimates follow in revisions of July 2022, July 2024 and, as announced, 2027, 7 to 31 "
        "months after a year; until then the projection of the revision before serves, which is "
        "out when the year ends"
    )
    redistributable = True
    every_months = 36
    options = WppOptions

    def read(self, path: Path, options: WppOptions) -> Release:
        """Read a revision.

        Args:
            path: A .csv, .csv.gz, .zip, .parquet or .xlsx file in the publisher's layout.
            options: How to read it.

        Returns:
            Yearly `wpp24_pop` and, where the file has their columns, the others of `INDICATORS`.

        Raises:
            SourceError: The file is not the table of indicators, its revision is not known, or a
                row is impossible; the text names the file, the line and the column.
        """
        dropped: dict[str, int] = {}
        sheet = _read(path, options.encoding)
        kind = sheet.frame["LocTypeName"].str.strip_chars().str.to_lowercase()
        sheet = leave_out(sheet, kind.fill_null("") != _COUNTRY, _REGION, dropped)
        variant = sheet.frame["Variant"].str.strip_chars().fill_null("")
        sheet = leave_out(sheet, ~variant.is_in(_VARIANTS), _OTHER, dropped)
        year = columns.whole_numbers(sheet, "Time", FIRST_YEAR, 2101, "a year")
        sheet = leave_out(sheet, year >= _first_projection(path, options), _PROJECTED, dropped)
        month = january(columns.whole_numbers(sheet, "Time", FIRST_YEAR, 2101, "a year"))
        unit, nowhere = known_units(sheet, "ISO3_code", "iso3", options.codes, None, {})
        rows = pl.DataFrame([unit, month])
        columns.refuse_repeats(sheet, "ISO3_code", rows, ["unit", "month"])
        named = [name for name, (column, *_) in INDICATORS.items() if column in sheet.frame.columns]
        wide = rows.with_columns(_figures(sheet, name) for name in named)
        observations = long_form(wide, named, "year", options.lag_months)
        if observations.is_empty():
            raise SourceError(f"{sheet.file} holds no figure", hint="download it again")
        return Release(
            observations=observations,
            indicators=tuple(_indicator(name, options.lag_months) for name in named),
            covers=columns.span(month, "year"),
            dropped=dropped | nowhere,
            simulated=columns.simulated(unit),
        )


def _read(path: Path, encoding: str) -> Sheet:
    form = Form(
        required=("ISO3_code", "LocTypeName", "Variant", "Time", _POPULATION),
        optional=tuple(column for column, *_ in INDICATORS.values() if column != _POPULATION),
        encoding=encoding,
    )
    if path.suffix.lower() != ".gz":
        sheet = read_sheet(path, form)
        return replace(sheet, frame=sheet.frame.cast(pl.String))
    try:
        data = gzip.decompress(read_bytes(path))
    except (OSError, EOFError, zlib.error) as error:
        raise SourceError(
            f"{path} is not a whole gzip file", got=str(error), hint="download it again"
        ) from None
    if not data.strip():
        raise SourceError(f"{path} is empty", hint="download it again")
    return read_text(str(path), data, form)


def _first_projection(path: Path, options: WppOptions) -> int:
    """The first year left out: no later than next year, which nobody has counted."""
    found = _REVISION.search(path.name)
    first = options.before or (int(found[1]) if found else None)
    if first is None:
        raise SourceError(
            f"{path}: the name does not tell the revision",
            hint="give the file its name back, as in WPP2024_Demographic_Indicators_Medium.csv, or "
            "set before to the year of the revision",
        )
    return min(first, date.today().year + 1)


def _figures(sheet: Sheet, name: str) -> pl.Series:
    column, factor, *_ = INDICATORS[name]
    figures = columns.numbers(sheet, column)
    if column == _POPULATION:
        sheet.refuse(column, figures < 0, "a population cannot be negative", "correct it")
    return (figures * factor).alias(name)


def _indicator(name: str, lag_months: int) -> Indicator:
    _, _, unit, text = INDICATORS[name]
    return Indicator(name, unit, Wpp.name, text, "year", lag_months)
