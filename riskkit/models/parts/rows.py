"""Training and forecast rows: one row per unit, last known period and step ahead."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from riskkit.forecasting.cube import rows_of
from riskkit.forecasting.dataset import Dataset
from riskkit.models.parts.blocks import UNITS, in_blocks
from riskkit.models.parts.history import History
from riskkit.models.parts.level import decayed_mean, moving, moving_mean, periods_since

OWN = {
    "own_level": "recent level of {counted} in a {period}",
    "own_last": "{counted} in the latest {period}, against the recent level",
    "own_mean_quarter": "{counted} in the last quarter year, against the recent level",
    "own_mean_year": "{counted} in the last year, against the recent level",
    "own_mean_2_years": "{counted} in the last two years, against the recent level",
    "own_mean_5_years": "{counted} in the last five years, against the recent level",
    "own_slow": "{counted} of many years, against the recent level",
    "own_max_year": "most {counted} in a {period} of the last year, against the recent level",
    "own_max_5_years": "most {counted} in a {period} of five years, against the recent level",
    "own_spread": "how much the {period}s of the last year differ in {counted}",
    "own_any_half_year": "{period}s with {counted}, last half year",
    "own_any_year": "{period}s with {counted}, last year",
    "own_any_5_years": "{period}s with {counted}, last five years",
    "own_any_ever": "{period}s with {counted}, all years",
    "own_since": "{period}s since there were {counted}",
    "step": "how far ahead the forecast is",
    "calendar_month": "calendar month of the forecast",
    "same_month": "{counted} in the same month a year before, against the recent level",
    "same_month_mean": "{counted} in the same month of earlier years, against the recent level",
    "same_month_any": "earlier years with {counted} in the same month",
}
"""Features that the models make from the outcome series, and phrases for them; what is counted is
filled in by who knows it."""
_NAMES = tuple(OWN)
AHEAD = 5
"""So many of them, the last ones, depend on the month that is forecast."""
MOST_ROWS = 60_000
MANY = 300
"""More units than this are cells, of which most are always quiet."""
MOST_OF_A_UNIT = 150
BATCH = 200_000
"""Rows that are made at once where they are made in batches."""
FAR_APART = 2000
"""Rows of anywhere that are made at once, so that of a mapped array a part alone is looked at."""
KEPT = 3_000_000_000
"""Bytes of rows up to which they are kept while they are needed several times."""


@dataclass(frozen=True)
class Rows:
    """A design matrix with what is needed to turn relative outcomes into counts.

    Attributes:
        X: `[rows, OWN + features]`.
        unit: Row of the dataset.
        at: Last known period of the row.
        level: Own level at `at`, in log1p counts.
        y: Outcome; NaN for forecast rows.
        weight: Inverse sampling probability.
    """

    X: NDArray[np.float32]
    unit: NDArray[np.int64]
    at: NDArray[np.int64]
    level: NDArray[np.float64]
    y: NDArray[np.float64]
    weight: NDArray[np.float64]


def feature_names(data: Dataset) -> tuple[str, ...]:
    """Names of the columns of `Rows.X`: the model's own, then those of the dataset."""
    return _NAMES + data.features


