"""ERA5 temperature and precipitation of countries, in the layouts of Our World in Data."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path

import polars as pl
from pydantic import Field

from riskkit.errors import SourceError
from riskkit.reading import columns
from riskkit.reading.bundles import members
from riskkit.reading.selection import leave_out
from riskkit.reading.sheets import Form, Sheet
from riskkit.reading.text import read_text
from riskkit.sources import MB, Address, Options, Source, offered
from riskkit.sources._climatology import STANDARD, Reference, with_normals
from riskkit.tables import Frequency, Indicator, Release

FIRST_YEAR = 1940
PRECIPITATION = "Annual precipitation"
_YEARS = tuple(str(year) for year in range(FIRST_YEAR, 2101))
_FORM = Form(required=("Entity", "Code", "Year"), optional=(PRECIPITATION, *_YEARS))
_BOUNDS = {"era5_t2m_c": (-70.0, 60.0), "era5_precip": (0.0, 30_000.0)}


class Era5OwidOptions(Options):
    """How to read the files.

    Attributes:
        lag_months: Months from the end of a month or year to the publication of its values.
        reference: First and last year of the period that anomalies are measured against.
        codes: The user's own country codes -> units.
    """

    lag_months: int = Field(default=1, ge=0, le=60)
    reference: Reference = STANDARD
    codes: columns.Codes = Field(default_factory=dict)


class Era5Owid(Source):
    """Reader of monthly-average-surface-temperatures-by-year.csv and of
    average-precipitation-per-year.csv, either alone or both in a folder or zip.

    The temperature file has a row per place and calendar month and a column per year, the
    precipitation file a row per place and year; which is which is told by the header. Oceans,
    continents and the world have no code or one of OWID's own and are left out, as is Saint
    Helena, whose code is missing.

    ERA5 has been published since 2018 and reaches back to 1940: earlier values are stamped as if it
    had always existed. Its preliminary values are replaced after three months, with differences
    that are rarely visible in a country's mean. Both layouts were tried on real files.
    """

    name = "era5-owid"
    sample = "two tables of Our World in Data: months by year, and years"
    themes = ("climate",)
    title = "ERA5 by country, processed by Our World in Data"
    licence = "CC BY 4.0 (ERA5 until July 2025: Copernicus licence; and Our World in Data)"
    citation = (
        "Hersbach et al. (2023), ERA5 monthly averaged data on single levels from 1940 to present, "
        "Copernicus Climate Change Service Climate Data Store, doi:10.24381/cds.f17050d7; with "
        "major processing by Our World in Data"
    )
    url = "https://ourworldindata.org/grapher/monthly-average-surface-temperatures-by-year"
    offer = offered(
        *(
            Address(
                f"https://ourworldindata.org/grapher/{chart}.csv"
                "?v=1&csvType=full&useColumnShortNames=false",
                f"{chart}.csv",
                50 * MB,
            )
            for chart in (
                "monthly-average-surface-temperatures-by-year",
                "average-precipitation-per-year",
            )
        )
    )
    cadence = "ERA5 daily; the files of Our World in Data several times a year"
    lag_months = 1
    lag_reason = "ERA5 runs five days behind real time, so a month is complete early in the next"
    redistributable = True
    every_months = 6
    tried_on = "real files"
    reads_folders = True
    options = Era5OwidOptions

    def read(self, path: Path, options: Era5OwidOptions) -> Release:
        """Read one file or both.

        Returns:
            Monthly `era5_t2m_c`, `era5_t2m_anom_c`, `era5_t2m_z`; yearly `era5_precip`,
            `era5_precip_anom_z`.
        """
        dropped: dict[str, int] = {}
        observed: dict[str, pl.DataFrame] = {}
        for member in members(path, ".csv"):
            sheet = read_text(member.file, member.data, _FORM)
            indicator = _measured(sheet)
            if indicator in observed:
                raise SourceError(
                    f"{member.file} is the second file of {indicator}", hint="keep one of them"
                )
            observed[indicator] = _observed(sheet, indicator, options, dropped)
        observations = pl.concat(
            _derived(name, rows, options.reference, dropped) for name, rows in observed.items()
        )
        present = observations["indicator"].unique()
        return Release(
            observations=observations.sort("unit", "month", "indicator"),
            indicators=tuple(i for i in _indicators(options) if i.name in present),
            covers=_covers(observed),
            dropped=dropped,
            simulated=columns.simulated(observations["unit"]),
        )


def _measured(sheet: Sheet) -> str:
    if PRECIPITATION in sheet.frame.columns:
        return "era5_precip"
    if sheet.frame.width > len(_FORM.required):
        return "era5_t2m_c"
    raise SourceError(
        f"{sheet.file} has neither a column '{PRECIPITATION}' nor columns of years",
        hint="download the file again, with all years",
    )


def _observed(
    sheet: Sheet, indicator: str, options: Era5OwidOptions, dropped: dict[str, int]
) -> pl.DataFrame:
    """Columns `unit, month, value, known_from` of one file."""
    stateless = _stateless(sheet.frame["Code"], options.codes)
    sheet = leave_out(sheet, stateless, "place that is no country", dropped)
    unit = columns.units(sheet, "Code", "iso3", options.codes)
    columns.refuse_repeats(sheet, "Code", sheet.frame.with_columns(unit), ["unit", "Year"])
    read, frequency = _READERS[indicator]
    rows = read(sheet, unit).drop_nulls("value")
    _refuse_impossible(sheet.file, indicator, rows)
    return rows.with_columns(columns.known_from(frequency, options.lag_months))


def _stateless(codes: pl.Series, own: Mapping[str, str]) -> pl.Series:
    """Rows of oceans, continents and the world, which have no code or one of OWID's own."""
    owids = codes.str.starts_with("OWID_") & (codes != "OWID_KOS")
    return (codes.is_null() | owids) & ~codes.is_in(list(own)).fill_null(value=False)


