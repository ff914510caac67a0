"""How well onsets of armed conflict are told apart: history, structure and news of base."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
import polars as pl
from numpy.typing import NDArray

from riskkit.base import releases
from riskkit.models.onset import Onset, armed, follows, quiet, trailing_sum
from riskkit.months import month_id_expr, parse_month
from riskkit.scoring.auc import auc, weighted_auc
from riskkit.scoring.average_precision import average_precision

Array = NDArray[np.float64]

LAG = 12
"""Months after which a yearly figure of structure is taken as known."""
STRUCTURE = ("wdi_gdppc_kd", "infmort", "wpp24_fertility", "wpp24_cbr", "wpp24_growthrate")
FIRST = "1989-01"


def compare_onsets(
    years: Sequence[int], months: Sequence[int] = (3, 12), samples: int = 200, seed: int = 1
) -> pl.DataFrame:
    """Forecast onsets at the end of every month of some years, fitted at each year's start.

    Args:
        years: Years of the forecasts.
        months: How far ahead an onset counts.
        samples: Resamples of countries for the intervals.
        seed: Of the resampling.

    Returns:
        Columns `months, features, auc, auc_low, auc_high, ap, brier, brier_base, rows, onsets,
        countries`: rows are country-months at the end of sixty quiet ones, and `countries` those
        with an onset.
    """
    table = _Table()
    at_war = armed(table.monthly("ged_best"), table.yearly("wpp24_pop"))
    sets = _features(table)
    told = []
    for ahead in months:
        outcome, still = follows(at_war, ahead), quiet(at_war)
        for name, columns in sets.items():
            scored = _forecasts(columns, outcome, still, years, ahead)
            told.append({"months": ahead, "features": name, **_judged(*scored, samples, seed)})
    return pl.DataFrame(told)


class _Table:
    """Base as arrays `[units, months]` from January 1989 to the last month of deaths."""

    def __init__(self) -> None:
        rows = pl.concat([r.observations for r in releases() if r.observations.height])
        first = parse_month(FIRST)
        self.rows = rows.filter(pl.col("month") >= date(1989, 1, 1)).with_columns(
            at=month_id_expr("month") - first
        )
        counted = self.rows.filter(pl.col("indicator") == "ged_best")
        self.length = int(counted["at"].to_numpy().max()) + 1
        people = self.rows.filter(pl.col("indicator") == "wpp24_pop")
        self.units = people.select("unit").unique().sort("unit").with_row_index("row")

    def monthly(self, name: str) -> Array:
        """Values by month, zero where there is none."""
        return np.nan_to_num(self._values(name))

    def yearly(self, name: str) -> Array:
        """The last figure that was known `LAG` months later."""
        values = self._values(name)
        for at in range(1, self.length):
            values[:, at] = np.where(np.isnan(values[:, at]), values[:, at - 1], values[:, at])
        lag = LAG + 11  # a year's figure stands in its January
        return np.hstack([np.full((len(values), lag), np.nan), values[:, :-lag]])

    def _values(self, name: str) -> Array:
        found = self.rows.filter((pl.col("indicator") == name) & (pl.col("at") < self.length)).join(
            self.units, on="unit"
        )
        out = np.full((self.units.height, self.length), np.nan)
        out[found["row"].to_numpy(), found["at"].to_numpy()] = found["value"].to_numpy()
        return out


def _features(table: _Table) -> dict[str, Array]:
    """Sets of features `[units, months, features]`, each with those of the sets before it."""
    deaths, population = table.monthly("ged_best"), table.yearly("wpp24_pop")
    news, protest = table.monthly("gdelt_conflict_events"), table.monthly("gdelt_protest_events")
    year = trailing_sum(news, 12)
    with np.errstate(divide="ignore", invalid="ignore"):
        history = [
            np.log1p(deaths),
            *(np.log1p(trailing_sum(deaths, span)) for span in (12, 60)),
            trailing_sum((deaths > 0).astype(np.float64), 60) / 60,
            np.log(population),
        ]
        structure = [table.yearly(name) for name in STRUCTURE]
        structure[:2] = [np.log(values) for values in structure[:2]]
        reported = [
            np.log(year / np.maximum(np.nansum(year, axis=0), 1.0) + 1e-6),
            np.log1p(year) - np.log(population),
            *(
                np.log((trailing_sum(events, 3) + 1) / (trailing_sum(events, 12) / 4 + 1))
                for events in (news, protest)
            ),
        ]
    return {
        "history": np.stack(history, axis=-1),
        "history, structure": np.stack(history + structure, axis=-1),
        "history, structure, news": np.stack(history + structure + reported, axis=-1),
    }


def _forecasts(
    columns: Array, outcome: Array, still: NDArray[np.bool_], years: Sequence[int], ahead: int
) -> tuple[Array, NDArray[np.bool_], NDArray[np.int64]]:
    """Chances, outcomes and units of every quiet month of the years."""
    usable = still & ~np.isnan(outcome)
    month = np.arange(outcome.shape[1])
    parts = []
    for year in years:
        start = parse_month(f"{year}-01") - parse_month(FIRST)
        known = usable & (month < start - ahead) & (month >= 71)
        model = Onset().fit(columns[known], outcome[known] > 0)
        unit, at = np.nonzero(usable & (month >= start) & (month < start + 12))
        parts.append((model.chance(columns[unit, at]), outcome[unit, at] > 0, unit))
    chance, happened, unit = (np.concatenate(part) for part in zip(*parts, strict=True))
    return chance, happened, unit


def _judged(
    chance: Array, happened: NDArray[np.bool_], unit: NDArray[np.int64], samples: int, seed: int
) -> dict[str, float]:
    """AUC with a 90 % interval over countries, average precision and Brier score."""
    rng = np.random.default_rng(seed)
    size = int(unit.max()) + 1
    drawn = rng.multinomial(size, np.full(size, 1 / size), samples).T[unit].astype(np.float64)
    aucs = weighted_auc(chance, happened, drawn)
    base = happened.mean()
    return {
        "auc": auc(chance, happened),
        "auc_low": float(np.nanquantile(aucs, 0.05)),
        "auc_high": float(np.nanquantile(aucs, 0.95)),
        "ap": average_precision(chance, happened),
        "brier": float(np.mean((chance - happened) ** 2)),
        "brier_base": float(base * (1 - base)),
        "rows": len(chance),
        "onsets": int(happened.sum()),
        "countries": len(np.unique(unit[happened])),
    }
