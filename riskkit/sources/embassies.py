"""Embassies: how many each state keeps and receives, from a table of diplomatic representation."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
from pydantic import Field

from riskkit.reading import columns
from riskkit.reading.files import read_sheet
from riskkit.reading.sheets import Form, Sheet
from riskkit.reading.states import january, known_units
from riskkit.sources import Source
from riskkit.sources._cow import COW_LEFT_OUT
from riskkit.sources._options import FileOptions
from riskkit.sources._release import released
from riskkit.tables import Release
from riskkit.units import System

FIRST_YEAR = 1815
_CARRY = 72
LEVELS = {
    "0": "none",
    "1": "chargé d'affaires",
    "2": "minister",
    "3": "ambassador",
    "9": "other or unknown",
}
_EMBASSIES = ("1", "2", "3")
_AMBASSADOR = "3"
INDICATORS = {
    "embassies_sent": "States in which the state has an embassy",
    "embassies_received": "States that have an embassy in the state",
    "embassies_ambassadors_sent": "States to which the state sends an ambassador",
    "embassies_ambassadors_received": "States that send an ambassador to the state",
}
"""Indicator -> description."""


class EmbassiesOptions(FileOptions):
    """How to read a table of representation.

    Attributes:
        system: What the codes in columns `sender` and `receiver` are.
        lag_months: Months from the end of a year to the publication of its embassies.
    """

    system: System = "iso3"
    lag_months: int = Field(default=12, ge=0, le=240)


class Embassies(Source):
    """Reader of a table of representation in the layout of docs/sources-own.md.

    No file that may be shipped is known, so the layout is our own and was tried on made-up rows
    only: `sender, receiver, year, level`, one row per pair of states and year. Levels are those of
    the Correlates of War data on diplomatic exchange (documented schema): 0 none, 1 chargé
    d'affaires, 2 minister, 3 ambassador, 9 other; 1 to 3 count as an embassy. Years need not
    follow each other; each serves for six. A state that a year names only without embassies has
    zero there, one that it does not name at all has no value. Two codes of one unit in one year
    are one state: its embassies in one other state count once.
    """

    name = "embassies"
    sample = "our own layout, docs/sources-own.md"
    themes = ("diplomacy",)
    title = "Diplomatic representation, a table of your own"
    licence = "as the table's compiler says"
    citation = (
        "the source of the table, for instance Bayer (2006), Diplomatic Exchange Data set, "
        "v2006.1, or Moyer, Turner and Meisel (2021), What are the drivers of diplomacy?, Journal "
        "of Peace Research 58(6), 1300-1310"
    )
    url = "https://correlatesofwar.org/data-sets/diplomatic-exchange/"
    by_hand = "is a table of your own: add it with `riskkit data add`"
    cadence = "as you update it"
    lag_months = 12
    lag_reason = "yearbooks list the embassies of a year in the next"
    redistributable = False
    tried_on = "own layout"
    options = EmbassiesOptions

    def read(self, path: Path, options: EmbassiesOptions) -> Release:
        """Read a table.

        Returns:
            Yearly counts `embassies_sent`, `embassies_received`, `embassies_ambassadors_sent`
            and `embassies_ambassadors_received`.
        """
        sheet = read_sheet(path, _form(options))
        pairs, dropped = _pairs(sheet, options)
        sent, received = _counts(pairs, "sender", "sent"), _counts(pairs, "receiver", "received")
        yearly = sent.join(received, on=["unit", "month"], how="full", coalesce=True)
        yearly = yearly.with_columns(pl.col(*INDICATORS).fill_null(0))
        return released(
            self.name,
            yearly,
            {name: ("states", text) for name, text in INDICATORS.items()},
            columns.span(pairs["month"], "year"),
            options.lag_months,
            declared={"carry_months": _CARRY},
            dropped=dropped,
        )


def _form(options: EmbassiesOptions) -> Form:
    required = ("sender", "receiver", "year", "level")
    return Form(required=required, delimiter=None, encoding=options.encoding)


def _pairs(sheet: Sheet, options: EmbassiesOptions) -> tuple[pl.DataFrame, dict[str, int]]:
    """Columns `sender, receiver, month, level`, and how many rows were left out and why."""
    year = columns.whole_numbers(sheet, "year", FIRST_YEAR, date.today().year, "a year")
    month = january(year)
    codes = sheet.frame.select("sender", "receiver").with_columns(month)
    sheet.refuse(
        "receiver", codes.is_duplicated(), "this pair and year has several rows", "keep one"
    )
    left_out = COW_LEFT_OUT if options.system == "cowcode" else {}
    dropped: dict[str, int] = {}
    units = []
    for column in ("sender", "receiver"):
        unit, counts = known_units(sheet, column, options.system, options.codes, month, left_out)
        units.append(unit.alias(column))
        dropped |= {f"{reason}, as {column}": count for reason, count in counts.items()}
    pairs = pl.DataFrame([*units, month, _levels(sheet)]).drop_nulls()
    return pairs.filter(pl.col("sender") != pl.col("receiver")), dropped


def _levels(sheet: Sheet) -> pl.Series:
    level = sheet.frame["level"].cast(pl.String).str.strip_chars().str.replace(r"\.0+$", "")
    known = ", ".join(f"{code} {text}" for code, text in LEVELS.items())
    wrong = ~level.is_in(list(LEVELS)).fill_null(value=False)
    sheet.refuse("level", wrong, "this level of representation is unknown", f"known are {known}")
    return level


def _counts(pairs: pl.DataFrame, side: str, verb: str) -> pl.DataFrame:
    other = pl.col("receiver" if side == "sender" else "sender")
    embassies = other.filter(pl.col("level").is_in(_EMBASSIES)).n_unique()
    ambassadors = other.filter(pl.col("level") == _AMBASSADOR).n_unique()
    return pairs.group_by(pl.col(side).alias("unit"), "month").agg(
        embassies.alias(f"embassies_{verb}"),
        ambassadors.alias(f"embassies_ambassadors_{verb}"),
    )
