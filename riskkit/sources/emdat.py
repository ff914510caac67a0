"""EM-DAT: disasters, deaths and people affected by country, month and year."""

from __future__ import annotations

import re
from datetime import date, timedelta
from pathlib import Path

import polars as pl
from pydantic import Field

from riskkit import refusals
from riskkit.errors import SourceError
from riskkit.months import first_day, parse_month
from riskkit.reading import columns
from riskkit.reading.dates import parse_days
from riskkit.reading.files import read_notes, read_sheet
from riskkit.reading.selection import leave_out
from riskkit.reading.sheets import Form, Sheet
from riskkit.reading.states import known_units, long_form
from riskkit.sources import Source
from riskkit.sources._options import FileOptions
from riskkit.tables import Frequency, Indicator, Release

FIRST_YEAR = 1900
COUNTS = {
    "disasters": ("disasters", "Disasters of natural hazards"),
    "weather_disasters": ("disasters", "Floods, storms, droughts and other disasters of weather"),
    "deaths": ("deaths", "Deaths in disasters of natural hazards, missing people included"),
    "affected": ("people", "People injured, affected or made homeless by natural hazards"),
    "weather_affected": (
        "people",
        "People injured, affected or made homeless by floods, storms, droughts and other weather",
    ),
}
"""What is counted, `emdat_` by month and `emdat_year_` by year -> unit, description."""

_REQUIRED = ("DisNo.", "Disaster Group", "Disaster Subgroup", "ISO", "Start Year", "Start Month")
_STAMPS = ("Last Update", "Entry Date")
_INFO = "EM-DAT Info"
_DAY = re.compile(r"(19|20)\d\d-[01]\d-[0-3]\d")
_PEOPLE = {"deaths": "Total Deaths", "affected": "Total Affected"}
_NATURAL = "natural"
_GROUPS = (_NATURAL, "technological", "complex disasters")
_WEATHER = ("climatological", "hydrological", "meteorological")
_SUBGROUPS = (*_WEATHER, "geophysical", "biological", "extra-terrestrial")
_MOST = 2_000_000_000
_CORRECT = "correct it, or download the file again"
_NOT_NATURAL = "disaster that is not of a natural hazard"
_NO_MONTH = "disaster that began in an unknown month, which counts in its year only"
_LATE = "disaster of a month or year that the file does not cover to its end"
_OWN_CODES = {"DFR": "DEU", "YMN": "YEM", "AZO": "PRT", "SPI": "ESP"}


class EmdatOptions(FileOptions):
    """How to count disasters.

    Attributes:
        covers_to: Last month that the file covers to its end ("2021-12"); by default the month
            before the day of the version that it names, or that of its newest row.
        lag_months: Months from the end of a month or year to the publication of its disasters.
    """

    covers_to: str | None = Field(default=None, pattern=refusals.MONTH)
    lag_months: int = Field(default=3, ge=0, le=60)


