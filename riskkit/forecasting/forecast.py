"""The predictive distribution: joint draws, and what can be read off them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from riskkit.errors import RiskkitError
from riskkit.months import first_day, month_id

COLUMNS = ("model", "target", "origin", "unit", "month", "horizon", "draws")


@dataclass(frozen=True)
class Forecast:
    """Draws of one model from one origin.

    Attributes:
        model: Registry name.
        target: Target name.
        origin: Month id of the last month whose end had passed.
        units: Unit of each row.
        horizons: Months ahead of each column.
        draws: Integer array [units, horizons, draws]; draw k is one joint scenario, so sums over
            units and months are sums of draw k.
    """

    model: str
    target: str
    origin: int
    units: tuple[str, ...]
    horizons: tuple[int, ...]
    draws: NDArray[np.int64]

    @property
    def months(self) -> tuple[int, ...]:
        """Month id in which the period of each column starts."""
        return tuple(self.origin + h for h in self.horizons)

    def part(self, rows: slice) -> Forecast:
        """Some of the units."""
        return replace(self, units=self.units[rows], draws=self.draws[rows])

    def totals(self) -> NDArray[np.int64]:
        """Sum over the window, scenario by scenario: array [units, draws]."""
        total: NDArray[np.int64] = self.draws.sum(axis=1)
        return total

    def exceedance(self, threshold: float) -> NDArray[np.float64]:
        """Probability of at least `threshold` in each period: array [units, horizons]."""
        return np.asarray((self.draws >= threshold).mean(axis=-1), dtype=np.float64)

    def quantiles(self, levels: Sequence[float]) -> NDArray[np.float64]:
        """Linear sample quantiles: array [units, horizons, levels]."""
        return np.moveaxis(np.quantile(self.draws, levels, axis=-1), 0, -1)

    def to_frame(self) -> pl.DataFrame:
        """Lay out one row per unit and month, with the draws as a fixed-size array."""
        n_units, n_horizons, size = self.draws.shape
        months = [first_day(month) for month in self.months]
        return pl.DataFrame(
            {
                "unit": np.repeat(np.array(self.units, dtype=object), n_horizons).tolist(),
                "month": months * n_units,
                "horizon": np.tile(self.horizons, n_units),
                "draws": self.draws.reshape(-1, size),
            },
            schema={
                "unit": pl.String,
                "month": pl.Date,
                "horizon": pl.Int32,
                "draws": pl.Array(pl.Int64, size),
            },
        ).select(
            pl.lit(self.model).alias("model"),
            pl.lit(self.target).alias("target"),
            pl.lit(first_day(self.origin)).alias("origin"),
            pl.all(),
        )


def joined(parts: Sequence[Forecast]) -> Forecast:
    """Put parts of one forecast, of some units each, together."""
    if len(parts) == 1:
        return parts[0]
    units = tuple(unit for part in parts for unit in part.units)
    return replace(parts[0], units=units, draws=np.concatenate([part.draws for part in parts]))


def from_frame(frame: pl.DataFrame) -> list[Forecast]:
    """Read forecasts back from rows of `COLUMNS`, one per model, target and origin.

    Raises:
        RiskkitError: A column is missing, or a unit lacks one of the months.
    """
    missing = [column for column in COLUMNS if column not in frame.columns]
    if missing:
        raise RiskkitError("not a forecast table: columns are missing", got=missing)
    groups = frame.sort("model", "target", "origin", "unit", "horizon").partition_by(
        "model", "target", "origin", maintain_order=True
    )
    return [_one(group) for group in groups]


def _one(group: pl.DataFrame) -> Forecast:
    units = tuple(group["unit"].unique(maintain_order=True))
    horizons = tuple(group["horizon"].unique(maintain_order=True))
    if group.height != len(units) * len(horizons):
        raise RiskkitError(
            f"the forecast of {group['model'][0]} is not complete: "
            f"{len(units)} units x {len(horizons)} months, but {group.height} rows"
        )
    draws = group["draws"].to_numpy()
    return Forecast(
        model=group["model"][0],
        target=group["target"][0],
        origin=month_id(group["origin"][0]),
        units=units,
        horizons=horizons,
        draws=draws.reshape(len(units), len(horizons), -1).astype(np.int64, copy=False),
    )
