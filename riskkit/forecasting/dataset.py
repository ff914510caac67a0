"""Features and outcomes for an origin: the only place that aligns time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from riskkit.errors import RiskkitError
from riskkit.forecasting.bounds import capacity, refuse_infinite
from riskkit.forecasting.cube import Cube, Mapped
from riskkit.forecasting.eligibility import (
    DEFAULTS,
    Eligibility,
    Finding,
    Limits,
    age_findings,
    find_eligible,
    left_out,
    refuse_too_little,
)
from riskkit.forecasting.targets import Target, find, outcomes
from riskkit.months import format_month, last_day
from riskkit.tables import Release


@dataclass(frozen=True)
class Dataset:
    """Everything that a model may see at one origin, and nothing else.

    Attributes:
        target: What is forecast.
        units: Unit of each row, sorted.
        first_month: Month id of the first column.
        origin: Month id of the last column: the last month whose end has passed.
        horizons: Months ahead; horizon h speaks of the period that starts in origin + h.
        features: Names along the last axis of X: those that any unit has a value of at the
            origin.
        X: Array [units, months, features]; column t holds what the panel as of the origin shows
            in month t, NaN where missing.
        y: Array [units, months]: outcome of the period that starts in the month, as known at the
            origin; NaN where not known, not a state, or no period starts.
        ended: Units whose state had ended by the origin.
        limits: How little and how old the outcomes may be.
        capacity: `[units]`: what the people of each unit allow of an outcome at most; see
            `riskkit.forecasting.bounds`.
    """

    target: Target
    units: tuple[str, ...]
    first_month: int
    origin: int
    horizons: tuple[int, ...]
    features: tuple[str, ...]
    X: NDArray[np.float32]
    y: NDArray[np.float64]
    ended: tuple[str, ...] = ()
    limits: Limits = DEFAULTS
    capacity: NDArray[np.float64] | None = None

    @cached_property
    def shared(self) -> dict[str, Any]:
        """What models make of the data once for all of them, by name; no part of the data."""
        return {}

    @property
    def period(self) -> int:
        """Length of the target's period in months."""
        return self.target.months

    @property
    def last_known(self) -> int:
        """Column of the last known period: the newest one whose outcome most units have."""
        return self.eligibility.last

    @cached_property
    def eligibility(self) -> Eligibility:
        """Who can be forecast, and from which period on; see `riskkit.forecasting.eligibility`."""
        gone = [unit in self.ended for unit in self.units]
        return find_eligible(self.y, self.period, self.limits.max_gap, gone)

    @property
    def left_out(self) -> pl.DataFrame:
        """Units that are not forecast: columns `unit, reason`."""
        return left_out(self.units, self.eligibility)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What a publication has to say of the age of the outcomes."""
        return age_findings(
            self.units,
            self.first_month,
            self.origin,
            self.period,
            self.eligibility,
            self.limits,
        )


def build_dataset(
    features: pl.DataFrame | Cube,
    releases: Sequence[Release],
    units: pl.DataFrame,
    target: Target,
    origin: int,
    horizons: Sequence[int],
    limits: Limits = DEFAULTS,
) -> Dataset:
    """Align features and outcomes for one origin.

    Args:
        features: Columns `unit, month, <features>` on a balanced panel sorted by both, or the same
            as a cube; of the panel as of the origin or one exact at it (`Panel.exact_at`).
        releases: The sources as read.
        units: Rows of `riskkit.tables.Units`, sorted by unit, those of the panel.
        target: What is forecast.
        origin: Month id; nothing published after its end is used.
        horizons: Months ahead; for a yearly target only those that reach a January are kept.
        limits: How little and how old the outcomes may be.

    Raises:
        RiskkitError: The origin lies outside the features, no horizon is left, the outcomes that
            were known at the origin are too few or too old, or an outcome or a feature is no
            number that it can be.
    """
    names = tuple(units["unit"])
    whole = Cube.of(features, len(names)) if isinstance(features, pl.DataFrame) else features
    first, last = whole.first_month, whole.last_month
    if not first < origin <= last:
        raise RiskkitError(
            f"origin {format_month(origin)} lies outside the data, which are known from "
            f"{format_month(first)} to {format_month(last)}",
            hint="choose an origin in between, or add newer data",
        )
    columns, cube = whole.known_at(origin)
    if not isinstance(cube, Mapped):  # what is mapped was looked at when it was written
        refuse_infinite(cube, columns, names, first)
    y = outcomes(target, releases, units, range(first, origin + 1), as_of=origin)
    if np.isnan(y).all():
        raise RiskkitError(
            f"no outcome of '{target.name}' was known at the origin {format_month(origin)}",
            hint="choose a later origin, or a source with a shorter publication lag",
        )
    data = Dataset(
        target=target,
        units=names,
        first_month=first,
        origin=origin,
        horizons=_starting(target, origin, horizons),
        features=columns,
        X=cube,
        y=y,
        ended=tuple(units.filter(pl.col("died") <= last_day(origin))["unit"]),
        limits=limits,
        capacity=capacity(releases, names, find(target, releases).unit, origin),
    )
    refuse_too_little(y, target.name, first, origin, target.months, data.eligibility, limits)
    return data


def _starting(target: Target, origin: int, horizons: Sequence[int]) -> tuple[int, ...]:
    """Keep the horizons at which a period of the target starts.

    A yearly target speaks of the calendar years that start in the window; of a window of at most a
    year, of the year that holds most of its months, the later one on a tie, even if that year has
    begun before the origin.
    """
    kept = tuple(horizons)
    if target.period == "year":
        kept = tuple(h for h in horizons if (origin + h) % 12 == 1)
        if max(horizons) - min(horizons) < 12:
            kept = (_main_january(origin, horizons),)
    if not kept or min(horizons) < 1:
        raise RiskkitError(
            f"no period of '{target.name}' starts {min(horizons)} to {max(horizons)} months "
            f"after {format_month(origin)}",
            hint="horizons count from 1",
        )
    return kept


def _main_january(origin: int, horizons: Sequence[int]) -> int:
    """Horizon of the January of the year that holds most months of the window."""
    januaries = [h - (origin + h - 1) % 12 for h in horizons]
    return max(januaries, key=lambda january: (januaries.count(january), january))
