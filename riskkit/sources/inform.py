"""INFORM Risk Index: hazards, vulnerability and lack of coping capacity, by country and year."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl
from pydantic import Field

from riskkit.errors import SourceError
from riskkit.reading import columns
from riskkit.reading.files import read_sheet
from riskkit.reading.json import Paging, read_pages
from riskkit.reading.selection import leave_out
from riskkit.reading.sheets import Form, Sheet
from riskkit.reading.states import january, known_units
from riskkit.sources import Source
from riskkit.sources._options import FileOptions
from riskkit.tables import Indicator, Release

FIRST_YEAR = 2010
INDICATORS = {
    "INFORM": ("inform_risk", "Risk of humanitarian crises and disasters"),
    "HA": ("inform_hazard_exposure", "Hazards and exposure to them, of nature and of people"),
    "HA.NAT": ("inform_hazard_natural", "Hazards of nature and exposure to them"),
    "HA.HUM": ("inform_hazard_human", "Hazards of people, as of conflict, and exposure to them"),
    "VU": ("inform_vulnerability", "Vulnerability of people to disasters"),
    "CC": ("inform_lack_of_coping_capacity", "Lack of capacity to cope"),
}
"""The publisher's code -> indicator, description."""

_CODE, _COUNTRY, _SCORE = "IndicatorId", "Iso3", "IndicatorScore"
_YEARS = ("INFORMYear", "GNAYear")
"""The year of the index in the workbook of trends, and in the interface's answers."""
_PART = "row of a component that is not read"
_NAMES = {code: name for code, (name, _) in INDICATORS.items()}


class InformOptions(FileOptions):
    """How to read the scores.

    Attributes:
        year: The year of the index, for files that do not tell.
        lag_months: Months from the end of the index's year to its publication.
    """

    year: int | None = Field(default=None, ge=FIRST_YEAR, le=2100)
    lag_months: int = Field(default=0, ge=0, le=60)


class Inform(Source):
    """Reader of the table of trends (INFORM2024_TREND_2015_2024_v70_ALL.xlsx or a .csv of it: Iso3,
    IndicatorId, IndicatorName, IndicatorScore, INFORMYear, SurveyYear; not of the workbook of one
    year, INFORM_Risk_2026_*.xlsx) and of answers of the programming interface, as .json or as the
    .csv of HDX (countries/Scores: Iso3, IndicatorId, IndicatorScore, GNAYear; where that is
    missing, the option `year` names it). Written after code that reads both; not tried on real
    files.

    The index, its three dimensions and the two kinds of hazards are read; the hundred components
    below them are left out and counted. Scores run from 0 to 10, the higher the worse.

    The index of a year is published before that year ends, so that it is known at its end at the
    latest. The table of trends recomputes ten years with today's method: what was published in a
    year then differed.
    """

    name = "inform"
    sample = "trends, years in one column"
    themes = ("climate", "development")
    title = "INFORM Risk Index"
    licence = "CC BY 4.0, by the European Commission's rules of reuse; its pages do not print it"
    citation = "European Commission, Joint Research Centre, INFORM Risk Index, with its year"
    url = "https://drmkc.jrc.ec.europa.eu/inform-index/INFORM-Risk"
    by_hand = (
        "changes its address with every release: download the table of trends from "
        "https://drmkc.jrc.ec.europa.eu/inform-index/INFORM-Risk/Results-and-data, "
        "INFORM2026_TREND_*.xlsx or a later one"
    )
    cadence = "twice a year"
    lag_months = 0
    lag_reason = "the index of a year is released before that year ends"
    redistributable = True
    every_months = 6
    options = InformOptions
    layouts = (
        ("hdx-2025.csv", "trends on HDX, with GNAYear"),
        ("interface.json", "answer of the interface, with GNAYear"),
        (
            "interface-without-year.json",
            "answer of the interface before, whose year the user names",
        ),
    )

    def read(self, path: Path, options: InformOptions) -> Release:
        """Read the scores.

        Returns:
            Yearly `inform_risk`, `inform_hazard_exposure`, `inform_hazard_natural`,
            `inform_hazard_human`, `inform_vulnerability` and `inform_lack_of_coping_capacity`, as
            far as the file has them.
        """
        dropped: dict[str, int] = {}
        sheet = _read(path, options)
        code = sheet.frame[_CODE].str.strip_chars().fill_null("")
        sheet = leave_out(sheet, ~code.is_in(list(INDICATORS)), _PART, dropped)
        month = january(_years(sheet, options))
        unit, nowhere = known_units(sheet, _COUNTRY, "iso3", options.codes, month, {})
        indicator = sheet.frame[_CODE].str.strip_chars().replace_strict(_NAMES).alias("indicator")
        rows = pl.DataFrame([unit, month, indicator, _scores(sheet)])
        columns.refuse_repeats(sheet, _COUNTRY, rows, ["unit", "month", "indicator"])
        observations = (
            rows.drop_nulls("value")
            .with_columns(columns.known_from("year", options.lag_months))
            .sort("unit", "month", "indicator")
        )
        if observations.is_empty():
            raise SourceError(f"{sheet.file} holds no score", hint="download it again")
        found = set(observations["indicator"])
        return Release(
            observations=observations,
            indicators=tuple(
                Indicator(
                    name, "index 0-10", Inform.name, text, "year", options.lag_months, revised=True
                )
                for name, text in INDICATORS.values()
                if name in found
            ),
            covers=columns.span(observations["month"], "year"),
            dropped=dropped | nowhere,
            simulated=columns.simulated(unit),
        )


def _read(path: Path, options: InformOptions) -> Sheet:
    form = Form(required=(_COUNTRY, _CODE, _SCORE), optional=_YEARS, encoding=options.encoding)
    is_answer = path.suffix.lower() == ".json"
    sheet = read_pages(path, form, Paging(items=())) if is_answer else read_sheet(path, form)
    return replace(sheet, frame=sheet.frame.cast(pl.String))


def _years(sheet: Sheet, options: InformOptions) -> pl.Series:
    told = next((column for column in _YEARS if column in sheet.frame.columns), None)
    if told is not None:
        latest = date.today().year + 1
        years = columns.whole_numbers(sheet, told, FIRST_YEAR, latest, "a year")
        if options.year is not None:
            hint = "leave the option out"
            sheet.refuse(told, years != options.year, f"the option year is {options.year}", hint)
        return years
    if options.year is None:
        raise SourceError(
            f"{sheet.file} does not tell the year of the index",
            hint="set the option year to that of the query's workflow, as in INFORM Risk 2021",
        )
    return pl.repeat(options.year, sheet.frame.height, dtype=pl.Int64, eager=True)


def _scores(sheet: Sheet) -> pl.Series:
    scores = columns.numbers(sheet, _SCORE).alias("value")
    sheet.refuse(_SCORE, ~scores.is_between(0, 10), "a score lies between 0 and 10", "correct it")
    return scores
