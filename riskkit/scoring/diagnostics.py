"""What to draw of past forecasts: error by horizon, and calibration."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import polars as pl
from numpy.typing import NDArray

from riskkit.forecasting.forecast import Forecast
from riskkit.scoring.pit import pit_histogram

BINS = 10
_RELIABILITY = ("model", "threshold", "bin")


@dataclass(frozen=True)
class Calibration:
    """Sums over the scored months of one or several forecasts.

    Attributes:
        chances: `model, threshold, bin, n, forecast, observed`: months whose forecast chance of at
            least the threshold fell into the bin, the sum of those chances, and how often it came.
        pit: `model, bin, n, mass`: months, and the part of their PIT in the bin.
    """

    chances: pl.DataFrame
    pit: pl.DataFrame

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
        return cls(chances.select(model, pl.all()), pit.select(model, pl.all()))


def _chances(
    draws: NDArray[np.int64], outcome: NDArray[np.float64], threshold: int
) -> pl.DataFrame:
    chance = (draws >= threshold).mean(axis=1)
    came = (outcome >= threshold).astype(np.float64)
    place = np.minimum((chance * BINS).astype(np.int64), BINS - 1)
    return pl.DataFrame(
        {
            "threshold": np.full(BINS, threshold),
            "bin": np.arange(BINS),
            "n": np.bincount(place, minlength=BINS),
            "forecast": np.bincount(place, chance, BINS),
            "observed": np.bincount(place, came, BINS),
        }
    )


def reliability(parts: Sequence[Calibration]) -> pl.DataFrame:
    """Chances that were forecast, and how often it came to that.

    Returns:
        `model, threshold, forecast, observed, n`: the mean chance and the share of months in which
        it came, for each tenth of the chances that occurred at all.
    """
    sums = _exact_sums(pl.concat(part.chances for part in parts), _RELIABILITY)
    means = sums.filter(pl.col("n") > 0).with_columns(pl.col("forecast", "observed") / pl.col("n"))
    counted = means.sort(_RELIABILITY).with_columns(pl.col("n").cast(pl.Int64))
    return counted.select("model", "threshold", "forecast", "observed", "n")


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
