"""Correlates of War: memberships of each state in intergovernmental organisations, by year."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl

from riskkit.errors import SourceError
from riskkit.reading import columns
from riskkit.reading.files import read_sheet
from riskkit.reading.sheets import Form, Sheet
from riskkit.reading.states import january, known_units
from riskkit.sources import MB, Address, Source, offered
from riskkit.sources._cow import COW_LEFT_OUT
from riskkit.sources._options import LaggedOptions, lagged
from riskkit.sources._release import released
from riskkit.tables import Release

FIRST_YEAR = 1815
_CARRY = 84
_KEYS = ("ccode", "year", "state")
_KNOWN = ("-9", "-1", "0", "1", "2", "3", "NA", ".", "")
_KINDS = {
    "cow_sum_igo_full": ("1", "Organisations in which the state is a full member"),
    "cow_sum_igo_associate": ("2", "Organisations in which the state is an associate member"),
    "cow_sum_igo_observer": ("3", "Organisations in which the state is an observer"),
}
_ANY = ("cow_sum_igo_anytype", "Organisations in which the state has a membership of any kind")
INDICATORS = {name: text for name, (_, text) in _KINDS.items()} | dict([_ANY])
"""Indicator -> description."""


class Igo(Source):
    """Reader of the state-year file (state_year_formatv3.csv); documented schema only.

    By the codebook of version 3, and by the R package igoR, which has that table, the file has
    `ccode`, `year` and `state`, and then one column per organisation with 1 full, 2 associate
    member, 3 observer, 0 none, -1 when the organisation did not exist and -9 when nothing is known,
    which counts as none. Years until 1965 come in steps of five. Where two codes stand for one unit
    in a year, the larger of their counts is taken.

    Memberships last; the last year known serves for seven years.
    """

    name = "igo"
    sample = "state-year file of version 3, the newest"
    themes = ("diplomacy",)
    title = "Correlates of War Intergovernmental Organizations, state-year"
    licence = "free for research, with citation; no licence is stated"
    citation = (
        "Pevehouse, Nordstrom, McManus and Jamison (2020), Tracking organizations in the world: "
        "The Correlates of War IGO Version 3.0 datasets, Journal of Peace Research 57(3), 492-503"
    )
    url = "https://correlatesofwar.org/data-sets/IGOs/"
    offer = offered(
        Address(
            "https://correlatesofwar.org/wp-content/uploads/state_year_formatv3.zip",
            "state_year_formatv3.zip",
            50 * MB,
            "3",
        ),
        newer="https://correlatesofwar.org/data-sets/IGOs/ links the state-year file of a version",
    )
    cadence = "irregular, years apart"
    lag_months = 60
    lag_reason = "version 3 appeared with an article of October 2019 and ends with 2014"
    redistributable = False
    options = lagged(60)

    def read(self, path: Path, options: LaggedOptions) -> Release:
        """Read a release.

        Returns:
            Yearly sums of memberships `cow_sum_igo_full`, `_associate`, `_observer`, `_anytype`.
        """
        form = Form(required=_KEYS, rest=True, delimiter=None, encoding=options.encoding)
        sheet = read_sheet(path, form)
        year = columns.whole_numbers(sheet, "year", FIRST_YEAR, date.today().year, "a year")
        month = january(year)
        unit, dropped = known_units(sheet, "ccode", "cowcode", options.codes, month, COW_LEFT_OUT)
        rows = pl.DataFrame([unit, sheet.frame["ccode"], month]).hstack(_sums(sheet))
        columns.refuse_repeats(sheet, "ccode", rows, ["ccode", "month"])
        known = rows.drop_nulls("unit").group_by("unit", "month").agg(pl.col(*INDICATORS).max())
        return released(
            self.name,
            known,
            {name: ("memberships", text) for name, text in INDICATORS.items()},
            columns.span(month, "year"),
            options.lag_months,
            declared={"carry_months": _CARRY},
            dropped=dropped,
        )


def _sums(sheet: Sheet) -> pl.DataFrame:
    organisations = [column for column in sheet.frame.columns if column not in _KEYS]
    if not organisations:
        raise SourceError(
            f"{sheet.file}: there is no column of an organisation after {', '.join(_KEYS)}",
            hint="use the state-year file, state_year_formatv3.csv",
        )
    status = sheet.frame.select(_status(sheet, column) for column in organisations)
    kinds = (pl.sum_horizontal(pl.all() == kind).alias(name) for name, (kind, _) in _KINDS.items())
    return status.select(kinds).with_columns(pl.sum_horizontal(*_KINDS).alias(_ANY[0]))


def _status(sheet: Sheet, column: str) -> pl.Series:
    text = sheet.frame[column].cast(pl.String).fill_null("").str.strip_chars()
    code = text.str.replace(r"\.0+$", "")
    known = f"known are {', '.join(code for code in _KNOWN if code)}"
    sheet.refuse(column, ~code.is_in(_KNOWN), "this is no status of membership", known)
    return code
