"""Submissions of others beside the forecasts of a study: the same windows, units and months."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl

from riskkit.errors import ConfigError
from riskkit.forecasting.forecast import Forecast
from riskkit.months import format_month
from riskkit.scoring.submission import UNIT_KEYS, read_submission
from riskkit.units import countries

Submissions = Mapping[str, Sequence[Path]]
"""Files or folders in the VIEWS layout, by the name that their model gets."""


def read_rivals(named: Submissions, models: Sequence[str]) -> list[Rival]:
    """Read submissions, each once.

    Raises:
        ConfigError: One is called as a model of the backtests is.
        RiskkitError: A file is no submission.
    """
    for name in named:
        if name in models:
            raise ConfigError(
                f"a submission cannot be called '{name}', as a model of the backtest is",
                hint=f"give it another name: --submission their-{name}=FILES",
            )
    return [Rival(name, paths) for name, paths in named.items()]


class Rival:
    """One submission.

    Attributes:
        name: Name of its model.
        hash: Of its draws.
    """

    def __init__(self, name: str, paths: Sequence[Path]) -> None:
        table = read_submission(paths)
        key = next(key for key in UNIT_KEYS if key in table.columns)
        digest = hashlib.sha256(table.drop("draws").write_csv().encode())
        digest.update(np.ascontiguousarray(table["draws"].to_numpy()).tobytes())
        self.name, self.hash = name, digest.hexdigest()[:16]
        self._rows = table.with_columns(unit=_units(table[key])).drop_nulls("unit")

    def speaks_of(self, forecast: Forecast) -> set[str]:
        """Units of a forecast of which it has every month."""
        rows = self._rows.filter(pl.col("month_id").is_in(forecast.months))
        counted = rows.group_by("unit").len().filter(pl.col("len") == len(forecast.months))
        return set(counted["unit"]) & set(forecast.units)

    def like(self, forecast: Forecast) -> Forecast:
        """What it says of the units and months of another forecast, of which it has all.

        Draws are rounded to whole numbers, as a study's are.
        """
        units, months = forecast.units, forecast.months
        wanted = pl.DataFrame(
            {
                "unit": np.repeat(units, len(months)),
                "month_id": np.tile(np.array(months, dtype=np.int32), len(units)),
            }
        )
        found = wanted.join(self._rows, on=["unit", "month_id"], maintain_order="left")
        draws = np.rint(found["draws"].to_numpy()).astype(np.int64)
        return replace(forecast, model=self.name, draws=draws.reshape(len(units), len(months), -1))


def shared(forecast: Forecast, rivals: Sequence[Rival]) -> Forecast:
    """Keep the units of a forecast of which every submission speaks.

    Raises:
        ConfigError: There is none.
    """
    kept = set(forecast.units)
    for rival in rivals:
        kept &= rival.speaks_of(forecast)
        if not kept:
            first, last = (format_month(forecast.months[place]) for place in (0, -1))
            raise ConfigError(
                f"the submission '{rival.name}' speaks of no unit of the window {first} to {last}",
                hint="backtest the origins of its windows, and the units that it speaks of",
            )
    rows = [row for row, unit in enumerate(forecast.units) if unit in kept]
    units = tuple(forecast.units[row] for row in rows)
    return replace(forecast, units=units, draws=forecast.draws[rows])


def _units(ids: pl.Series) -> pl.Series:
    """Units of VIEWS country ids, null where there is none; a cell is called by its number."""
    if ids.name != UNIT_KEYS[0]:
        return ids.cast(pl.String)
    known = countries().drop_nulls("views_id").select("views_id", "unit")
    return ids.replace_strict(dict(known.iter_rows()), default=None, return_dtype=pl.String)
