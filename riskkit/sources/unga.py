"""UN General Assembly: where each state stands in each session, from its votes."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
from pydantic import Field

from riskkit.reading import columns
from riskkit.reading.files import read_sheet
from riskkit.reading.sheets import Form, Sheet
from riskkit.reading.states import COW_LEFT_OUT, january, known_units, long_form
from riskkit.sources import Source
from riskkit.sources._options import FileOptions
from riskkit.tables import Indicator, Release

_BEFORE_THE_FIRST = 1945
_MOST_VOTES = 1000
_FARTHEST = 20.0
_POINTS = {
    "unga_idealpointall": (
        "IdealPointAll",
        "Ideal point from all votes; higher is nearer to the liberal order led by the USA",
    ),
    "unga_q5pctall": ("Q5%All", "5 % quantile of the posterior of the ideal point"),
    "unga_q95pctall": ("Q95%All", "95 % quantile of the posterior of the ideal point"),
}
_AGREEMENT = {
    f"unga_{state.lower()}agree": (f"{state}Agree", f"Share of votes cast as {name} cast them")
    for state, name in {
        "US": "the USA",
        "RUSS": "Russia",
        "Brazil": "Brazil",
        "China": "China",
        "India": "India",
        "Israel": "Israel",
    }.items()
}
_VOTES = "unga_nvotesall"
INDICATORS = {
    **{name: ("ideal point", text) for name, (_, text) in _POINTS.items()},
    _VOTES: ("votes", "Votes in which the state took part"),
    **{name: ("share 0-1", text) for name, (_, text) in _AGREEMENT.items()},
}
"""Indicator -> unit of measurement, description."""


class UngaOptions(FileOptions):
    """How to read a release.

    Attributes:
        lag_months: Months from the end of a year to the publication of its session.
    """

    lag_months: int = Field(default=6, ge=0, le=60)


class Unga(Source):
    """Reader of IdealpointestimatesAll_*.csv; tried on the release of June 2024.

    Session n counts to the year 1945 + n, in whose autumn most of its votes are cast; a few
    follow until next September. Session 19 (1964) had no recorded votes and is absent. States are
    told by `ccode` (Correlates of War), not by `iso3c`, which calls both Yemens YAR. No unit has
    two codes in one session of that release; if it had, their values would be averaged. A state
    whose votes were never those of a reference state's session (China before 1971) has no share.

    Version 38 of the deposit (April 2026) has Idealpointestimates1946-2025.tab, by year and with
    IdealPointFP for IdealPointAll, as a program that reads it shows: this layout is not read.

    All sessions are estimated together in every release, so that later votes move earlier ideal
    points a little: only the shares of agreement are strictly of their time.
    """

    name = "unga"
    title = "United Nations General Assembly voting: ideal points and agreement"
    licence = "CC0 1.0"
    citation = (
        "Bailey, Strezhnev and Voeten (2017), Estimating dynamic state preferences from United "
        "Nations voting data, Journal of Conflict Resolution 61(2), 430-456"
    )
    url = "https://dataverse.harvard.edu/dataset.xhtml?persistentId=doi:10.7910/DVN/LEJUQZ"
    cadence = "yearly, between April and June or later"
    lag_months = 6
    lag_reason = (
        "the release of June 2024 ends with session 78, which began in September 2023; that of "
        "April 2026 ends with 2025"
    )
    redistributable = True
    every_months = 12
    tried_on = "real files"
    options = UngaOptions

    def read(self, path: Path, options: UngaOptions) -> Release:
        """Read a release.

        Args:
            path: A .csv, .zip, .parquet or .xlsx file in the publisher's layout.
            options: How to read it.

        Returns:
            Yearly ideal points `unga_idealpointall` with quantiles, `unga_nvotesall`, and shares
            of agreement with six states.

        Raises:
            SourceError: The file is not a release, or a figure is impossible; the text names the
                file, the line and the column.
        """
        sheet = read_sheet(path, _form(options))
        month = _years(sheet)
        unit, dropped = known_units(sheet, "ccode", "cowcode", options.codes, month, COW_LEFT_OUT)
        rows = pl.DataFrame([unit, sheet.frame["ccode"], month, *_values(sheet)])
        columns.refuse_repeats(sheet, "ccode", rows, ["ccode", "month"])
        known = rows.drop_nulls("unit").group_by("unit", "month").agg(pl.col(*INDICATORS).mean())
        return Release(
            observations=long_form(known, INDICATORS, "year", options.lag_months),
            indicators=_indicators(options.lag_months),
            covers=columns.span(month, "year"),
            dropped=dropped,
            simulated=columns.simulated(known["unit"]),
        )


def _form(options: UngaOptions) -> Form:
    measured = [column for column, _ in (*_POINTS.values(), *_AGREEMENT.values())]
    return Form(
        required=("ccode", "session", "NVotesAll", *measured),
        encoding=options.encoding,
    )


def _years(sheet: Sheet) -> pl.Series:
    latest = date.today().year - _BEFORE_THE_FIRST
    return january(columns.whole_numbers(sheet, "session", 1, latest, "a session") + 1945)


def _values(sheet: Sheet) -> list[pl.Series]:
    votes = columns.whole_numbers(sheet, "NVotesAll", 0, _MOST_VOTES, "the number of votes")
    points = [_bounded(sheet, name, *_POINTS[name], -_FARTHEST, _FARTHEST) for name in _POINTS]
    shares = [_bounded(sheet, name, *_AGREEMENT[name], 0.0, 1.0) for name in _AGREEMENT]
    return [*points, votes.rename(_VOTES), *shares]


def _bounded(sheet: Sheet, name: str, column: str, text: str, low: float, high: float) -> pl.Series:
    values = columns.numbers(sheet, column, missing=("NA",))
    what = f"{text[0].lower()}{text[1:]} must lie within {low:g} to {high:g}"
    outside = ~values.is_between(low, high)
    sheet.refuse(column, outside, what, "columns may have changed places: download it again")
    return values.rename(name)


def _indicators(lag_months: int) -> tuple[Indicator, ...]:
    return tuple(
        Indicator(
            name,
            unit,
            Unga.name,
            text,
            frequency="year",
            lag_months=lag_months,
            revised="idealpoint" in name,
        )
        for name, (unit, text) in INDICATORS.items()
    )
