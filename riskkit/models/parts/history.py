"""The outcome series of one dataset, counted in outcome periods instead of months."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from riskkit.forecasting.cube import rows_of
from riskkit.forecasting.dataset import Dataset
from riskkit.models.parts.blocks import in_blocks
from riskkit.models.parts.draws import counts
from riskkit.models.parts.level import moving, own_level, unsteadiness

_NAME = "history"
_KEPT = ("logs", "level", "spread")

MEMORY = 10
"""Years of a unit's own surprises that tell how unsteady it is."""
USUAL = 30
"""So many outcomes make the smallest count the smallest one that is written."""


@dataclass(frozen=True)
class History:
    """Outcomes up to the last known period.

    A yearly target has one value per twelve months, and outcomes may be published late.
    Counting in periods from the last known one makes both look like the monthly case.

    Attributes:
        values: `[units, periods]`, NaN where the unit did not exist or its outcome is not known,
            which may be so in its last periods too.
        steps: Periods from the last known one to each forecast period, one per horizon.
        columns: Column of `Dataset.X` seen by a forecast whose last known period is j.
        first: Calendar position (month_id) of period 0.
        period: Months per period.
        made: What `once` keeps.
        whole: The series of all units, where these are some of them.
    """

    values: NDArray[np.float64]
    steps: NDArray[np.int64]
    columns: NDArray[np.int64]
    first: int
    period: int
    made: dict[str, NDArray[Any]] = field(default_factory=dict, repr=False, compare=False)
    whole: History | None = field(default=None, repr=False, compare=False)

    @property
    def window(self) -> int:
        """Periods that describe recent behaviour: a year of months, or three years."""
        return 12 if self.period == 1 else 3

    @property
    def season(self) -> int:
        """Periods after which the calendar repeats."""
        return 12 // self.period

    @property
    def last(self) -> int:
        """Index of the last known period."""
        return int(self.values.shape[1]) - 1

    @cached_property
    def logs(self) -> NDArray[np.float64]:
        """log1p of the outcomes, `[units, periods]`."""
        return np.log1p(self.values)

    @cached_property
    def level(self) -> NDArray[np.float64]:
        """Own level after each period, `[units, periods]`."""
        return self._of_busy(lambda logs: own_level(logs, self.window))

    @cached_property
    def spread(self) -> NDArray[np.float64]:
        """Standard deviation of the logs over the window; NaN where none is known."""
        return self._of_busy(lambda logs: moving(logs, self.window, np.nanstd))

    @cached_property
    def busy(self) -> NDArray[np.int64]:
        """Rows of the units that were not always quiet, as most cells are."""
        return np.flatnonzero((self.values != 0).any(axis=1))

    def _of_busy(
        self, make: Callable[[NDArray[np.float64]], NDArray[np.float64]]
    ) -> NDArray[np.float64]:
        """What is made of the logs, block by block; 0 for the units that were always quiet."""
        made = np.zeros_like(self.logs)
        for block in in_blocks(len(self.busy)):
            rows = self.busy[block]
            made[rows] = make(self.logs[rows])
        return made

    @cached_property
    def most(self) -> float:
        """Largest value of any unit."""
        return float(np.nan_to_num(self.values).max()) if self.whole is None else self.whole.most

    @cached_property
    def unsteadiness(self) -> NDArray[np.float64]:
        """Size of each unit's own surprises of ten years, `[units, periods]`."""
        step = int(self.steps.min())
        return unsteadiness(self.logs, self.level, step, MEMORY * self.season)

    def once(self, name: str, make: Callable[[], NDArray[Any]]) -> NDArray[Any]:
        """What several models make of the series, by name: made by the first that asks."""
        if name not in self.made:
            self.made[name] = make()
        return self.made[name]


def history(data: Dataset) -> History:
    """Compress the outcomes of a dataset into periods, up to the last one known to most units.

    Args:
        data: One origin's dataset.

    Returns:
        The series, one for all models of the dataset; a dataset without any known outcome yields
        one period of NaN.
    """
    if _NAME not in data.shared:
        data.shared[_NAME] = _history(data)
    found: History = data.shared[_NAME]
    return found


