"""A small publication about invented countries."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl

from riskkit.forecasting.forecast import Forecast
from riskkit.forecasting.targets import Target
from riskkit.models import Contributions
from riskkit.publish import Publication
from riskkit.tables import Citation

NAMES = ("Aurelia", "Borduna", 'Caldera "North", Isles', "Dravia", "Élandie", "Fenmark", "Gorran")


def sample_publication(
    *, as_of: int = 504, n_units: int = 7, size: int = 60, seed: int = 1, **changes: Any
) -> Publication:
    """Make a publication with quiet and violent units; the last unit never sees a death."""
    rng = np.random.default_rng(seed)
    units = tuple(f"X{chr(65 + i // 26)}{chr(65 + i % 26)}" for i in range(n_units))
    level = np.logspace(-3, 2.5, n_units)[::-1]
    shock = rng.gamma(0.5, 2.0, (n_units, 1, size))
    draws = rng.poisson(level[:, None, None] * shock, (n_units, 12, size)).astype(np.int64)
    draws[-1] = 0
    names = [NAMES[i] if i < len(NAMES) else f"Land {i}" for i in range(n_units)]
    made = Publication(
        forecast=Forecast("invented", "ged_sb", as_of, units, tuple(range(1, 13)), draws),
        target=Target("ged_sb"),
        threat="state-based conflict",
        units=pl.DataFrame(
            {
                "unit": units,
                "name": names,
                "region": [("North", "South")[i % 2] for i in range(n_units)],
            }
        ),
        summary="Draws from an invented distribution.",
        last_data=as_of - 1,
        data_kind="simulated",
        contributions=Contributions(("a", "b"), rng.normal(size=(n_units, 2)), "log odds"),
        descriptions={"a": "deaths, last 12 months"},
        sources=(Citation("Invented events", "Nobody (2021).", "CC0-1.0", "https://example.org"),),
    )
    return replace(made, **changes)


def turned(publication: Publication) -> Publication:
    """Give the same publication with its units in the opposite order."""
    forecast, why = publication.forecast, publication.contributions
    return replace(
        publication,
        forecast=replace(forecast, units=forecast.units[::-1], draws=forecast.draws[::-1].copy()),
        units=publication.units.reverse(),
        contributions=why and replace(why, values=why.values[::-1].copy()),
    )
