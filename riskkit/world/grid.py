"""The simulated world by cell: few hot spots, much silence, and violence that spreads.

Nothing in it is real. It has the same units and releases as any data by cell, and its truth:
`oracle_of_grid` forecasts with the process itself and all that is hidden.

>>> grid = simulate_grid(seed=1, cells=120, months=300)
>>> grid.units.height, len(grid.months), grid.releases[0].simulated
(120, 300, True)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from riskkit.errors import RiskkitError
from riskkit.forecasting.forecast import Forecast
from riskkit.months import first_day, format_month, last_day, month_id
from riskkit.panel.cells import tie_release
from riskkit.tables import Indicator, Observations, Release, Units
from riskkit.world import names
from riskkit.world.lattice import Lattice
from riskkit.world.releases import CITATION, INDICATORS
from riskkit.world.streams import Streams

LAST_MONTH = month_id("2024-12")
CELLS = range(100, 100_001)
MONTHS = range(120, 601)
TARGET = "ged_sb"
_BURN_IN = 120
_ORACLE = 1
_LARGEST_INTENSITY = 8.0

Array = NDArray[np.float64]


@dataclass(frozen=True)
class GridParameters:
    """Every number of the process; docs/world.md lists each with its meaning."""

    onset: float = -8.5
    country: float = 1.1
    local: float = 1.5
    own: float = 0.9
    near: float = 1.6
    memory: float = 0.85
    level: float = 0.9
    level_spread: float = 0.8
    level_tail: float = 0.6
    inertia: float = 0.9
    shock: float = 0.35
    noise: float = 0.8
    lull: float = -0.4
    lull_intensity: float = -0.5
    end: float = -1.9
    end_intensity: float = -0.45
    other: float = -7.6
    other_risk: float = 0.9
    other_war: float = 1.0
    other_size: float = 0.7


@dataclass(frozen=True)
class GridState:
    """The truth at the end of a month; arrays end with the cells.

    Attributes:
        active: Whether there is fighting.
        intensity: Log intensity of the fighting; 0 where there is none.
        level: What it tends to.
        memory: Decaying mean of log(1 + ged_sb).
        ged_sb: Deaths in the fighting.
        ged_ns: Deaths in fights between groups.
        ged_os: Civilians killed on purpose.
    """

    active: NDArray[np.bool_]
    intensity: NDArray[np.float32]
    level: NDArray[np.float32]
    memory: NDArray[np.float32]
    ged_sb: NDArray[np.int32]
    ged_ns: NDArray[np.int32]
    ged_os: NDArray[np.int32]

    def at(self, place: int) -> GridState:
        """One of several months."""
        return GridState(**{f.name: getattr(self, f.name)[place] for f in fields(self)})

    def repeat(self, size: int) -> GridState:
        """The same state so many times over, along a new first axis."""
        return GridState(
            **{f.name: np.repeat(getattr(self, f.name)[None], size, axis=0) for f in fields(self)}
        )


@dataclass(frozen=True)
class Grid:
    """A simulated grid: what its publisher says, and the truth behind it.

    Attributes:
        seed: Seed of every random stream.
        months: Month ids, ending in December 2024.
        lattice: Where the cells lie.
        country: Country of each cell, as a place among `country_codes`.
        risk: Log hazard of fighting of each cell, that no indicator shows.
        parameters: The numbers of the process.
        states: The truth: every array with the months as first axis.
    """

    seed: int
    months: range
    lattice: Lattice
    country: NDArray[np.int64]
    risk: Array
    parameters: GridParameters
    states: GridState

    @cached_property
    def codes(self) -> tuple[str, ...]:
        """Cells in the order of every array."""
        return tuple(str(gid) for gid in self.lattice.gids.tolist())

    @property
    def country_codes(self) -> tuple[str, ...]:
        """Codes of the countries."""
        return names.codes(int(self.country.max()) + 1)

    @cached_property
    def country_of(self) -> dict[str, str]:
        """Country of each cell, by code."""
        known = self.country_codes
        return {cell: known[c] for cell, c in zip(self.codes, self.country.tolist(), strict=True)}

    @cached_property
    def units(self) -> pl.DataFrame:
        """Rows of `riskkit.tables.Units`: the cells, sorted; their region is their country."""
        titles = [names.COUNTRIES[c] for c in self.country.tolist()]
        table = pl.DataFrame({"unit": self.codes, "region": titles}).select(
            "unit",
            pl.format("cell {} ({})", "unit", "region").alias("name"),
            "region",
            pl.lit(None, dtype=pl.Date).alias("born"),
            pl.lit(None, dtype=pl.Date).alias("died"),
        )
        return Units.validate(table).sort("unit")

    @cached_property
    def countries(self) -> pl.DataFrame:
        """Rows of `riskkit.tables.Units`: the countries of the cells."""
        codes = self.country_codes
        return Units.validate(
            pl.DataFrame(
                {"unit": codes, "name": names.COUNTRIES[: len(codes)]},
            ).select(
                "unit",
                "name",
                pl.lit(names.REGIONS[0]).alias("region"),
                pl.lit(None, dtype=pl.Date).alias("born"),
                pl.lit(None, dtype=pl.Date).alias("died"),
            )
        )

    @cached_property
    def releases(self) -> tuple[Release, ...]:
        """What its one publisher says: deaths by cell and month, one month later; and the ties."""
        indicators = INDICATORS["conflict"]
        rows = [_rows(i, getattr(self.states, i.name), self) for i in indicators]
        covers = first_day(self.months[0]), first_day(self.months[-1])
        return (
            Release(
                Observations.validate(pl.concat(rows)),
                indicators,
                covers,
                covered_units=self.codes,
                simulated=True,
                citation=CITATION,
            ),
            tie_release(
                self.codes, self.lattice.row, self.lattice.column, covers[0], simulated=True
            ),
        )


def simulate_grid(
    seed: int = 1, cells: int = 1000, months: int = 360, parameters: GridParameters | None = None
) -> Grid:
    """Simulate a grid of cells.

    Args:
        seed: Not negative; the same seed gives the same grid to the last byte.
        cells: 100 to 100,000.
        months: 120 to 600, of which the last is December 2024.
        parameters: The numbers of the process; None for those that docs/world.md lists.

    Raises:
        RiskkitError: A size is out of range or the seed is negative.
    """
    if cells not in CELLS or months not in MONTHS or seed < 0:
        raise RiskkitError(
            "the simulated grid has 100 to 100,000 cells, 120 to 600 months and a seed from 0 on",
            got=f"{cells} cells, {months} months, seed {seed}",
        )
    p, streams = parameters or GridParameters(), Streams(seed)
    lattice = Lattice.of(cells)
    country = lattice.countries(streams["grid.countries"])
    risk = _risk(lattice, country, p, streams)
    state = _silent(cells)
    states = []
    for _ in range(_BURN_IN + months):
        state = step(state, risk, lattice, p, streams)
        states.append(state)
    kept = states[_BURN_IN:]
    history = GridState(
        **{f.name: np.stack([getattr(s, f.name) for s in kept]) for f in fields(GridState)}
    )
    span = range(LAST_MONTH - months + 1, LAST_MONTH + 1)
    return Grid(seed, span, lattice, country, risk, p, history)


def _risk(
    lattice: Lattice, country: NDArray[np.int64], p: GridParameters, streams: Streams
) -> Array:
    """Log hazard of each cell: its country's, and a field in which near cells are alike."""
    of_country = streams["grid.country_risk"].normal(size=int(country.max()) + 1)
    field = streams["grid.local_risk"].normal(size=lattice.cells)
    for _ in range(2):
        field = 0.5 * field + lattice.around(field)
    return np.asarray(p.country * of_country[country] + p.local * field / field.std())


