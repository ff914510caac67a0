"""What panels and features hold, in rows that a person or a machine can read."""

from __future__ import annotations

from typing import Any

import polars as pl

from riskkit.errors import UnknownUnit
from riskkit.family import KEYS, Family
from riskkit.months import format_month
from riskkit.panel import Panel


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
                "lag_months": indicator.lag_months,
                "last_period": format_month(panel.last_period[name]),
                **dict(sorted(counts.iter_rows())),
            }
        )
    return rows


def unit_states(panel: Panel, unit: str) -> list[dict[str, Any]]:
    """Value and state of each indicator in a unit's last row."""
    if unit not in set(panel.units["unit"]):
        raise UnknownUnit(f"the panel has no unit '{unit}'", hint="units are ISO3 codes")
    rows = []
    for name, indicator in panel.indicators.items():
        last = panel.frame.filter(pl.col("unit") == unit).select("month", name).row(-1)
        status = panel.status(name).filter(pl.col("unit") == unit)["status"][-1]
        rows.append(
            {
                "indicator": name,
                "month": f"{last[0]:%Y-%m}",
                "value": last[1],
                "unit": indicator.unit,
                "status": status,
            }
        )
    return rows


def feature_rows(family: Family) -> list[dict[str, Any]]:
    """The declarations of a family."""
    return [
        {
            "feature": feature.name,
            "unit": feature.unit,
            "inputs": list(feature.inputs),
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
