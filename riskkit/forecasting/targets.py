"""What is forecast: an indicator, or a sum of several, over a month or a calendar year."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from riskkit.errors import ConfigError
from riskkit.forecasting.bounds import refuse_impossible
from riskkit.months import month_id, month_id_expr
from riskkit.panel import silence
from riskkit.panel.hindsight import kept_back
from riskkit.panel.schedule import comes_out, newest_out
from riskkit.tables import Indicator, Release
from riskkit.units import countries

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
        indicator: What is counted: an indicator, or a name for the sum of `parts`.
        period: "month", or "year" for the calendar-year sum.
        thresholds: Counts whose exceedance is forecast, ascending; the second one carries the
            likelihood words of a publication.
        parts: The indicators that are added up; by default `indicator` alone.
        optional: Those of `parts` that add nothing where their source has no figure.
    """

    indicator: str
    period: Literal["month", "year"] = "month"
    thresholds: tuple[int, ...] = (1, 25, 100)
    parts: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Name in forecasts and scores, e.g. "ged_sb" or "ged_sb_year"."""
        return self.indicator if self.period == "month" else f"{self.indicator}_year"

    @property
    def indicators(self) -> tuple[str, ...]:
        """The indicators that are added up."""
        return self.parts or (self.indicator,)

    @property
    def threat(self) -> str:
        """What it measures, in a few words for headings."""
        return _THREATS.get(self.indicator, self.indicator.replace("_", " "))

    @property
    def months(self) -> int:
        """Length of the period in months."""
        return PERIOD_MONTHS[self.period]


@dataclass(frozen=True)
class Series:
    """Where a target is counted.

    Attributes:
        parts: The release and the declaration of each indicator that is added up.
    """

    parts: tuple[tuple[Release, Indicator], ...]

    @property
    def covers(self) -> tuple[int, int]:
        """First and last month id of which every part speaks."""
        spans = [(month_id(release.covers[0]), month_id(release.covers[1])) for release, _ in self]
        return max(first for first, _ in spans), min(last for _, last in spans)

    @property
    def known_at(self) -> int:
        """Month id at whose end the last period of `covers` was known of every part."""
        last = self.covers[1]
        return max(comes_out(indicator, last) for _, indicator in self)

    def last_known(self, origin: int) -> int:
        """Month id of the last month of which every part is known at the end of `origin`."""
        return min(self.covers[1], *(newest_out(indicator, origin) for _, indicator in self))

    def breadth(self, optional: Collection[str] = ()) -> int:
        """Number of units of which every part speaks, but for optional ones."""
        return min(
            _spoken(release, indicator)
            for release, indicator in self
            if indicator.name not in optional
        )

    @property
    def unit(self) -> str:
        """Unit of measurement, in words."""
        return self.parts[0][1].unit

    @property
    def simulated(self) -> bool:
        """Whether any part is made up."""
        return any(release.simulated for release, _ in self)

    def __iter__(self) -> Iterator[tuple[Release, Indicator]]:
        return iter(self.parts)


def find(target: Target, releases: Sequence[Release]) -> Series:
    """Find where a target is counted.

    Raises:
        ConfigError: No source brings one of its indicators, or only yearly values of a monthly
            target.
    """
    declared = {i.name: (release, i) for release in reversed(releases) for i in release.indicators}
    for name in target.indicators:
        if name not in declared:
            raise ConfigError(
                f"no source brings '{name}', which the target '{target.name}' counts",
                hint=f"set target.indicator to one of {', '.join(sorted(declared))}",
            )
        if declared[name][1].frequency == "year" and target.period == "month":
            raise ConfigError(
                f"'{name}' is a yearly figure of {declared[name][1].source}",
                hint="set target.period to year",
            )
    return Series(tuple(declared[name] for name in target.indicators))


def _spoken(release: Release, indicator: Indicator) -> int:
    rows = release.observations.filter(pl.col("indicator") == indicator.name)
    named = rows["unit"].n_unique()
    if not indicator.census:
        return named
    everywhere = countries("views")["unit"] if release.covered_units is None else ()
    return max(named, len(release.covered_units or everywhere))


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

    Raises:
        RiskkitError: An outcome is negative, infinite or too large to be one.
    """
    series = find(target, releases)
    parts = [_part(release, i, target, units, months, as_of) for release, i in series]
    for part, (_, indicator) in zip(parts, series, strict=True):
        refuse_impossible(part, indicator.name, units["unit"].to_list(), months.start)
    total = np.asarray(np.sum(parts, axis=0), dtype=np.float64)
    refuse_impossible(total, target.name, units["unit"].to_list(), months.start)
    return total


def _part(
    release: Release,
    indicator: Indicator,
    target: Target,
    units: pl.DataFrame,
    months: range,
    as_of: int,
) -> NDArray[np.float64]:
    """Lay out one of the indicators that are added up."""
    only = Release(
        release.observations.filter(pl.col("indicator") == indicator.name),
        (indicator,),
        release.covers,
        release.covered_units,
    )
    values = silence(only, indicator, units, months, as_of)
    rows = (
        kept_back(only)
        .filter(month_id_expr("known_from") <= as_of)
        .sort("known_from")
        .group_by("unit", "month", maintain_order=True)
        .agg(pl.col("value").last())
        .with_columns(column=month_id_expr("month") - months.start)
        .filter(pl.col("column").is_between(0, len(months) - 1))
        .join(units.select("unit").with_row_index("row"), on="unit")
    )
    values[rows["row"].to_numpy(), rows["column"].to_numpy()] = rows["value"].to_numpy()
    if indicator.name in target.optional:
        values = _with_nothing(values, release, indicator, months, as_of)
    if target.period == "year" and indicator.frequency == "month":
        return _year_sums(values, months)
    return values


def _with_nothing(
    values: NDArray[np.float64], release: Release, indicator: Indicator, months: range, as_of: int
) -> NDArray[np.float64]:
    """Let the periods that the source speaks of and that are out add nothing where it has none."""
    first, last = (month_id(day) for day in release.covers)
    length = PERIOD_MONTHS[indicator.frequency]
    starts = np.array(months)
    out = np.array([comes_out(indicator, month + length - 1) <= as_of for month in months])
    spoken = out & (starts >= first) & (starts + length - 1 <= last)
    if indicator.frequency == "year":
        spoken &= starts % PERIOD_MONTHS["year"] == 1
    return np.where(spoken & np.isnan(values), 0.0, values)


def _year_sums(values: NDArray[np.float64], months: range) -> NDArray[np.float64]:
    """Sum each complete calendar year into its January; every other column is NaN."""
    sums = np.full_like(values, np.nan)
    for column, month in enumerate(months):
        if month % 12 == 1 and column + 12 <= len(months):
            sums[:, column] = values[:, column : column + 12].sum(axis=1)
    return sums
