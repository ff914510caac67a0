"""ND-GAIN Country Index: vulnerability to climate change and readiness to adapt, by year."""

from __future__ import annotations

from datetime import date
from pathlib import Path, PurePath

import polars as pl
from pydantic import Field

from riskkit.errors import SourceError
from riskkit.reading import columns
from riskkit.reading.bundles import Member, members
from riskkit.reading.sheets import Form
from riskkit.reading.text import read_text
from riskkit.sources import MB, Address, Options, Source, offered
from riskkit.tables import Indicator, Release

FIRST_YEAR = 1995
SCORES = {
    "gain": ("index 0-100", 100.0, "ND-GAIN score: readiness minus vulnerability, rescaled"),
    "vulnerability": ("index 0-1", 1.0, "Vulnerability to climate change"),
    "readiness": ("index 0-1", 1.0, "Readiness to turn investment into adaptation"),
    "exposure": ("index 0-1", 1.0, "Exposure to climate change, a part of vulnerability"),
    "sensitivity": ("index 0-1", 1.0, "Sensitivity to climate change, a part of vulnerability"),
    "capacity": ("index 0-1", 1.0, "Lack of capacity to adapt, a part of vulnerability"),
}
"""Name of the file -> unit of measurement, highest score, description."""

_YEARS = tuple(str(year) for year in range(FIRST_YEAR, 2101))
_FORM = Form(required=("ISO3", "Name"), optional=_YEARS)


class NdGainOptions(Options):
    """How to read the files.

    Attributes:
        lag_months: Months from the end of a year to the publication of its scores.
        codes: The user's own country codes -> units.
    """

    lag_months: int = Field(default=24, ge=0, le=60)
    codes: columns.Codes = Field(default_factory=dict)


class NdGain(Source):
    """Reader of gain.csv, vulnerability.csv, readiness.csv and the parts of vulnerability, one file
    or several in a folder or in the publisher's zip; other files beside them are passed over.

    Each file has a row per country and a column per year. Every release computes all years afresh,
    so scores of one year differ between releases. Many of the underlying indicators are
    interpolated or constant, and exposure is a projection that never changes: trust differences
    between countries, not movements in time. gain, vulnerability and readiness were tried on real
    files, the parts of vulnerability by their layout only.
    """

    name = "ndgain"
    sample = "files of a release in a folder, a column per year"
    layouts = (("ndgain_countryindex_2026.zip", "the publisher's archive, a folder a score"),)
    themes = ("climate",)
    title = "ND-GAIN Country Index"
    licence = "free and open to the public, with attribution; no licence stated in the files"
    citation = (
        "Chen, Noble, Hellmann, Coffee, Murillo and Chawla (2015), University of Notre Dame Global "
        "Adaptation Index: Country Index Technical Report, ND-GAIN"
    )
    url = "https://gain.nd.edu/our-work/country-index/download-data/"
    offer = offered(
        Address(
            "https://gain.nd.edu/assets/647440/ndgain_countryindex_2026.zip",
            "ndgain_countryindex_2026.zip",
            100 * MB,
            "2026",
        ),
        newer="each release has a number of its own under gain.nd.edu/assets: see the "
        "link on https://gain.nd.edu/our-work/country-index/download-data/",
    )
    cadence = "yearly"
    lag_months = 24
    lag_reason = (
        "the release of November 2014 ended with 2013; recent releases end two calendar years "
        "before their own"
    )
    redistributable = False
    every_months = 12
    tried_on = "real files"
    reads_folders = True
    options = NdGainOptions

    def read(self, path: Path, options: NdGainOptions) -> Release:
        """Read the files.

        Returns:
            Yearly `ndgain_gain`, `ndgain_vulnerability`, `ndgain_readiness` and, where there are
            files of them, `ndgain_exposure`, `ndgain_sensitivity` and `ndgain_capacity`.
        """
        files = _known_files(path)
        observations = pl.concat(_scores(member, score, options) for score, member in files.items())
        return Release(
            observations=observations.sort("unit", "month", "indicator"),
            indicators=tuple(_indicator(score, options.lag_months) for score in files),
            covers=columns.span(observations["month"], "year"),
            simulated=columns.simulated(observations["unit"]),
        )


def _known_files(path: Path) -> dict[str, Member]:
    """The files by the score in their names, in the order of `SCORES`."""
    found: dict[str, Member] = {}
    for member in members(path, ".csv"):
        score = PurePath(member.name).stem.lower()
        if score in found:
            raise SourceError(f"{path} holds two files of {score}", hint="keep one of them")
        if score in SCORES:
            found[score] = member
    if not found:
        raise SourceError(
            f"{path} is none of ND-GAIN's files and holds none",
            hint=f"keep the publisher's names: {', '.join(f'{score}.csv' for score in SCORES)}",
        )
    return {score: found[score] for score in SCORES if score in found}


def _scores(member: Member, score: str, options: NdGainOptions) -> pl.DataFrame:
    sheet = read_text(member.file, member.data, _FORM)
    years = [column for column in sheet.frame.columns if column in _YEARS]
    if not years or int(years[-1]) > date.today().year:
        raise SourceError(
            f"{sheet.file} has no columns of years, or one that lies in the future",
            got=years[-1:],
            hint="download the file again",
        )
    unit = columns.units(sheet, "ISO3", "iso3", options.codes)
    columns.refuse_repeats(sheet, "ISO3", pl.DataFrame([unit]), ["unit"])
    _, highest, _ = SCORES[score]
    figures = [columns.numbers(sheet, year) for year in years]
    for figure in figures:
        wrong = ~figure.is_between(0.0, highest)
        sheet.refuse(figure.name, wrong, f"a score lies between 0 and {highest:g}", "correct it")
    rows = pl.DataFrame([unit, *figures]).unpivot(years, index="unit").drop_nulls("value")
    if rows.is_empty():
        raise SourceError(f"{sheet.file} holds no score", hint="download the file again")
    return rows.select(
        "unit",
        pl.date(pl.col("variable").cast(pl.Int32), 1, 1).alias("month"),
        pl.lit(f"ndgain_{score}").alias("indicator"),
        "value",
    ).with_columns(columns.known_from("year", options.lag_months))


def _indicator(score: str, lag_months: int) -> Indicator:
    unit, _, text = SCORES[score]
    name = f"ndgain_{score}"
    return Indicator(name, unit, NdGain.name, text, "year", lag_months, revised=True)
