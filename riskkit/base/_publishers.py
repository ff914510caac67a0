"""One function a publisher: which tables hold its figures, and what is made of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

import polars as pl

from riskkit.base import indicators as told
from riskkit.base._rows import IN_JUNE, after_month, after_year, read, release
from riskkit.base.normals import against_reference, against_years_before
from riskkit.base.provenance import tables
from riskkit.tables import Dyads, Observations, Relation, Release

_ALWAYS = date(1800, 1, 1)
"""The period of what never changes."""
_PROJECTED = 2024
"""Year of the revision of population, from which on it has projections, known in their year."""
_REFUGEES = {
    "refugee_origins": ("iso3_asylum", "iso3_origin", "Countries of origin of the refugees in it"),
    "refugee_hosts": ("iso3_origin", "iso3_asylum", "Countries that host refugees from it"),
}


def violence() -> Release:
    """UCDP: deaths by month and by year; its list of states says whom the census covers."""
    monthly, yearly = read("conflict_month", IN_JUNE), read("conflict_year", IN_JUNE)
    return release(
        "conflict_month",
        [(monthly, told.VIOLENCE_BY_MONTH), (yearly, told.VIOLENCE_BY_YEAR)],
        covered_units=tuple(yearly["unit"].unique().sort()),
        unit_names={"ISR": "Israel (with Palestine)", "MAR": "Morocco (with Western Sahara)"},
    )


def displacement() -> Release:
    """UNHCR: people who fled, and who hosts whom."""
    table = read("displacement_year", IN_JUNE)
    figures = release(
        "displacement_year",
        [(table, told.DISPLACEMENT)],
        unit_names={"SRB": "Serbia (with Kosovo)"},
    )
    relations = tuple(
        Relation(name, "people", "base-unhcr", text, lag_months=told.JUNE, carry_months=24)
        for name, (_, _, text) in _REFUGEES.items()
    )
    return replace(figures, dyads=_refugees(), relations=relations)


def _refugees() -> pl.DataFrame:
    pairs = read("refugee_dyad_year", IN_JUNE).filter(
        pl.col("refugees") > 0, pl.col("iso3_origin") != pl.col("iso3_asylum")
    )
    value = pl.col("refugees").cast(pl.Float64).alias("value")
    return _dyads(
        pairs.select(
            pl.lit(name).alias("relation"), "month", "known_from", value, unit=unit, other=other
        )
        for name, (unit, other, _) in _REFUGEES.items()
    )


def weather() -> Release:
    """ERA5: temperature by month, rain by year, and how unusual they are."""
    heat = read("temperature_month", after_month(told.ERA5_LAG))
    rain = read("rain_year", after_year(told.ERA5_LAG))
    degrees, fallen = pl.col("temperature_c"), pl.col("precipitation_era5_mm")
    anomaly = degrees - pl.col("mean")
    z = (fallen - pl.col("mean")) / pl.col("deviation")
    warm = against_reference(heat, "temperature_c").with_columns(anomaly=anomaly)
    wet = against_reference(rain, "precipitation_era5_mm").filter(pl.col("deviation") > 0)
    return release(
        "temperature_month",
        [
            (against_years_before(heat, "temperature_c", 2.0), told.TEMPERATURE),
            (warm, told.TEMPERATURE_ANOMALY),
            (against_years_before(rain, "precipitation_era5_mm", -1.5), told.RAIN_BY_YEAR),
            (wet.with_columns(z=z), told.RAIN_BY_YEAR_ANOMALY),
        ],
    )


def rain() -> Release:
    """CRU: rain by month, and where it may be no measurement."""
    table = read("rain_month", after_month(told.CRU_LAG))
    percent = 100 * (pl.col("precipitation_mm") / pl.col("mean") - 1)
    wet = against_reference(table, "precipitation_mm").filter(pl.col("mean") > 0)
    return release(
        "rain_month",
        [
            (table, told.RAIN_BY_MONTH),
            (wet.with_columns(percent=percent), told.RAIN_BY_MONTH_ANOMALY),
        ],
    )


def risk() -> Release:
    """INFORM: the index and its dimensions, as computed today."""
    return release("risk_year", [(read("risk_year", after_year(told.INFORM_LAG)), told.RISK)])


def news() -> Release:
    """GDELT: violence and protests that the news report."""
    return release(
        "news_month",
        [(read("news_month", after_month(told.NEWS_LAG)), told.NEWS)],
        unit_names={"LTU": "Lithuania (with Liechtenstein)"},
    )


def votes() -> Release:
    """UN General Assembly: how often states vote alike, and where that puts them."""
    table = read("diplomacy_year", after_year(told.VOTES_LAG))
    return release("diplomacy_year", [(table, told.VOTES)])


def economy() -> Release:
    """World Bank: income, prices, towns, health."""
    table = read("economy_year", after_year(told.ECONOMY_LAG))
    return release("economy_year", [(table, told.ECONOMY)])


def people() -> Release:
    """World Population Prospects: estimates a July later, the projection when its year ends."""
    projected = pl.when(pl.col("year") == _PROJECTED).then(after_year(0))
    table = read("people_year", projected.otherwise(after_year(told.PEOPLE_LAG)))
    return release("people_year", [(table, told.PEOPLE)])


def borders() -> Release:
    """Natural Earth: which countries share a land border today."""
    table = pl.read_parquet(tables()["borders"].file, glob=False)
    pairs = table.select(
        pl.lit("contiguity").alias("relation"),
        pl.lit(_ALWAYS).alias("month"),
        pl.lit(_ALWAYS).dt.month_end().alias("known_from"),
        pl.lit(1.0).alias("value"),
        unit="iso3",
        other="iso3_other",
    )
    text = "Countries across a land border"
    return Release(
        observations=Observations.create_empty(),
        indicators=(),
        covers=(_ALWAYS, _ALWAYS),
        citation=tables()["borders"].publisher.cited,
        vintage=tables()["borders"].vintage,
        dyads=_dyads([pairs]),
        relations=(
            Relation("contiguity", "1 if so", "base-natural-earth", text, frequency="constant"),
        ),
    )


def _dyads(parts: Iterable[pl.DataFrame]) -> pl.DataFrame:
    columns = Dyads.column_names()
    return pl.concat(part.select(columns) for part in parts).sort(
        "relation", "unit", "other", "month"
    )
