"""What GTD says of attacks beyond time, place and victims: target, perpetrator, kind, borders."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import polars as pl

from riskkit.reading import columns
from riskkit.reading.sheets import Sheet

STATE = ("Government (General)", "Police", "Military")
"""Targets that are the state's own; "Government (Diplomatic)" are missions of other states."""

_UNKNOWN = "Unknown"
_HOSTAGES = ("Hostage Taking (Barricade Incident)", "Hostage Taking (Kidnapping)")
_TARGETS = (
    *STATE,
    *("Abortion Related", "Airports & Aircraft", "Business", "Educational Institution"),
    *("Food or Water Supply", "Government (Diplomatic)", "Journalists & Media", "Maritime", "NGO"),
    *("Other", "Private Citizens & Property", "Religious Figures/Institutions"),
    *("Telecommunication", "Terrorists/Non-State Militia", "Tourists", "Transportation"),
    *(_UNKNOWN, "Utilities", "Violent Political Party"),
)
_KINDS = (
    *_HOSTAGES,
    *("Armed Assault", "Assassination", "Bombing/Explosion", "Facility/Infrastructure Attack"),
    *("Hijacking", "Unarmed Assault", _UNKNOWN),
)
_NAMED = {
    "targtype1_txt": (_TARGETS, "attack on a type of target that the codebook does not name"),
    "attacktype1_txt": (_KINDS, "attack of a kind that the codebook does not name"),
}


@dataclass(frozen=True)
class Count:
    """Attacks that one column tells from the others.

    Attributes:
        column: The publisher's column.
        values: What it says of attacks that count.
        text: Description of the indicator.
    """

    column: str
    values: tuple[str, ...] | tuple[int, ...]
    text: str


COUNTS = {
    "attacks_transnational": Count(
        "INT_ANY", (1,), "Terrorist attacks known to be international in some way"
    ),
    "attacks_domestic": Count(
        "INT_ANY", (0,), "Terrorist attacks known to be domestic in every way"
    ),
    "attacks_transnational_logistic": Count(
        "INT_LOG", (1,), "Terrorist attacks by perpetrators known to be of other countries only"
    ),
    "attacks_domestic_logistic": Count(
        "INT_LOG", (0,), "Terrorist attacks by perpetrators known to be of the country"
    ),
    "attacks_transnational_ideological": Count(
        "INT_IDEO", (1,), "Terrorist attacks on victims of another nationality than the attackers'"
    ),
    "attacks_domestic_ideological": Count(
        "INT_IDEO", (0,), "Terrorist attacks on victims of the attackers' own nationality"
    ),
    "attacks_on_state": Count(
        "targtype1_txt", STATE, "Terrorist attacks on government, police or military"
    ),
    "attacks_suicide": Count(
        "suicide", (1,), "Terrorist attacks whose perpetrators did not mean to survive"
    ),
    "attacks_bombings": Count("attacktype1_txt", ("Bombing/Explosion",), "Terrorist bombings"),
    "attacks_assassinations": Count(
        "attacktype1_txt", ("Assassination",), "Assassinations and attempts at them, by terrorists"
    ),
    "attacks_hostage_taking": Count(
        "attacktype1_txt", _HOSTAGES, "Terrorist kidnappings and barricades with hostages"
    ),
}
"""Indicators that count attacks."""

CONCENTRATIONS = {
    "attacks_group_concentration": Count(
        "gname",
        (_UNKNOWN, "Unaffiliated Individual(s)"),
        "Herfindahl index of the month's terrorist attacks over known groups",
    ),
    "attacks_target_concentration": Count(
        "targtype1_txt",
        (_UNKNOWN,),
        "Herfindahl index of the month's terrorist attacks over known types of target",
    ),
}
"""Indicators that tell how alike attacks are; here `values` are those that do not count."""

DETAILS = COUNTS | CONCENTRATIONS
OPTIONAL = tuple(dict.fromkeys(d.column for d in DETAILS.values() if d.column != "INT_ANY"))
"""Columns of which trimmed exports may lack some."""


def details(sheet: Sheet) -> tuple[pl.DataFrame, dict[str, int]]:
    """Tell what each attack adds to the indicators that the sheet has the columns of.

    Returns:
        A column per count (1 or 0) and per concentration (a name, or null where none is known), and
        how many attacks are of a type that the codebook does not name.

    Raises:
        SourceError: A flag is missing, or no whole number from -9 to 1.
    """
    cells = {d.column: _cells(sheet, d.column) for d in DETAILS.values() if _has(sheet, d.column)}
    counts = [
        cells[count.column].is_in(list(count.values)).cast(pl.Float64).alias(name)
        for name, count in COUNTS.items()
        if count.column in cells
    ]
    names = [
        _without(cells[of.column], of.values).alias(name)
        for name, of in CONCENTRATIONS.items()
        if of.column in cells
    ]
    unnamed = {
        reason: int((~cells[column].is_in(list(known))).sum())
        for column, (known, reason) in _NAMED.items()
        if column in cells
    }
    return pl.DataFrame([*counts, *names]), unnamed


def undelivered(delivered: Iterable[str]) -> dict[str, str]:
    """Indicators that the files cannot give -> the column that some of them lack."""
    present = set(delivered)
    return {name: detail.column for name, detail in DETAILS.items() if name not in present}


def _has(sheet: Sheet, column: str) -> bool:
    return column in sheet.frame.columns


def _cells(sheet: Sheet, column: str) -> pl.Series:
    if column != "gname" and column not in _NAMED:
        return columns.whole_numbers(sheet, column, -9, 1, column)
    text = sheet.frame[column].cast(pl.String).str.strip_chars()
    return pl.select(pl.when(text != "").then(text).otherwise(pl.lit(_UNKNOWN))).to_series()


def _without(names: pl.Series, none: tuple[str, ...] | tuple[int, ...]) -> pl.Series:
    return pl.select(pl.when(~names.is_in(list(none))).then(names)).to_series()
