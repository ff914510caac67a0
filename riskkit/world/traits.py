"""What never changes about a simulated country: size, dispositions, hosts and possible allies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from riskkit.world.geography import Geography

CHANNELS = ("skirmishes", "non_state", "one_sided", "terrorism")
_MOST_HOSTS = 15


@dataclass(frozen=True)
class Traits:
    """Fixed characteristics of the countries.

    Attributes:
        region: Array [countries]: index of the region.
        neighbours: Array [countries, countries]: weight of each neighbour in the mean over a
            country's neighbours; rows of islands are zero.
        hosts: Array [countries, countries]: share of those fleeing the row's country who find
            refuge in the column's.
        partners: Integer array [pairs, 2]: pairs of countries that may conclude defence pacts.
        party: Array [pairs, countries]: 1 where the country belongs to the pair.
        population: Array [countries]: inhabitants in the year 2000.
        growth: Array [countries]: yearly rate of population growth.
        exclusion: Array [countries]: share of the population excluded from power.
        frailty: Array [countries]: disposition to war that no indicator shows.
        channel_frailty: The same for each channel of violence beside the wars.
        wealth: Array [countries]: long-run level of wealth, standardised.
        regime: Array [countries]: long-run level of democracy, as a logit.
    """

    region: NDArray[np.int64]
    neighbours: NDArray[np.float64]
    hosts: NDArray[np.float64]
    partners: NDArray[np.int64]
    party: NDArray[np.float64]
    population: NDArray[np.float64]
    growth: NDArray[np.float64]
    exclusion: NDArray[np.float64]
    frailty: NDArray[np.float64]
    channel_frailty: Mapping[str, NDArray[np.float64]]
    wealth: NDArray[np.float64]
    regime: NDArray[np.float64]

    @property
    def regions(self) -> int:
        """Number of regions."""
        return int(self.region.max()) + 1


def make_traits(
    geography: Geography, frailty: float, streams: Mapping[str, np.random.Generator]
) -> Traits:
    """Draw the fixed characteristics; countries of one region resemble each other.

    Args:
        geography: The map.
        frailty: Standard deviation of the hidden disposition to war.
        streams: Random streams by name.
    """
    n, region = geography.region.size, geography.region

    def alike(name: str, shared: float) -> NDArray[np.float64]:
        """Draw values of mean 0 and deviation 1, of which the region explains a share."""
        rng = streams[name]
        regional = rng.standard_normal(n)[region]
        mixed = np.sqrt(shared) * regional + np.sqrt(1 - shared) * rng.standard_normal(n)
        return np.asarray((mixed - mixed.mean()) / mixed.std())

    wealth = alike("traits.wealth", 0.5)
    hidden = frailty * alike("traits.unrest", 0.5)
    partners = _partners(region, streams["traits.partners"])
    return Traits(
        region=region,
        neighbours=_row_shares(geography.contiguous.astype(np.float64)),
        hosts=_hosts(geography, wealth),
        partners=partners,
        party=np.eye(n)[partners].sum(axis=1),
        population=np.exp(16.2 + 1.4 * streams["traits.population"].standard_normal(n)),
        growth=0.012 - 0.007 * wealth + 0.003 * streams["traits.growth"].standard_normal(n),
        exclusion=streams["traits.exclusion"].beta(1.2, 4.0, n),
        frailty=hidden,
        channel_frailty={
            name: 0.5 * hidden + frailty * alike(f"traits.{name}", 0.2) for name in CHANNELS
        },
        wealth=wealth,
        regime=0.3 + 0.8 * wealth + 0.9 * alike("traits.regime", 0.3),
    )


def _row_shares(weights: NDArray[np.float64]) -> NDArray[np.float64]:
    total = weights.sum(axis=1, keepdims=True)
    return weights / np.where(total > 0, total, 1.0)


def _hosts(geography: Geography, wealth: NDArray[np.float64]) -> NDArray[np.float64]:
    """Gravity: most stay with neighbours, some go to rich countries far away."""
    pull = np.exp(-1.2 * geography.distance() + 0.4 * wealth) + 0.003 * np.exp(wealth)
    pull += 0.5 * geography.contiguous
    np.fill_diagonal(pull, 0.0)
    weakest = np.sort(pull, axis=1)[:, [-_MOST_HOSTS]]
    return _row_shares(np.where(pull >= weakest, pull, 0.0))


def _partners(region: NDArray[np.int64], rng: np.random.Generator) -> NDArray[np.int64]:
    """Choose who may ally: a third of the pairs within a region, one in fifty across."""
    first, second = np.triu_indices(region.size, k=1)
    chance = np.where(region[first] == region[second], 0.35, 0.02)
    chosen = rng.random(first.size) < chance
    return np.column_stack([first[chosen], second[chosen]]).astype(np.int64)