def _silent(cells: int) -> GridState:
    nothing = np.zeros(cells, dtype=np.float32)
    none = np.zeros(cells, dtype=np.int32)
    return GridState(none > 0, nothing, nothing, nothing, none, none, none)


def step(
    state: GridState, risk: Array, lattice: Lattice, p: GridParameters, streams: Streams
) -> GridState:
    """Let a month pass; docs/world.md tells the process.

    Args:
        state: The truth at the end of the month before, arrays `[..., cells]`.
        risk: Log hazard of each cell.
        lattice: Where the cells lie.
        p: The numbers of the process.
        streams: Random streams by name.
    """
    m = state.memory.astype(np.float64)
    chance = _chance(p.onset + risk + p.own * m + p.near * lattice.around(m))
    stays = _chance(p.end + p.end_intensity * state.intensity)
    luck = streams["grid.fate"].random(m.shape)
    begins = ~state.active & (luck < chance)
    active = begins | (state.active & (luck >= stays))
    level, intensity = _intensity(state, begins, active, p, streams)
    sb = _deaths(intensity, active, p, streams)
    kept = p.memory * m + (1 - p.memory) * np.log1p(sb)
    elsewhere = p.other + p.other_risk * risk[::-1]  # in other cells than wars
    return GridState(
        active=active,
        intensity=intensity,
        level=level,
        memory=kept.astype(np.float32),
        ged_sb=sb,
        ged_ns=_others("grid.non_state", np.broadcast_to(elsewhere, m.shape), p, streams),
        ged_os=_others(
            "grid.one_sided", p.other + p.other_risk * risk + p.other_war * m, p, streams
        ),
    )


