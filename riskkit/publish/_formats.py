"""The CSV files of a publication: their schemas, and who makes them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    import dataframely as dy


@dataclass(frozen=True)
class Format:
    """How one CSV file is made.

    Attributes:
        schema: Of its table.
        table: Makes it of a publication and the tables `made_of`.
        made_of: Names of other files that come before it.
    """

    schema: type[dy.Schema]
    table: Callable[..., pl.DataFrame]
    made_of: tuple[str, ...] = ()


def formats() -> dict[str, Format]:
    """Every CSV file of a publication by its name, in the order in which they are made."""
    from riskkit.publish import (
        _history,
        alerts,
        backtest,
        cells,
        chances,
        changes,
        components,
        costs,
        decisions,
        diplomacy,
        drivers,
        forecasts,
        history,
        inputs,
        onsets,
        previous,
        ranking,
        record,
        regions,
        sensitivity,
        series,
        situations,
        themes,
    )

    return {
        "ranking.csv": Format(ranking.Ranking, ranking.table),
        "cells.csv": Format(cells.Cells, cells.table, ("ranking.csv",)),
        "components.csv": Format(components.Components, components.table),
        "regions.csv": Format(regions.Regions, regions.table),
        "sensitivity.csv": Format(sensitivity.Sensitivity, sensitivity.table),
        "drivers.csv": Format(drivers.Drivers, drivers.table),
        "forecasts.csv": Format(forecasts.Forecasts, forecasts.table),
        "series.csv": Format(series.Series, series.table),
        "situations.csv": Format(situations.Situations, situations.table),
        "diplomacy.csv": Format(diplomacy.Diplomacy, diplomacy.table),
        "themes.csv": Format(themes.Themes, themes.table),
        "inputs.csv": Format(inputs.Inputs, inputs.table),
        "changes.csv": Format(changes.Changes, changes.table, ("ranking.csv",)),
        "alerts.csv": Format(alerts.Alerts, alerts.table, ("changes.csv",)),
        "decisions.csv": Format(decisions.Decisions, decisions.table),
        "costs.csv": Format(costs.Costs, costs.table),
        "chances.csv": Format(chances.Chances, chances.table),
        "onsets.csv": Format(onsets.Onsets, onsets.table),
        "previous.csv": Format(previous.Previous, previous.table),
        "record.csv": Format(record.Record, record.table),
        "backtest.csv": Format(backtest.Backtest, backtest.table),
        "history.csv": Format(_history.History, history.table),
    }


def schemas() -> dict[str, type[dy.Schema]]:
    """Schema of each CSV file, by file name."""
    return {name: made.schema for name, made in formats().items()}
