"""Joint scenarios: months and countries of one draw belong together."""

from __future__ import annotations

from copy import deepcopy

import numpy as np
from numpy.typing import NDArray

from riskkit.forecasting.dataset import Dataset
from riskkit.models.parts.blocks import blockwise, in_blocks
from riskkit.models.parts.history import History, history
from riskkit.models.parts.level import moving_mean
from riskkit.models.parts.rows import MANY, at_most

TEMPLATES = 400
QUIET_LEVEL = 0.01
QUIET_KEPT = 2000
ACTIVE_KEPT = 100_000
ACTIVE_OF_MANY = 25_000
"""Of situations without and with recent deaths, so many are looked at; no country's is left out,
and of many cells a quarter does."""
AT_ONCE = 250
"""Units whose situations are compared at once, so that memory stays bounded."""


class Coupling:
    """Reorders each month's draws so that draw k is one scenario over months and units.

    The order comes from what followed similar situations anywhere in the past: for each
    unit, the ranks within a few hundred analogue trajectories (the empirical copula, as in
    the Schaake shuffle). Analogues are put in order of date, so that draw k borrows from
    about the same years in every unit.

    Args:
        data: The dataset the draws are made for.
        seed: Of the tie breaking; every `AT_ONCE` units have a stream of their own from it.
        templates: Analogue trajectories per unit.
    """

    def __init__(self, data: Dataset, seed: int, templates: int = TEMPLATES) -> None:
        self.past = history(data)
        self.search = Analogues(self.past, templates, seed)

    def __call__(self, marginals: NDArray[np.int64], first: int = 0) -> NDArray[np.int64]:
        """Couple the draws of some units as it would be done for all at once.

        Args:
            marginals: `[units, horizons, size]`, ascending along the last axis.
            first: Row of the first of these units, a multiple of `AT_ONCE`.

        Returns:
            The same draws in another order.
        """
        coupled = np.empty_like(marginals)
        for block in in_blocks(len(marginals), AT_ONCE):
            coupled[block] = self._ordered(marginals[block], (first + block.start) // AT_ONCE)
        return coupled

    def _ordered(self, marginals: NDArray[np.int64], number: int) -> NDArray[np.int64]:
        past, size = self.past, marginals.shape[-1]
        if not self.search.count:
            return self.search.stream(number).permuted(marginals, axis=-1)
        unit, at, rng = self.search.block(number)
        paths = past.logs[unit[..., None], at[..., None] + past.steps]
        paths = paths - past.level[unit, at][..., None]
        return np.take_along_axis(marginals, _ranks(paths, size, rng), axis=-1)


def couple(
    marginals: NDArray[np.int64], data: Dataset, seed: int, templates: int = TEMPLATES
) -> NDArray[np.int64]:
    """Couple the draws of all units, `[units, horizons, size]`; see `Coupling`."""
    return Coupling(data, seed, templates)(marginals)


class Analogues:
    """Past situations of any unit that look most like each unit's present.

    Args:
        past: Outcome series.
        count: Situations per unit, at most.
        seed: Breaks ties, of which quiet units have many.

    Attributes:
        count: Situations per unit; 0 without history.
    """

    def __init__(self, past: History, count: int, seed: int) -> None:
        self.state = past.once("state", lambda: _state(past))
        self.here, self.seed = past.last, seed
        self._first = np.random.default_rng(seed)
        known = _complete(past)
        most = ACTIVE_KEPT if len(self.state) <= MANY else ACTIVE_OF_MANY
        keep = _thinned(self.state[:, : known.shape[1], 0][known], self._first, most)
        places = np.flatnonzero(known)[keep]
        self.unit, self.at = np.divmod(places, max(known.shape[1], 1))
        self.count = min(count, len(places))

    def stream(self, number: int) -> np.random.Generator:
        """Random numbers of a block of units."""
        if number == 0:
            return deepcopy(self._first)
        return np.random.default_rng(np.random.SeedSequence(self.seed, spawn_key=(number,)))

    def block(
        self, number: int
    ) -> tuple[NDArray[np.int64], NDArray[np.int64], np.random.Generator]:
        """Situations of `AT_ONCE` units.

        Args:
            number: Which block of the units.

        Returns:
            Units and periods, both `[units, count]`, in order of period; and the block's stream.
        """
        rng = self.stream(number)
        units = slice(number * AT_ONCE, (number + 1) * AT_ONCE)
        here, there = self.state[units, self.here], self.state[self.unit, self.at]
        near = _nearest(there, here, self.count, rng)
        near = np.take_along_axis(near, np.argsort(self.at[near], axis=1, kind="stable"), axis=1)
        return self.unit[near], self.at[near], rng

    def all(
        self,
    ) -> tuple[NDArray[np.int64], NDArray[np.int64], np.random.Generator] | None:
        """Situations of all units, as `block` has them, and the first stream; None without any."""
        if not self.count:
            return None
        blocks = range(len(in_blocks(len(self.state), AT_ONCE)))
        unit, at, streams = zip(*map(self.block, blocks), strict=True)
        return np.concatenate(unit), np.concatenate(at), streams[0]


def _nearest(
    there: NDArray[np.float32], here: NDArray[np.float32], count: int, rng: np.random.Generator
) -> NDArray[np.int64]:
    """Places `[units, count]` of the situations that are most like each unit's."""
    distance = 1e-3 * rng.random((len(here), len(there)), dtype=np.float32)
    for k in range(there.shape[-1]):
        distance += np.abs(there[:, k] - here[:, k, None])
    return np.argpartition(distance, count - 1, axis=1)[:, :count]


def nearest(past: History, count: int, apart: int) -> NDArray[np.int64] | None:
    """The past situations most like each unit's present, for people to read.

    Args:
        past: Outcome series.
        count: Situations per unit.
        apart: Periods between two situations of one unit, so that none is told twice.

    Returns:
        Units and periods `[units, count, 2]`, the most alike first; equally alike ones by date,
        the latest first. None where there are too few.
    """
    found = Analogues(past, TEMPLATES, 0).all()
    if found is None:
        return None
    unit, at, _ = found
    state = past.once("state", lambda: _state(past))
    distance = np.abs(state[unit, at] - state[:, past.last][:, None]).sum(axis=-1).round(6)
    chosen = []
    for row in range(len(unit)):
        kept: list[tuple[int, int]] = []
        for k in np.lexsort((unit[row], -at[row], distance[row])):
            one = int(unit[row, k]), int(at[row, k])
            if all(one[0] != u or abs(one[1] - t) >= apart for u, t in kept):
                kept.append(one)
            if len(kept) == count:
                break
        if len(kept) < count:
            return None
        chosen.append(kept)
    return np.array(chosen, dtype=np.int64)


def _thinned(
    level: NDArray[np.float32], rng: np.random.Generator, most: int = ACTIVE_KEPT
) -> NDArray[np.int64]:
    """The situations with any recent deaths and a sample of the many without."""
    quiet = level <= QUIET_LEVEL
    kept = rng.permutation(np.flatnonzero(quiet))[:QUIET_KEPT]
    active = at_most(most, np.flatnonzero(~quiet), rng)
    return np.sort(np.concatenate([active, kept]))


def _state(past: History) -> NDArray[np.float32]:
    """Level, recent change, spread and activity: what makes two situations alike."""
    return blockwise(lambda block: _state_of(past, block), len(past.values))


def _state_of(past: History, block: slice) -> NDArray[np.float32]:
    logs, level = past.logs[block], past.level[block]
    change = np.where(np.isnan(logs), 0.0, logs - level)
    spread = np.nan_to_num(past.spread[block])
    active = np.nan_to_num(moving_mean((logs > 0).astype(np.float64), past.window))
    return np.stack([level, 0.3 * change, 0.5 * spread, active], axis=-1).astype(np.float32)


def _complete(past: History) -> NDArray[np.bool_]:
    """Which situations' whole forecast window is known, `[units, periods]`."""
    last = past.last - int(past.steps.max())
    known = ~np.isnan(past.values)
    ok = known[:, : max(last + 1, 0)].copy()
    for step in past.steps:
        ok &= known[:, step : step + ok.shape[1]]
    ok[:, : min(past.window, ok.shape[1] // 2)] = False
    return np.asarray(ok)


def _ranks(paths: NDArray[np.float64], size: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Ranks of `size` scenarios in each period, from a few hundred paths.

    Ties (months without deaths above all) are broken by the rest of the path.
    """
    source = np.arange(size) * paths.shape[1] // size
    key = (paths + 1e-3 * paths.mean(axis=-1, keepdims=True))[:, source].swapaxes(1, 2)
    key = key + 1e-6 * rng.random(key.shape)
    order = np.argsort(key, axis=-1)
    ranks = np.empty_like(order)
    np.put_along_axis(ranks, order, np.broadcast_to(np.arange(size), order.shape), axis=-1)
    return ranks