def _temperatures(sheet: Sheet, unit: pl.Series) -> pl.DataFrame:
    calendar = columns.whole_numbers(sheet, "Year", 1, 12, "the calendar month")
    years = [column for column in sheet.frame.columns if column in _YEARS]
    wide = pl.DataFrame([unit, calendar, *(columns.numbers(sheet, year) for year in years)])
    return wide.unpivot(years, index=["unit", "Year"]).select(
        "unit", pl.date(pl.col("variable").cast(pl.Int32), "Year", 1).alias("month"), "value"
    )


def _precipitation(sheet: Sheet, unit: pl.Series) -> pl.DataFrame:
    year = columns.whole_numbers(sheet, "Year", FIRST_YEAR, date.today().year, "a year")
    value = columns.numbers(sheet, PRECIPITATION).rename("value")
    return pl.DataFrame([unit, year, value]).select(
        "unit", pl.date("Year", 1, 1).alias("month"), "value"
    )


_READERS: dict[str, tuple[Callable[[Sheet, pl.Series], pl.DataFrame], Frequency]] = {
    "era5_t2m_c": (_temperatures, "month"),
    "era5_precip": (_precipitation, "year"),
}


def _refuse_impossible(file: str, indicator: str, rows: pl.DataFrame) -> None:
    low, high = _BOUNDS[indicator]
    possible = pl.col("value").is_between(low, high) & (pl.col("month") <= date.today())
    wrong = rows.filter(~possible)
    if rows.is_empty() or wrong.height:
        where = f" of {wrong['unit'][0]} in {wrong['month'][0]:%Y-%m}" if wrong.height else ""
        raise SourceError(
            f"{file}: {indicator}{where} is {'impossible' if where else 'missing everywhere'}",
            got=wrong["value"][0] if wrong.height else None,
            hint="download the file again",
        )


def _derived(
    indicator: str, observed: pl.DataFrame, reference: tuple[int, int], dropped: dict[str, int]
) -> pl.DataFrame:
    """The values of an indicator and its anomalies, with a column `indicator`."""
    normal = with_normals(observed, reference, dropped)
    anomaly = pl.col("value") - pl.col("mean")
    z = normal.filter(pl.col("deviation") > 0).with_columns(value=anomaly / pl.col("deviation"))
    parts = {indicator: observed, _Z[indicator]: z}
    if indicator == "era5_t2m_c":
        parts["era5_t2m_anom_c"] = normal.with_columns(value=anomaly)
    return pl.concat(
        part.select(*observed.columns, pl.lit(name).alias("indicator"))
        for name, part in parts.items()
    ).select("unit", "month", "indicator", "value", "known_from")


_Z = {"era5_t2m_c": "era5_t2m_z", "era5_precip": "era5_precip_anom_z"}


def _covers(observed: Mapping[str, pl.DataFrame]) -> tuple[date, date]:
    spans = [columns.span(rows["month"], _READERS[name][1]) for name, rows in observed.items()]
    return min(first for first, _ in spans), max(last for _, last in spans)


def _indicators(options: Era5OwidOptions) -> tuple[Indicator, ...]:
    against = f"against {options.reference[0]}-{options.reference[1]}"
    declared: list[tuple[str, str, str, Frequency]] = [
        ("era5_t2m_c", "degrees Celsius", "Mean temperature two metres above ground", "month"),
        ("era5_t2m_anom_c", "degrees Celsius", f"Mean temperature {against}", "month"),
        ("era5_t2m_z", "standard deviations", f"Mean temperature {against}", "month"),
        ("era5_precip", "millimetres", "Precipitation of the year", "year"),
        ("era5_precip_anom_z", "standard deviations", f"Precipitation {against}", "year"),
    ]
    return tuple(
        Indicator(
            name,
            unit,
            Era5Owid.name,
            text,
            frequency,
            options.lag_months,
            reference=options.reference if against in text else None,
        )
        for name, unit, text, frequency in declared
    )
