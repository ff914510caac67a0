"""What is forecast: an indicator summed over a month or a calendar year."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from riskkit.errors import ConfigError, RiskkitError
from riskkit.months import month_id_expr
from riskkit.panel import complete
from riskkit.tables import Indicator, Release

PERIOD_MONTHS = {"month": 1, "year": 12}
_THREATS = {
    "ged_sb": "state-based conflict",
    "ged_ns": "non-state conflict",
    "ged_os": "one-sided violence",
    "attacks": "terrorism",
}


@dataclass(frozen=True)
class Target:
    """A quantity to forecast.

    Attributes:
        indicator: The indicator that is counted.
        period: "month", or "year" for the calendar-year sum.
        thresholds: Counts whose exceedance is forecast, ascending; the second one carries the
            likelihood words of a publication.
    """

    indicator: str
    period: Literal["month", "year"] = "month"
    thresholds: tuple[int, ...] = (1, 25, 100)

    @property
    def name(self) -> str:
        """Name in forecasts and scores, e.g. "ged_sb" or "ged_sb_year"."""
        return self.indicator if self.period == "month" else f"{self.indicator}_year"

    @property
    def threat(self) -> str:
        """What it measures, in a few words for headings."""
        return _THREATS.get(self.indicator, self.indicator.replace("_", " "))

    @property
    def months(self) -> int:
        """Length of the period in months."""
        return PERIOD_MONTHS[self.period]


def find(target: Target, releases: Sequence[Release]) -> tuple[Release, Indicator]:
    """Find the source that counts a target.

    Raises:
        ConfigError: No source brings the indicator, or only yearly values of a monthly target.
    """
    for release in releases:
        for indicator in release.indicators:
            if indicator.name == target.indicator:
                if indicator.frequency == "year" and target.period == "month":
                    raise ConfigError(
                        f"'{indicator.name}' is a yearly figure of {indicator.source}",
                        hint="set target.period to year",
                    )
                return release, indicator
    known = sorted(i.name for release in releases for i in release.indicators)
    raise ConfigError(
        f"no source brings the target '{target.indicator}'",
        hint=f"set target.indicator to one of {', '.join(known)}",
    )


def outcomes(
    target: Target, releases: Sequence[Release], units: pl.DataFrame, months: range, as_of: int
) -> NDArray[np.float64]:
    """Lay out the outcomes that were known by a date.

    Args:
        target: What is counted.
        releases: The sources as read.
        units: Rows of `riskkit.tables.Units`, sorted by unit.
        months: Month ids of the columns.
        as_of: Month id at whose end one stands; of several vintages the latest one counts.

    Returns:
        Array [units, months]: the outcome of the period that starts in each month, NaN where it
        is not known, the state did not exist, or no period starts (a year starts in January).
    """
    release, indicator = find(target, releases)
    only = Release(
        release.observations.filter(pl.col("indicator") == indicator.name),
        (indicator,),
        release.covers,
        release.covered_units,
    )
    rows = (
        complete(only, units)
        .filter(month_id_expr("known_from") <= as_of)
        .sort("known_from")
        .group_by("unit", "month", maintain_order=True)
        .agg(pl.col("value").last())
        .with_columns(column=month_id_expr("month") - months.start)
        .filter(pl.col("column").is_between(0, len(months) - 1))
        .join(units.select("unit").with_row_index("row"), on="unit")
    )
    values = np.full((units.height, len(months)), np.nan)
    values[rows["row"].to_numpy(), rows["column"].to_numpy()] = rows["value"].to_numpy()
    if np.nanmin(values, initial=0) < 0:
        raise RiskkitError(f"the target '{target.indicator}' has negative values")
    if target.period == "year" and indicator.frequency == "month":
        return _year_sums(values, months)
    return values


def _year_sums(values: NDArray[np.float64], months: range) -> NDArray[np.float64]:
    """Sum each complete calendar year into its January; every other column is NaN."""
    sums = np.full_like(values, np.nan)
    for column, month in enumerate(months):
        if month % 12 == 1 and column + 12 <= len(months):
            sums[:, column] = values[:, column : column + 12].sum(axis=1)
    return sums
