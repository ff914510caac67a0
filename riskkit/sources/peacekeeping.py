"""Geo-PKO: in which countries UN peacekeepers were deployed in each month."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
from pydantic import Field

from riskkit.reading import columns
from riskkit.reading.files import read_sheet
from riskkit.reading.sheets import Form, Sheet
from riskkit.reading.states import known_units, one_row_each
from riskkit.sources import Source
from riskkit.sources._options import FileOptions
from riskkit.sources._release import released
from riskkit.tables import Release

FIRST_YEAR = 1948
_NAMES = {"DRC": "COD"}
INDICATORS = {
    "geopko_presence": ("1 if present", "UN peacekeepers deployed in the country"),
    "geopko_n_missions": ("missions", "UN missions with a deployment in the country"),
    "geopko_n_sites": ("places", "Places in the country with a deployment of UN peacekeepers"),
}
"""Indicator -> unit of measurement, description."""


class PeacekeepingOptions(FileOptions):
    """How to count deployments.

    Attributes:
        map_months: Months for which a map of a mission speaks, unless a new one appears.
        lag_months: Months from the end of a month to the publication of its maps.
    """

    map_months: int = Field(default=12, ge=1, le=60)
    lag_months: int = Field(default=18, ge=0, le=60)


class Peacekeeping(Source):
    """Reader of Geo_PKO_v.2.x location maps and location-months. Written after the documented
    schema, compared with a published list of the columns of 2.3 and with the names of countries in
    a table of the publisher's map application; not tried on the publisher's file.

    By the publisher's documentation a row of the location-map file is a place on one deployment
    map of a mission (`source`, `mission`, `year`, `month`, `location`, `country`, troops by
    kind); since 2.3 there is a second file with the maps' places repeated for every month. Maps
    appear every few months. A map is taken to hold until the mission's next one, for 12 months at
    most; nothing is interpolated backwards, so that a month rests on maps of its past only.

    Troop numbers are estimates from the sizes of units (a battalion is 650), "unknown" in part
    and summed over maps and places they count people several times: they are not read. Observers
    and police are deployments too. `country` is today's (Montenegro in 2000); a place that two
    countries dispute ("Ethiopia/Eritrea") counts for both. No row means no deployment, since the
    file lists all UN missions from 1994 on. But a mission of which no map was drawn for more than a
    year, as UNMOGIP's of 2016 to 2021, seems to be absent; and files before 2.0 cover Africa only
    and must not be read as the world.
    """

    name = "peacekeeping"
    sample = "location maps of Geo-PKO 2.3"
    themes = ("diplomacy",)
    title = "Geocoded Peacekeeping Operations (Geo-PKO) Dataset"
    licence = "free for research, with citation; no licence is stated"
    citation = (
        "Cil, Fjelde, Hultman and Nilsson (2020), Mapping blue helmets: Introducing the Geocoded "
        "Peacekeeping Operations (Geo-PKO) dataset, Journal of Peace Research 57(2), 360-370"
    )
    url = (
        "https://www.uu.se/en/department/peace-and-conflict-research/research/research-data/"
        "geo-pko-dataset"
    )
    by_hand = (
        "moves with the university's pages: download Geo-PKO from "
        "https://www.uu.se/en/department/peace-and-conflict-research/research/research-data"
    )
    cadence = "yearly"
    lag_months = 18
    lag_reason = "the maps of a year appear together: release 2.3 of 2025 ends with 2024"
    redistributable = False
    every_months = 12
    options = PeacekeepingOptions

    def read(self, path: Path, options: PeacekeepingOptions) -> Release:
        """Read a release.

        Returns:
            Monthly `geopko_presence`, `geopko_n_missions` and `geopko_n_sites`.
        """
        sheet = read_sheet(path, _form(options))
        names = [_filled(sheet, column) for column in ("mission", "location")]
        places = pl.DataFrame([_months(sheet), *names])
        first, last = columns.span(places["month"])
        countries = _filled(sheet, "country").str.split("/")
        rows, place = one_row_each(sheet, "country", countries)
        own = {**_NAMES, **options.codes}
        long = places[place]
        unit, dropped = known_units(rows, "country", "name", own, long["month"], {})
        monthly = _monthly(long.with_columns(unit), last, options.map_months)
        return released(
            self.name,
            monthly,
            INDICATORS,
            (first, last),
            options.lag_months,
            frequency="month",
            census=True,
            dropped=dropped,
        )


def _form(options: PeacekeepingOptions) -> Form:
    required = ("mission", "year", "month", "location", "country")
    return Form(
        required=required,
        renamed={column: column for column in required},
        encoding=options.encoding,
    )


def _months(sheet: Sheet) -> pl.Series:
    year = columns.whole_numbers(sheet, "year", FIRST_YEAR, date.today().year, "a year")
    month = columns.whole_numbers(sheet, "month", 1, 12, "a month")
    parts = pl.DataFrame({"year": year, "month": month})
    return parts.select(month=pl.date("year", "month", 1)).to_series()


def _filled(sheet: Sheet, column: str) -> pl.Series:
    text = sheet.frame[column].cast(pl.String).str.strip_chars()
    missing = text.fill_null("").is_in(["", "NA"])
    sheet.refuse(column, missing, "this is missing", "fill it in, or download the file again")
    return text


def _monthly(places: pl.DataFrame, last: date, map_months: int) -> pl.DataFrame:
    """Let each map hold until its mission's next one, and count per unit and month."""
    maps = places.select("mission", "month").unique().sort("mission", "month")
    stale = pl.col("month").dt.offset_by(f"{map_months}mo")
    replaced = pl.min_horizontal(stale, pl.col("month").shift(-1).over("mission"))
    held = pl.date_ranges("month", pl.min_horizontal("until", pl.lit(last)), interval="1mo")
    return (
        places.drop_nulls("unit")
        .join(maps.with_columns(until=replaced.dt.offset_by("-1mo")), on=["mission", "month"])
        .with_columns(month=held)
        .explode("month")
        .group_by("unit", "month")
        .agg(
            geopko_presence=pl.lit(1),
            geopko_n_missions=pl.col("mission").n_unique(),
            geopko_n_sites=pl.col("location").n_unique(),
        )
    )
