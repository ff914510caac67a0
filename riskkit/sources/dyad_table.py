"""Any table of pairs of units: borders, alliances, flows between countries, without Python."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, Literal

import polars as pl
from pydantic import Field, StringConstraints

from riskkit import refusals
from riskkit.errors import SourceError
from riskkit.reading import columns
from riskkit.reading.files import read_sheet
from riskkit.reading.sheets import Form, Sheet
from riskkit.sources import Options, _keys
from riskkit.tables import Cadence, Dyads, Observations, Relation, Release

Name = Annotated[str, StringConstraints(pattern=refusals.NAME)]
ALWAYS = date(_keys.FIRST_YEAR, 1, 1)
"""The period of what has none."""
_KEY = ["unit", "other", "month", "relation"]


class RelationColumn(Options):
    """What a tie measures. An empty cell or a zero is no tie.

    Without a `column` every row is a tie of weight 1. `absolute` takes the size of values below
    zero, as publishers write hostility; other values below zero are refused. `halves_every` turns
    a distance into closeness: 1 at no distance, half of it every so many units.
    """

    unit: str
    description: str = ""
    column: str | None = None
    absolute: bool = False
    halves_every: float | None = Field(default=None, gt=0)
    carry_months: int = Field(default=36, ge=1)


class DyadTableOptions(Options):
    """How to read a table of pairs.

    `unit` and `other` name the pair: `other` is a partner of `unit`, whose features look at it.
    With `symmetric` each is a partner of the other, and a row counts for both. Without `time` the
    ties never change. `lag_months` is the time from the end of a period to its publication.
    """

    unit: _keys.UnitColumn
    other: _keys.UnitColumn
    relations: dict[Name, RelationColumn] = Field(min_length=1)
    time: _keys.TimeColumns | None = None
    symmetric: bool = False
    lag_months: int = Field(default=0, ge=0, le=120)
    missing: tuple[str, ...] = ("NA",)
    decimal: Literal[".", ","] = "."
    delimiter: str | None = Field(default=None, min_length=1, max_length=1)
    encoding: columns.Encoding = "utf-8"
    sheet: str | None = None
    citation: str = ""
    licence: str = ""

    @property
    def cadence(self) -> Cadence:
        """How long the periods are."""
        return self.time.frequency if self.time else "constant"


class DyadTable(_keys.OwnTable):
    """Reader of a table with one row per pair of units and period, and a column per relation."""

    name = "dyad-table"
    sample = "a table of one's own, as its options say"
    themes = ("own",)
    by_hand = "is a table of your own: add it with `riskkit data add`"
    title = "A table of pairs of your own"
    options = DyadTableOptions

    def read(self, path: Path, options: DyadTableOptions) -> Release:
        """Read a table of pairs.

        Returns:
            A release of dyads without observations. Ties of a unit with itself are left out.
        """
        sheet = read_sheet(path, _form(options))
        rows = _rows(sheet, options)
        pairs = rows.drop_nulls(["unit", "other"])
        ties = pairs.filter(pl.col("unit") != pl.col("other"))
        dyads = _dyads(sheet.file, ties, options)
        return Release(
            observations=Observations.create_empty(),
            indicators=(),
            covers=_span(dyads["month"], options.cadence),
            dropped=_dropped(rows.height - pairs.height, pairs.height - ties.height),
            simulated=columns.simulated(pl.concat([dyads["unit"], dyads["other"]])),
            dyads=dyads,
            relations=tuple(_relation(name, options) for name in options.relations),
        )


def _form(options: DyadTableOptions) -> Form:
    wanted = [options.unit.column, options.other.column]
    wanted += options.time.named if options.time else ()
    wanted += [item.column for item in options.relations.values() if item.column]
    return Form(
        required=tuple(dict.fromkeys(wanted)),
        encoding=options.encoding,
        delimiter=options.delimiter,
        sheet=options.sheet,
    )


def _rows(sheet: Sheet, options: DyadTableOptions) -> pl.DataFrame:
    """Columns `unit, other, month, known_from` and one per relation; units may be null."""
    always = pl.repeat(ALWAYS, sheet.frame.height, dtype=pl.Date, eager=True).alias("month")
    month = _keys.periods(sheet, options.time) if options.time else always
    unit = _keys.units(sheet, options.unit, month)
    other = _keys.units(sheet, options.other, month).rename("other")
    codes = sheet.frame.select(
        pl.col(options.unit.column).alias("from"), pl.col(options.other.column).alias("to")
    )
    rows = pl.DataFrame([unit, other, *codes, month])
    columns.refuse_repeats(sheet, options.other.column, rows, ["from", "to", "month"])
    weights = [_weights(sheet, name, options) for name in options.relations]
    return rows.drop("from", "to").with_columns(_known(options), *weights)


def _known(options: DyadTableOptions) -> pl.Expr:
    if options.time is None:
        return pl.col("month").dt.month_end().alias("known_from")
    return columns.known_from(options.time.frequency, options.lag_months)


def _weights(sheet: Sheet, name: str, options: DyadTableOptions) -> pl.Series:
    item = options.relations[name]
    if item.column is None:
        return pl.repeat(1.0, sheet.frame.height, eager=True).alias(name)
    values = columns.numbers(sheet, item.column, options.missing, options.decimal)
    if item.absolute:
        values = values.abs()
    hint = "correct it, or set absolute: true to take its size"
    sheet.refuse(item.column, values < 0, "a tie cannot be negative", hint)
    if item.halves_every is not None:
        values = pl.select(0.5 ** (values / item.halves_every)).to_series()
    return values.rename(name)


def _dyads(file: str, rows: pl.DataFrame, options: DyadTableOptions) -> pl.DataFrame:
    """Unpivot; refuse two weights of one pair and period."""
    index = ["unit", "other", "month", "known_from"]
    ties = rows.unpivot(list(options.relations), index=index, variable_name="relation")
    ties = ties.drop_nulls("value").select(Dyads.column_names())
    if options.symmetric:
        back = ties.rename({"unit": "other", "other": "unit"}).select(ties.columns)
        ties = pl.concat([ties, back]).unique()
    if ties.is_empty():
        raise SourceError(
            f"{file}: no row ties two known units",
            hint="check the columns, and unit.system and other.system",
        )
    _refuse_clashes(file, ties)
    return ties.sort(_KEY)


def _refuse_clashes(file: str, ties: pl.DataFrame) -> None:
    """Two codes may stand for one unit, and a symmetric table list a pair twice."""
    clashes = ties.filter(ties.select(_KEY).is_duplicated()).sort(_KEY)
    if clashes.height:
        unit, other, month, relation = clashes.select(_KEY).row(0)
        raise SourceError(
            f"{file}: the tie '{relation}' of {unit} with {other} has two weights for "
            f"{month:%Y-%m}",
            hint="keep one of the two rows",
        )


def _span(months: pl.Series, cadence: Cadence) -> tuple[date, date]:
    return columns.span(months, "month" if cadence == "constant" else cadence)


def _dropped(strangers: int, selves: int) -> dict[str, int]:
    reasons = {"pair with an unknown unit": strangers, "tie of a unit with itself": selves}
    return {reason: number for reason, number in reasons.items() if number}


def _relation(name: str, options: DyadTableOptions) -> Relation:
    item = options.relations[name]
    return Relation(
        name=name,
        unit=item.unit,
        source=DyadTable.name,
        description=item.description,
        frequency=options.cadence,
        lag_months=options.lag_months if options.time else 0,
        carry_months=item.carry_months,
    )
