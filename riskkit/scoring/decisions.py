"""What acting on forecast chances would have brought: alarms, and their cost.

Rows are units and months (or windows). Intervals come from a bootstrap over units, all rows of a
unit together, since a war is not over after a month.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from riskkit.errors import RiskkitError
from riskkit.scoring.ensemble import Floats
from riskkit.tables import INTERVAL

REPLICATES = 1000


def alarms(
    chance: Floats,
    happened: NDArray[np.bool_],
    units: Sequence[str],
    at: Sequence[float],
    *,
    seed: int = 0,
) -> pl.DataFrame:
    """Count hits, misses and false alarms if an alarm is given from a chance on.

    Args:
        chance: Forecast chances, [rows].
        happened: Whether the event came, [rows].
        units: Unit of each row.
        at: Chances from which an alarm is given.
        seed: Seed of the bootstrap.

    Returns:
        `alarm, hits, misses, false_alarms, quiet, hit_rate, hit_rate_low, hit_rate_high,
        precision, precision_low, precision_high`: for each chance the four counts; the share of
        events that had an alarm and the share of alarms that had an event, with 90 % intervals;
        null where there was no event or no alarm.
    """
    times = _times(chance, happened, units, seed)
    rows = []
    for level in at:
        alarm = chance >= level
        hits, misses, false, quiet = (
            cases.astype(np.float64) @ times
            for cases in (
                alarm & happened,
                ~alarm & happened,
                alarm & ~happened,
                ~alarm & ~happened,
            )
        )
        counts = [int(count[0]) for count in (hits, misses, false, quiet)]
        rates = (_told(_ratio(hits, hits + misses)), _told(_ratio(hits, hits + false)))
        rows.append((level, *counts, *rates[0], *rates[1]))
    columns = ("alarm", "hits", "misses", "false_alarms", "quiet")
    told = [f"{rate}{end}" for rate in ("hit_rate", "precision") for end in ("", "_low", "_high")]
    return pl.DataFrame(rows, schema=[*columns, *told], orient="row").fill_nan(None)


def costs(
    chance: Floats,
    happened: NDArray[np.bool_],
    units: Sequence[str],
    ratios: Sequence[float],
    *,
    seed: int = 0,
) -> pl.DataFrame:
    """What it would have cost to act on the forecast, for users with different stakes.

    Acting costs C, an event without action costs L. Whoever believes the chances acts from C / L
    on. Costs are per row and in units of L (Richardson 2000, Skill and relative economic value).

    Args:
        chance: Forecast chances, [rows].
        happened: Whether the event came, [rows].
        units: Unit of each row.
        ratios: Cost ratios C / L, between 0 and 1.
        seed: Seed of the bootstrap.

    Returns:
        `ratio, cost, cost_low, cost_high, never, always, perfect, value, value_low, value_high`:
        the cost of acting on the forecast with its 90 % interval, of never and of always acting,
        and of knowing what comes; and the share of what knowing saves, over the better of never
        and always, that the forecast saves: 1 perfect, 0 no use, negative worse than not looking.

    Raises:
        RiskkitError: A ratio does not lie between 0 and 1.
    """
    times = _times(chance, happened, units, seed)
    total = times.sum(axis=0)
    never = (happened.astype(np.float64) @ times) / total
    rows = []
    for ratio in ratios:
        if not 0 < ratio < 1:
            raise RiskkitError(
                "a cost ratio lies between 0 and 1",
                got=ratio,
                hint="it is the cost of acting divided by the loss if one did not act",
            )
        act = chance >= ratio
        spent = np.where(act, ratio, happened.astype(np.float64)) @ times / total
        perfect, blind = never * ratio, np.minimum(never, ratio)
        value = _ratio(blind - spent, blind - perfect)
        rows.append((ratio, *_told(spent), never[0], ratio, perfect[0], *_told(value)))
    columns = ("ratio", "cost", "cost_low", "cost_high", "never", "always", "perfect")
    told = ("value", "value_low", "value_high")
    return pl.DataFrame(rows, schema=[*columns, *told], orient="row").fill_nan(None)


def _times(chance: Floats, happened: NDArray[np.bool_], units: Sequence[str], seed: int) -> Floats:
    """How often each row counts, [rows, 1 + REPLICATES]: first once, then in each replicate.

    Raises:
        RiskkitError: The arguments are of unequal length, empty, or a chance is none.
    """
    if not len(chance) == len(happened) == len(units) or not len(units):
        raise RiskkitError("chances, outcomes and units must be of one length, and not empty")
    if not ((chance >= 0) & (chance <= 1)).all():
        raise RiskkitError("a chance lies between 0 and 1")
    names, place = np.unique(np.array(units), return_inverse=True)
    size = len(names)
    rng = np.random.default_rng(seed)
    drawn = rng.multinomial(size, np.full(size, 1 / size), REPLICATES).T.astype(np.float64)
    return np.hstack([np.ones((size, 1)), drawn])[place]


def _ratio(part: Floats, whole: Floats) -> Floats:
    undefined = np.full(part.shape, np.nan)
    return np.asarray(np.divide(part, whole, out=undefined, where=whole > 0))


def _told(values: Floats) -> tuple[float, float, float]:
    """The value and the ends of its interval over the replicates that have one."""
    again = values[1:][~np.isnan(values[1:])]
    if np.isnan(values[0]) or not len(again):
        return (float("nan"),) * 3
    low, high = np.quantile(again, INTERVAL)
    return float(values[0]), float(low), float(high)
