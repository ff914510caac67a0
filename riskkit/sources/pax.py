"""PA-X: peace agreements in each country and month, by stage of the peace process."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import polars as pl
from pydantic import Field

from riskkit.errors import RiskkitError, SourceError
from riskkit.months import first_day, parse_month
from riskkit.reading import columns
from riskkit.reading.files import read_sheet
from riskkit.reading.sheets import Form, Sheet
from riskkit.reading.states import units_where_given
from riskkit.sources import Source
from riskkit.sources._options import FileOptions
from riskkit.sources._release import released
from riskkit.tables import Release

_STAGES = {
    "Pre": ("pax_n_prenegotiation", "Pre-negotiation and process agreements"),
    "Cea": ("pax_n_ceasefire", "Ceasefires and related agreements"),
    "SubPar": ("pax_n_partial", "Substantive agreements on some issues"),
    "SubComp": ("pax_n_comprehensive", "Comprehensive (substantive framework) agreements"),
    "Imp": ("pax_n_implementation", "Agreements on implementation or renegotiation"),
    "Ren": ("pax_n_renewal", "Agreements that renew earlier ones"),
}
_OTHER_STAGE = "Oth"
_LOCAL_LEVEL = "IntraLocal"
_LEVELS = ("Intra", "InterIntra", "Inter", _LOCAL_LEVEL)
_PLACES = (("Loc1ISO", "Loc1GWNO"), ("Loc2ISO", "Loc2GWNO"))
_LOCAL = ("pax_n_local", "Agreements on local conflicts only")
_TOTAL = ("pax_n_agreements", "Peace agreements of all stages")
INDICATORS = dict([_TOTAL, *_STAGES.values(), _LOCAL])
"""Indicator -> description."""


class PaxOptions(FileOptions):
    """How to count agreements.

    Attributes:
        lag_months: Months from the end of a month to the publication of its agreements.
        covers_to: Last month the file speaks of ("2020-03"); by default that of its last
            agreement.
    """

    lag_months: int = Field(default=18, ge=0, le=60)
    covers_to: str | None = None


class Pax(Source):
    """Reader of pax_all_agreements_data.xlsx or .csv; tried on release 4 (1,868 agreements).

    An agreement counts once for each of the one or two countries it is coded for (`Loc1ISO`,
    `Loc2ISO`), in the month it was dated, whatever its status. Kosovo has no ISO code there and
    is told by its number (`Loc1GWNO` 347). Agreements that cover whole regions have no code at
    all and are left out, 11 in release 4. No row means no agreement, since 1990.

    Releases appear about once a year and end in the winter before, so that a month waits up to
    18 months. Agreements themselves are public when signed: who follows them may set a lower lag.
    """

    name = "pax"
    sample = "all agreements, as csv"
    layouts = (("pax_all_agreements_data.xlsx", "the publisher's workbook"),)
    themes = ("diplomacy",)
    title = "PA-X Peace Agreements Database and Dataset"
    licence = "terms of use of PA-X: free with citation; rows may not be passed on"
    citation = (
        "Bell and Badanjak (2019), Introducing PA-X: A new peace agreement database and dataset, "
        "Journal of Peace Research 56(3), 452-466"
    )
    url = "https://pax.peaceagreements.org"
    by_hand = (
        "offers its newest release on its front page: download the dataset as csv from "
        "https://pax.peaceagreements.org"
    )
    cadence = "yearly"
    lag_months = 18
    lag_reason = "release 7 of 2023 ends with January 2023, release 8 of 2024 with January 2024"
    redistributable = False
    every_months = 12
    tried_on = "real files"
    options = PaxOptions

    def read(self, path: Path, options: PaxOptions) -> Release:
        """Read a release.

        Returns:
            Monthly counts: `pax_n_agreements`, by stage `pax_n_ceasefire`,
            `pax_n_comprehensive` and others, and `pax_n_local`.
        """
        sheet = read_sheet(path, _form(options))
        agreements = _agreements(sheet)
        first, last = _covers(agreements["month"], options.covers_to)
        named = _named(sheet, agreements, options.codes)
        counted = named.filter(pl.col("month") <= last)
        if counted.is_empty():
            what = f"{path}: no agreement until {last:%Y-%m} has a country code"
            raise SourceError(what, hint="check covers_to and that it is the right file")
        monthly = counted.group_by("unit", "month").agg(pl.col(*INDICATORS).sum())
        return released(
            self.name,
            monthly,
            {name: ("agreements", text) for name, text in INDICATORS.items()},
            (first, last),
            options.lag_months,
            frequency="month",
            census=True,
            dropped=_dropped(agreements, named, last),
        )


def _form(options: PaxOptions) -> Form:
    places = [column for columns_of_place in _PLACES for column in columns_of_place]
    return Form(
        required=("AgtId", "Dat", "Agtp", "Stage", *places),
        encoding=options.encoding,
    )


def _agreements(sheet: Sheet) -> pl.DataFrame:
    """One row per agreement: columns `agreement, month` and one of each count."""
    ids = sheet.frame["AgtId"]
    hint = "correct it, or download the file again"
    sheet.refuse("AgtId", ids.is_null() | ids.is_duplicated(), "one id, one agreement", hint)
    stage = _one_of(sheet, "Stage", [*_STAGES, _OTHER_STAGE])
    level = _one_of(sheet, "Agtp", _LEVELS)
    month = columns.days(sheet, "Dat").dt.truncate("1mo").alias("month")
    return pl.DataFrame([ids.alias("agreement"), month]).with_columns(
        pl.lit(1).alias(_TOTAL[0]),
        *((stage == code).alias(name) for code, (name, _) in _STAGES.items()),
        (level == _LOCAL_LEVEL).alias(_LOCAL[0]),
    )


def _one_of(sheet: Sheet, column: str, known: Sequence[str]) -> pl.Series:
    codes = sheet.frame[column].cast(pl.String).str.strip_chars()
    wrong = ~codes.is_in(known).fill_null(value=False)
    sheet.refuse(column, wrong, "this code is unknown", f"known are {', '.join(known)}")
    return codes


def _named(sheet: Sheet, agreements: pl.DataFrame, own: columns.Codes) -> pl.DataFrame:
    """One row per agreement and country, with column `unit`."""
    month = agreements["month"]
    units = []
    for number, (iso, gw) in enumerate(_PLACES):
        told = units_where_given(sheet, iso, "iso3", own, month)
        numbered = units_where_given(sheet, gw, "gwcode", own, month)
        units.append(told.fill_null(numbered).alias(str(number)))
    return (
        agreements.with_columns(unit=pl.concat_list(units).list.drop_nulls().list.unique())
        .explode("unit")
        .drop_nulls("unit")
    )


def _covers(months: pl.Series, covers_to: str | None) -> tuple[date, date]:
    first, last = columns.span(months)
    if covers_to is None:
        return first.replace(month=1), last
    try:
        last = first_day(parse_month(covers_to))
    except RiskkitError as error:
        what = "covers_to is not a month"
        raise SourceError(what, got=covers_to, hint=error.hint) from None
    return min(first, last).replace(month=1), last


def _dropped(agreements: pl.DataFrame, named: pl.DataFrame, last: date) -> dict[str, int]:
    late = agreements.filter(pl.col("month") > last)
    nowhere = agreements.filter(pl.col("month") <= last).join(named, on="agreement", how="anti")
    counts = {
        "agreement without a country code": nowhere.height,
        "agreement later than covers_to": late.height,
    }
    return {reason: count for reason, count in counts.items() if count}
