"""The contract file: columns, types, units and keys of every table that passes between stages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

import dataframely as dy
import polars as pl

Frequency = Literal["month", "year"]
Cadence = Literal["month", "year", "constant"]
INTERVAL = (0.05, 0.95)
"""Lower and upper end of every published interval: of scores, of ranks and of skill."""


class Observations(dy.Schema):
    """What a publisher said of a unit and a period, and since when it could be known.

    `month` is the first day of the period: of the month, or of the year for a yearly indicator.
    Two rows of one unit, month and indicator are two vintages of the same figure.
    """

    unit = dy.String(primary_key=True, regex=r"^([A-Z]{3}|\d{1,6})$")
    month = dy.Date(primary_key=True)
    indicator = dy.String(primary_key=True)
    value = dy.Float64(nullable=False, allow_inf=False, allow_nan=False)
    known_from = dy.Date(primary_key=True)

    @dy.rule()
    def month_is_a_first_day(cls) -> pl.Expr:  # noqa: N805 - dataframely rules are class methods
        """Periods are named by their first day."""
        return pl.col("month").dt.day() == 1


class Dyads(dy.Schema):
    """What a publisher said of a pair of units and a period, and since when it could be known.

    A tie is directed: `other` is a partner of `unit`, and `value` its weight. A relation is a
    census: a pair without a row in a period, or with a zero, has no tie in it. `month` is the
    first day of the period; of a constant relation it is the same in every row.
    """

    unit = dy.String(primary_key=True, regex=r"^([A-Z]{3}|\d{1,6})$")
    other = dy.String(primary_key=True, regex=r"^([A-Z]{3}|\d{1,6})$")
    month = dy.Date(primary_key=True)
    relation = dy.String(primary_key=True)
    value = dy.Float64(nullable=False, min=0.0, allow_inf=False, allow_nan=False)
    known_from = dy.Date(primary_key=True)

    @dy.rule()
    def month_is_a_first_day(cls) -> pl.Expr:  # noqa: N805 - dataframely rules are class methods
        """Periods are named by their first day."""
        return pl.col("month").dt.day() == 1

    @dy.rule()
    def other_is_another(cls) -> pl.Expr:  # noqa: N805 - dataframely rules are class methods
        """No unit is its own partner."""
        return pl.col("unit") != pl.col("other")


class Units(dy.Schema):
    """The units of analysis: real countries, simulated ones, or grid cells."""

    unit = dy.String(primary_key=True)
    name = dy.String(nullable=False)
    region = dy.String(nullable=False)
    born = dy.Date(nullable=True)
    died = dy.Date(nullable=True)


@dataclass(frozen=True)
class Indicator:
    """What a column of the panel measures.

    Attributes:
        name: Column name, unique over all sources.
        unit: Unit of measurement, in words ("deaths", "degrees Celsius").
        source: The publisher's registry name.
        description: One sentence.
        frequency: "month" or "year".
        lag_months: Months from the end of the period to its publication, at most.
        census: True when the source counts every event, so that no row means zero.
        carry_months: How long a yearly value serves after it became known; then it is missing.
        yearly_release: Calendar month of the following year at whose end all months of a year come
            out together; None when each month comes out by itself, lag_months after its end.
        monthly_from: First day of the month from which on months come out by themselves, where only
            those before it come out by the year; None where all of them do.
        revised: True when the publisher computes all years anew each year, so that what the rows
            say of the past is not what was said then; features do not see it unless allowed to.
        restated: True when later releases change the figures of past years, by new accounts or a
            new census; features see them, and studies of earlier origins say so.
        reference: First and last year of the period that the values are measured against, or that
            an index is fitted to; None where there is none. Whoever stood before its end could
            not have known the values: either they are known from its end on only, or studies of
            earlier origins say that they look ahead (`riskkit.panel.hindsight`).
        hindsight: Whether values measured against a reference period serve before its end.
        by_reports: True of a census whose file does not say up to when it speaks. Where most units
            report in nearly every period, silence is zero only once most of these have reported.
    """

    name: str
    unit: str
    source: str
    description: str = ""
    frequency: Frequency = "month"
    lag_months: int = 0
    census: bool = False
    carry_months: int = 36
    yearly_release: int | None = None
    monthly_from: date | None = None
    revised: bool = False
    reference: tuple[int, int] | None = None
    by_reports: bool = False
    restated: bool = False
    hindsight: bool = False


@dataclass(frozen=True)
class Relation:
    """What ties pairs of units, and what the weight of a tie measures.

    Attributes:
        name: Name of the relation, unique over all sources.
        unit: Unit of measurement of the weight, in words ("people", "1 if so").
        source: The publisher's registry name.
        description: One sentence: who is a partner of whom.
        frequency: "month", "year" or, for what does not change, "constant".
        lag_months: Months from the end of the period to its publication, at most.
        carry_months: How long the ties of a year serve after they became known, unless newer ones
            replace them; then there are none.
    """

    name: str
    unit: str
    source: str
    description: str = ""
    frequency: Cadence = "year"
    lag_months: int = 0
    carry_months: int = 36


@dataclass(frozen=True)
class Citation:
    """What must be said of a source wherever its numbers appear.

    Attributes:
        title: The publisher's name for the data.
        citation: What the publisher asks to be cited.
        licence: Licence or terms of use.
        url: Where people get the files.
    """

    title: str
    citation: str
    licence: str
    url: str


@dataclass(frozen=True)
class Release:
    """One source as read: observations and everything that must be said about them.

    Attributes:
        observations: Rows of `Observations`.
        indicators: What the rows measure.
        covers: First and last month that the file speaks of, as first days.
        covered_units: Units of a census file; None when it speaks of all.
        dropped: What was left out and why: reason -> number of rows.
        simulated: True for made-up data.
        citation: What to cite.
        dyads: Rows of `Dyads`; None for a source without ties.
        relations: What the dyads are.
        vintage: Which version of the publisher's figures these are, in words.
        unit_names: Unit -> name to display, where its rows hold more than the unit.
    """

    observations: pl.DataFrame
    indicators: tuple[Indicator, ...]
    covers: tuple[date, date]
    covered_units: tuple[str, ...] | None = None
    dropped: dict[str, int] = field(default_factory=dict)
    simulated: bool = False
    citation: Citation | None = None
    dyads: pl.DataFrame | None = None
    relations: tuple[Relation, ...] = ()
    vintage: str = ""
    unit_names: Mapping[str, str] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        """Number of observations and ties."""
        return self.observations.height + (0 if self.dyads is None else self.dyads.height)


class Scores(dy.Schema):
    """One row a scored forecast of a unit and month under one rule."""

    model = dy.String(nullable=False)
    target = dy.String(nullable=False)
    window = dy.String(nullable=False)
    unit = dy.String(nullable=False)
    month = dy.Date(nullable=False)
    horizon = dy.Int32(nullable=False)
    rule = dy.String(nullable=False)
    value = dy.Float64(nullable=True)
