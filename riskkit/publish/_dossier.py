"""What a publication tells beside its forecast: the past, nearest situations, diplomacy, dates.

The study gathers it (`riskkit.study.dossier`); a publication without it is whole all the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

SERIES: Mapping[str, type[pl.DataType]] = {
    "unit": pl.String,
    "threat": pl.String,
    "month": pl.Date,
    "value": pl.Float64,
}
SITUATIONS: Mapping[str, type[pl.DataType]] = {
    "unit": pl.String,
    "place": pl.Int32,
    "past_unit": pl.String,
    "past_name": pl.String,
    "month": pl.Date,
    "before": pl.Float64,
    "after": pl.Float64,
}
FACTS: Mapping[str, type[pl.DataType]] = {
    "unit": pl.String,
    "theme": pl.String,
    "indicator": pl.String,
    "value": pl.Float64,
    "month": pl.Date,
    "place": pl.Int32,
    "countries": pl.Int32,
}
INPUTS: Mapping[str, type[pl.DataType]] = {
    "title": pl.String,
    "vintage": pl.String,
    "licence": pl.String,
    "indicators": pl.Int32,
    "first_month": pl.Date,
    "last_month": pl.Date,
}


@dataclass(frozen=True)
class Fact:
    """A figure of diplomacy that is told of each country.

    Attributes:
        indicator: Name of the column that holds it.
        text: What it says, in words.
        unit: Unit of measurement of what is told.
    """

    indicator: str
    text: str
    unit: str


@dataclass(frozen=True)
class Theme:
    """A theme of diplomacy.

    Attributes:
        name: A word or two.
        facts: What the data at hand tell of it; empty where they tell nothing.
        missing: What would tell of it, and how to add it.
    """

    name: str
    facts: tuple[Fact, ...]
    missing: str


def _empty(columns: Mapping[str, type[pl.DataType]]) -> pl.DataFrame:
    return pl.DataFrame(schema=dict(columns))


@dataclass(frozen=True)
class Dossier:
    """Tables by unit, in the order of their first columns.

    Attributes:
        series: Past outcomes, as known: columns of `SERIES`; `month` starts the period.
        situations: The past situations most like each unit's present, and the counts of the first
            threat in the year before and after: columns of `SITUATIONS`.
        facts: Figures of diplomacy: columns of `FACTS`; `place` 1 has the highest value.
        themes: What the facts say, and of which themes there is no table.
        inputs: What the data are, and up to when: columns of `INPUTS`.
    """

    series: pl.DataFrame = field(default_factory=lambda: _empty(SERIES))
    situations: pl.DataFrame = field(default_factory=lambda: _empty(SITUATIONS))
    facts: pl.DataFrame = field(default_factory=lambda: _empty(FACTS))
    themes: tuple[Theme, ...] = ()
    inputs: pl.DataFrame = field(default_factory=lambda: _empty(INPUTS))
