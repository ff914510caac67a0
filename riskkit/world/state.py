"""The whole truth about the simulated world in one month."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class State:
    """One month; arrays [..., countries] unless stated, the same leading axes for all.

    Attributes:
        ged_sb: Battle deaths of the month.
        ged_ns: Deaths of the month in fights between non-state groups.
        ged_os: Civilians killed on purpose in the month.
        attacks: Terrorist attacks of the month.
        attacks_killed: People killed in them.
        agreements: Peace agreements signed in the month.
        war: Whether a war is on.
        level: Log of monthly battle deaths to which the war tends.
        intensity: Log of monthly battle deaths to be expected while the war is on.
        memory: Decaying mean of log(1 + ged_sb).
        memory_ns: The same of the incidents behind ged_ns.
        memory_os: The same of the incidents behind ged_os.
        memory_attacks: The same of attacks.
        truce: Decaying number of recent agreements.
        mission: Whether peacekeepers are present.
        refugees: People who fled the country.
        displaced: People who fled within it.
        rain: Standardised rain of the country alone.
        rain_regional: Standardised rain that a region shares [..., regions].
        dryness: Decaying mean of missing rain.
        heat: Standardised temperature without its trend.
        wealth: Standardised log of GDP per head without its trend.
        regime: Democracy as a logit.
        pacts: Whether each defence pact is in force [..., pairs].
    """

    ged_sb: Array
    ged_ns: Array
    ged_os: Array
    attacks: Array
    attacks_killed: Array
    agreements: Array
    war: Flags
    level: Array
    intensity: Array
    memory: Array
    memory_ns: Array
    memory_os: Array
    memory_attacks: Array
    truce: Array
    mission: Flags
    refugees: Array
    displaced: Array
    rain: Array
    rain_regional: Array
    dryness: Array
    heat: Array
    wealth: Array
    regime: Array
    pacts: Flags

    @classmethod
    def stack(cls, months: Sequence[State]) -> Self:
        """Put months one after the other along a new first axis."""
        return cls(**{f.name: np.stack([getattr(m, f.name) for m in months]) for f in fields(cls)})

    def at(self, month: int) -> State:
        """Take one month out of a stack."""
        return State(**{f.name: getattr(self, f.name)[month] for f in fields(self)})

    def repeat(self, size: int) -> State:
        """Begin `size` replicates here: read-only arrays [size, ...]."""
        arrays = {f.name: getattr(self, f.name) for f in fields(self)}
        return State(
            **{name: np.broadcast_to(array, (size, *array.shape)) for name, array in arrays.items()}
        )


def peaceful(countries: int, regions: int, pairs: int) -> State:
    """A world without a past: average rain, average wealth, no violence and no pacts."""
    arrays: dict[str, Any] = {f.name: np.zeros(countries) for f in fields(State)}
    never = np.zeros(countries, dtype=np.bool_)
    arrays |= {"war": never, "mission": never, "rain_regional": np.zeros(regions)}
    return State(**arrays | {"pacts": np.zeros(pairs, dtype=np.bool_)})
