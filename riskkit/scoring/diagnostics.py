"""What to draw of past forecasts: error by horizon, and calibration."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import polars as pl
from numpy.typing import NDArray

from riskkit.forecasting.forecast import Forecast
from riskkit.scoring.brier import pooled
from riskkit.scoring.ensemble import sorted_interval
from riskkit.scoring.pit import pit_histogram
from riskkit.tables import INTERVAL

BINS = 10
_RELIABILITY = ("model", "threshold", "bin")
_Levels = tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.float64]]


@dataclass(frozen=True)
class Calibration:
    """Sums over the scored months of one or several forecasts.

    Attributes:
        target: What was forecast.
        chances: `model, threshold, chance, n, observed`: months whose forecast chance of at least
            the threshold was just that, and how often it came.
        pit: `model, bin, n, mass`: months, and the part of their PIT in the bin.
        held: `model, positive, held, expected, due`: see `_held`.
    """

    target: str
    chances: pl.DataFrame
    pit: pl.DataFrame
    held: pl.DataFrame

    @classmethod
    def of(
        cls, forecast: Forecast, outcome: NDArray[np.float64], thresholds: Sequence[int]
    ) -> Self | None:
        """Compare one forecast with what came.

        Args:
            forecast: The draws.
            outcome: Array [units, horizons]; NaN where not known.
            thresholds: Counts whose chances are judged.

        Returns:
            None when no outcome is known.
        """
        known = ~np.isnan(outcome)
        if not known.any():
            return None
        draws, came = forecast.draws[known], outcome[known]
        model = pl.lit(forecast.model).alias("model")
        chances = pl.concat(_chances(draws, came, threshold) for threshold in thresholds)
        pit = pl.DataFrame(
            {
                "bin": np.arange(BINS),
                "n": len(came),
                "mass": pit_histogram(draws, came, BINS) * len(came) / BINS,
            }
        )
        tables = (table.select(model, pl.all()) for table in (chances, pit, _held(draws, came)))
        return cls(forecast.target, *tables)


def _held(draws: NDArray[np.int64], outcome: NDArray[np.float64]) -> pl.DataFrame:
    """Positive outcomes and those inside the 90 % interval: that came, and that were forecast.

    A forecast that gives nothing a chance of .97 has the interval [0, 0], and rightly misses the
    3 % that are positive. So what calibrated chances would hold is counted in draws instead of
    outcomes.

    Returns:
        One row: `positive, held` outcomes, and `expected, due` numbers of them by the draws.
    """
    low, high = sorted_interval(np.sort(draws, axis=1), INTERVAL[1] - INTERVAL[0])
    came, drawn = outcome > 0, draws > 0
    inside = (low <= outcome) & (outcome <= high)
    within = (low[:, None] <= draws) & (draws <= high[:, None])
    size = draws.shape[1]
    counts = {
        "positive": came.sum(),
        "held": (came & inside).sum(),
        "expected": drawn.sum() / size,
        "due": (drawn & within).sum() / size,
    }
    return pl.DataFrame({name: [float(count)] for name, count in counts.items()})


def _chances(
    draws: NDArray[np.int64], outcome: NDArray[np.float64], threshold: int
) -> pl.DataFrame:
    chance, place = np.unique((draws >= threshold).mean(axis=1), return_inverse=True)
    return pl.DataFrame(
        {
            "threshold": np.full(len(chance), threshold),
            "chance": chance,
            "n": np.bincount(place),
            "observed": np.bincount(place, outcome >= threshold),
        }
    )


def reliability(parts: Sequence[Calibration]) -> pl.DataFrame:
    """Chances that were forecast, and how often it came to that.

    Returns:
        `model, threshold, forecast, observed, n`: the mean chance and the share of months in which
        it came, for each tenth of the chances that occurred at all.
    """
    tenth = (pl.col("chance") * BINS).cast(pl.Int64).clip(upper_bound=BINS - 1).alias("bin")
    forecast = pl.col("chance") * pl.col("n")
    told = pl.concat(part.chances for part in parts).select(
        "model", "threshold", tenth, "n", forecast.alias("forecast"), "observed"
    )
    means = _exact_sums(told, _RELIABILITY)
    means = means.with_columns(pl.col("forecast", "observed") / pl.col("n"))
    counted = means.sort(_RELIABILITY).with_columns(pl.col("n").cast(pl.Int64))
    return counted.select("model", "threshold", "forecast", "observed", "n")


def corp(parts: Sequence[Calibration]) -> pl.DataFrame:
    """Reliability without bins: the frequencies that rise with the chance and fit best.

    Where the frequency equals the chance, nothing is gained by recalibration (Dimitriadis, Gneiting
    and Jordan 2021; see `riskkit.scoring.brier.pooled`).

    Returns:
        `model, threshold, forecast, observed, n, events`: for each pool of chances their mean, how
        often it came, months, and months in which it came.
    """
    found = []
    for (model, threshold), (chance, rows, events) in _levels(parts):
        pools = pooled(chance, rows, events)
        count = np.rint(pools.frequency * pools.rows).astype(np.int64)
        columns = {"forecast": pools.probability, "observed": pools.frequency, "n": pools.rows}
        table = pl.DataFrame({**columns, "events": count})
        found.append(
            table.select(
                pl.lit(model).alias("model"), pl.lit(threshold).alias("threshold"), pl.all()
            )
        )
    return pl.concat(found)


def brier_parts(parts: Sequence[Calibration]) -> pl.DataFrame:
    """What of the Brier score is miscalibration, and what the forecast knows (CORP).

    Returns:
        `model, threshold, n, events, brier, miscalibration, discrimination, uncertainty`: the
        score is the first less the second plus the third of the last three. The fewer the events,
        the more of the first two is chance.
    """
    rows = []
    for (model, threshold), (chance, n, events) in _levels(parts):
        total, came = int(n.sum()), float(events.sum())
        missed = events * (1 - chance) ** 2 + (n - events) * chance**2
        pools = pooled(chance, n, events)
        right = float(np.average(pools.frequency * (1 - pools.frequency), weights=pools.rows))
        score, spread = math.fsum(missed) / total, came / total * (1 - came / total)
        told = (score, score - right, spread - right, spread)
        rows.append((model, threshold, total, round(came), *told))
    columns = ("model", "threshold", "n", "events", "brier")
    names = ("miscalibration", "discrimination", "uncertainty")
    return pl.DataFrame(rows, schema=[*columns, *names], orient="row")


def _levels(parts: Sequence[Calibration]) -> Iterator[tuple[tuple[str, int], _Levels]]:
    """For each model and threshold the chances, ascending, with months and events of each."""
    keys = ("model", "threshold", "chance")
    sums = pl.concat(part.chances for part in parts).group_by(keys).sum().sort(keys)
    for (model, threshold), rows in sums.group_by("model", "threshold", maintain_order=True):
        chance, n, events = (rows[name].to_numpy() for name in ("chance", "n", "observed"))
        yield (str(model), int(threshold)), (chance, n, events)


def pit(parts: Sequence[Calibration]) -> pl.DataFrame:
    """PIT histogram of each model: flat when the whole distribution is right.

    Returns:
        `model, pit, density`: middle of each of ten bins, and the height, 1 when calibrated.
    """
    sums = _exact_sums(pl.concat(part.pit for part in parts), ("model", "bin"))
    return sums.sort("model", "bin").select(
        "model",
        pit=(pl.col("bin") + 0.5) / BINS,
        density=pl.col("mass") * BINS / pl.col("n"),
    )


def coverage(parts: Sequence[Calibration]) -> pl.DataFrame:
    """Share of positive outcomes that 90 % intervals hold, and would if every chance were right.

    Returns:
        `target, model, positive, expected, covered, implied`: positive outcomes that came and that
        the chances add up to, the share of the former in their intervals, and what this share
        would be for outcomes drawn from the forecasts. Shares of nothing are null.
    """
    told = pl.concat(
        part.held.select(pl.lit(part.target).alias("target"), pl.all()) for part in parts
    )
    sums = _exact_sums(told, ("target", "model")).sort("target", "model")
    return sums.select(
        "target",
        "model",
        pl.col("positive").cast(pl.Int64),
        "expected",
        covered=pl.when(pl.col("positive") > 0).then(pl.col("held") / pl.col("positive")),
        implied=pl.when(pl.col("expected") > 0).then(pl.col("due") / pl.col("expected")),
    )


def crps_by_horizon(scores: pl.DataFrame, target: str) -> pl.DataFrame:
    """Mean CRPS over units and windows.

    Args:
        scores: Rows of `riskkit.tables.Scores`.
        target: Target name.

    Returns:
        `model, horizon, crps`.
    """
    rows = scores.filter(pl.col("target") == target, pl.col("rule") == "crps")
    counted = rows.select("model", "horizon", "value", n=pl.lit(1))
    sums = _exact_sums(counted, ("model", "horizon")).sort("model", "horizon")
    return sums.select("model", "horizon", crps=pl.col("value") / pl.col("n"))


def _exact_sums(table: pl.DataFrame, keys: Sequence[str]) -> pl.DataFrame:
    """Sum every other column; polars adds in an order that differs from run to run."""
    lists = table.group_by(keys).agg(pl.exclude(keys))
    columns = (name for name in table.columns if name not in keys)
    return lists.with_columns(
        pl.Series(name, [math.fsum(values) for values in lists[name]]) for name in columns
    )
