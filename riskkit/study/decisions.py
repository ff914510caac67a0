"""What acting on the replayed rankings would have brought, beside acting on last year's."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from riskkit.errors import RiskkitError
from riskkit.publish.grading import LAST_YEAR
from riskkit.risk.score import CLASS_STARTS
from riskkit.scoring.decisions import alarms, costs
from riskkit.scoring.ensemble import Floats
from riskkit.study.record import PUBLISHED
from riskkit.study.replay import COMPOSITES
from riskkit.study.results import open_result

ALARMS = (0.1, 0.25, 0.5, 0.75)
"""Chances from which an alarm is given, unless others are asked for."""
RATIOS = (0.05, 0.1, 0.25, 0.5)
"""Cost of acting divided by the loss if one did not, unless others are asked for."""
RANKING = "ranking"
TOP = 10
HIGH = float(CLASS_STARTS[2])
"""Score from which a class is called high."""
_TOP_TEN, _HIGH = "among the ten highest", "high or very high"
EVENTS = (_TOP_TEN, _HIGH)


@dataclass(frozen=True)
class _Cases:
    """Units at origins whose outcome is known, one event each.

    Attributes:
        units: Code of each case.
        origin: Of each case.
        chance: That the event comes, as the ranking had it.
        before: Composite of the last year known at the origin.
        was: Whether the event was there in that year.
        came: Whether it came.
    """

    units: list[str]
    origin: NDArray[np.datetime64]
    chance: Floats
    before: Floats
    was: NDArray[np.bool_]
    came: NDArray[np.bool_]


def read_composites(folder: Path) -> pl.DataFrame:
    """Read the composites of a replay from its folder.

    Raises:
        RiskkitError: The folder holds no replay.
    """
    command = f"riskkit replay --from 2010-06 --to 2023-06 --out {folder}"
    return open_result(folder, command).table(COMPOSITES)


def decisions(composites: pl.DataFrame, at: Sequence[float] = ALARMS) -> pl.DataFrame:
    """Count hits, misses and false alarms of the ranking, and of last year's.

    Last year's ranking has no chances: at each origin it gives as many alarms as the ranking does
    from that chance on, for the highest of the last year known at the origin.

    Args:
        composites: As `riskkit.study.replay.replay` gives them.
        at: Chances from which an alarm is given.

    Returns:
        `event, system`, the columns of `riskkit.scoring.decisions.alarms`, `first_origin` and
        `last_origin`; intervals of 90 % from a bootstrap over units.

    Raises:
        RiskkitError: A chance does not lie between 0 and 1, or no outcome is known.
    """
    if not all(0 < level <= 1 for level in at):
        raise RiskkitError("a chance from which an alarm is given lies between 0 and 1", got=at)
    frames = []
    for event in EVENTS:
        cases = _cases(composites, event)
        frames.append(
            _named(alarms(cases.chance, cases.came, cases.units, at), event, RANKING, cases)
        )
        for level in at:
            same = _as_many(cases, cases.chance >= level)
            told = alarms(same.astype(np.float64), cases.came, cases.units, [1.0])
            told = told.with_columns(alarm=pl.lit(level))
            frames.append(_named(told, event, LAST_YEAR, cases))
    return pl.concat(frames).sort("event", "alarm", pl.col("system") == LAST_YEAR)


def expected_costs(composites: pl.DataFrame, ratios: Sequence[float] = RATIOS) -> pl.DataFrame:
    """What acting would have cost at ratios of costs, on the ranking and on last year's.

    On the ranking one acts from a chance of the ratio on; on last year's, wherever the event was
    there in the last year known at the origin.

    Args:
        composites: As `riskkit.study.replay.replay` gives them.
        ratios: Cost of acting divided by the loss if one did not.

    Returns:
        `event, system`, the columns of `riskkit.scoring.decisions.costs`, `first_origin` and
        `last_origin`.

    Raises:
        RiskkitError: A ratio does not lie between 0 and 1, or no outcome is known.
    """
    frames = []
    for event in EVENTS:
        cases = _cases(composites, event)
        for system, chance in ((RANKING, cases.chance), (LAST_YEAR, cases.was.astype(np.float64))):
            spent = costs(chance, cases.came, cases.units, ratios)
            frames.append(_named(spent, event, system, cases))
    return pl.concat(frames).sort("event", "ratio", pl.col("system") == LAST_YEAR)


def _named(table: pl.DataFrame, event: str, system: str, cases: _Cases) -> pl.DataFrame:
    first, last = (str(day)[:7] for day in (cases.origin.min(), cases.origin.max()))
    return table.select(
        pl.lit(event).alias("event"),
        pl.lit(system).alias("system"),
        pl.all(),
        pl.lit(first).alias("first_origin"),
        pl.lit(last).alias("last_origin"),
    )


def _cases(composites: pl.DataFrame, event: str) -> _Cases:
    known = composites.filter(pl.col("truth").is_not_null(), system=PUBLISHED)
    if known.is_empty():
        raise RiskkitError("no outcome of these origins is known yet", hint="replay earlier ones")
    rows = known.sort("origin", "unit")
    before = rows["last_year"].fill_null(0.0).to_numpy()
    origin = rows["origin"].to_numpy()
    if event == _TOP_TEN:
        came, was = (_highest(values, origin, TOP) for values in (rows["truth"].to_numpy(), before))
        chance = rows["p_top10"].to_numpy()
    else:
        came, was = rows["truth"].to_numpy() >= HIGH, before >= HIGH
        chance = (rows["draws"].to_numpy() >= HIGH).mean(axis=1)
    return _Cases(rows["unit"].to_list(), origin, chance, before, was, came)


def _as_many(cases: _Cases, alarm: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """At each origin, the highest of last year, as many as there are alarms."""
    return _highest(cases.before, cases.origin, lambda rows: int(alarm[rows].sum()))


def _highest(
    values: Floats,
    origin: NDArray[np.datetime64],
    count: int | Callable[[NDArray[np.intp]], int],
) -> NDArray[np.bool_]:
    """Whether each case is among the highest of its origin; ties go to the earlier unit."""
    found = np.zeros(len(values), dtype=np.bool_)
    for one in np.unique(origin):
        rows = np.flatnonzero(origin == one)
        many = count if isinstance(count, int) else count(rows)
        found[rows[np.argsort(-values[rows], kind="stable")[:many]]] = True
    return found
