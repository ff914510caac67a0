"""Treaties: what each state is party to, month by month, from a list of one's own."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
from pydantic import Field

from riskkit.errors import RiskkitError, SourceError
from riskkit.months import first_day, parse_month
from riskkit.reading import columns
from riskkit.reading.files import read_sheet
from riskkit.reading.sheets import Form, Sheet
from riskkit.reading.states import rows_of
from riskkit.sources import Source
from riskkit.sources._options import FileOptions
from riskkit.sources._release import released
from riskkit.tables import Release
from riskkit.units import System

TREATIES = {
    "nuclear": ("NPT", "CTBT", "TPNW", "PTBT", "NWFZ"),
    "chembio": ("CWC", "BWC", "GP"),
    "conventional": ("ATT", "APMBC", "CCM", "CCW"),
    "terrorism": ("DIPLOMATS", "HOSTAGES", "BOMBINGS", "FINANCING", "ICSANT"),
    "climate": ("UNFCCC", "KYOTO", "PARIS"),
    "migration": ("REFUGEE51", "REFUGEE67", "ICRMW", "TRAFFICKING", "SMUGGLING"),
}
"""Theme -> treaties; the first three are arms control."""
_KNOWN = tuple(treaty for theme in TREATIES.values() for treaty in theme)
_ARMS = ("nuclear", "chembio", "conventional")
_PARTY, _SIGNATORY, _LEFT = "party", "signatory", "left"
_STATES = {
    _PARTY: "to which the state is party at the end of the month",
    _SIGNATORY: "that the state has signed and not joined",
    _LEFT: "that the state left in the month",
}
_COUNTS = {
    "arms_treaties": (_ARMS, _PARTY, "Arms control treaties"),
    "arms_treaties_nuclear": (("nuclear",), _PARTY, "Treaties on nuclear weapons"),
    "arms_treaties_chembio": (("chembio",), _PARTY, "Treaties on chemical and biological weapons"),
    "arms_treaties_conventional": (
        ("conventional",),
        _PARTY,
        "Treaties on certain conventional weapons",
    ),
    "arms_treaties_signed_only": (_ARMS, _SIGNATORY, "Arms control treaties"),
    "arms_treaties_left": (_ARMS, _LEFT, "Arms control treaties"),
    "treaties_terrorism": (("terrorism",), _PARTY, "Conventions against terrorism"),
    "treaties_climate": (("climate",), _PARTY, "Climate treaties"),
    "treaties_migration": (("migration",), _PARTY, "Treaties on refugees and migrants"),
}
INDICATORS = {name: f"{what} {_STATES[state]}" for name, (_, state, what) in _COUNTS.items()}
"""Indicator -> description."""


class TreatiesOptions(FileOptions):
    """How to read a list of memberships.

    Attributes:
        system: What the codes in column `unit` are.
        covers_to: Last month the list speaks of ("2021-12"); by default that of its last day.
        lag_months: Months from a change to its publication by the depositary.
    """

    system: System = "iso3"
    covers_to: str | None = None
    lag_months: int = Field(default=1, ge=0, le=60)


class Treaties(Source):
    """Reader of a list of treaty memberships in the layout of docs/sources-own.md.

    No open file of memberships is known, so the layout is our own and was tried on made-up rows
    only: `unit, treaty, status, since, until`, one row per state, treaty and status. A treaty
    counts in a month if it binds the state on the last day; several rows of one state and treaty
    count once, and a signature no longer counts once the state is party. A state without a row
    has joined nothing; a theme without a row (arms, terrorism, climate, migration) is one that the
    list does not speak of, and has no indicators.
    """

    name = "treaties"
    sample = "our own layout, docs/sources-own.md"
    themes = ("diplomacy",)
    title = "Membership of treaties on arms, terrorism, climate and migration, a list of your own"
    licence = "as the list's compiler says; depositaries publish the facts"
    citation = (
        "the depositaries from whose pages the list was made, for instance the UN Treaty Series"
    )
    url = "https://treaties.un.org"
    by_hand = "is a table of your own: add it with `riskkit data add`"
    cadence = "as you update it"
    lag_months = 1
    lag_reason = "depositaries announce a change within weeks"
    redistributable = False
    tried_on = "own layout"
    options = TreatiesOptions

    def read(self, path: Path, options: TreatiesOptions) -> Release:
        """Read a list.

        Returns:
            Monthly counts: those of `INDICATORS` that count any treaty of the list.
        """
        sheet = read_sheet(path, _form(options))
        memberships = _memberships(sheet, options)
        first, last = _covers(memberships, options.covers_to)
        names = _told(memberships["treaty"])
        monthly = _monthly(memberships, last, names)
        return released(
            self.name,
            monthly,
            {name: ("treaties", INDICATORS[name]) for name in names},
            (first, last),
            options.lag_months,
            frequency="month",
            census=True,
            covered_units=columns.covered_units(memberships["unit"]),
            simulated=columns.simulated(memberships["unit"]),
        )


def _form(options: TreatiesOptions) -> Form:
    required = ("unit", "treaty", "status", "since", "until")
    return Form(required=required, delimiter=None, encoding=options.encoding)


def _memberships(sheet: Sheet, options: TreatiesOptions) -> pl.DataFrame:
    """Columns `unit, treaty, status, since, until`; `until` is null where the status lasts."""
    since = columns.days(sheet, "since")
    until = _until(sheet)
    sheet.refuse("until", until < since, "the status ends before it begins", "correct it")
    unit = columns.units(sheet, "unit", options.system, options.codes, since)
    treaty = _one_of(sheet, "treaty", _KNOWN)
    status = _one_of(sheet, "status", (_PARTY, _SIGNATORY))
    return pl.DataFrame([unit, treaty, status, since.alias("since"), until])


def _one_of(sheet: Sheet, column: str, known: tuple[str, ...]) -> pl.Series:
    text = sheet.frame[column].cast(pl.String).str.strip_chars()
    wrong = ~text.is_in(known).fill_null(value=False)
    sheet.refuse(column, wrong, f"this {column} is unknown", f"known are {', '.join(known)}")
    return text


def _until(sheet: Sheet) -> pl.Series:
    given = (sheet.frame["until"].cast(pl.String).str.strip_chars().fill_null("") != "").arg_true()
    ends = pl.Series("until", [None] * sheet.frame.height, dtype=pl.Date)
    if given.is_empty():
        return ends
    return ends.scatter(given, columns.days(rows_of(sheet, given), "until"))


def _covers(memberships: pl.DataFrame, covers_to: str | None) -> tuple[date, date]:
    days = pl.concat([memberships["since"], memberships["until"].drop_nulls()])
    first, last = columns.span(days.dt.truncate("1mo"))
    if covers_to is None:
        return first, last
    try:
        last = first_day(parse_month(covers_to))
    except RiskkitError as error:
        what = "covers_to is not a month"
        raise SourceError(what, got=covers_to, hint=error.hint) from None
    return min(first, last), last


def _treaties(name: str) -> list[str]:
    """Treaties that an indicator counts."""
    themes, _, _ = _COUNTS[name]
    return [treaty for theme in themes for treaty in TREATIES[theme]]


def _told(treaty: pl.Series) -> list[str]:
    """Indicators that the list speaks of."""
    listed = set(treaty)
    return [name for name in _COUNTS if listed.intersection(_treaties(name))]


def _monthly(memberships: pl.DataFrame, last: date, names: list[str]) -> pl.DataFrame:
    """Count treaties per unit and month."""
    states = pl.concat([_held(memberships, last), _left(memberships, last)])
    counts = [
        (pl.col("treaty").is_in(_treaties(name)) & (pl.col("state") == _COUNTS[name][1]))
        .sum()
        .alias(name)
        for name in names
    ]
    return states.group_by("unit", "month").agg(counts)


def _held(memberships: pl.DataFrame, last: date) -> pl.DataFrame:
    """What each treaty is to a unit at the end of a month: `unit, month, treaty, state`."""
    begin = pl.col("since").dt.truncate("1mo")
    end = pl.col("until").dt.truncate("1mo").dt.offset_by("-1mo")
    ended = pl.min_horizontal(end, pl.lit(last))
    party = (pl.col("status") == _PARTY).any()
    return (
        memberships.with_columns(month=pl.date_ranges(begin, ended, interval="1mo"))
        .explode("month")
        .drop_nulls("month")
        .group_by("unit", "month", "treaty")
        .agg(state=pl.when(party).then(pl.lit(_PARTY)).otherwise(pl.lit(_SIGNATORY)))
    )


def _left(memberships: pl.DataFrame, last: date) -> pl.DataFrame:
    """Which treaties a unit left in a month: `unit, month, treaty, state`."""
    month = pl.col("until").dt.truncate("1mo")
    ended = memberships.filter(pl.col("status") == _PARTY, month <= last)
    return ended.select("unit", month.alias("month"), "treaty", state=pl.lit(_LEFT)).unique()
