"""REIGN's list of elections: when people voted, and when a vote could be expected.

An election is one or more records: that it was announced, that its date was fixed, delayed or made
void, that people voted. What could be known of a vote before it took place:

- A regular one is due on a fixed date or by a deadline; both are known long before. It is expected
  during the six months before, as in REIGN's own `anticipation`, whether or not it then took place.
- Any other is expected from the month in which it was announced. Where REIGN only assumes an
  announcement, nobody could know.
- Nothing is expected any more once people voted, a delay was announced or the regime failed.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import polars as pl

from riskkit.months import month_id_expr
from riskkit.reading import columns
from riskkit.reading.bundles import Member
from riskkit.reading.sheets import Form
from riskkit.reading.text import read_text

NOTICE = 6
"""For how many months before it a regular election is expected."""

VOTES = ("vote, as scheduled", "vote, early")
EARLY = "vote, early"
DUE = (
    *("vote, as scheduled", "deadline met", "deadline not met", "voided"),
    *("voided by regime change", "anulled", "upcoming, scheduled", "upcoming, deadline"),
)
ANNOUNCED = ("announced", "announcement")
CALLED_OFF = ("delay announced", "delay", "regime failure")
ASSUMED = "announcement assumed"
_KNOWN = {*VOTES, *DUE, *ANNOUNCED, *CALLED_OFF, ASSUMED}
_RESPELLED = {"deadline, met": "deadline met", "deadline, not met": "deadline not met"}
_MISTYPED = {"533": "MWI"}
"""The list of March 2021 has one election of Malawi (553) under this code."""

_FIRST_YEAR, _YEARS_AHEAD = 1789, 20
_FORM = Form(required=("ccode", "elecnum", "elec_year", "elec_month", "event", "regular"))


def read_elections(member: Member, codes: Mapping[str, str]) -> pl.DataFrame:
    """Read the list.

    Args:
        member: electionlist_M_YY.csv.
        codes: The user's own country codes -> units.

    Returns:
        One row per record: `unit`, `election` (its number), `month` (month id), `event` (lower
        case, today's spelling), `regular` (Boolean).

    Raises:
        SourceError: The list has another layout, or a record is impossible.
    """
    sheet = read_text(member.file, member.data, _FORM)
    latest = date.today().year + _YEARS_AHEAD
    year = columns.whole_numbers(sheet, "elec_year", _FIRST_YEAR, latest, "the year")
    calendar = columns.whole_numbers(sheet, "elec_month", 1, 12, "the month")
    event = sheet.frame["event"].str.strip_chars().str.to_lowercase().replace(_RESPELLED)
    unknown = ~event.is_in(_KNOWN).fill_null(value=False)
    sheet.refuse("event", unknown, "this is no event of REIGN", "correct it")
    dates = pl.DataFrame([year, calendar]).select(day=pl.date("elec_year", "elec_month", 1))
    unit = columns.units(sheet, "ccode", "cowcode", {**_MISTYPED, **codes}, dates["day"])
    regular = sheet.frame["regular"].str.strip_chars() == "Y"
    return pl.DataFrame(
        [
            unit,
            (sheet.frame["ccode"] + "/" + sheet.frame["elecnum"]).rename("election"),
            dates.select(month=month_id_expr("day")).to_series(),
            event,
            regular.fill_null(value=False).rename("regular"),
        ]
    )


def votes(elections: pl.DataFrame) -> pl.DataFrame:
    """Months in which people voted.

    Returns:
        Columns `unit`, `month` (month id), `early` (Boolean: one of the votes came before its
        date).
    """
    held = elections.filter(pl.col("event").is_in(VOTES))
    return held.group_by("unit", "month").agg(early=(pl.col("event") == EARLY).any())


def expectations(elections: pl.DataFrame) -> pl.DataFrame:
    """Months at whose end a vote was expected.

    Returns:
        Columns `unit`, `month` (month id), `ahead`: months to the nearest expected vote, 1 to
        `NOTICE`.
    """
    event, month = pl.col("event"), pl.col("month")
    dated = elections.with_columns(
        announced=month.filter(event.is_in(ANNOUNCED)).min().over("election"),
        over=month.filter(event.is_in((*VOTES, *CALLED_OFF))).min().over("election"),
    ).filter(event.is_in(DUE) | (event == EARLY))
    by_rule = pl.when(pl.col("regular") & event.is_in(DUE)).then(month - NOTICE)
    by_word = pl.max_horizontal("announced", month - NOTICE)
    by_word = pl.when(pl.col("announced").is_not_null()).then(by_word)
    windows = dated.select(
        "unit",
        due=month,
        start=pl.min_horizontal(by_rule, by_word),
        end=pl.min_horizontal(month, "over"),
    ).filter(pl.col("start") < pl.col("end"))
    return (
        windows.with_columns(month=pl.int_ranges("start", "end"))
        .explode("month")
        .group_by("unit", "month")
        .agg(ahead=(pl.col("due") - pl.col("month")).min())
    )
