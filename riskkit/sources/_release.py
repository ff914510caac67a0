"""A release of one row per unit and period, one column per indicator."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import polars as pl

from riskkit.reading import columns
from riskkit.reading.states import long_form
from riskkit.tables import Frequency, Indicator, Release


def released(
    source: str,
    wide: pl.DataFrame,
    indicators: Mapping[str, tuple[str, str]],
    covers: tuple[date, date],
    lag_months: int,
    *,
    frequency: Frequency = "year",
    census: bool = False,
    declared: Mapping[str, Any] | None = None,
    **told: Any,
) -> Release:
    """Make a release of a table whose indicators share all but their names.

    Args:
        source: The source's name.
        wide: Columns `unit, month` and one of each indicator.
        indicators: Indicator -> unit of measurement, description.
        covers: First and last month that the file speaks of.
        lag_months: Months from the end of a period to its publication.
        frequency: How long a period is.
        census: Whether a unit without a row had none; few units then make an extract.
        declared: What else is said of every indicator.
        told: What else is said of the release.
    """
    usual: dict[str, Any] = {"simulated": columns.simulated(wide["unit"])}
    if census:
        usual["covered_units"] = columns.covered_units(wide["unit"])
    return Release(
        observations=long_form(wide, indicators, frequency, lag_months),
        indicators=tuple(
            Indicator(
                name,
                unit,
                source,
                text,
                frequency=frequency,
                lag_months=lag_months,
                census=census,
                **(declared or {}),
            )
            for name, (unit, text) in indicators.items()
        ),
        covers=covers,
        **{**usual, **told},
    )
