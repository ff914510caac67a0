"""UN World Population Prospects: people, births, deaths and migration of each country and year."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl
from pydantic import Field

from riskkit.errors import SourceError
from riskkit.reading import columns
from riskkit.reading.files import read_sheet
from riskkit.reading.selection import leave_out
from riskkit.reading.sheets import Form, Sheet
from riskkit.sources import MB, Address, offered
from riskkit.sources._options import FileOptions
from riskkit.sources._plain import Measure, PlainYears

FIRST_YEAR = 1950
_RATE, _AGE, _GROWTH, _MOVED = (0, 1000), (0, 100), (-95, 95), (-950, 950)
_RATES = (
    ("wpp24_growthrate", "PopGrowthRate", "percent a year", "Growth of the population", _GROWTH),
    ("wpp24_cbr", "CBR", "births per 1,000 people", "Crude birth rate", _RATE),
    ("wpp24_cdr", "CDR", "deaths per 1,000 people", "Crude death rate", _RATE),
    ("wpp24_median_age", "MedianAgePop", "years", "Median age on 1 July", _AGE),
    ("wpp24_imr", "IMR", "deaths per 1,000 births", "Deaths before the age of one", _RATE),
    ("wpp24_migration_rate", "CNMR", "people per 1,000 people", "Net migration rate", _MOVED),
)
_MOVES = "People who moved into the country minus those who left it"
INDICATORS = {
    "wpp24_pop": Measure("TPopulation1July", "people", "Population on 1 July", low=0, factor=1000),
    "net_migration_wpp2024": Measure("NetMigrations", "people", _MOVES, factor=1000, optional=True),
    **{
        name: Measure(column, unit, text, low, high, optional=True)
        for name, column, unit, text, (low, high) in _RATES
    },
}
"""Indicator -> its column; population and migration come in thousands."""

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


class Wpp(PlainYears):
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
    sample = "demographic indicators, medium variant, as csv"
    themes = ("development",)
    title = "United Nations, World Population Prospects"
    licence = "CC BY 3.0 IGO"
    citation = (
        "United Nations, Department of Economic and Social Affairs, Population Division (2024), "
        "World Population Prospects 2024, Online Edition"
    )
    url = "https://population.un.org/wpp/"
    offer = offered(
        Address(
            "https://population.un.org/wpp/assets/Excel%20Files/1_Indicator%20(Standard)/CSV_FILES/"
            "WPP2024_Demographic_Indicators_Medium.csv.gz",
            "WPP2024_Demographic_Indicators_Medium.csv.gz",
            100 * MB,
            "2024",
        ),
        newer="a revision comes every second year: its year stands in the name; "
        "https://population.un.org/wpp/downloads tells the newest",
    )
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
    layouts = (
        ("WPP2024_Demographic_Indicators_Medium.csv.gz", "the publisher's .csv.gz, 2022 and 2024"),
    )

    code = ("ISO3_code", "iso3")
    times = ("Time",)
    first_year = FIRST_YEAR
    also = ("LocTypeName", "Variant", "Time")
    succeeded = False
    restated = True
    measures = INDICATORS

    def table(self, path: Path, form: Form) -> Sheet:
        """Read the file, every cell as text."""
        sheet = read_sheet(path, form)
        return replace(sheet, frame=sheet.frame.cast(pl.String))

    def select(
        self, sheet: Sheet, path: Path, options: WppOptions, dropped: dict[str, int]
    ) -> Sheet:
        """Keep countries, the medium variant and the years before the revision's."""
        kind = sheet.frame["LocTypeName"].str.strip_chars().str.to_lowercase()
        sheet = leave_out(sheet, kind.fill_null("") != _COUNTRY, _REGION, dropped)
        variant = sheet.frame["Variant"].str.strip_chars().fill_null("")
        sheet = leave_out(sheet, ~variant.is_in(_VARIANTS), _OTHER, dropped)
        projected = self.years(sheet) >= _first_projection(path, options)
        return leave_out(sheet, projected, _PROJECTED, dropped)

    def years(self, sheet: Sheet) -> pl.Series:
        """The year of each row, projections among them."""
        return columns.whole_numbers(sheet, "Time", FIRST_YEAR, 2101, "a year")


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
