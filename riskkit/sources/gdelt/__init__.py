"""GDELT: cooperation and conflict between states, and within them, as the world's news report."""

from __future__ import annotations

import calendar
from collections import Counter
from datetime import date
from pathlib import Path

import polars as pl
from pydantic import Field

from riskkit.errors import SourceError
from riskkit.months import format_month, month_id
from riskkit.reading import columns
from riskkit.reading.states import long_form
from riskkit.sources import Source
from riskkit.sources._options import FileOptions
from riskkit.sources.gdelt._events import CLASSES, Part, combine, exact_sum, read_part
from riskkit.tables import Dyads, Indicator, Relation, Release

_POINTS = "Goldstein points a day"
INDICATORS = {
    "gdelt_ext_pos_per_day": (
        _POINTS,
        "Cooperation with other states: sums of the days on which a pair's events are kind on "
        "balance",
    ),
    "gdelt_ext_neg_per_day": (
        _POINTS,
        "Conflict with other states, below zero: sums of the days on which a pair's events are "
        "harsh on balance",
    ),
    "gdelt_dom_pos_per_day": (
        _POINTS,
        "Cooperation within the country: sums of the days that are kind on balance",
    ),
    "gdelt_dom_neg_per_day": (
        _POINTS,
        "Conflict within the country, below zero: sums of the days that are harsh on balance",
    ),
    "gdelt_n_partners": ("states", "States with which any event is reported"),
    **{
        name: ("events", f"Events with other states in the class {name[6:].replace('_', ' ')}")
        for name in CLASSES.values()
    },
}
"""Indicator -> unit of measurement, description. All are monthly."""

RELATIONS = {
    "gdelt_cooperation": ("pos", "States by the cooperation that the news report between the two"),
    "gdelt_conflict": ("neg", "States by the conflict that the news report between the two"),
}
"""Relation -> its sum, description."""

_PARTLY = "event of a month that the files do not cover whole"


class GdeltOptions(FileOptions):
    """How to add up events.

    Attributes:
        lag_months: Months from the end of a month to the day on which its figures are known.
        missing_days: Days that a month may lack and still count as whole.
    """

    lag_months: int = Field(default=0, ge=0, le=24)
    missing_days: int = Field(default=0, ge=0, le=10)


