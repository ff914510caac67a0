"""Onset and escalation: chances of what matters most, read off the joint draws.

**Armed conflict** is a month with more than half a death per million people
(`riskkit.models.onset`), **quiet** a unit whose last sixty known months were without, and **in
conflict** one with 25 deaths or more in its last twelve. Of a quiet unit it is asked whether armed
conflict comes within 3 and 12 months of the window's start, of one in conflict whether the
window's first twelve months have at least twice the deaths of the last twelve.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from riskkit.forecasting.bounds import SHARES
from riskkit.forecasting.dataset import Dataset
from riskkit.models.onset import DEADLY, QUIET

Array = NDArray[np.float64]

DEATHS = "deaths"
"""Unit of measurement of the threats that can break out."""
YEAR = 12
ONSETS = {"onset_3": 3, "onset_12": YEAR}
"""Months from the window's start within which armed conflict breaks out."""
DOUBLING = "doubling"
EVENTS = (*ONSETS, DOUBLING)
IN_CONFLICT = 25
"""Deaths of the last twelve known months from which a unit is in conflict."""


@dataclass(frozen=True)
class Standing:
    """What was known of each unit before the window.

    Attributes:
        quiet: `[units]`: whether sixty known months were without armed conflict.
        deadly: `[units]`: deaths a month above which there is armed conflict; infinite where
            nothing is known of the people.
        before: `[units]`: deaths of the last twelve known months; NaN where one is not known.
    """

    quiet: NDArray[np.bool_]
    deadly: Array
    before: Array

    @classmethod
    def of(cls, data: Dataset, counted: str, units: Sequence[str]) -> Self | None:
        """Read it off what may be seen at an origin.

        Args:
            data: The threat's dataset; features are not needed.
            counted: Unit of measurement of the outcome.
            units: Those that are wanted, in order.

        Returns:
            None where the outcome is no monthly count of deaths, or no source counts people.
        """
        if counted != DEATHS or data.period != 1 or data.capacity is None:
            return None
        place = {unit: row for row, unit in enumerate(data.units)}
        rows = [place[unit] for unit in units]
        known = data.y[rows, : data.last_known + 1]
        deadly = DEADLY * (data.capacity[rows] / SHARES[counted])
        calm = known[:, -QUIET:] <= deadly[:, None]  # an unknown month is not
        enough = known.shape[1] >= QUIET
        return cls(
            quiet=calm.all(axis=1) & np.isfinite(deadly) & enough,
            deadly=deadly,
            before=known[:, -YEAR:].sum(axis=1),
        )

    def events(self, counts: NDArray[Any]) -> dict[str, Array]:
        """Whether each event comes in each scenario, or in what came.

        Args:
            counts: `[units, months, scenarios]`, from the window's first month on.

        Returns:
            By event `[units, scenarios]`: 1, 0, and NaN where the unit is not asked of or the
            window is shorter.
        """
        found = {}
        for event, months in ONSETS.items():
            war = np.asarray((counts[:, :months] > self.deadly[:, None, None]).any(axis=1))
            found[event] = self._where(self.quiet, war, counts, months)
        with np.errstate(invalid="ignore"):
            in_conflict = self.before >= IN_CONFLICT
            doubled = np.asarray(counts[:, :YEAR].sum(axis=1) >= 2 * self.before[:, None])
        return {**found, DOUBLING: self._where(in_conflict, doubled, counts, YEAR)}

    def _where(
        self, asked: NDArray[np.bool_], came: NDArray[np.bool_], counts: NDArray[Any], months: int
    ) -> Array:
        told = asked[:, None] & ~np.isnan(counts[:, :months]).any(axis=1)
        return np.where(told & (counts.shape[1] >= months), came, np.nan)

    def chances(self, draws: NDArray[Any]) -> dict[str, Array]:
        """Chance of each event, `[units]`; NaN where the unit is not asked of.

        Args:
            draws: `[units, months, draws]`, from the window's first month on.
        """
        return {event: came.mean(axis=1) for event, came in self.events(draws).items()}
