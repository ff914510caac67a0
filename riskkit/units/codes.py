"""Publishers' country codes and names, mapped to the units of the country table."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from datetime import date
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Literal

import polars as pl

from riskkit.errors import UnknownUnit
from riskkit.units.countries import countries, name_of
from riskkit.units.names import fold, known_names, match_name, part_of

System = Literal["iso3", "iso2", "gwcode", "cowcode", "views_id", "m49", "name"]
_COLUMNS = {"iso3": "unit"}
_NUMERIC = ("gwcode", "cowcode", "views_id", "m49")
_SHOWN = 5
_LONGEST = 80


def to_unit(
    values: pl.Series | Sequence[object],
    system: System,
    on: pl.Series | Sequence[date | None] | date | None = None,
    *,
    unknown: Literal["raise", "null"] = "raise",
) -> pl.Series:
    """Map codes or names of countries to units.

    Names count whole, see `riskkit.units.names`. Former codes go to the unit that continues the
    series, by the table `aliases.csv`; a code that stood for two states in turn (CS) goes to that
    of the day, and to none where no day is given. Letters that ISO gave to one territory and later
    to another (AI, BQ, GE, SK) are today's holder's, but nobody's on days when they were the
    other's. A former state that lived beside its successor (East Germany, South Yemen, South
    Vietnam) or that two states followed (Czechoslovakia) is a unit of its own; with `on`, codes
    used after its death go to the successor.

    Args:
        values: Codes or names; numbers may be integers, floats or text. Nulls stay null.
        system: What the values are: ISO 3166 letters, Gleditsch and Ward codes (UCDP's
            `country_id` too), Correlates of War codes, VIEWS ids, UN M49 numbers or names.
        on: The day that each value speaks of, or one day for all.
        unknown: Whether a value that no unit answers to is an error or becomes null.

    Returns:
        Units, one per value, named "unit".

    Raises:
        UnknownUnit: Values that no unit answers to, with the nearest ones that would do.

    >>> to_unit([345, 678, 260], "gwcode").to_list()
    ['SRB', 'YEM', 'DEU']
    """
    codes = _as_text(values, system)
    distinct = codes.drop_nulls().unique().to_list()
    known = {code: unit for code in distinct if (unit := _find(code, system))}
    units = codes.replace_strict(known, default=None, return_dtype=pl.String)
    if on is not None:
        units = _used_again(codes, _succeed(units, on), system, on)
    if unknown == "raise" and (lost := codes.filter(units.is_null()).drop_nulls().unique()).len():
        raise _unknown(lost.sort().to_list(), system)
    return units.rename("unit")


def _as_text(values: pl.Series | Sequence[object], system: System) -> pl.Series:
    text = pl.Series("unit", values, strict=False).cast(pl.String).str.strip_chars()
    if system == "name":
        return text
    if system in _NUMERIC:
        return text.str.replace(r"\.0+$", "").str.replace(r"^0+(\d)", "$1")
    return text.str.to_uppercase()


def _find(code: str, system: System) -> str | None:
    if system != "name":
        return _lookup(system).get(code)
    return None if fold(code) in _refusals("name") else match_name(code)


def _succeed(units: pl.Series, on: pl.Series | Sequence[date | None] | date) -> pl.Series:
    """Replace units that were dead on the day by their successors."""
    days = pl.lit(on) if isinstance(on, date) else pl.Series(on)
    dead = countries().drop_nulls("successor").select("unit", "died", "successor")
    return (
        units.to_frame("unit")
        .with_columns(days.cast(pl.Date).alias("on"))
        .join(dead, on="unit", how="left", maintain_order="left")
        .select(pl.when(pl.col("on") > pl.col("died")).then("successor").otherwise("unit"))
        .to_series()
    )


def _used_again(
    codes: pl.Series,
    units: pl.Series,
    system: System,
    on: pl.Series | Sequence[date | None] | date,
) -> pl.Series:
    """Give codes that stood for several states in turn to the one of the day."""
    for row in _aliases(system):
        if not row["since"] and not row["until"]:
            continue
        since, until = row["since"] or "0001-01-01", row["until"] or "9999-12-31"
        days = pl.lit(on) if isinstance(on, date) else pl.Series(on)
        ours = (pl.lit(codes) == row["code"]) & days.cast(pl.Date).is_between(
            date.fromisoformat(since), date.fromisoformat(until)
        )
        units = pl.select(
            pl.when(ours).then(pl.lit(row["unit"] or None)).otherwise(pl.lit(units))
        ).to_series()
    return units


def _unknown(codes: list[str], system: System) -> UnknownUnit:
    hints = [hint for code in codes if (hint := hint_of(code, system))]
    return UnknownUnit(
        f"{len(codes)} {system} value(s) stand for no country",
        got=codes[:_SHOWN],
        hint="; ".join(hints[:_SHOWN]) or None,
    )


def why_none(value: str, system: System) -> str | None:
    """Say why a code or name stands for no unit, or on some days for none; None for all others."""
    if system == "name":
        return _refusals("name").get(fold(value))
    notes = {row["code"]: row["note"] for row in _aliases(system) if row["since"] or row["until"]}
    return (_refusals(system) | notes).get(value)


def hint_of(code: str, system: System) -> str | None:
    """Say why a code or name stands for no unit, or which units have one like it."""
    if why := why_none(code, system):
        return f"'{code}': {why}"
    if system == "name" and (unit := part_of(code)):
        return f"'{code}' is a part of {unit}, whose figure is another"
    key = fold(code) if system == "name" else code
    near = get_close_matches(key, _lookup(system), n=2)
    units = dict.fromkeys(_lookup(system)[match] for match in near)
    choices = " or ".join(f"{unit} ({name_of(unit)})" for unit in units)
    return f"for '{code[:_LONGEST]}', did you mean {choices}?" if choices else None


@cache
def _lookup(system: System) -> dict[str, str]:
    """Codes of a system, as text, and the units that they stand for."""
    if system == "name":
        return {name: unit for name, unit in known_names().items() if unit}
    column = pl.col(_COLUMNS.get(system, system)).cast(pl.String)
    own = dict(countries().select(column.alias("code"), "unit").drop_nulls().rows())
    aliases = {row["code"]: row["unit"] for row in _aliases(system) if row["unit"]}
    known = own | aliases
    return {code: unit for code, unit in known.items() if code not in _refusals(system)}


@cache
def _refusals(system: System) -> dict[str, str]:
    """Codes that deliberately stand for no unit, or for one only on a known day, and why."""
    refused = {
        row["code"]: row["note"]
        for row in _aliases(system)
        if bool(row["unit"]) == bool(row["since"] or row["until"])
    }
    return {fold(code): note for code, note in refused.items()} if system == "name" else refused


@cache
def _aliases(system: System) -> list[dict[str, str]]:
    table = Path(__file__).with_name("aliases.csv")
    with table.open(encoding="utf-8", newline="") as file:
        return [row for row in csv.DictReader(file) if row["system"] == system]