class Gdelt(Source):
    """Reader of GDELT's files of events: as they come, or added up by a query.

    Read are daily files (20200131.export.CSV.zip, 58 columns), the backfile until March 2013
    (1979.zip and 200601.zip, 57 columns), quarters of an hour (20200131001500.export.CSV.zip, 61
    columns) and any number of these in a folder, one after the other: a file of 60 MB becomes some
    thousand sums. A table of sums saves the download; this query of BigQuery gives it:

        SELECT SQLDATE, Actor1CountryCode, Actor2CountryCode, QuadClass,
               COUNT(*) AS NumEvents, SUM(GoldsteinScale) AS GoldsteinScale
        FROM `gdelt-bq.full.events`
        WHERE SQLDATE BETWEEN 20200101 AND 20201231
          AND Actor1CountryCode IS NOT NULL AND Actor2CountryCode IS NOT NULL
        GROUP BY SQLDATE, Actor1CountryCode, Actor2CountryCode, QuadClass

    Without NumEvents every row is one event. Layouts and codes are those of the codebooks; none was
    tried on a real file.

    **Sums.** Of each day and pair of states, whoever acted, the scores on Goldstein's scale (-10 to
    10) are added up; days above zero add to cooperation, days below to conflict. A country has the
    sum over its partners, divided by the number of days. Events of a class are counted per month.

    The tables of pairs and of countries in circulation are related in that way:
    `gdelt_ext_pos_per_day` times the days is the sum of a country's `gdelt_pos` over all pairs that
    hold it on either side, conflict likewise, and the number of such pairs is `gdelt_n_partners`,
    for all 9,552 country-months to single precision. That the balance of days is taken there cannot
    be checked without the events; large pairs without any conflict in most months suggest it. Its
    scores are weighted in some unknown way and its domestic columns are zero throughout: figures of
    this reader and of that table do not mix.

    **Months.** By the names of the files, or from the first to the last day of a table. Only whole
    months count, but for `missing_days`; a month in the middle that is not whole is refused, since
    its pairs would pass for pairs without ties. Events belong to the day on which they happened.
    Those that GDELT added after the month's figures became known are left out, so that a later
    download gives the same past (the backfile and tables of sums do not tell).

    **Codes.** Countries are those of the actors (CAMEO, like ISO 3166 but for Romania and a few
    more), not of the place. Regions, events with a country on one side only and codes without a
    unit are left out and counted: codes are given by machine, so that an unknown one is no reason
    to refuse a file.

    The number of sources and events grows from year to year, in steps too (2013, 2015): levels of
    distant years do not compare; shares of cooperation and changes do. A country that no event of
    the files names is missing; one that some event names has zero in months without any.
    """

    name = "gdelt"
    sample = "sums by day, as the query in docs/source-list.md gives them"
    layouts = (("200102.zip", "a month of the backfile until March 2013, 57 columns, as it comes"),)
    themes = ("conflict", "diplomacy")
    title = "The GDELT Project: events"
    licence = "free for any use, with citation"
    citation = (
        "The GDELT Project, https://www.gdeltproject.org; Leetaru and Schrodt (2013), GDELT: "
        "Global data on events, location and tone, 1979-2012, ISA Annual Convention"
    )
    url = "http://data.gdeltproject.org/events/index.html"
    by_hand = (
        "has a file for every day, gigabytes in all: download those you need from "
        "http://data.gdeltproject.org/events/index.html"
    )
    cadence = "every 15 minutes; daily files each morning"
    lag_months = 0
    lag_reason = "events are added every 15 minutes; later additions to a month are left out"
    redistributable = True
    every_months = 1
    reads_folders = True
    options = GdeltOptions

    def read(self, path: Path, options: GdeltOptions) -> Release:
        """Read files of events.

        Returns:
            Monthly sums by country, and the relations `gdelt_cooperation` and `gdelt_conflict`,
            each seen from both sides.
        """
        parts = [read_part(file, options.codes, options.lag_months) for file in _files(path)]
        part = combine(path, parts) if len(parts) > 1 else parts[0]
        whole = _whole_months(part, options.missing_days)
        pairs, partly = _monthly(part, whole)
        if pairs.is_empty():
            what = f"{part.file}: no event of a whole month has a state on both sides"
            raise SourceError(what, hint="check that it is the right file, and the option codes")
        dropped = part.dropped + Counter({_PARTLY: partly} if partly else {})
        wide = _countries(pairs, whole)
        return Release(
            observations=long_form(wide, INDICATORS, "month", options.lag_months),
            indicators=tuple(
                Indicator(name, unit, self.name, text, lag_months=options.lag_months)
                for name, (unit, text) in INDICATORS.items()
            ),
            covers=(min(whole), max(whole)),
            dropped=dict(dropped),
            simulated=columns.simulated(wide["unit"]),
            dyads=_ties(pairs, options.lag_months),
            relations=tuple(
                Relation(
                    name,
                    "Goldstein points",
                    self.name,
                    text,
                    frequency="month",
                    lag_months=options.lag_months,
                )
                for name, (_, text) in RELATIONS.items()
            ),
        )


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    files = [file for file in sorted(path.iterdir()) if not file.name.startswith(".")]
    if not files:
        raise SourceError(f"{path} is an empty folder", hint="put GDELT's files into it")
    return files


