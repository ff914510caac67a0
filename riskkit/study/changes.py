"""Stated changes of inputs: what a scenario file says, and the panel that it makes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Self

import numpy as np
import polars as pl
from numpy.typing import NDArray
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, FiniteFloat, model_validator

from riskkit.config import read_settings
from riskkit.errors import ConfigError, suggestion
from riskkit.months import first_day, format_month, parse_months
from riskkit.panel import Panel
from riskkit.study.diplomacy import brought_by

_KINDS = ("multiply", "set", "add")
PAGE = "docs/scenario.md tells how a scenario is written"


def _text(value: object) -> object:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


class Change(BaseModel):
    """One indicator that is taken to be other than it is: multiplied, set or added to.

    Attributes:
        indicator: Column of the panel.
        units: Codes; empty for all.
        months: Months whose rows change: the last so many, or a range, as "2024-07..2025-06".
    """

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    indicator: str
    units: tuple[str, ...] = ()
    months: Annotated[str, BeforeValidator(_text)] = "12"
    multiply: FiniteFloat | None = None
    set_: FiniteFloat | None = Field(default=None, alias="set")
    add: FiniteFloat | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        given = [kind for kind in (self.multiply, self.set_, self.add) if kind is not None]
        if len(given) != 1:
            raise ValueError(f"a change has one of: {', '.join(_KINDS)}")
        return self

    @property
    def expr(self) -> pl.Expr:
        """The changed column; what is missing stays so unless it is set."""
        column = pl.col(self.indicator)
        if self.multiply is not None:
            return column * self.multiply
        return pl.lit(self.set_) if self.add is None else column + self.add

    def span(self, panel: Panel) -> tuple[int, int]:
        """First and last month id of the rows that change.

        Raises:
            ConfigError: The months cannot be read, or the panel does not have them.
        """
        first, last = panel.first_month, panel.as_of
        if self.months.isdigit():
            wanted = (last - int(self.months) + 1, last)
        else:
            months = parse_months(self.months)
            wanted = (min(months), max(months))
        if not first <= wanted[0] <= wanted[1] <= last:
            raise ConfigError(
                f"the panel runs from {format_month(first)} to {format_month(last)}",
                got=self.months,
                hint="write the number of the last months, as in `months: 12`, or a range in it",
            )
        return wanted

    def __str__(self) -> str:
        """Say it in one line."""
        if self.multiply is not None:
            what = f"x {self.multiply:g}"
        else:
            what = f"= {self.set_:g}" if self.add is None else f"{self.add:+g}"
        months = f"last {self.months} months" if self.months.isdigit() else self.months
        return f"{self.indicator} {what}, {' '.join(self.units) or 'everywhere'}, {months}"


class Scenario(BaseModel):
    """What is taken to be other than it is.

    Attributes:
        name: A few words.
        changes: They apply one after the other.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = "scenario"
    changes: Annotated[tuple[Change, ...], Field(min_length=1)]

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read a scenario from a YAML file.

        Raises:
            ConfigError: The file cannot be read, or a key or value does not fit.
        """
        return read_settings(cls, path, PAGE)


@dataclass(frozen=True)
class Beyond:
    """A changed input that the data have nothing like.

    Attributes:
        unit: Whose.
        input: Indicator or feature.
        value: What it is taken to be.
        lowest: The lowest that the data have, of any unit and month.
        highest: The highest.
    """

    unit: str
    input: str
    value: float
    lowest: float
    highest: float


def changed_panel(panel: Panel, changes: Sequence[Change]) -> Panel:
    """The panel with changed values; what others know of it stays.

    Raises:
        ConfigError: An indicator, a unit or a month is not in the panel.
    """
    frame = panel.frame
    for change in changes:
        _refuse_unknown(panel, change)
        frame = frame.with_columns(
            pl.when(_rows(panel, change))
            .then(change.expr)
            .otherwise(pl.col(change.indicator))
            .cast(panel.frame.schema[change.indicator])
            .alias(change.indicator)
        )
    return replace(panel, frame=frame)


def _refuse_unknown(panel: Panel, change: Change) -> None:
    known = list(panel.indicators)
    if change.indicator not in panel.frame.columns or change.indicator not in known:
        raise ConfigError(
            f"the data have no indicator '{change.indicator}'",
            hint=suggestion(change.indicator, known)
            or brought_by(change.indicator)
            or "`riskkit panel show` lists them",
        )
    units = panel.units["unit"].to_list()
    strange = [unit for unit in change.units if unit not in units]
    if strange:
        raise ConfigError(
            "the data have no such unit",
            got=strange,
            hint=suggestion(strange[0], units) or "use codes as ranking.csv has them",
        )


def _rows(panel: Panel, change: Change) -> pl.Expr:
    first, last = change.span(panel)
    rows = pl.col("month").is_between(first_day(first), first_day(last))
    return rows & pl.col("unit").is_in(change.units) if change.units else rows


def count_values(panel: Panel, change: Change) -> tuple[int, int]:
    """How many values a change is about, and how many of them are missing."""
    values = panel.frame.filter(_rows(panel, change))[change.indicator]
    return len(values), values.null_count()


def beyond_data(before: Panel, after: Panel, change: Change) -> list[Beyond]:
    """The units whose changed indicator lies outside what any unit had in any month."""
    name = change.indicator
    known = before.frame[name].drop_nulls().to_numpy()
    if not len(known):
        return []
    lowest, highest = float(known.min()), float(known.max())
    changed = after.frame.filter(_rows(before, change)).drop_nulls(name)
    outside = changed.filter(~pl.col(name).is_between(lowest, highest)).select("unit", name)
    farthest = (pl.col(name) - (lowest + highest) / 2).abs()
    worst = outside.sort(farthest, descending=True).unique("unit", keep="first").sort("unit")
    return [Beyond(unit, name, float(value), lowest, highest) for unit, value in worst.iter_rows()]


def beyond_features(
    units: Sequence[str],
    names: Sequence[str],
    before: NDArray[np.float32],
    after: NDArray[np.float32],
) -> list[Beyond]:
    """The changed features outside what any unit had in any month.

    Args:
        units: Codes, [units].
        names: Of the features.
        before: [units, months, features].
        after: At the origin, [units, features].
    """
    moved = after != before[:, -1]
    moved &= ~(np.isnan(after) & np.isnan(before[:, -1]))
    with np.errstate(invalid="ignore"):
        lowest, highest = (end(before, axis=(0, 1)) for end in (np.nanmin, np.nanmax))
        outside = moved & ((after < lowest) | (after > highest))
    return [
        Beyond(
            units[row],
            names[column],
            float(after[row, column]),
            float(lowest[column]),
            float(highest[column]),
        )
        for row, column in zip(*np.nonzero(outside), strict=True)
    ]


def readers(families: Mapping[str, tuple[str, ...]], indicator: str) -> list[str]:
    """Names of the features that read an indicator.

    Args:
        families: By feature, the indicators that it reads.
        indicator: Which one.
    """
    return [name for name, inputs in families.items() if indicator in inputs]
