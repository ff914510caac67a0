"""HDX HAPI: conflict events, risk, hunger, displacement and refugees, as OCHA passes them on."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Annotated

import polars as pl
from pydantic import Field

from riskkit.errors import SourceError
from riskkit.reading import columns
from riskkit.reading.json import Paging, read_pages, stacked
from riskkit.reading.selection import leave_out
from riskkit.reading.sheets import Form, Sheet
from riskkit.reading.states import known_units, long_form
from riskkit.sources import Source
from riskkit.sources._options import FileOptions
from riskkit.sources.hapi._address import OFFER
from riskkit.sources.hapi._tables import ADMIN, END, START, TABLES, Endpoint, Table
from riskkit.tables import Indicator, Release

_PAGES = Paging(items=("data",))
_REFS = ("location_ref", "admin1_ref", "admin2_ref", "resource_hdx_id", "admin_level")
_ALL = tuple(
    dict.fromkeys(
        column
        for group in (
            *((*table.columns, *table.optional) for table in TABLES.values()),
            *ADMIN,
            _REFS,
        )
        for column in group
    )
)
_KEY = ["unit", "month", "indicator", "series"]
_NOT_OVER = "row of a period that is not over"
_DEEPER = "row of a province or district beside figures of a level above"
_OLDER = "row of an earlier round or analysis of the month"
_CORRECT = "correct it, or download it again"
_NOBODY = dict.fromkeys(("UNK", "UKN", "XXA", "STA", "TIB"), "row of people without a state")


class HapiOptions(FileOptions):
    """How to read the answers.

    Attributes:
        lags: Table -> months from the end of a period to its publication, instead of the default
            (1 for conflict-events and food-security, 2 for idps, 6 for refugees, 0 for
            national-risk).
    """

    lags: dict[Endpoint, Annotated[int, Field(ge=0, le=60)]] = Field(default_factory=dict)


class Hapi(Source):
    """Reader of the interface's answers, csv (`output_format=csv`) or JSON (`{"data": [...]}`).

    A file holds rows of one endpoint, which its columns tell: conflict events, national risk, food
    security, IDPs or refugees. A folder may hold pages of several. The interface gives 10,000 rows
    a page and does not say how many there are: download until a page has fewer. A row that stands
    twice is refused, since pages that overlap would count it twice. A second line of HXL tags (`#`)
    is passed over. Written after the schema in the interface's code, names and values of conflict
    events compared with programs that read them; not tried on a real answer.

    **One figure of a country.** A row that names no province and no district is national, and two
    of a period are refused. Where there is one it counts, and rows below it do not. Elsewhere
    provinces are added up, or else districts. Conflict events are counted in one place only, so
    that there provinces and districts are added up together.

    **Conflict events** are ACLED's, by month: political violence, violence that targets civilians
    (some of it counts as political violence too) and demonstrations, whose deaths are not given. As
    of August 2026 each country has rows at one level: two dozen countries in crisis (Sudan,
    Ukraine) by district only, all others national ones. Query both levels: `admin_level=0` alone
    lacks those in crisis. A month without a row is missing. **Food security** counts current
    analyses, not projections, in the month in which their period ends; of several, that which began
    last. **IDPs** are those of the latest round in a month, of each operation of DTM; baseline
    assessments come before assessments of sites. **Refugees** are UNHCR's, from rows of all genders
    and ages. **National risk** is INFORM's.
    Periods that are not over are left out: publication in advance is not told apart from
    publication later.
    """

    name = "hapi"
    sample = "answers of the interface, csv with tags and JSON, in one folder"
    themes = ("conflict", "migration", "development")
    title = "HDX Humanitarian API (HAPI)"
    licence = (
        "that of each publisher (ACLED's terms for conflict events, whose rows may not be passed "
        "on), and HDX's terms of service"
    )
    citation = (
        "OCHA, HDX HAPI, with the day of access, and the publisher of each table: ACLED (conflict "
        "events), INFORM (national risk), IPC and Cadre Harmonisé (food security), IOM DTM (IDPs), "
        "UNHCR (refugees)"
    )
    url = "https://hdx-hapi.readthedocs.io"
    offer = OFFER
    cadence = "daily to yearly, by table"
    lag_months = 1
    lag_reason = (
        "conflict events of a month and analyses of food security appear in the next, rounds of "
        "DTM within two months, UNHCR's figures in June; INFORM's index before its year is over"
    )
    redistributable = False
    every_months = 12
    reads_folders = True
    options = HapiOptions

    def read(self, path: Path, options: HapiOptions) -> Release:
        """Read answers.

        Returns:
            Monthly and yearly indicators of the tables that there are.
        """
        dropped: dict[str, int] = {}
        observations: list[pl.DataFrame] = []
        indicators: list[Indicator] = []
        ends: list[date] = []
        for name, sheet in _by_table(path, options).items():
            table = TABLES[name]
            lag = options.lags.get(name, table.lag_months)
            wide = _figures(sheet, table, options.codes, dropped)
            names = [n for n in table.measures if n in wide.columns]
            observations.append(long_form(wide, names, table.frequency, lag))
            ends += columns.span(wide["month"], table.frequency)
            indicators += [_indicator(table, name, lag) for name in names]
        every = pl.concat(observations).sort("unit", "month", "indicator")
        if every.is_empty():
            raise SourceError(f"{path} holds no figure", hint="download it again")
        return Release(
            observations=every,
            indicators=tuple(indicators),
            covers=(min(ends), max(ends)),
            dropped=dropped,
            simulated=columns.simulated(every["unit"]),
        )


def _indicator(table: Table, name: str, lag: int) -> Indicator:
    unit, text = table.measures[name]
    return Indicator(name, unit, Hapi.name, text, frequency=table.frequency, lag_months=lag)


def _by_table(path: Path, options: HapiOptions) -> dict[Endpoint, Sheet]:
    """Put the rows of each endpoint below each other."""
    form = Form(required=(START, END), optional=_ALL, encoding=options.encoding)
    files = [path]
    if path.is_dir():
        files = [file for file in sorted(path.iterdir()) if not file.name.startswith(".")]
        if not files:
            raise SourceError(f"{path} is an empty folder", hint="put the answers into it")
    found: dict[Endpoint, list[Sheet]] = {}
    for file in files:
        sheet = read_pages(file, form, _PAGES)
        found.setdefault(_endpoint(sheet), []).append(sheet)
    return {
        name: sheets[0] if len(sheets) == 1 else stacked(str(path), sheets)
        for name, sheets in sorted(found.items())
    }


def _endpoint(sheet: Sheet) -> Endpoint:
    for name, table in TABLES.items():
        if set(table.columns) <= set(sheet.frame.columns):
            return name
    raise SourceError(
        f"{sheet.file} is none of the tables {', '.join(TABLES)}",
        got=sheet.frame.columns[:8],
        hint="check that it is the right file, with the interface's own column names",
    )


def _figures(
    sheet: Sheet, table: Table, codes: Mapping[str, str], dropped: dict[str, int]
) -> pl.DataFrame:
    """One row per country and period, one column per indicator."""
    twice = sheet.frame.is_duplicated()
    sheet.refuse(START, twice, "this row stands twice", "keep one; pages may overlap")
    sheet = leave_out(sheet, _ends(sheet) > date.today(), _NOT_OVER, dropped)
    for reason in table.left_out(sheet):
        sheet = leave_out(sheet, table.left_out(sheet)[reason], reason, dropped)
    long = _resolve(sheet, _long(sheet, table, codes, dropped), dropped)
    wide = long.pivot("indicator", index=["unit", "month"], values="value")
    if table.share is not None:
        name, part, whole = table.share
        if {part, whole} <= set(wide.columns):
            share = pl.when(pl.col(whole) > 0).then((pl.col(part) / pl.col(whole)).clip(0, 1))
            wide = wide.with_columns(share.alias(name))
    return wide


def _ends(sheet: Sheet) -> pl.Series:
    """Last days of the periods; a period without an end is a day."""
    return _days(sheet, END).fill_null(_days(sheet, START))


def _days(sheet: Sheet, column: str) -> pl.Series:
    """Days as 2020-01-31, with or without a time."""
    text = sheet.frame[column].cast(pl.String).str.strip_chars()
    day = text.str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False)
    required = column == START
    wrong = day.is_null() & (text.is_not_null() | pl.repeat(required, len(text), eager=True))
    sheet.refuse(column, wrong, "this is not a day", _CORRECT)
    return day


def _months(sheet: Sheet, table: Table) -> pl.Series:
    """First days of the month or year in which each period ends."""
    start, end = _days(sheet, START), _ends(sheet)
    month = end.dt.truncate("1mo")
    sheet.refuse(END, end < start, "the period ends before it starts", _CORRECT)
    if table.of_a_month:
        several = start.dt.truncate("1mo") != month
        sheet.refuse(END, several, "the period is longer than a month", _CORRECT)
    return (month if table.frequency == "month" else end.dt.truncate("1y")).alias("month")


def _depths(sheet: Sheet, *, are_parts: bool) -> pl.Series:
    """0 for a country, 1 for a province, 2 for a district; or 1 for either where both are parts."""
    depth = pl.repeat(0, sheet.frame.height, dtype=pl.Int64, eager=True)
    for level, names in enumerate(ADMIN, start=1):
        present = [name for name in names if name in sheet.frame.columns]
        named = pl.any_horizontal(pl.col(present).cast(pl.String).str.strip_chars() != "")
        if present:
            inside = sheet.frame.select(named.fill_null(value=False)).to_series()
            deeper = 1 if are_parts else level
            depth = pl.select(pl.when(inside).then(deeper).otherwise(depth)).to_series()
    return depth.alias("depth")


def _long(
    sheet: Sheet, table: Table, codes: Mapping[str, str], dropped: dict[str, int]
) -> pl.DataFrame:
    """One row per figure: `row, unit, month, series, depth, order, indicator, value`."""
    present = [name for name in table.series if name in sheet.frame.columns]
    series = pl.concat_str([pl.col(present).cast(pl.String).fill_null("")], separator=" ")
    rows = sheet.frame.select(
        row=pl.int_range(pl.len()),
        series=series if present else pl.lit(""),
        order=pl.lit(0 if table.order is None else table.order(sheet)),
    ).with_columns(_months(sheet, table), _depths(sheet, are_parts=table.are_parts))
    values = table.values(sheet)
    sides = []
    for column, ending in table.sides.items():
        unit, nobody = known_units(sheet, column, "iso3", codes, None, _NOBODY)
        for reason, number in nobody.items():
            dropped[reason] = dropped.get(reason, 0) + number
        for name, figures in values.items():
            named = rows.with_columns(
                unit, figures.alias("value"), indicator=pl.lit(f"{name}{ending}")
            )
            sides.append(named.drop_nulls(["unit", "value"]))
    return pl.concat(sides)


def _resolve(sheet: Sheet, long: pl.DataFrame, dropped: dict[str, int]) -> pl.DataFrame:
    """Choose the rows that count, and add them up: columns `unit, month, indicator, value`."""
    for what, counts in (
        (_OLDER, pl.col("order") == pl.col("order").max().over(_KEY)),
        (_DEEPER, pl.col("depth") == pl.col("depth").min().over(_KEY)),
    ):
        kept = long.filter(counts)
        gone = long["row"].n_unique() - kept["row"].n_unique()
        if gone:
            dropped[what] = dropped.get(what, 0) + gone
        long = kept
    national = long.filter(pl.col("depth") == 0)
    double = national.filter(national.select(_KEY).is_duplicated())["row"]
    rows = pl.int_range(sheet.frame.height, eager=True)
    hint = "keep one; pages of several queries may overlap"
    sheet.refuse(START, rows.is_in(double.implode()), "a country has two national rows", hint)
    return long.group_by("unit", "month", "indicator").agg(pl.col("value").sum())
