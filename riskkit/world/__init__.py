"""The simulated world: fictional countries whose every truth is known. Nothing in it is real.

>>> world = simulate(seed=1, countries=60, months=300)
>>> world.units.height, len(world.months), all(r.simulated for r in world.releases)
(60, 300, True)
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import polars as pl

from riskkit.errors import RiskkitError
from riskkit.months import first_day, month_id
from riskkit.tables import Release, Units
from riskkit.world import names
from riskkit.world.geography import Geography, make_geography
from riskkit.world.oracle import oracle_forecast
from riskkit.world.parameters import Parameters
from riskkit.world.process import step
from riskkit.world.releases import make_dyads, make_releases
from riskkit.world.state import State, peaceful
from riskkit.world.streams import Streams
from riskkit.world.ties import with_ties
from riskkit.world.traits import Traits, make_traits

__all__ = ["LAST_MONTH", "Parameters", "World", "oracle_forecast", "simulate"]

LAST_MONTH = month_id("2024-12")
COUNTRIES = range(60, 201)
MONTHS = range(300, 601)
# Months that pass before the published ones, so that wars and stocks have found their level.
_BURN_IN = 180


@dataclass(frozen=True)
class World:
    """A simulated world: what its publishers say, and the truth behind it.

    Attributes:
        seed: Seed of every random stream.
        months: Month ids, ending in December 2024.
        units: Rows of `riskkit.tables.Units`.
        releases: One per kind of publisher, all marked as simulated; some list ties too.
        dyads: Tables of pairs by name: "contiguity" (unit_1, unit_2; both directions),
            "refugees" (origin, asylum, year, refugees, known_from; stock at the end of the year)
            and "alliances" (unit_1, unit_2, year, known_from; pacts in force at its end).
        geography: The map.
        traits: What never changes about the countries.
        parameters: The numbers of the process.
        states: The truth: every array of a state with the months as first axis.
    """

    seed: int
    months: range
    units: pl.DataFrame
    releases: tuple[Release, ...]
    dyads: dict[str, pl.DataFrame]
    geography: Geography
    traits: Traits
    parameters: Parameters
    states: State

    @property
    def codes(self) -> tuple[str, ...]:
        """Unit codes in the order of every array."""
        return tuple(self.units["unit"])

    @property
    def geometry(self) -> dict[str, list[list[float]]]:
        """Outline of each unit: a closed counter-clockwise ring of [lon, lat] (RFC 7946)."""
        return {code: self.geography.ring(i) for i, code in enumerate(self.codes)}

    def state(self, month: int) -> State:
        """The truth at the end of a month."""
        return self.states.at(self.months.index(month))


def simulate(
    seed: int = 1, countries: int = 120, months: int = 360, parameters: Parameters | None = None
) -> World:
    """Simulate a world.

    Args:
        seed: Not negative; the same seed gives the same world to the last byte.
        countries: 60 to 200.
        months: 300 to 600, of which the last is December 2024.
        parameters: The numbers of the process; None for those that docs/world.md lists.

    Raises:
        RiskkitError: A size is out of range or the seed is negative.
    """
    _check(seed, countries, months)
    parameters = parameters or Parameters()
    streams = Streams(seed)
    geography = make_geography(countries, streams["map"])
    traits = make_traits(geography, parameters.frailty, streams)
    span = range(LAST_MONTH - months + 1, LAST_MONTH + 1)
    states = _history(span, traits, parameters, streams)
    units = _units(geography)
    codes = tuple(units["unit"])
    releases = make_releases(codes, span, states, traits, parameters, streams)
    dyads = make_dyads(codes, span, states, traits, geography.contiguous)
    return World(
        seed=seed,
        months=span,
        units=units,
        releases=with_ties(releases, dyads, codes, geography),
        dyads=dyads,
        geography=geography,
        traits=traits,
        parameters=parameters,
        states=states,
    )


def _check(seed: int, countries: int, months: int) -> None:
    if countries not in COUNTRIES:
        raise RiskkitError("the simulated world has 60 to 200 countries", got=countries)
    if months not in MONTHS:
        raise RiskkitError("the simulated world has 300 to 600 months", got=months)
    if seed < 0:
        raise RiskkitError("the seed of the simulated world is not negative", got=seed)


def _history(span: range, traits: Traits, parameters: Parameters, streams: Streams) -> State:
    """Run the process through the burn-in and the published months."""
    state = replace(
        peaceful(traits.region.size, traits.regions, len(traits.partners)),
        wealth=traits.wealth,
        regime=traits.regime,
        pacts=streams["treaties.first"].random(len(traits.partners)) < 0.5,
    )
    states = []
    for month in range(span[0] - _BURN_IN, span[-1] + 1):
        state = step(state, first_day(month).month == 1, traits, parameters, streams)
        states.append(state)
    return State.stack(states[_BURN_IN:])


def _units(geography: Geography) -> pl.DataFrame:
    n = geography.region.size
    frame = pl.DataFrame(
        {
            "unit": names.codes(n),
            "name": names.COUNTRIES[:n],
            "region": [names.REGIONS[region] for region in geography.region],
            "born": [None] * n,
            "died": [None] * n,
        },
        schema=dict.fromkeys(("unit", "name", "region"), pl.String)
        | dict.fromkeys(("born", "died"), pl.Date),
    )
    return Units.validate(frame)
