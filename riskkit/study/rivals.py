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

    def like(self, forecast: Forecast) -> Forecast:
        """What it says of the units and months of another forecast.

        Draws are rounded to whole numbers, as a study's are.

        Raises:
            ConfigError: It lacks some of the units and months.
        """
        wanted = pl.DataFrame(
            {
                "unit": np.repeat(forecast.units, len(forecast.months)),
                "month_id": np.tile(np.array(forecast.months, dtype=np.int32), len(forecast.units)),
            }
        )
        found = wanted.join(self._rows, on=["unit", "month_id"], how="left", maintain_order="left")
        missing = found.filter(pl.col("draws").is_null())
        if missing.height:
            unit, month = missing.row(0)[:2]
            raise ConfigError(
                f"the submission '{self.name}' lacks {missing.height} of the {found.height} units "
                f"and months that the backtest forecasts, for instance {unit} in "
                f"{format_month(month)}",
                hint="compare it with a backtest of the units that it speaks of",
            )
        draws = np.rint(found["draws"].to_numpy()).astype(np.int64)
        shape = (len(forecast.units), len(forecast.months), -1)
        return replace(forecast, model=self.name, draws=draws.reshape(shape))


def _units(ids: pl.Series) -> pl.Series:
    """Units of VIEWS country ids, null where there is none; a cell is called by its number."""
    if ids.name != UNIT_KEYS[0]:
        return ids.cast(pl.String)
    known = countries().drop_nulls("views_id").select("views_id", "unit")
    return ids.replace_strict(dict(known.iter_rows()), default=None, return_dtype=pl.String)
