"""What the publishers of the simulated world say of it, and when; all of it made up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from riskkit.months import first_day, last_day
from riskkit.tables import Citation, Indicator, Observations, Release
from riskkit.world.parameters import Parameters
from riskkit.world.process import agriculture, expit, rainfall
from riskkit.world.state import State
from riskkit.world.traits import Traits

Array = NDArray[np.float64]
SOURCE = "world"
_DISPLACEMENT_LAG = 6
_TREATY_LAG = 6
_STRUCTURE_LAG = 5


def _monthly(name: str, unit: str, about: str, lag: int, census: bool = True) -> Indicator:
    return Indicator(name, unit, SOURCE, f"Simulated: {about}", "month", lag, census)


def _yearly(name: str, unit: str, about: str, lag: int) -> Indicator:
    return Indicator(name, unit, SOURCE, f"Simulated: {about}", "year", lag)


INDICATORS: Mapping[str, tuple[Indicator, ...]] = {
    "conflict": (
        _monthly("ged_sb", "deaths", "battle deaths of a war or skirmish with the state", 1),
        _monthly("ged_ns", "deaths", "deaths in fights between groups without the state", 1),
        _monthly("ged_os", "deaths", "civilians killed on purpose", 1),
    ),
    "terrorism": (
        _monthly("attacks", "attacks", "terrorist attacks", 3),
        _monthly("attacks_killed", "deaths", "people killed in terrorist attacks", 3),
    ),
    "climate": (
        _monthly("temperature_anomaly", "degrees Celsius", "departure from normal", 1, False),
        _monthly("rain_anomaly", "percent", "departure of rain from normal", 1, False),
    ),
    "migration": (
        _yearly("refugees_out", "people", "refugees from the country", _DISPLACEMENT_LAG),
        _yearly("refugees_in", "people", "refugees in the country", _DISPLACEMENT_LAG),
        _yearly("idps", "people", "people displaced within the country", _DISPLACEMENT_LAG),
    ),
    "diplomacy": (
        _monthly("agreements", "agreements", "peace agreements signed", 1),
        _monthly("peacekeeping", "1 if present", "presence of peacekeepers", 1),
        _yearly("defence_pacts", "pacts", "defence pacts in force", _TREATY_LAG),
    ),
    "structure": (
        _yearly("population", "people", "inhabitants", _STRUCTURE_LAG),
        _yearly("gdp_per_capita", "dollars", "gross domestic product per head", _STRUCTURE_LAG),
        _yearly("infant_mortality", "deaths per 1,000 births", "infant deaths", _STRUCTURE_LAG),
        _yearly("democracy", "index 0-1", "electoral democracy", _STRUCTURE_LAG),
        _yearly("agriculture_share", "share 0-1", "agriculture in the economy", _STRUCTURE_LAG),
        _yearly("excluded_population", "share 0-1", "people without power", _STRUCTURE_LAG),
    ),
}


@dataclass(frozen=True)
class _Calendar:
    """Columns of the published months and complete years.

    Attributes:
        months: Month id of each row of a monthly array.
        januaries: Month id of the January of each row of a yearly array.
        decembers: Row of a monthly array that holds the December of each year.
    """

    months: range
    januaries: range
    decembers: slice

    @property
    def years(self) -> Array:
        """Years since 2000 of each complete year."""
        return np.array([[first_day(month).year - 2000.0] for month in self.januaries])


def _calendar(months: range) -> _Calendar:
    january = months[0] + (1 - months[0]) % 12
    return _Calendar(
        months, range(january, months[-1] - 10, 12), slice(january - months[0] + 11, None, 12)
    )


def make_releases(
    codes: tuple[str, ...],
    months: range,
    states: State,
    traits: Traits,
    parameters: Parameters,
    streams: Mapping[str, np.random.Generator],
) -> tuple[Release, ...]:
    """Publish the history: counts as they are, everything else with errors of measurement.

    Args:
        codes: Unit codes in the order of the arrays.
        months: Month ids of the first axis of the states.
        states: The truth.
        traits: What never changes.
        parameters: The numbers of the process.
        streams: Random streams by name.
    """
    calendar = _calendar(months)
    values = {
        **{name: getattr(states, name) for name in (*_COUNTS, "agreements")},
        "peacekeeping": states.mission.astype(np.float64),
        **_climate(calendar, states, traits, parameters),
        **_migration(calendar, states, traits),
        "defence_pacts": states.pacts[calendar.decembers] @ traits.party,
        **_structure(calendar, states, traits, streams),
    }
    covers = (first_day(months[0]), first_day(months[-1]))
    return tuple(
        Release(
            Observations.validate(
                pl.concat([_rows(i, values[i.name], codes, calendar) for i in indicators])
            ),
            indicators,
            covers,
            simulated=True,
            citation=CITATION,
        )
        for indicators in INDICATORS.values()
    )


CITATION = Citation(
    title="The simulated world of riskkit",
    citation="SIMULATED: invented countries and figures, see docs/world.md of riskkit",
    licence="Apache-2.0",
    url="docs/world.md",
)
_COUNTS = ("ged_sb", "ged_ns", "ged_os", "attacks", "attacks_killed")


def _rows(
    indicator: Indicator, values: Array, codes: tuple[str, ...], calendar: _Calendar
) -> pl.DataFrame:
    """Lay out one indicator by unit and period; a census lists only what happened."""
    yearly = indicator.frequency == "year"
    starts = calendar.januaries if yearly else calendar.months
    wait = indicator.lag_months + (11 if yearly else 0)
    unit, period = np.nonzero(values.T) if indicator.census else np.indices(values.T.shape)
    unit, period = unit.ravel(), period.ravel()
    days = pl.Series([first_day(month) for month in starts], dtype=pl.Date)
    known = pl.Series([last_day(month + wait) for month in starts], dtype=pl.Date)
    return pl.DataFrame(
        {
            "unit": pl.Series(codes)[unit],
            "month": days[period],
            "indicator": pl.repeat(indicator.name, unit.size, eager=True),
            "value": values[period, unit],
            "known_from": known[period],
        }
    )


def _climate(
    calendar: _Calendar, states: State, traits: Traits, parameters: Parameters
) -> dict[str, Array]:
    warming = 0.02 / 12 * (np.array(calendar.months)[:, None] - calendar.months[0])
    rain = 100 * np.expm1(0.35 * rainfall(states, traits, parameters))
    return {
        "temperature_anomaly": (0.8 * states.heat + warming).round(3),
        "rain_anomaly": rain.round(2),
    }


def refugee_stocks(states: State, traits: Traits, decembers: slice) -> Array:
    """Refugees at the end of each year: whole people, array [years, origin, asylum]."""
    return np.round(states.refugees[decembers, :, None] * traits.hosts)


def _migration(calendar: _Calendar, states: State, traits: Traits) -> dict[str, Array]:
    stocks = refugee_stocks(states, traits, calendar.decembers)
    return {
        "refugees_out": stocks.sum(axis=2),
        "refugees_in": stocks.sum(axis=1),
        "idps": np.round(states.displaced[calendar.decembers]),
    }


def _structure(
    calendar: _Calendar,
    states: State,
    traits: Traits,
    streams: Mapping[str, np.random.Generator],
) -> dict[str, Array]:
    """Publish the slow series, with a trend and with errors of a few percent."""
    wealth, years = states.wealth[calendar.decembers], calendar.years
    memory = states.memory[calendar.decembers]

    def error(name: str, size: float) -> Array:
        return np.asarray(size * streams[f"error.{name}"].standard_normal(wealth.shape))

    gdp: Array = np.exp(8.6 + 1.1 * wealth + 0.015 * years + error("gdp", 0.03))
    mortality: Array = np.exp(
        3.3 - 0.5 * wealth - 0.025 * years + 0.04 * memory + error("mortality", 0.05)
    )
    democracy = expit(states.regime[calendar.decembers] + error("democracy", 0.05))
    farming = np.minimum(agriculture(wealth) * (1 + error("agriculture", 0.03)), 1.0)
    excluded = np.broadcast_to(traits.exclusion, wealth.shape)
    return {
        "population": np.round(traits.population * np.exp(traits.growth * years)),
        "gdp_per_capita": gdp.round(1),
        "infant_mortality": mortality.round(2),
        "democracy": democracy.round(4),
        "agriculture_share": farming.round(4),
        "excluded_population": excluded.round(4),
    }


def make_dyads(
    codes: tuple[str, ...],
    months: range,
    states: State,
    traits: Traits,
    contiguous: NDArray[np.bool_],
) -> dict[str, pl.DataFrame]:
    """Tables of pairs: contiguity, refugees and alliances; see `riskkit.world.World`."""
    calendar = _calendar(months)
    units = pl.Series(codes)
    first, second = np.nonzero(contiguous)
    stocks = refugee_stocks(states, traits, calendar.decembers)
    year, origin, asylum = np.nonzero(stocks)
    signed, pair = np.nonzero(states.pacts[calendar.decembers])
    parties = traits.partners[pair]
    return {
        "contiguity": pl.DataFrame({"unit_1": units[first], "unit_2": units[second]}),
        "refugees": pl.DataFrame(
            {
                "origin": units[origin],
                "asylum": units[asylum],
                **_when(year, calendar, _DISPLACEMENT_LAG),
                "refugees": stocks[year, origin, asylum].astype(np.int64),
            }
        ).sort("origin", "asylum", "year"),
        "alliances": pl.DataFrame(
            {
                "unit_1": units[parties[:, 0]],
                "unit_2": units[parties[:, 1]],
                **_when(signed, calendar, _TREATY_LAG),
            }
        ).sort("unit_1", "unit_2", "year"),
    }


def _when(year: NDArray[np.int64], calendar: _Calendar, lag: int) -> dict[str, pl.Series]:
    years = pl.Series([first_day(m).year for m in calendar.januaries], dtype=pl.Int32)
    known = pl.Series([last_day(m + 11 + lag) for m in calendar.januaries], dtype=pl.Date)
    return {"year": years[year], "known_from": known[year]}