def _chance(log_hazard: NDArray[np.floating[Any]]) -> Array:
    return np.asarray(-np.expm1(-np.exp(log_hazard)), dtype=np.float64)


def _intensity(
    state: GridState,
    begins: NDArray[np.bool_],
    active: NDArray[np.bool_],
    p: GridParameters,
    streams: Streams,
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Level and log intensity; only cells with fighting draw numbers."""
    level, x = state.level.copy(), np.zeros_like(state.intensity)
    rng, new = streams["grid.level"], int(begins.sum())
    level[begins] = (
        p.level + p.level_spread * rng.normal(size=new) + p.level_tail * rng.exponential(size=new)
    )
    shocks = p.shock * streams["grid.shock"].normal(size=int(active.sum()))
    before = np.where(begins, level - 1.0, state.intensity)[active]
    now = level[active] + p.inertia * (before - level[active]) + shocks
    x[active] = np.clip(now, -2.0, _LARGEST_INTENSITY)
    return level, x


def _deaths(
    intensity: NDArray[np.float32], active: NDArray[np.bool_], p: GridParameters, streams: Streams
) -> NDArray[np.int32]:
    deaths = np.zeros(intensity.shape, dtype=np.int32)
    x, rng = intensity[active].astype(np.float64), streams["grid.deaths"]
    lull = rng.random(x.size) < _chance(p.lull + p.lull_intensity * x)
    deaths[active] = np.where(lull, 0, rng.poisson(np.exp(x + p.noise * rng.normal(size=x.size))))
    return deaths


def _others(name: str, log_rate: Array, p: GridParameters, streams: Streams) -> NDArray[np.int32]:
    """Deaths in single incidents of other violence."""
    rng = streams[name]
    deaths = np.zeros(log_rate.shape, dtype=np.int32)
    struck = rng.random(log_rate.shape) < _chance(np.minimum(log_rate, 0.0))
    size = np.exp(p.other_size + rng.normal(size=int(struck.sum())))
    deaths[struck] = 1 + rng.poisson(size)
    return deaths


def _rows(indicator: Indicator, values: NDArray[np.int32], grid: Grid) -> pl.DataFrame:
    """Lay out what happened; silence is zero."""
    month, cell = np.nonzero(values)
    order = np.lexsort((month, cell))
    month, cell = month[order], cell[order]
    starts = pl.Series([first_day(m) for m in grid.months], dtype=pl.Date)
    known = pl.Series([last_day(m + indicator.lag_months) for m in grid.months], dtype=pl.Date)
    return pl.DataFrame(
        {
            "unit": pl.Series(grid.codes, dtype=pl.String)[cell],
            "month": starts[month],
            "indicator": pl.repeat(indicator.name, cell.size, eager=True),
            "value": values[month, cell].astype(np.float64),
            "known_from": known[month],
        }
    )


def oracle_of_grid(
    grid: Grid, origin: int, horizons: Sequence[int], size: int = 100, seed: int = 0
) -> Forecast:
    """Let the grid run on many times from its true state at the end of a month.

    Args:
        grid: The simulated grid.
        origin: Month id inside its months; later ones have no part in the forecast.
        horizons: Months ahead, ascending from 1.
        size: Number of draws; draw k is one joint future of all cells.
        seed: Seed of the draws.

    Raises:
        RiskkitError: The origin lies outside the grid's months.
    """
    if origin not in grid.months:
        raise RiskkitError(
            f"the simulated grid has no month {format_month(origin)}",
            hint=f"{format_month(grid.months[0])} to {format_month(grid.months[-1])} can be told",
        )
    streams = Streams(grid.seed, _ORACLE, seed, origin)
    state = grid.states.at(grid.months.index(origin)).repeat(size)
    deaths = []
    for month in range(origin + 1, origin + max(horizons) + 1):
        state = step(state, grid.risk, grid.lattice, grid.parameters, streams)
        if month - origin in horizons:
            deaths.append(state.ged_sb.astype(np.int64))
    order = np.argsort(np.array(grid.codes))
    draws = np.stack(deaths).transpose(2, 0, 1)[order]
    units = tuple(np.array(grid.codes)[order].tolist())
    return Forecast("oracle", TARGET, origin, units, tuple(horizons), np.ascontiguousarray(draws))
