"""What panels and features hold, in rows that a person or a machine can read."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Any

import polars as pl

from riskkit.family import KEYS, Family
from riskkit.months import format_month, month_id_expr
from riskkit.panel import Panel, complete
from riskkit.units.wanted import find_unit

if TYPE_CHECKING:
    from riskkit.study.study import Study


def indicator_states(panel: Panel) -> list[dict[str, Any]]:
    """Count the states of each indicator over the whole panel."""
    rows = []
    for name, indicator in panel.indicators.items():
        counts = panel.status(name)["status"].value_counts()
        rows.append(
            {
                "indicator": name,
                "unit": indicator.unit,
                "source": indicator.source,
                "vintage": panel.vintages.get(name, ""),
                "lag_months": panel.lag(name),
                "last_period": format_month(panel.last_period[name]),
                **dict(sorted(counts.iter_rows())),
            }
        )
    return rows


def unit_states(study: Study, wanted: str) -> list[dict[str, Any]]:
    """Value and state of each indicator in a unit's last row, and the period the value is of.

    Args:
        study: The study.
        wanted: Code or name of the unit.

    Raises:
        UnknownUnit: The panel has no such unit.
    """
    panel = study.panel
    unit = find_unit(wanted, panel.units.select("unit", "name").rows(), "the panel has")
    frame, years = panel.frame.filter(pl.col("unit") == unit), _years_served(study, unit)
    rows = []
    for name, indicator in panel.indicators.items():
        status = panel.status(name).filter(pl.col("unit") == unit)["status"][-1]
        yearly = indicator.frequency == "year"
        of = years.get(name) if yearly else format_month(panel.as_of - panel.lag(name))
        value = frame[name][-1]
        rows.append(
            {
                "indicator": name,
                "month": format_month(panel.as_of),
                "of": None if yearly and value is None else of,
                "value": value,
                "unit": indicator.unit,
                "status": status,
                "source": indicator.source,
            }
        )
    return rows


def _years_served(study: Study, unit: str) -> dict[str, str]:
    """The year that the value of each yearly indicator in a unit's last row is of."""
    known = pl.concat(
        complete(release, study.panel.units).filter(
            pl.col("unit") == unit, month_id_expr("known_from") <= study.panel.as_of
        )
        for release in study.releases
    )
    newest = known.group_by("indicator").agg(pl.col("month").max().dt.year().cast(pl.String))
    return dict(newest.rows())


def family_rows(families: Iterable[Family]) -> list[dict[str, Any]]:
    """How many features each family has, and what they read."""
    return [
        {
            "family": family.name,
            "title": family.title,
            "features": len(family.features),
            "inputs": list(family.inputs),
            "relations": list(family.relations),
        }
        for family in families
    ]


def absent_inputs(family: Family, panel: Panel) -> dict[str, list[str]]:
    """Indicators and relations that a family reads and a panel does not carry."""
    return {
        "absent_inputs": [name for name in family.inputs if name not in panel.indicators],
        "absent_relations": [name for name in family.relations if name not in panel.networks],
    }


def feature_rows(family: Family) -> list[dict[str, Any]]:
    """The declarations of a family."""
    return [
        {
            "feature": feature.name,
            "unit": feature.unit,
            "inputs": list(feature.inputs),
            "relations": list(feature.relations),
            "against": list(feature.against),
            "sign": feature.sign,
            "spatial": feature.spatial,
            "description": feature.description,
        }
        for feature in family.features
    ]


def missing_shares(features: pl.DataFrame) -> dict[str, float]:
    """Share of missing values of each feature."""
    columns = [column for column in features.columns if column not in KEYS]
    shares = features.select(pl.col(columns).is_null().mean())
    return {column: round(shares[column][0], 4) for column in columns}


def coverage_rows(features: pl.DataFrame) -> list[dict[str, Any]]:
    """Share of missing values of each feature in all rows and by decade; months of its values."""
    decade = pl.col("month").dt.year() // 10 * 10
    by_decade = {
        f"{start}s": missing_shares(features.filter(decade == start))
        for start in features.select(decade).to_series().unique().sort()
    }
    return [
        {
            "feature": name,
            "missing": share,
            "by_decade": {decade: shares[name] for decade, shares in by_decade.items()},
            **_months_of_values(features.drop_nulls(name)["month"]),
        }
        for name, share in missing_shares(features).items()
    ]


def _months_of_values(months: pl.Series) -> dict[str, str | None]:
    ends = {"first_month": months.min(), "last_month": months.max()}
    return {end: f"{day:%Y-%m}" if isinstance(day, date) else None for end, day in ends.items()}


def in_columns(rows: list[list[str]]) -> list[str]:
    """Align the cells of a table, whose first row is its head, for a terminal."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
