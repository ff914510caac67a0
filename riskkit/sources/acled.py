"""Armed Conflict Location & Event Data: events and deaths by country, month and kind of event."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import polars as pl
from pydantic import Field

from riskkit import refusals
from riskkit.errors import SourceError
from riskkit.months import first_day, parse_month
from riskkit.reading import columns
from riskkit.reading.json import Paging, read_pages
from riskkit.reading.sheets import Form, Sheet
from riskkit.reading.states import long_form, placed, rows_of
from riskkit.sources import MB, Address, Credential, Pages, Source, offered
from riskkit.sources._options import FileOptions
from riskkit.tables import Indicator, Release
from riskkit.units.names import no_country

TYPES = {
    "Battles": "acled_battles",
    "Explosions/Remote violence": "acled_explosions",
    "Violence against civilians": "acled_violence_against_civilians",
    "Protests": "acled_protests",
    "Riots": "acled_riots",
    "Strategic developments": "acled_strategic_developments",
}
"""Type of event -> indicator that counts it."""

_DEATHS = {
    "acled_fatalities": "Deaths in events of all types, as reported",
    "acled_civilians_fatalities": "Deaths in violence against civilians, as reported",
}
_REQUIRED = ("event_id_cnty", "event_date", "event_type", "iso", "country", "fatalities")
_PAGES = Paging(items=("data",))
_MOST_DEATHS = 100_000
_LATE = "event of a month that the file does not cover to its end"
_CORRECT = "correct it, or download the file again"


class AcledOptions(FileOptions):
    """How to count events.

    Attributes:
        covers_to: Last month that the file covers to its end ("2021-12"); by default that of its
            last event if this is on the month's last day, or else the month before.
        lag_months: Months from the end of a month to the publication of its events.
    """

    covers_to: str | None = Field(default=None, pattern=refusals.MONTH)
    lag_months: int = Field(default=1, ge=0, le=24)


class Acled(Source):
    """Reader of the data export (csv or xlsx, one row per event) and of the interface's answers.

    Written after the codebook; its columns were compared with programs that read exports, but not
    tried on a real file. Columns read are `event_id_cnty, event_date, event_type, iso, country,
    fatalities`; dates are 2023-02-16 or 16 February 2023. Exports with one row per actor have every
    event twice and are refused. Countries are told by their ISO number, where that is none of a
    unit (Kosovo) by name; events at sea ("Indian Ocean", "Gulf of Guinea") and in places that no
    unit answers to are left out and counted. The interface answers in csv or JSON (`{"status": 200,
    "success": true, "count": 5000, "total_count": ..., "data": [...]}`), at most 5,000 events a
    page and `total_count` of the query: put all pages into one folder, up to the first that has
    fewer events. An event that two pages hold is refused.

    ACLED began with Africa in 1997 and reached all countries in 2021 only. So a month without an
    event is zero from the January of a country's first event in the file, and missing before; a
    country without any event stays missing. `fatalities` are the reports' most conservative
    figures; 0 may mean that none was named. Events are revised for months after they appear.
    """

    name = "acled"
    sample = "export of one row per event, as since 2024"
    themes = ("conflict",)
    title = "Armed Conflict Location & Event Data (ACLED)"
    licence = (
        "ACLED's end user licence and terms of use: registration, attribution, commercial use only "
        "by agreement, rows may not be passed on"
    )
    citation = (
        "Raleigh, Kishi and Linke (2023), Political instability patterns are obscured by conflict "
        "dataset scope conditions, sources, and coding choices, Humanities and Social Sciences "
        "Communications 10, 74; ACLED, with the day of access"
    )
    url = "https://acleddata.com/conflict-data"
    offer = offered(
        Address(
            "https://acleddata.com/api/acled/read?_format=json&limit=5000&fields="
            "event_id_cnty|event_date|event_type|iso|country|fatalities",
            "acled",
            20 * MB,
            pages=Pages("page", ("data",), size=5000),
        ),
        credential=Credential(
            ("RISKKIT_ACLED_EMAIL", "RISKKIT_ACLED_PASSWORD"),
            "token",
            "https://acleddata.com/oauth/token",
            "ACLED wants an account: register at https://acleddata.com/user/register, accept the "
            "terms, and set RISKKIT_ACLED_EMAIL and RISKKIT_ACLED_PASSWORD",
            form=(("client_id", "acled"), ("scope", "authenticated")),
        ),
    )
    cadence = "weekly"
    lag_months = 1
    lag_reason = (
        "the events of a week that ends on Friday appear on Wednesday; a month leaves time for "
        "late reports"
    )
    redistributable = False
    every_months = 1
    reads_folders = True
    options = AcledOptions
    layouts = (
        (
            "export-2021.csv",
            "export of 2021 to 2023: data_id, semicolons, days as 16 February 2023",
        ),
        ("interface.json", "answer of the interface"),
    )

    def read(self, path: Path, options: AcledOptions) -> Release:
        """Read an export.

        Returns:
            Monthly events by type, `acled_battles` and others, `acled_fatalities` and
            `acled_civilians_fatalities`, zeros included.
        """
        form = Form(required=_REQUIRED, encoding=options.encoding, delimiter=None)
        dropped: dict[str, int] = {}
        events = _events(read_pages(path, form, _PAGES), options, dropped)
        last = _last_month(events["day"], options.covers_to)
        counted = events.filter(pl.col("month") <= last)
        if counted.is_empty():
            what = f"{path} has no event until {last:%Y-%m}, the last month it covers"
            raise SourceError(what, hint="set covers_to to the last month that is complete")
        if late := events.height - counted.height:
            dropped[_LATE] = late
        lag = options.lag_months
        return Release(
            observations=long_form(_monthly(counted, last), _descriptions(), "month", lag),
            indicators=tuple(
                Indicator(
                    name,
                    "deaths" if name in _DEATHS else "events",
                    Acled.name,
                    text,
                    lag_months=lag,
                )
                for name, text in _descriptions().items()
            ),
            covers=(columns.span(counted["month"])[0].replace(month=1), last),
            covered_units=columns.covered_units(counted["unit"]),
            dropped=dropped,
            simulated=columns.simulated(counted["unit"]),
        )


def _descriptions() -> dict[str, str]:
    """Indicator -> description."""
    return {name: f"Events of the type {kind}" for kind, name in TYPES.items()} | _DEATHS


def _events(sheet: Sheet, options: AcledOptions, dropped: dict[str, int]) -> pl.DataFrame:
    """One row per event: `unit, day, month` and what it adds to each count."""
    ids = sheet.frame["event_id_cnty"]
    hint = "keep one row per event: export without one row per actor"
    wrong = ids.is_null() | ids.is_duplicated()
    sheet.refuse("event_id_cnty", wrong, "every event has one row and an id", hint)
    day = columns.days(sheet, "event_date")
    unit = _units(sheet, options.codes, day, dropped)
    kind = sheet.frame["event_type"].cast(pl.String).str.strip_chars()
    unknown = ~kind.is_in(list(TYPES)).fill_null(value=False)
    sheet.refuse("event_type", unknown, "this type is unknown", f"known are {', '.join(TYPES)}")
    deaths = columns.whole_numbers(sheet, "fatalities", 0, _MOST_DEATHS, "the number of deaths")
    civilians = kind == "Violence against civilians"
    return pl.DataFrame(
        [
            unit,
            day.alias("day"),
            day.dt.truncate("1mo").alias("month"),
            *((kind == known).alias(name) for known, name in TYPES.items()),
            deaths.alias("acled_fatalities"),
            (deaths * civilians).alias("acled_civilians_fatalities"),
        ]
    ).drop_nulls("unit")


def _units(sheet: Sheet, own: columns.Codes, day: pl.Series, dropped: dict[str, int]) -> pl.Series:
    """Units by ISO number, and by name where the number is none, as at sea and in Kosovo."""
    unit = columns.units(sheet, "iso", "m49", own, day, drop_unknown=True)
    names = sheet.frame["country"].cast(pl.String)
    nobodys = [name for name in names.drop_nulls().unique().to_list() if no_country(name)]
    somebodys = ~names.is_in(nobodys).fill_null(value=False)  # whatever the number says
    unit = pl.select(pl.when(somebodys).then(pl.lit(unit)).alias("unit")).to_series()
    unknown = unit.is_null().arg_true()
    if len(unknown) == 0:
        return unit
    rows = rows_of(sheet, unknown)
    named, nowhere = placed(rows, "country", "name", own, day[unknown], {})
    dropped |= nowhere
    unit = unit.scatter(unknown, named)
    if unit.is_null().all():
        what = f"{sheet.file}: no event lies in a country"
        raise SourceError(what, hint="check that this is the right file, and the option codes")
    return unit


def _last_month(day: pl.Series, covers_to: str | None) -> date:
    if covers_to is not None:
        return first_day(parse_month(covers_to))
    _, latest = columns.span(day)
    complete = (latest + timedelta(days=1)).month != latest.month
    return (latest if complete else latest.replace(day=1) - timedelta(days=1)).replace(day=1)


def _monthly(events: pl.DataFrame, last: date) -> pl.DataFrame:
    """Counts by country and month, with zeros from the January of a country's first event."""
    names = list(_descriptions())
    sums = events.group_by("unit", "month").agg(pl.col(names).sum())
    months = (
        events.group_by("unit")
        .agg(pl.col("month").min().dt.truncate("1y"))
        .with_columns(month=pl.date_ranges("month", pl.lit(last), interval="1mo"))
        .explode("month")
    )
    return months.join(sums, on=["unit", "month"], how="left").with_columns(
        pl.col(names).fill_null(0)
    )
