"""UCDP organized violence, country-year: deaths in each country and calendar year since 1989."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
from pydantic import Field

from riskkit.reading import columns
from riskkit.reading.files import read_sheet
from riskkit.reading.sheets import Form, Sheet
from riskkit.sources import Source
from riskkit.sources._options import FileOptions
from riskkit.tables import Indicator, Release

FIRST_YEAR = 1946
_MOST_DEATHS = 10_000_000
_CONFLICT = {"sb": "state-based conflict", "ns": "non-state conflict", "os": "one-sided violence"}
_TOTALS = {
    f"ucdp_{kind}_{estimate}": (
        f"{kind}_total_deaths_{estimate}_cy",
        f"{estimate.capitalize()} estimate of deaths in {text}",
    )
    for kind, text in _CONFLICT.items()
    for estimate in ("best", "low", "high")
}
_DETAILS = {
    "ucdp_sb_civilians": ("sb_deaths_civilians_cy", "Civilians killed in state-based conflict"),
    "ucdp_sb_interstate": (
        "sb_interstate_deaths_best_cy",
        "Best estimate of deaths in conflict between states",
    ),
    "ucdp_ns_civilians": ("ns_deaths_civilians_cy", "Civilians killed in non-state conflict"),
    "ucdp_os_by_government": (
        "os_any_govt_killings_best_cy",
        "Best estimate of civilians killed by any government in one-sided violence",
    ),
    "ucdp_os_by_nonstate": (
        "os_nsgroup_killings_best_cy",
        "Best estimate of civilians killed by non-state groups in one-sided violence",
    ),
    "ucdp_civilians": (
        "cumulative_total_deaths_civilians_in_orgvio_cy",
        "Civilians killed in all organised violence",
    ),
}
INDICATORS = {**_TOTALS, **_DETAILS}
"""Indicator -> column of the release, description."""


class CountryYearOptions(FileOptions):
    """How to read a release.

    Attributes:
        lag_months: Months from the end of a year to the publication of its figures.
    """

    lag_months: int = Field(default=6, ge=0, le=60)


class UcdpCountryYear(Source):
    """Reader of organizedviolencecy_vXX_Y.csv."""

    name = "ucdp-country-year"
    title = "UCDP Country-Year Dataset on Organized Violence within Country Borders"
    licence = "CC BY 4.0"
    citation = (
        "with release 26.1 Davies, Pettersson and Öberg (2026), Organized violence 1989-2025, and "
        "violent political protests, Journal of Peace Research, doi:10.1093/jopres/xjag046; with "
        "25.1 Davies, Pettersson, Sollenberg and Öberg (2025), Organized violence 1989-2024, and "
        "the challenges of identifying civilian victims, Journal of Peace Research 62(4), "
        "1223-1240; "
        "Sundberg and Melander (2013), Introducing the UCDP Georeferenced Event Dataset, Journal "
        "of Peace Research 50(4), 523-532"
    )
    url = "https://ucdp.uu.se/downloads/"
    cadence = "yearly, in June"
    lag_months = 6
    lag_reason = "figures of a year are published in June of the next"
    redistributable = True
    every_months = 12
    tried_on = "real files"
    options = CountryYearOptions

    def read(self, path: Path, options: CountryYearOptions) -> Release:
        """Read a release.

        Args:
            path: A .csv, .zip, .parquet or .xlsx file in UCDP's layout.
            options: How to read it.

        Returns:
            Yearly deaths `ucdp_sb_*`, `ucdp_ns_*`, `ucdp_os_*` and `ucdp_civilians`.

        Raises:
            SourceError: The file is not a release, or a figure is impossible; the text names the
                file, the line and the column.
        """
        sheet = read_sheet(path, _form(options))
        month = _years(sheet)
        unit = columns.units(sheet, "country_id_cy", "gwcode", options.codes, month)
        figures = [_figures(sheet, name) for name in INDICATORS]
        rows = pl.DataFrame([unit, month, *figures])
        columns.refuse_repeats(sheet, "country_id_cy", rows, ["unit", "month"])
        observations = rows.unpivot(
            list(INDICATORS), index=["unit", "month"], variable_name="indicator"
        ).with_columns(columns.known_from("year", options.lag_months))
        return Release(
            observations=observations.sort("unit", "month", "indicator"),
            indicators=_indicators(options.lag_months),
            covers=columns.span(month, "year"),
            covered_units=columns.covered_units(unit),
            simulated=columns.simulated(unit),
        )


def _form(options: CountryYearOptions) -> Form:
    required = ["country_id_cy", "year_cy", *(column for column, _ in INDICATORS.values())]
    return Form(
        required=tuple(required),
        renamed={column.removesuffix("_cy"): column for column in required},
        encoding=options.encoding,
    )


def _years(sheet: Sheet) -> pl.Series:
    """First days of the years, as column `month`."""
    year = columns.whole_numbers(sheet, "year_cy", FIRST_YEAR, date.today().year, "a year")
    return pl.DataFrame({"year": year}).select(month=pl.date("year", 1, 1)).to_series()


def _figures(sheet: Sheet, name: str) -> pl.Series:
    column, _ = INDICATORS[name]
    deaths = columns.whole_numbers(sheet, column, 0, _MOST_DEATHS, "the number of deaths")
    return deaths.cast(pl.Float64).rename(name)


def _indicators(lag_months: int) -> tuple[Indicator, ...]:
    return tuple(
        Indicator(
            name,
            "deaths",
            UcdpCountryYear.name,
            text,
            frequency="year",
            lag_months=lag_months,
            census=True,
        )
        for name, (_, text) in INDICATORS.items()
    )