def inherit(data: Dataset, of: Dataset) -> Dataset:
    """Let the units of `of`, several times over, keep what models made of their series.

    Args:
        data: Holds these units once or more, in the same order, with the same outcomes.
        of: The dataset that they come from.

    Returns:
        `data`.
    """
    past = history(of)
    copies = len(data.units) // len(of.units)
    targets = (data.origin + np.asarray(data.horizons) - past.first) // past.period
    made = {name: _copied(one, copies) for name, one in past.made.items()}
    values = _copied(past.values, copies)
    own = replace(past, values=values, steps=targets - past.last, made=made)
    for name in _KEPT:
        own.__dict__[name] = _copied(getattr(past, name), copies)
    data.shared[_NAME] = own
    return data


def _copied(array: NDArray[Any], copies: int) -> NDArray[Any]:
    """An array several times over along its first axis."""
    return array if copies == 1 else np.tile(array, (copies, *(1,) * (array.ndim - 1)))


def part_of(data: Dataset, units: slice) -> Dataset:
    """Some units, to forecast them from what is known of all; what models made is kept.

    Only the last month of features is there, which is what a forecast looks at.

    Args:
        data: All units.
        units: Which ones.
    """
    past = history(data)
    here = rows_of(data.X, units, -1)
    part = replace(
        data,
        units=data.units[units],
        X=np.broadcast_to(here[:, None], (len(here), data.X.shape[1], here.shape[1])),
        y=data.y[units],
        capacity=None if data.capacity is None else data.capacity[units],
    )
    made = {name: one[units] for name, one in past.made.items()}
    own = replace(past, values=past.values[units], made=made, whole=past)
    for name in _KEPT:
        own.__dict__[name] = getattr(past, name)[units]
    part.shared[_NAME] = own
    return part


def _history(data: Dataset) -> History:
    months = data.first_month + np.arange(data.y.shape[1])
    starts = np.flatnonzero((months - 1) % data.period == 0)
    values = data.y[:, starts]
    last = int(np.searchsorted(starts, data.last_known))
    end = data.y.shape[1] - 1
    targets = (end + np.asarray(data.horizons) - starts[0]) // data.period
    return History(
        values=values[:, : last + 1],
        steps=targets - last,
        columns=end - data.period * (last - np.arange(last + 1)),
        first=int(months[starts[0]]),
        period=data.period,
    )


def ceiling(past: History) -> NDArray[np.float64]:
    """What history allows of a count at most, per unit.

    The largest value seen anywhere, or five times the unit's own largest of ten years.
    """
    return np.asarray(np.maximum(past.most, 5.0 * _own_largest(past)))


def largest(data: Dataset) -> NDArray[np.int64]:
    """Largest count that any forecast may contain, per unit.

    What history allows (`ceiling`), but no more than the unit's people do (`Dataset.capacity`),
    unless it has been surpassed in these ten years, and never more than
    `riskkit.forecasting.bounds.LARGEST`. `Model.forecast` holds the draws of every model to it.
    """
    past = history(data)
    most = ceiling(past)
    if data.capacity is not None:
        most = np.minimum(most, np.maximum(data.capacity, _own_largest(past)))
    return counts(most)


def least(data: Dataset) -> int:
    """Smallest count above zero that a forecast may contain.

    Some publishers write one number for all that is small, as UNHCR does 5. It is taken for such a
    number when no known outcome lies between it and zero and `USUAL` are equal to it.
    """
    positive = data.y[data.y > 0]
    smallest = positive.min(initial=np.inf)
    return int(smallest) if smallest > 1 and np.sum(positive == smallest) >= USUAL else 1


def _own_largest(past: History) -> NDArray[np.float64]:
    """The unit's own largest count of ten years."""
    recent = np.nan_to_num(past.values)[:, -max(1, 120 // past.period) :]
    return np.asarray(recent.max(axis=1), dtype=np.float64)