def own_units(past: History) -> dict[str, str]:
    """Unit of measurement of each of the models' own features, as features declare theirs."""
    w = past.window
    ratios = (name for name in OWN if name.startswith(("own_last", "own_m", "own_slow", "same_m")))
    counts = {"half_year": w // 2, "year": w, "5_years": 5 * w}
    return {
        **dict.fromkeys(ratios, "log ratio"),
        "own_level": "log(1 + {counted})",
        "own_spread": "log points",
        **{f"own_any_{span}": f"of {max(1, n)}" for span, n in counts.items()},
        "own_any_ever": "share",
        "own_since": "log(1 + {period}s)",
        "same_month_any": "share",
        "step": "{period}s",
        "calendar_month": "month",
    }


class RowMaker:
    """Builds rows from one dataset; summaries of the series are made once for all models."""

    def __init__(self, data: Dataset, past: History) -> None:
        self.data, self.past = data, past
        self.logs, self.level = past.logs, past.level
        self.own = past.once("own", self._own)

    def _own(self) -> NDArray[np.float32]:
        """Own features, `[units, periods, features]`; units without any ever share them."""
        busy = self.past.busy
        own = np.empty((*self.logs.shape, len(OWN) - AHEAD), dtype=np.float32)
        for block in in_blocks(len(busy)):
            own[busy[block]] = self._own_features(busy[block])
        quiet = np.setdiff1d(np.arange(len(own)), busy)
        if len(quiet):
            own[quiet] = self._own_features(quiet[:1])
        return own

    def _own_features(self, block: NDArray[np.int64]) -> NDArray[np.float32]:
        g, w, level = self.logs[block], self.past.window, self.level[block]
        positive = np.where(np.isnan(g), np.nan, g > 0)
        relative = [
            np.where(np.isnan(g), 0.0, g - level),
            *(moving_mean(g, max(1, n)) - level for n in (w // 4, w, 2 * w, 5 * w)),
            decayed_mean(g, 10.0 * w / 3) - level,
            moving(g, w, np.nanmax) - level,
            moving(g, 5 * w, np.nanmax) - level,
        ]
        shares = [moving_mean(positive, max(1, n)) for n in (w // 2, w, 5 * w, g.shape[1])]
        since = np.log1p(periods_since(g > 0))
        columns = [level, *relative, self.past.spread[block], *shares, since]
        return np.asarray(np.nan_to_num(np.stack(columns, axis=-1)), dtype=np.float32)

    def _ahead(
        self, unit: NDArray[np.int64], at: NDArray[np.int64], step: NDArray[np.int64]
    ) -> NDArray[np.float32]:
        """Step, calendar month of the forecast period, and the own history of that month."""
        season, level = self.past.season, self.level[unit, at]
        month = (self.past.first - 1 + self.past.period * (at + step)) % 12 + 1
        latest = at + step - season * -(-step // season)
        same = [self._same_month(unit, latest - season * k) for k in range(5)]
        known = [~np.isnan(values) for values in same]
        count = np.maximum(sum(k.astype(np.int64) for k in known), 1)
        total = sum(np.where(k, values, 0.0) for k, values in zip(known, same, strict=True))
        share = sum((values > 0).astype(np.int64) for values in same) / count
        columns = [step, month, same[0] - level, total / count - level, share]
        return np.stack(columns, axis=-1).astype(np.float32)

    def _same_month(
        self, unit: NDArray[np.int64], period: NDArray[np.int64]
    ) -> NDArray[np.float64]:
        """log1p of the outcomes; NaN before the first period."""
        values = self.logs[unit, np.maximum(period, 0)]
        return np.asarray(np.where(period >= 0, values, np.nan))

    def rows(
        self,
        unit: NDArray[np.integer[Any]],
        at: NDArray[np.integer[Any]],
        step: NDArray[np.integer[Any]],
        weight: NDArray[np.float64] | None = None,
    ) -> Rows:
        """Rows for the given units, last known periods and steps."""
        unit, at, step = (part.astype(np.int64, copy=False) for part in (unit, at, step))
        target = at + step
        known = target <= self.past.last
        y = np.where(known, self.past.values[unit, np.minimum(target, self.past.last)], np.nan)
        X = self.design(unit, at, step)
        ones = np.ones(len(unit))
        return Rows(X, unit, at, self.level[unit, at], y, ones if weight is None else weight)

    def design(
        self,
        unit: NDArray[np.int64],
        at: NDArray[np.int64],
        step: NDArray[np.int64],
        out: NDArray[np.float32] | None = None,
    ) -> NDArray[np.float32]:
        """The design matrix of the given units, last known periods and steps; put into `out`."""
        own, shape = len(OWN), (len(unit), len(OWN) + len(self.data.features))
        X = np.empty(shape, dtype=np.float32) if out is None else out
        X[:, : own - AHEAD] = self.own[unit, at]
        X[:, own - AHEAD : own] = self._ahead(unit, at, step)
        X[:, own:] = rows_of(self.data.X, unit, self.past.columns[at])
        return X

    def forecast(self) -> Rows:
        """One row per unit and horizon, units varying slowest.

        Units without any history look like the typical quiet unit.
        """
        units, steps = len(self.data.units), self.past.steps
        unit = np.repeat(np.arange(units), len(steps))
        at = np.full(len(unit), self.past.last)
        rows = self.rows(unit, at, np.tile(steps, units))
        unseen = np.asarray(np.isnan(self.logs).all(axis=1))[unit]
        quiet = (rows.X[:, _NAMES.index("own_any_5_years")] == 0) & ~unseen
        if unseen.any() and quiet.any():
            filled = np.nan_to_num(rows.X[quiet])
            rows.X[unseen] = np.median(filled, axis=0)
        return rows

    def training(self, per_origin: int, quiet_every: int, seed: int) -> Rows:
        """The rows of `sample` at once."""
        sample = self.sample(per_origin, quiet_every, seed)
        return self.rows(sample.unit, sample.at, sample.step, sample.weight)

    def sample(
        self, per_origin: int, quiet_every: int, seed: int, *, everything: bool = False
    ) -> Sample:
        """Choose among all rows whose outcome is known.

        Args:
            per_origin: Steps drawn for each unit and origin.
            quiet_every: One in so many rows is kept where the unit had nothing for five
                windows and nothing follows; its weight makes up for the others. Of `MANY` units
                fewer are kept where such rows are the rule, so that they are about as many as
                the others.
            seed: Of the sample.
            everything: Whether to keep all rows instead.

        Returns:
            At most `MOST_ROWS` rows, so that time does not grow with the panel; of `MANY` units,
            `MOST_OF_A_UNIT` for each where that is more.
        """
        rng = np.random.default_rng(seed)
        units = len(self.data.units)
        every = max(quiet_every, self._quiet_for_each()) if units > MANY else quiet_every
        every = 1 if everything else every
        parts = [self._thinned(block, per_origin, every, rng) for block in in_blocks(units, UNITS)]
        unit, at, step, weight = (np.concatenate(part) for part in zip(*parts, strict=True))
        most = max(MOST_ROWS, MOST_OF_A_UNIT * units) if units > MANY else MOST_ROWS
        rows = at_most(len(at) if everything else most, np.arange(len(at)), rng)
        return Sample(self, unit[rows], at[rows], step[rows], weight[rows].astype(np.float64))

    def _quiet_for_each(self) -> int:
        """How many quiet situations there are for each other one."""
        active = int(np.count_nonzero(self.own[..., _NAMES.index("own_any_5_years")] > 0))
        return (self.own[..., 0].size - active) // max(active, 1)

    def _thinned(
        self, block: slice, per_origin: int, quiet_every: int, rng: np.random.Generator
    ) -> tuple[NDArray[np.int32], ...]:
        """Candidates of some units, of quiet ones a part, and how many each stands for."""
        unit, at, step = self._candidates(block, per_origin, rng)
        outcome = self.past.values[unit, at + step]
        quiet = ~(self.own[unit, at, _NAMES.index("own_any_5_years")] > 0) & (outcome == 0)
        kept = ~np.isnan(outcome) & (~quiet | (rng.integers(quiet_every, size=len(at)) == 0))
        chosen = (unit[kept], at[kept], step[kept], np.where(quiet[kept], quiet_every, 1))
        return tuple(part.astype(np.int32) for part in chosen)

    def _candidates(
        self, block: slice, per_origin: int, rng: np.random.Generator
    ) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
        past = self.past
        first = max(int(np.searchsorted(past.columns, 0)), min(past.window, past.last // 2))
        periods = max(past.last - first, 0)
        units = np.arange(block.start, block.stop)
        at = np.tile(np.arange(first, first + periods), len(units))
        unit = np.repeat(units, periods)
        steps = _taught(past)
        pick = _picked(len(at), len(steps), per_origin, rng, many=len(self.data.units) > MANY)
        at, unit = np.repeat(at, pick.shape[1]), np.repeat(unit, pick.shape[1])
        step = steps[pick].ravel()
        fits = at + step <= past.last
        return unit[fits], at[fits], step[fits]


def _picked(
    rows: int, choices: int, wanted: int, rng: np.random.Generator, *, many: bool
) -> NDArray[np.int64]:
    """Different choices for each row, `[rows, wanted]`; of many rows one or two, without a sort."""
    if not many or wanted > 2 or choices < 2:
        return np.argsort(rng.random((rows, choices)), axis=1)[:, :wanted]
    first = rng.integers(choices, size=rows)
    apart = rng.integers(1, choices, size=(rows, wanted - 1))
    return np.hstack([first[:, None], (first[:, None] + apart) % choices])


def _taught(past: History) -> NDArray[np.int64]:
    """Steps ahead of training rows: those that are forecast, and of years the shorter ones too.

    A yearly series has few situations, and what came of them a year earlier tells of the same.
    """
    steps = np.unique(past.steps)
    return steps if past.season > 1 else np.arange(1, steps.max() + 1)


@dataclass(frozen=True)
class Sample:
    """Training rows that are made when they are asked for, some at a time.

    Attributes:
        maker: Makes them.
        unit: Row of the dataset, `[rows]`.
        at: Last known period.
        step: Periods ahead.
        weight: Inverse sampling probability.
    """

    maker: RowMaker
    unit: NDArray[np.int32]
    at: NDArray[np.int32]
    step: NDArray[np.int32]
    weight: NDArray[np.float64]

    @property
    def y(self) -> NDArray[np.float64]:
        """Outcomes."""
        return np.asarray(self.maker.past.values[self.unit, self.at + self.step])

    @property
    def level(self) -> NDArray[np.float64]:
        """Own levels."""
        return np.asarray(self.maker.level[self.unit, self.at])

    def design(
        self, rows: NDArray[np.int64] | slice, out: NDArray[np.float32] | None = None
    ) -> NDArray[np.float32]:
        """The design matrix of some rows, some at a time where they are far apart."""
        if not isinstance(rows, slice) and len(rows) > FAR_APART:
            return np.concatenate([self.design(rows[b]) for b in in_blocks(len(rows), FAR_APART)])
        unit, at, step = (part[rows].astype(np.int64) for part in (self.unit, self.at, self.step))
        return self.maker.design(unit, at, step, out)

    def kept(self) -> NDArray[np.float32] | None:
        """The design matrix of all rows, unless it takes more than `KEPT`."""
        maker = self.maker
        shape = (len(self.at), len(feature_names(maker.data)))
        if 4 * shape[0] * shape[1] > KEPT:
            return None
        X = np.empty(shape, dtype=np.float32)
        for rows in self.slices():
            self.design(rows, X[rows])
        return X

    def slices(self) -> Iterator[slice]:
        """Which rows to make at once."""
        yield from in_blocks(len(self.at), BATCH)

    def only(self, rows: NDArray[np.int64]) -> Sample:
        """Some of the rows."""
        unit, at, step = self.unit[rows], self.at[rows], self.step[rows]
        return Sample(self.maker, unit, at, step, self.weight[rows])


def at_most(count: int, rows: NDArray[np.int64], rng: np.random.Generator) -> NDArray[np.int64]:
    """Sort a random part of the rows if there are more than `count`."""
    return rows if len(rows) <= count else np.sort(rng.choice(rows, count, replace=False))