class Emdat(Source):
    """Reader of the public table (public_emdat_*.xlsx), one row per disaster and country.

    Written after the publisher's description of the columns, compared with the header of a
    published extract; not tried on a real file. Tables from before September 2023, with lines above
    the column names, are read too. An extract covers all until the month before its version, which
    the sheet 'EM-DAT Info' or the file's name tells, or else its rows (`Last Update`). Natural
    hazards count, technological ones are left out. A disaster counts in the country and month in
    which it began, with all its people; `Start Month` is empty where nobody knows it, as for many
    droughts, which count in their year only. An empty number of people means that none is known and
    counts as none, so that sums are lower bounds; how many there are is reported.

    EM-DAT lists disasters with ten deaths, a hundred affected, a state of emergency or a call for
    help. A month without a row had none of that size, or none that was reported: before 2000 many
    are missing (`Historic`). The Azores and the Canary Islands belong to Portugal and Spain, codes
    of former states to the units that continue them.
    """

    name = "emdat"
    sample = "public table since September 2023, as csv"
    themes = ("climate",)
    title = "EM-DAT, The International Disaster Database"
    licence = (
        "UCLouvain's terms of use: registration; free for research, teaching, the public and the "
        "press, commercial use by licence; rows may not be passed on"
    )
    citation = (
        "Delforge and others (2025), EM-DAT: the Emergency Events Database, International Journal "
        "of Disaster Risk Reduction 124, 105509; EM-DAT data, UCLouvain / CRED, Brussels, Belgium, "
        "www.emdat.be, with the day of access"
    )
    url = "https://www.emdat.be"
    by_hand = "wants an account: register at https://www.emdat.be, download the public table"
    cadence = "weekly, validated once a year"
    lag_months = 3
    lag_reason = (
        "a disaster appears with a weekly update once two sources confirm it; three months leave "
        "time for its figures to settle"
    )
    redistributable = False
    every_months = 1
    options = EmdatOptions
    layouts = (
        ("2025.xlsx", "public table since September 2023, with the sheet that names its version"),
        (
            "before-2023-09.csv",
            "public table before September 2023: Dis No, six lines above the headings",
        ),
    )

    def read(self, path: Path, options: EmdatOptions) -> Release:
        """Read the public table.

        Returns:
            Monthly `emdat_disasters`, `emdat_weather_disasters`, `emdat_deaths`, `emdat_affected`
            and `emdat_weather_affected`, and by year, unknown months included,
            `emdat_year_disasters` and so on; a census.
        """
        form = Form(
            required=(*_REQUIRED, *_PEOPLE.values()),
            optional=_STAMPS,
            renamed={"dis no": "DisNo."},
            encoding=options.encoding,
        )
        sheet = read_sheet(path, form)
        version = _version(path, sheet)
        dropped: dict[str, int] = {}
        sheet = leave_out(sheet, ~_is_natural(sheet), _NOT_NATURAL, dropped)
        disasters = _disasters(sheet, options, dropped)
        first, last = _covers(sheet.file, disasters, version, options.covers_to)
        whole_year = pl.col("year").dt.offset_by("11mo") <= last
        counted = disasters.filter(pl.coalesce(pl.col("month") <= last, whole_year))
        if counted.is_empty():
            what = f"{sheet.file} has no disaster until {last:%Y-%m}, the last month it covers"
            raise SourceError(what, hint="set covers_to to the last month that is complete")
        if counted.height < disasters.height:
            dropped[_LATE] = disasters.height - counted.height
        return Release(
            observations=_observations(counted, last, options.lag_months),
            indicators=_indicators("month", options.lag_months)
            + _indicators("year", options.lag_months),
            covers=(first, last),
            covered_units=columns.covered_units(counted["unit"]),
            dropped=dropped,
            simulated=columns.simulated(counted["unit"]),
        )


def _one_of(sheet: Sheet, column: str, known: tuple[str, ...]) -> pl.Series:
    words = sheet.frame[column].cast(pl.String).str.strip_chars().str.to_lowercase()
    wrong = ~words.is_in(known).fill_null(value=False)
    sheet.refuse(column, wrong, "this word is unknown", f"known are {', '.join(known)}")
    return words


def _is_natural(sheet: Sheet) -> pl.Series:
    return _one_of(sheet, "Disaster Group", _GROUPS) == _NATURAL


def _disasters(sheet: Sheet, options: EmdatOptions, dropped: dict[str, int]) -> pl.DataFrame:
    """One row per disaster: `unit, year, month` (null if unknown) and what it adds to counts."""
    repeats = sheet.frame.select(pl.col("DisNo.", "ISO").is_null()).sum_horizontal() > 0
    keys = sheet.frame.select("DisNo.", "ISO")
    wrong = repeats | keys.is_duplicated()
    sheet.refuse("DisNo.", wrong, "a disaster has a number, and one row per country", _CORRECT)
    days = _begun(sheet)
    on = days["month"].fill_null(days["year"])
    own = {**_OWN_CODES, **options.codes}
    unit, _ = known_units(sheet, "ISO", "iso3", own, on, {})
    weather = _one_of(sheet, "Disaster Subgroup", _SUBGROUPS).is_in(_WEATHER)
    people = {what: _people(sheet, column, dropped) for what, column in _PEOPLE.items()}
    if count := days["month"].null_count():
        dropped[_NO_MONTH] = count
    return days.with_columns(
        unit,
        disasters=pl.lit(1.0),
        weather_disasters=weather.cast(pl.Float64),
        weather_affected=people["affected"] * weather.cast(pl.Float64),
        **people,
    )


