"""Correlates of War: which states share a land border, by year since 1816."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
from pydantic import Field

from riskkit.errors import SourceError
from riskkit.reading import columns
from riskkit.reading.files import read_sheet
from riskkit.reading.selection import leave_out
from riskkit.reading.sheets import Form
from riskkit.reading.states import january, known_units
from riskkit.sources import Source
from riskkit.sources._cow import COW_LEFT_OUT
from riskkit.sources._options import FileOptions
from riskkit.tables import Dyads, Observations, Relation, Release

FIRST_YEAR = 1816
_RELATION = "contiguity"
_LAND, _FURTHEST = 1, 5
_CARRY = 240
_WATER = "pair across water"
_STRANGER = "pair with a state that ended before 1946 or was part of another"
_SELF = "pair of two codes of one unit"


class CowContiguityOptions(FileOptions):
    """How to read a release.

    Attributes:
        lag_months: Months from the end of a year to the day on which its borders are known.
        carry_months: How long the borders of a year serve, unless those of a later one replace
            them.
    """

    lag_months: int = Field(default=0, ge=0, le=120)
    carry_months: int = Field(default=_CARRY, ge=1)


class CowContiguity(Source):
    """Reader of the table of pairs and years (contdird.csv: dyad, state1no, state1ab, state2no,
    state2ab, year, conttype, version). Written after the documented columns of version 3.2, which
    programs that read it name too; tried on a table derived from it, not on the publisher's file.

    Borders on land or along a river (conttype 1) tie two states, whichever of the two the file
    lists first; pairs across up to 400 miles of water are left out. Both codes of a unit count
    (Germany and Yemen 1990).

    Version 3.2 ends with 2016. Borders last: the last ones known serve for twenty years, and a
    state born after 2016 would have none. Borders follow who holds the land: Western Sahara is
    Morocco's here.

    This relation has the name that features look for; so has that of `natural-earth`. Use one.
    """

    name = "cow-contiguity"
    sample = "pairs and years of version 3.2, the newest"
    themes = ("geography",)
    title = "Correlates of War, Direct Contiguity"
    licence = "free for research, with citation; no licence is stated"
    citation = (
        "Stinnett, Tir, Schafer, Diehl and Gochman (2002), The Correlates of War Project Direct "
        "Contiguity Data, Version 3, Conflict Management and Peace Science 19(2), 59-67"
    )
    url = "https://correlatesofwar.org/data-sets/direct-contiguity/"
    by_hand = (
        "comes in a zip of several tables: download Direct Contiguity 3.2 from "
        "https://correlatesofwar.org/data-sets/direct-contiguity/ and add contdird.csv"
    )
    cadence = "irregular, ten years apart"
    lag_months = 0
    lag_reason = "borders are known when they are drawn; the table only writes them down"
    redistributable = False
    options = CowContiguityOptions

    def read(self, path: Path, options: CowContiguityOptions) -> Release:
        """Read a release.

        Returns:
            The relation `contiguity`, in both directions, without observations.
        """
        form = Form(
            required=("state1no", "state2no", "year", "conttype"), encoding=options.encoding
        )
        sheet = read_sheet(path, form)
        dropped: dict[str, int] = {}
        kind = columns.whole_numbers(sheet, "conttype", 0, _FURTHEST, "the type of contiguity")
        sheet = leave_out(sheet, kind != _LAND, _WATER, dropped)
        year = columns.whole_numbers(sheet, "year", FIRST_YEAR, date.today().year, "a year")
        month = january(year)
        unit, other = (
            known_units(sheet, column, "cowcode", options.codes, month, COW_LEFT_OUT)[0]
            for column in ("state1no", "state2no")
        )
        listed = pl.DataFrame([sheet.frame["state1no"], sheet.frame["state2no"], month, unit])
        columns.refuse_repeats(sheet, "state2no", listed, ["state1no", "state2no", "month"])
        pairs = pl.DataFrame([unit, other.alias("other"), month])
        known = pairs.drop_nulls()
        ties = known.filter(pl.col("unit") != pl.col("other"))
        if ties.is_empty():
            raise SourceError(f"{sheet.file} ties no two units", hint="download it again")
        counts = {_STRANGER: pairs.height - known.height, _SELF: known.height - ties.height}
        return Release(
            observations=Observations.create_empty(),
            indicators=(),
            covers=columns.span(month, "year"),
            dropped=dropped | {reason: number for reason, number in counts.items() if number},
            simulated=columns.simulated(pl.concat([ties["unit"], ties["other"]])),
            dyads=_both_ways(ties, options.lag_months),
            relations=(_relation(options),),
        )


def _both_ways(ties: pl.DataFrame, lag_months: int) -> pl.DataFrame:
    back = ties.select(pl.col("other").alias("unit"), pl.col("unit").alias("other"), "month")
    return (
        pl.concat([ties, back])
        .unique()
        .with_columns(
            columns.known_from("year", lag_months), relation=pl.lit(_RELATION), value=pl.lit(1.0)
        )
        .select(Dyads.column_names())
        .sort("unit", "other", "month")
    )


def _relation(options: CowContiguityOptions) -> Relation:
    return Relation(
        _RELATION,
        "1 if so",
        CowContiguity.name,
        "Countries across a land border or river",
        "year",
        options.lag_months,
        options.carry_months,
    )
