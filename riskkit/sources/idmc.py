"""IDMC Global Internal Displacement Database: people displaced by conflict and by disasters."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl

from riskkit.errors import SourceError
from riskkit.reading import columns
from riskkit.reading.files import read_sheet
from riskkit.reading.selection import leave_out
from riskkit.reading.sheets import Form, Sheet
from riskkit.reading.states import january, known_units, long_form
from riskkit.sources import MB, Address, Credential, Source, offered
from riskkit.sources._options import LaggedOptions, lagged
from riskkit.tables import Indicator, Release

FIRST_YEAR = 2000
YEARLY = {
    "idmc_conflict_idp_stock": (
        ("Conflict Stock Displacement (Raw)", "Conflict Stock Displacement", "total_displacement"),
        "people",
        "People displaced within the country by conflict and violence, at the end of the year",
    ),
    "idmc_conflict_new_disp": (
        (
            "Conflict Internal Displacements (Raw)",
            "Conflict Internal Displacements",
            "Conflict New Displacements",
            "new_displacement",
        ),
        "displacements",
        "Displacements within the country by conflict and violence",
    ),
    "idmc_disaster_idp_stock": (
        ("Disaster Stock Displacement (Raw)", "Disaster Stock Displacement"),
        "people",
        "People displaced within the country by disasters, at the end of the year",
    ),
    "idmc_disaster_new_disp": (
        (
            "Disaster Internal Displacements (Raw)",
            "Disaster Internal Displacements",
            "Disaster New Displacements",
        ),
        "displacements",
        "Displacements within the country by disasters",
    ),
}
"""Indicator -> its columns in tables of countries, the best first, unit of measurement,
description: of the workbook since 2022, of that before, and of the .csv on HDX."""

MONTHLY = {
    "idmc_disaster_disp": ("displacements", "Displacements by disasters that began in the month"),
    "idmc_weather_disp": (
        "displacements",
        "Displacements by weather-related disasters that began in the month",
    ),
    "idmc_n_disaster_events": ("events", "Disasters with displacement that began in the month"),
}
"""Indicator of the workbook of disasters -> unit of measurement, description."""

_START = ("Date of Event (start)", "Start Date")
_DISPLACED = (*YEARLY["idmc_disaster_new_disp"][0], "new_displacement")
_HAZARD = ("hazard_category_name", "Hazard Category")
_EVENT_COLUMNS = (_START, _DISPLACED, _HAZARD)
_YEAR_COLUMNS = tuple(among for among, _, _ in YEARLY.values())
_CATEGORIES = ("weather related", "geophysical", "mixed disasters")
_MOST = 1_000_000_000
_YEAR = 12
_LEFT_OUT = {"AB9": "row of the Abyei Area, which no unit answers to"}
_NO_FIGURE = "disaster without a number of displacements"
_OUTSIDE = "disaster that began before or after the years of the file"


class Idmc(Source):
    """Reader of the GIDD tables of countries and of disasters; tried on both workbooks.

    Read are the workbooks since 2022, those before, with "New" for "Internal" displacements, the
    exports of conflicts and of disasters alone, and the .csv of conflict (`new_displacement,
    total_displacement`) and of disasters (`start_date, hazard_category_name`) on HDX.

    The unrounded ("Raw") columns count where there are any. In the workbook of countries an empty
    cell means that there is no figure, not that nobody was displaced; zeros are written out. The
    workbook of disasters is a census of those that IDMC knows: a month without a row had none. A
    disaster counts in the month it began, with all its displacements. Seventeen of the first 22,119
    disasters were counted to another year than that of their first day; what they add to a month is
    a later vintage of it, known when the year they were counted to was published.

    All figures of a year appear together in May of the next, those of January after 16 months and
    those of December after five. The Abyei Area has
    no unit and is left out. Coverage grew over the years: the file has twenty times as many
    disasters of 2018 as of 2010.
    """

    name = "idmc"
    sample = "tables of displacement, as csv"
    themes = ("migration", "climate")
    title = "Global Internal Displacement Database (GIDD)"
    licence = "CC BY-NC 4.0"
    citation = (
        "Internal Displacement Monitoring Centre, Global Internal Displacement Database, "
        "with the day of access"
    )
    url = "https://www.internal-displacement.org/database/displacement-data/"
    offer = offered(
        *(
            Address(
                f"https://helix-tools-api.idmcdb.org/external-api/gidd/{kind}s/{kind}-export/"
                "?release_environment=RELEASE",
                f"IDMC_GIDD_{kind}s.xlsx",
                50 * MB,
            )
            for kind in ("disaster", "displacement")
        ),
        credential=Credential(
            ("RISKKIT_IDMC_CLIENT_ID",),
            "query",
            "client_id",
            "IDMC wants a client id: ask ch.datainfo@idmc.ch for one, and set "
            "RISKKIT_IDMC_CLIENT_ID",
        ),
    )
    cadence = "yearly, in May"
    lag_months = 5
    lag_reason = "the Global Report of May publishes the figures of the year before"
    redistributable = False
    every_months = 12
    tried_on = "real files"
    options = lagged(5)
    layouts = (
        ("workbook-2022.csv", "table of countries since 2022, with unrounded figures"),
        ("workbook-2021.csv", "table of countries before 2022: New for Internal displacements"),
        ("conflict-export.csv", "export of conflict alone"),
        ("disasters-2021.csv", "table of disasters before 2022"),
        ("hdx-conflict.csv", "conflict on HDX since 2025"),
        ("hdx-disasters.csv", "disasters on HDX since 2025"),
    )

    def read(self, path: Path, options: LaggedOptions) -> Release:
        """Read the table of countries or that of disasters.

        Returns:
            Of countries the yearly, as far as there are columns of them, `idmc_conflict_idp_stock`,
            `idmc_conflict_new_disp`, `idmc_disaster_idp_stock` and `idmc_disaster_new_disp`; of
            disasters the monthly `idmc_disaster_disp`, `idmc_weather_disp` and
            `idmc_n_disaster_events`, a census.
        """
        among = (*_YEAR_COLUMNS, *_EVENT_COLUMNS)
        optional = tuple(dict.fromkeys(column for names in among for column in names))
        form = Form(required=("ISO3", "Year"), optional=optional, encoding=options.encoding)
        sheet = read_sheet(path, form)
        events = [_first(sheet, among) for among in _EVENT_COLUMNS]
        yearly = {name: _first(sheet, among) for name, (among, _, _) in YEARLY.items()}
        if all(events):
            return _disasters(sheet, options)
        if any(yearly.values()) and events[0] is None and events[2] is None:
            return _country_years(sheet, options)
        raise SourceError(
            f"{sheet.file} is neither IDMC's table of countries nor that of disasters",
            got=sheet.frame.columns,
            hint="it needs the columns ISO3, Year and "
            + ", ".join(f"'{names[0]}'" for names in _YEAR_COLUMNS)
            + "; or ISO3, Year and "
            + ", ".join(f"'{names[0]}'" for names in _EVENT_COLUMNS),
        )


def _first(sheet: Sheet, names: tuple[str, ...]) -> str | None:
    """The first of some columns that the sheet has."""
    return next((name for name in names if name in sheet.frame.columns), None)


def _country_years(sheet: Sheet, options: LaggedOptions) -> Release:
    year = _years(sheet)
    repeats = pl.DataFrame([sheet.frame["ISO3"].alias("unit"), year])
    columns.refuse_repeats(sheet, "ISO3", repeats, ["unit", "month"])
    unit, dropped = known_units(sheet, "ISO3", "iso3", options.codes, year, _LEFT_OUT)
    present = {name: found for name, among in YEARLY.items() if (found := _first(sheet, among[0]))}
    figures = [_figures(sheet, column).alias(name) for name, column in present.items()]
    added = [pl.when(pl.col(name).count() > 0).then(pl.col(name).sum()) for name in present]
    yearly = (
        pl.DataFrame([unit, year, *figures])
        .drop_nulls("unit")
        .group_by("unit", "month")
        .agg(sums.alias(name) for name, sums in zip(present, added, strict=True))
    )
    return Release(
        observations=long_form(yearly, present, "year", options.lag_months),
        indicators=tuple(
            Indicator(name, what, Idmc.name, text, "year", options.lag_months)
            for name, (_, what, text) in YEARLY.items()
            if name in present
        ),
        covers=columns.span(year, "year"),
        dropped=dropped,
        simulated=columns.simulated(unit),
    )


def _disasters(sheet: Sheet, options: LaggedOptions) -> Release:
    dropped: dict[str, int] = {}
    start, displaced_in, hazard = (str(_first(sheet, among)) for among in _EVENT_COLUMNS)
    without = _figures(sheet, displaced_in).is_null()
    sheet = leave_out(sheet, without, _NO_FIGURE, dropped)
    year = _years(sheet)
    month = columns.days(sheet, start).dt.truncate("1mo").alias("month")
    unit, nowhere = known_units(sheet, "ISO3", "iso3", options.codes, month, _LEFT_OUT)
    first, last = columns.span(year, "year")
    displaced = _figures(sheet, displaced_in)
    events = pl.DataFrame(
        [
            unit,
            month,
            year.alias("counted"),
            displaced.alias("idmc_disaster_disp"),
            (displaced * _is_weather(sheet, hazard)).alias("idmc_weather_disp"),
        ]
    ).with_columns(idmc_n_disaster_events=pl.lit(1.0))
    events = events.drop_nulls("unit")
    inside = events.filter(pl.col("month").is_between(first, last))
    if inside.is_empty():
        what = f"{sheet.file}: no disaster began in the years it was counted to"
        raise SourceError(what, hint="columns may have changed places: download the file again")
    dropped |= nowhere
    if inside.height < events.height:
        dropped[_OUTSIDE] = events.height - inside.height
    return Release(
        observations=_vintages(inside, options.lag_months),
        indicators=_by_month(options.lag_months),
        covers=(first, last),
        covered_units=columns.covered_units(inside["unit"]),
        dropped=dropped,
        simulated=columns.simulated(inside["unit"]),
    )


def _by_month(lag_months: int) -> tuple[Indicator, ...]:
    """Months come out with their year; after more than a year they wait for the longest."""
    together = 1 <= lag_months <= _YEAR
    lag = lag_months if together else _YEAR - 1 + lag_months
    release = lag_months if together else None
    return tuple(
        Indicator(name, what, Idmc.name, text, lag_months=lag, census=True, yearly_release=release)
        for name, (what, text) in MONTHLY.items()
    )


def _years(sheet: Sheet) -> pl.Series:
    year = columns.whole_numbers(sheet, "Year", FIRST_YEAR, date.today().year, "a year")
    return january(year.rename("year"))


def _figures(sheet: Sheet, column: str) -> pl.Series:
    figures = columns.numbers(sheet, column, whole=True)
    wrong = ~figures.is_between(0, _MOST)
    sheet.refuse(column, wrong, f"a number of people lies between 0 and {_MOST}", "correct it")
    return figures


def _is_weather(sheet: Sheet, hazard: str) -> pl.Series:
    category = sheet.frame[hazard].cast(pl.String).str.strip_chars().str.to_lowercase()
    unknown = ~category.is_in(_CATEGORIES).fill_null(value=False)
    known = f"known are {', '.join(_CATEGORIES)}"
    sheet.refuse(hazard, unknown, "this category of hazards is unknown", known)
    return category == _CATEGORIES[0]


def _vintages(events: pl.DataFrame, lag_months: int) -> pl.DataFrame:
    """Sums by month of what was known of it, at first and after each later publication."""
    year = pl.max_horizontal(pl.col("month", "counted").dt.year())
    told = pl.date(year, _YEAR, 1).dt.offset_by(f"{lag_months}mo").dt.month_end()
    key = ["unit", "month", "known_from"]
    return (
        events.with_columns(known_from=told)
        .group_by(key)
        .agg(pl.col(*MONTHLY).sum())
        .sort(key)
        .with_columns(pl.col(*MONTHLY).cum_sum().over("unit", "month"))
        .unpivot(list(MONTHLY), index=key, variable_name="indicator")
        .select("unit", "month", "indicator", "value", "known_from")
        .sort("unit", "month", "indicator", "known_from")
    )
