"""How well onsets of armed conflict are told apart: history, structure and news of base."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
import polars as pl
from numpy.typing import NDArray

from riskkit.base import releases
from riskkit.models.onset import Onset, armed, follows, quiet, trailing_sum
from riskkit.months import month_id, month_id_expr, parse_month
from riskkit.risk.onset import IN_CONFLICT, ONSETS
from riskkit.scoring.auc import auc, weighted_auc
from riskkit.scoring.average_precision import average_precision
from riskkit.study.record import PUBLISHED, periods

Array = NDArray[np.float64]

LAG = 12
"""Months after which a yearly figure of structure is taken as known."""
STRUCTURE = ("wdi_gdppc_kd", "infmort", "wpp24_fertility", "wpp24_cbr", "wpp24_growthrate")
FIRST = "1989-01"
YOUNGEST = 71
"""First month of base, counted from 0, that is learned from: five years and one are behind it."""


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
        dyads = pl.concat([r.dyads for r in releases() if r.dyads is not None])
        self.borders = dyads.filter(relation="contiguity").select("unit", "other").unique()
        people = self.rows.filter(pl.col("indicator") == "wpp24_pop")
        self.units = people.select("unit").unique().sort("unit").with_row_index("row")

    def neighbours(self, values: Array) -> Array:
        """Mean over the countries across a land border; zero where there are none."""
        place = dict(self.units.select("unit", "row").iter_rows())
        ties = np.zeros((len(place), len(place)))
        for unit, other in self.borders.iter_rows():
            if unit in place and other in place:
                ties[place[unit], place[other]] = 1.0
        shares = ties / np.maximum(ties.sum(axis=1, keepdims=True), 1.0)
        return np.asarray(shares @ np.nan_to_num(values))

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


def _features(table: _Table, behind: int = 0) -> dict[str, Array]:
    """Sets of features `[units, months, features]`, each with those of the sets before it.

    Deaths are those known `behind` months later.
    """
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
        around = [
            table.neighbours(np.log1p(trailing_sum(deaths, 12))),
            table.neighbours((trailing_sum(deaths, 12) >= IN_CONFLICT).astype(np.float64)),
        ]
        history, around = ([_late(one, behind) for one in some] for some in (history, around))
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
    steps = {"history": history, "neighbours": around, "structure": structure, "news": reported}
    sets: dict[str, Array] = {}
    taken: list[Array] = []
    for name, columns in steps.items():
        taken = [*taken, *columns]
        sets[name if name == "history" else f"and {name}"] = np.stack(taken, axis=-1)
    return sets


def _late(values: Array, months: int) -> Array:
    """What was known of values that come out some months later."""
    gap = np.full((len(values), months), np.nan)
    return np.hstack([gap, values[:, : values.shape[1] - months]])


def compare_replayed(told: pl.DataFrame, samples: int = 200, seed: int = 1) -> pl.DataFrame:
    """Judge replayed chances of onset beside a logistic regression of the same cases.

    The regression sees deaths as late as the replay does, and is fitted at each origin on what
    had come out by then.

    Args:
        told: As `riskkit.study.outbreaks.cases` lays them out.
        samples: Resamples of countries for the intervals.
        seed: Of the resampling.

    Returns:
        Columns `months, period`, and those of `compare_onsets`; `features` also names the system
        of the replay ("joint draws") and the mean of both ("draws and ...").
    """
    table = _Table()
    at_war = armed(table.monthly("ged_best"), table.yearly("wpp24_pop"))
    judged = []
    for event, ahead in ONSETS.items():
        some = told.filter(system=PUBLISHED, event=event).sort("origin", "unit")
        draws, alone = some["chance"].to_numpy(), _regressed(table, at_war, some, ahead)
        mixed = {
            f"draws and {name.removeprefix('and ')}": (p + draws) / 2 for name, p in alone.items()
        }
        for period, part in periods(some.with_row_index("at")):
            kept, unit = part["at"].to_numpy(), part["unit"].rank("dense").to_numpy() - 1
            for name, chance in {"joint draws": draws, **alone, **mixed}.items():
                scored = (chance[kept], part["came"].to_numpy(), unit.astype(np.int64))
                named = {"months": ahead, "period": period, "features": name}
                judged.append({**named, **_judged(*scored, samples, seed)})
    return pl.DataFrame(judged)


def _regressed(
    table: _Table, at_war: NDArray[np.bool_], some: pl.DataFrame, ahead: int
) -> dict[str, Array]:
    """Chances of replayed cases by each set of features, fitted at each origin."""
    rows = dict(table.units.select("unit", "row").iter_rows())
    outcome, month = follows(at_war, ahead), np.arange(at_war.shape[1])
    sets: dict[int, dict[str, Array]] = {}
    chances: dict[str, list[Array]] = {}
    for (origin,), cases in some.group_by("origin", maintain_order=True):
        at = month_id(origin) - parse_month(FIRST)
        behind = origin.month  # deaths of a year come out in the middle of the next
        if behind not in sets:
            sets[behind] = _features(table, behind)
        still = _late(quiet(at_war).astype(np.float64), behind) == 1
        decided = (month <= at - behind - ahead) & (month >= YOUNGEST + behind)
        known = still & ~np.isnan(outcome) & decided
        unit = [rows[one] for one in cases["unit"]]
        for name, columns in sets[behind].items():
            model = Onset().fit(columns[known], outcome[known] > 0)
            chances.setdefault(name, []).append(model.chance(columns[unit, at]))
    return {name: np.concatenate(parts) for name, parts in chances.items()}


def _forecasts(
    columns: Array, outcome: Array, still: NDArray[np.bool_], years: Sequence[int], ahead: int
) -> tuple[Array, NDArray[np.bool_], NDArray[np.int64]]:
    """Chances, outcomes and units of every quiet month of the years."""
    usable = still & ~np.isnan(outcome)
    month = np.arange(outcome.shape[1])
    parts = []
    for year in years:
        start = parse_month(f"{year}-01") - parse_month(FIRST)
        known = usable & (month < start - ahead) & (month >= YOUNGEST)
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
