"""The ceiling: forecasts of one who knows the process and its whole hidden state."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from riskkit.errors import RiskkitError
from riskkit.forecasting.forecast import Forecast
from riskkit.months import first_day, format_month
from riskkit.world.process import step
from riskkit.world.streams import Streams

if TYPE_CHECKING:
    from riskkit.world import World

TARGET = "ged_sb"
# Sets the oracle's random streams apart from those that wrote the world.
_STREAMS = 1


def oracle_forecast(
    world: World, origin: int, horizons: Sequence[int], size: int = 1000, seed: int = 0
) -> Forecast:
    """Let the world run on many times from its true state at the end of a month.

    No model that sees only what was published can beat these draws on average: they are drawn
    from the distribution that the world itself was drawn from.

    Args:
        world: The simulated world.
        origin: Month id inside the world; later months have no part in the forecast.
        horizons: Months ahead, ascending, from 1; they may reach beyond the world's last month.
        size: Number of draws; draw k is one joint future of all countries.
        seed: Seed of the draws.

    Raises:
        RiskkitError: The origin lies outside the world, or the horizons are not ascending from 1.
    """
    if origin not in world.months:
        raise RiskkitError(
            f"the simulated world has no month {format_month(origin)}",
            hint=f"choose an origin from {format_month(world.months[0])} to "
            f"{format_month(world.months[-1])}",
        )
    ahead = tuple(horizons)
    if not ahead or ahead[0] < 1 or list(ahead) != sorted(set(ahead)):
        raise RiskkitError("horizons are ascending months ahead, from 1", got=list(ahead))
    streams = Streams(world.seed, _STREAMS, seed, origin)
    state = world.state(origin).repeat(size)
    deaths = []
    for month in range(origin + 1, origin + ahead[-1] + 1):
        january = first_day(month).month == 1
        state = step(state, january, world.traits, world.parameters, streams)
        if month - origin in ahead:
            deaths.append(state.ged_sb.astype(np.int64))
    return Forecast(
        model="oracle",
        target=TARGET,
        origin=origin,
        units=world.codes,
        horizons=ahead,
        draws=np.ascontiguousarray(np.stack(deaths).transpose(2, 0, 1)),
    )