def _begun(sheet: Sheet) -> pl.DataFrame:
    """First days of the `year` and the `month`, the latter null where it is unknown."""
    year = columns.whole_numbers(sheet, "Start Year", FIRST_YEAR, date.today().year, "a year")
    calendar = columns.numbers(sheet, "Start Month")
    wrong = (calendar != calendar.floor()) | ~calendar.is_between(1, 12)
    sheet.refuse("Start Month", wrong, "a month is a whole number, 1 to 12, or empty", _CORRECT)
    days = pl.DataFrame({"y": year, "m": calendar.cast(pl.Int64)}).select(
        year=pl.date("y", 1, 1),
        month=pl.when(pl.col("m").is_not_null()).then(pl.date("y", pl.col("m").fill_null(1), 1)),
    )
    future = days["month"] > date.today()
    sheet.refuse("Start Month", future, "this month lies in the future", _CORRECT)
    return days


def _people(sheet: Sheet, column: str, dropped: dict[str, int]) -> pl.Series:
    people = columns.numbers(sheet, column)
    wrong = ~people.is_between(0, _MOST)
    sheet.refuse(column, wrong, f"a number of people lies between 0 and {_MOST}", _CORRECT)
    if unknown := people.null_count():
        dropped[f"disaster without {column}, counted as none"] = unknown
    return people.fill_null(0.0)


def _version(path: Path, sheet: Sheet) -> date | None:
    """The day that the table speaks until: what it says, or its name, or its newest row."""
    notes = [" ".join(row) for row in read_notes(path, _INFO)]
    told = [note for note in notes if note.lower().startswith("version")]
    for text in (*told, path.name):
        if match := _DAY.search(text):
            return date.fromisoformat(match[0])
    stamps = [sheet.frame[column].cast(pl.String) for column in _STAMPS if column in sheet.frame]
    days = [day for stamp in stamps if isinstance(day := parse_days(stamp).max(), date)]
    return max(days, default=None)


def _covers(
    file: str, disasters: pl.DataFrame, version: date | None, covers_to: str | None
) -> tuple[date, date]:
    if disasters["month"].null_count() == disasters.height:
        raise SourceError(f"{file} has no disaster in a known month", hint="download it again")
    _, begun = columns.span(disasters["month"].drop_nulls())
    first, _ = columns.span(disasters["year"], "year")
    if covers_to is not None:
        return first, first_day(parse_month(covers_to))
    until = begun if version is None or version < begun else min(version, date.today())
    until = until.replace(day=1)
    return first, (until - timedelta(days=1)).replace(day=1)


def _observations(disasters: pl.DataFrame, last: date, lag_months: int) -> pl.DataFrame:
    """Sums by month, and by year of the years that the file covers to their end."""
    end = last.year if last.month == 12 else last.year - 1
    monthly = disasters.drop_nulls("month").drop("year")
    yearly = (
        disasters.drop("month").rename({"year": "month"}).filter(pl.col("month").dt.year() <= end)
    )
    tables: list[tuple[pl.DataFrame, Frequency]] = [(monthly, "month"), (yearly, "year")]
    sums = [
        long_form(
            rows.group_by("unit", "month").agg(
                pl.col(what).sum().alias(_name(what, frequency)) for what in COUNTS
            ),
            [_name(what, frequency) for what in COUNTS],
            frequency,
            lag_months,
        )
        for rows, frequency in tables
    ]
    return pl.concat(sums).sort("unit", "month", "indicator")


def _name(what: str, frequency: Frequency) -> str:
    return f"emdat_{what}" if frequency == "month" else f"emdat_year_{what}"


def _indicators(frequency: Frequency, lag_months: int) -> tuple[Indicator, ...]:
    return tuple(
        Indicator(
            _name(what, frequency),
            unit,
            Emdat.name,
            f"{text}, of the {frequency}",
            frequency=frequency,
            lag_months=lag_months,
            census=True,
        )
        for what, (unit, text) in COUNTS.items()
    )
