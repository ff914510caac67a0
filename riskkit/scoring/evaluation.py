"""Scores of forecasts whose outcomes are known: by month, and of the window's total."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from zlib import crc32

import numpy as np
import polars as pl
from numpy.typing import NDArray

from riskkit.forecasting.forecast import Forecast
from riskkit.months import first_day
from riskkit.scoring import reweighted_together, score_rows, score_together
from riskkit.scoring.comparison import largest_units, summarise_tally
from riskkit.scoring.leaderboard import THRESHOLDS, TOTALS, month_rules, together_rules
from riskkit.scoring.tally import Tally
from riskkit.tables import Scores

LARGEST = 2
TOTAL, TOTAL_WAR, WITHOUT_LARGEST = "_total", "_total_war", f"_without_{LARGEST}_largest"
"""What a target's name goes on with where its window's sum, or a part of the units, is scored."""
GROUPS = 500
"""Groups of units that are left out one after the other, for rules of all rows together."""
_AT_ONCE = 20_000_000
"""Weights of rows that are in memory at once."""
LEVELS = ("quiet", "low", "war", "great war")
"""Of the last year known at the origin: below the first threshold, below the third (100 deaths),
below a hundred times that (10,000), and from there on."""

DURATIONS = ("no war", "up to 24 months", "24 months and more")
"""Of the war that a unit was in at the origin: its last year is below the third threshold; reaches
it, but not the year before; or both do."""


@dataclass(frozen=True)
class Scored:
    """Scores of one forecast.

    Attributes:
        rows: Rows of `riskkit.tables.Scores`: targets `<target>` by month, `<target>_total` for
            the sum over the window and `<target>_total_war` for the same in units at war.
        aggregates: `model, target, window, rule, value` of rules that need all rows together, and
            in `without` their values without each group of units (see `group_weights`).
        outcomes: `target, unit, month, outcome` of the scored months.
        levels: `target, window, unit, level, duration`: how violent the unit was before (see
            `LEVELS`), and for how long (`DURATIONS`).
        tally: The sums of `rows` by unit.
    """

    rows: pl.DataFrame
    aggregates: pl.DataFrame
    outcomes: pl.DataFrame
    levels: pl.DataFrame
    tally: Tally


def score_forecast(
    forecast: Forecast,
    window: str,
    outcome: NDArray[np.float64],
    recent: NDArray[np.float64],
    thresholds: Sequence[int] = THRESHOLDS,
) -> Scored:
    """Score one forecast against what came.

    Args:
        forecast: The draws.
        window: Name of the window.
        outcome: Array [units, horizons] of the forecast's units; NaN where not known (yet).
        recent: Array [units, 2]: the sums over the last year known at the origin and over the one
            before. A unit whose last year reaches the second threshold is at war.
        thresholds: The target's, ascending.
    """
    found = score_units(forecast, window, outcome, recent, thresholds)
    known = ~np.isnan(outcome)
    unit_of, _ = np.nonzero(known)
    together = Together([forecast.draws[known]], [unit_of], [outcome[known]], [*forecast.units])
    return replace(found, aggregates=together.scores(forecast, window, thresholds))


def score_units(
    forecast: Forecast,
    window: str,
    outcome: NDArray[np.float64],
    recent: NDArray[np.float64],
    thresholds: Sequence[int] = THRESHOLDS,
) -> Scored:
    """Score some units of a forecast by the rules that need no others; as of `score_forecast`."""
    known = ~np.isnan(outcome)
    keys = _Keys(forecast, window)
    unit_of, month_of = np.nonzero(known)
    draws, values = forecast.draws[known], outcome[known]
    scored = [(unit_of, month_of, score_rows(draws, values, month_rules(thresholds)), "")]
    complete = known.all(axis=1)
    at_war = complete & (recent[:, 0] >= thresholds[1])
    if len(forecast.horizons) > 1:
        for units, suffix in ((complete, TOTAL), (at_war, TOTAL_WAR)):
            chosen = np.flatnonzero(units)
            total, truth = forecast.totals()[chosen], outcome[chosen].sum(axis=1)
            if len(chosen):
                scores = score_rows(total, truth, TOTALS)
                scored.append((chosen, np.zeros_like(chosen), scores, suffix))
    rows = [keys.rows(*one) for one in scored]
    tally = Tally()
    names = np.array(forecast.units, dtype=np.str_)
    for places, _, scores, suffix in scored:
        for rule, found in scores.items():
            key = (forecast.target + suffix, forecast.model, rule, window)
            tally.add(key, names, places, found)
    return Scored(
        rows=Scores.validate(pl.concat(rows), cast=True),
        aggregates=keys.aggregates({}, {}),
        outcomes=keys.outcomes(unit_of, month_of, values),
        levels=keys.levels(levels_of(recent[:, 0], thresholds), durations_of(recent, thresholds)),
        tally=tally,
    )


@dataclass
class Together:
    """What rules that need all rows together look at, of one block of units after the other.

    Attributes:
        draws: `[rows, draws]` of each block.
        unit_of: Place of each row's unit among all.
        outcomes: `[rows]`.
        units: Names of all.
    """

    draws: list[NDArray[np.int64]] = field(default_factory=list)
    unit_of: list[NDArray[np.int64]] = field(default_factory=list)
    outcomes: list[NDArray[np.float64]] = field(default_factory=list)
    units: list[str] = field(default_factory=list)

    def add(self, forecast: Forecast, outcome: NDArray[np.float64]) -> None:
        """Take in a block."""
        known = ~np.isnan(outcome)
        self.draws.append(forecast.draws[known])
        self.unit_of.append(np.nonzero(known)[0] + len(self.units))
        self.outcomes.append(outcome[known])
        self.units += forecast.units

    def scores(
        self, forecast: Forecast, window: str, thresholds: Sequence[int] = THRESHOLDS
    ) -> pl.DataFrame:
        """`Scored.aggregates` of the blocks, which are of this forecast."""
        draws, values = np.concatenate(self.draws), np.concatenate(self.outcomes)
        names = together_rules(thresholds) if len(values) else ()
        without = _without_groups(self.units, np.concatenate(self.unit_of), draws, values, names)
        return _Keys(forecast, window).aggregates(score_together(draws, values, names), without)


def _without_groups(
    units: Sequence[str],
    unit_of: NDArray[np.int64],
    draws: NDArray[np.int64],
    values: NDArray[np.float64],
    names: Sequence[str],
) -> dict[str, NDArray[np.float64]]:
    """Scores of all rows together without each group of units, some groups at a time."""
    weights = group_weights(units)
    size = max(1, _AT_ONCE // max(len(values), 1))
    parts = [
        reweighted_together(draws, values, weights[:, start : start + size][unit_of], names)
        for start in range(0, GROUPS, size)
    ]
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def levels_of(recent: NDArray[np.float64], thresholds: Sequence[int]) -> list[str]:
    """Name how violent the last year before the origin was.

    >>> levels_of(np.array([0, 1, 99, 100, 9999, 10_000]), (1, 25, 100))
    ['quiet', 'low', 'low', 'war', 'war', 'great war']
    """
    starts = (thresholds[0], thresholds[2], 100 * thresholds[2])
    return [LEVELS[code] for code in np.searchsorted(starts, recent, side="right")]


def durations_of(recent: NDArray[np.float64], thresholds: Sequence[int]) -> list[str]:
    """Name how long the war had lasted that a unit was in.

    >>> durations_of(np.array([[99, 500], [100, 99], [100, 100]]), (1, 25, 100))
    ['no war', 'up to 24 months', '24 months and more']
    """
    war = recent >= thresholds[2]
    return [DURATIONS[int(now) + int(now and before)] for now, before in war]


def group_weights(units: Sequence[str]) -> NDArray[np.float64]:
    """How often each unit counts when one group of units after the other is left out: 0 or 1.

    A unit's group depends on its code alone, so that models and windows are compared without the
    same units, whatever other units they have. A few countries share a group with another one;
    the cells of a grid are many to a group (the delete-a-group jackknife, Kott 2001).

    Returns:
        Array [units, GROUPS].
    """
    group = np.array([crc32(unit.encode()) % GROUPS for unit in units])
    return np.asarray(group[:, None] != np.arange(GROUPS), dtype=np.float64)


@dataclass(frozen=True)
class _Keys:
    """The columns that name a score."""

    forecast: Forecast
    window: str

    def _place(self, units: NDArray[np.int64], months: NDArray[np.int64]) -> pl.DataFrame:
        names, days = np.array(self.forecast.units), [first_day(m) for m in self.forecast.months]
        return pl.DataFrame(
            {
                "unit": names[units].tolist(),
                "month": [days[m] for m in months],
                "horizon": np.array(self.forecast.horizons, dtype=np.int32)[months],
            },
            schema={"unit": pl.String, "month": pl.Date, "horizon": pl.Int32},
        )

    def rows(
        self,
        units: NDArray[np.int64],
        months: NDArray[np.int64],
        scores: dict[str, NDArray[np.float64]],
        suffix: str,
    ) -> pl.DataFrame:
        place = self._place(units, months).select(
            pl.lit(self.forecast.model).alias("model"),
            pl.lit(self.forecast.target + suffix).alias("target"),
            pl.lit(self.window).alias("window"),
            pl.all(),
        )
        return pl.concat(
            place.with_columns(pl.lit(rule).alias("rule"), pl.Series("value", values))
            for rule, values in scores.items()
        )

    def aggregates(
        self, scores: dict[str, float], without: dict[str, NDArray[np.float64]]
    ) -> pl.DataFrame:
        return pl.DataFrame(
            {
                "rule": list(scores),
                "value": list(scores.values()),
                "without": [without[rule] for rule in scores],
            },
            schema={
                "rule": pl.String,
                "value": pl.Float64,
                "without": pl.Array(pl.Float64, GROUPS),
            },
        ).select(
            pl.lit(self.forecast.model).alias("model"),
            pl.lit(self.forecast.target).alias("target"),
            pl.lit(self.window).alias("window"),
            pl.all(),
        )

    def levels(self, levels: Sequence[str], durations: Sequence[str]) -> pl.DataFrame:
        columns = {
            "target": [self.forecast.target] * len(levels),
            "window": [self.window] * len(levels),
            "unit": self.forecast.units,
            "level": levels,
            "duration": durations,
        }
        return pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String))

    def outcomes(
        self, units: NDArray[np.int64], months: NDArray[np.int64], values: NDArray[np.float64]
    ) -> pl.DataFrame:
        return self._place(units, months).select(
            pl.lit(self.forecast.target).alias("target"),
            "unit",
            "month",
            pl.Series("outcome", values),
        )


def own_targets(names: Sequence[str]) -> list[str]:
    """The targets themselves, without their sums and parts, in the order of their names.

    Args:
        names: Targets of scores or of a leaderboard, repeated or not.
    """
    known = set(names)
    parts = {name + suffix for name in known for suffix in (TOTAL, TOTAL_WAR, WITHOUT_LARGEST)}
    return sorted(known - parts)


def leaderboard(scored: Sequence[Scored], reference: str) -> pl.DataFrame:
    """Compare models: means by window, skill relative to a reference and its interval.

    Beside the targets of `Scored` it carries `<target>_without_2_largest`: the same months
    without the two units that had the largest outcomes.

    Args:
        scored: Scores of every model and window.
        reference: Model that skill is relative to.

    Returns:
        `model, target, window, rule, value, skill, skill_low, skill_high`; see
        `riskkit.scoring.comparison.summarise`.
    """
    tally = Tally()
    for one in scored:
        tally.update(one.tally)
    monthly = pl.concat([one.outcomes for one in scored]).unique(["target", "unit", "month"])
    tally.update(tally.without(largest_units(monthly, LARGEST), WITHOUT_LARGEST))
    aggregates = pl.concat([one.aggregates for one in scored])
    return summarise_tally(tally, reference, aggregates)