def _whole_months(part: Part, missing_days: int) -> dict[date, int]:
    """First days of the months that are covered whole, and how many days of each are there.

    Raises:
        SourceError: There is none, or one between two others is not whole.
    """
    full = [day.replace(day=1) for day, share in part.days.items() if share > 0.999]
    whole = {
        month: days
        for month, days in Counter(full).items()
        if days + missing_days >= calendar.monthrange(month.year, month.month)[1]
    }
    if not whole:
        raise SourceError(
            f"{part.file} covers no month whole",
            got=f"{len(full)} whole days",
            hint="give all days of a month, in one folder, or set missing_days",
        )
    ids = {month_id(month) for month in whole}
    gaps = sorted(set(range(min(ids), max(ids))) - ids)
    if gaps:
        raise SourceError(
            f"{part.file}: {format_month(gaps[0])} is not covered whole, but months around it are",
            hint="add the files of its missing days, or set missing_days",
        )
    return whole


def _monthly(part: Part, whole: dict[date, int]) -> tuple[pl.DataFrame, int]:
    """Sums by month and pair, `pos, neg` and counts; and how many events lie outside."""
    counts = list(CLASSES.values())
    points = pl.col("goldstein")
    rows = part.pairs.with_columns(
        month=pl.col("day").dt.truncate("1mo"),
        pos=points.clip(lower_bound=0),
        neg=points.clip(upper_bound=0),
    )
    covered = pl.col("month").is_in(list(whole))
    events = pl.sum_horizontal(pl.col(counts).sum())
    outside = rows.filter(~covered).select(events).item()
    sums = (
        rows.filter(covered)
        .group_by("month", "a", "b")
        .agg(exact_sum("pos"), exact_sum("neg"), pl.col(counts).sum())
    )
    return sums.sort("month", "a", "b"), int(outside)


def _both_sides(pairs: pl.DataFrame) -> pl.DataFrame:
    """Pairs of two states, seen from each: columns `unit, other` instead of `a, b`."""
    foreign = pairs.filter(pl.col("a") != pl.col("b"))
    back = foreign.rename({"a": "other", "b": "unit"})
    there = foreign.rename({"a": "unit", "b": "other"})
    return pl.concat([there, back.select(there.columns)]).sort("month", "unit", "other")


def _countries(pairs: pl.DataFrame, whole: dict[date, int]) -> pl.DataFrame:
    """One row per country and whole month, zeros included."""
    foreign = _both_sides(pairs)
    abroad = foreign.group_by("unit", "month", maintain_order=True).agg(
        pl.col("pos").sum().alias("gdelt_ext_pos_per_day"),
        pl.col("neg").sum().alias("gdelt_ext_neg_per_day"),
        pl.len().alias("gdelt_n_partners"),
        pl.col(CLASSES.values()).sum(),
    )
    home = pairs.filter(pl.col("a") == pl.col("b")).select(
        "month", unit="a", gdelt_dom_pos_per_day="pos", gdelt_dom_neg_per_day="neg"
    )
    months = pl.DataFrame({"month": list(whole), "days": list(whole.values())})
    units = pl.concat([foreign["unit"], home["unit"]]).unique().sort().to_frame()
    rates = [name for name in INDICATORS if name.endswith("_per_day")]
    return (
        units.join(months, how="cross")
        .join(abroad, on=["unit", "month"], how="left")
        .join(home, on=["unit", "month"], how="left")
        .with_columns(pl.col(*INDICATORS).fill_null(0))
        .with_columns(pl.col(rates) / pl.col("days"))
    )


def _ties(pairs: pl.DataFrame, lag_months: int) -> pl.DataFrame:
    foreign = _both_sides(pairs).with_columns(columns.known_from("month", lag_months))
    relations = [
        foreign.with_columns(relation=pl.lit(name), value=pl.col(column).abs())
        .filter(pl.col("value") > 0)
        .select(Dyads.column_names())
        for name, (column, _) in RELATIONS.items()
    ]
    return pl.concat(relations).sort("unit", "other", "month", "relation")
