"""A small publication about invented countries."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import numpy as np
import polars as pl

from riskkit.forecasting.forecast import Forecast
from riskkit.forecasting.targets import Target
from riskkit.forecasting.threats import Absent, Threat
from riskkit.models import Contributions
from riskkit.months import first_day
from riskkit.publish import (
    FACTS,
    INPUTS,
    SERIES,
    SITUATIONS,
    Dossier,
    Fact,
    Part,
    Publication,
    Theme,
)
from riskkit.tables import Citation

NAMES = ("Aurelia", "Borduna", 'Caldera "North", Isles', "Dravia", "Élandie", "Fenmark", "Gorran")


PART_FIELDS = frozenset(field.name for field in fields(Part)) | {"target"}


def sample_publication(
    *, as_of: int = 504, n_units: int = 7, size: int = 60, seed: int = 1, **changes: Any
) -> Publication:
    """Make a publication with quiet and violent units; the last unit never sees a death.

    Changes go to its one threat where that has the field, else to the publication.
    """
    rng = np.random.default_rng(seed)
    units = tuple(f"X{chr(65 + i // 26)}{chr(65 + i % 26)}" for i in range(n_units))
    level = np.logspace(-3, 2.5, n_units)[::-1]
    shock = rng.gamma(0.5, 2.0, (n_units, 1, size))
    draws = rng.poisson(level[:, None, None] * shock, (n_units, 12, size)).astype(np.int64)
    draws[-1] = 0
    names = [NAMES[i] if i < len(NAMES) else f"Land {i}" for i in range(n_units)]
    part: dict[str, Any] = {
        "threat": sample_threat(changes.pop("target", Target("ged_sb"))),
        "forecast": Forecast("invented", "ged_sb", as_of, units, tuple(range(1, 13)), draws),
        "summary": "Draws from an invented distribution.",
        "last_data": as_of - 1,
        "counted": "deaths",
        "contributions": Contributions(("a", "b"), rng.normal(size=(n_units, 2)), "log odds"),
        "descriptions": {"a": "deaths, last 12 months"},
    }
    part |= {name: changes.pop(name) for name in list(changes) if name in PART_FIELDS}
    made = Publication(
        parts=(Part(**part),),
        units=pl.DataFrame(
            {
                "unit": units,
                "name": names,
                "region": [("North", "South")[i % 2] for i in range(n_units)],
            }
        ),
        data_kind="simulated",
        sources=(Citation("Invented events", "Nobody (2021).", "CC0-1.0", "https://example.org"),),
    )
    return replace(made, **changes)


def sample_threat(target: Target, name: str = "conflict", **changes: Any) -> Threat:
    """A threat of the standard scale."""
    made = Threat(name, target, "deaths in state-based conflict", "invented")
    return replace(made, **changes)


def joint_publication(**changes: Any) -> Publication:
    """Make a publication of two threats, of which one lacks the last unit; a third is absent."""
    one = sample_publication(**changes)
    first = one.first
    target = Target("fled", "year", (1000, 10_000, 100_000))
    rng = np.random.default_rng(2)
    units = first.forecast.units[:-1]
    draws = rng.integers(0, 100_000, (len(units), 1, first.forecast.draws.shape[-1]))
    second = Part(
        threat=sample_threat(target, "displacement", title="people newly fled abroad"),
        forecast=Forecast("other", "fled_year", first.forecast.origin, units, (1,), draws),
        summary="Invented as well.",
        last_data=first.last_data,
        counted="people",
        left_out={one.ranked[-1]: "no outcome is known since 2001"},
    )
    absent = (Absent("climate", "no source brings heat_month_2sd"),)
    return replace(one, parts=(first, second), absent=absent)


def sample_dossier(publication: Publication) -> Dossier:
    """Tell a past, situations and diplomacy of the invented countries."""
    units, last = publication.ranked, publication.first.last_data
    months = [first_day(last - 23 + j) for j in range(24)]
    rng = np.random.default_rng(4)
    series = [
        (unit, publication.first.threat.name, month, float(rng.integers(0, 300)))
        for unit in units
        for month in months
    ]
    situations = [
        (unit, place, units[0], "Aurelia", months[place], 10.0, 20.0 * place)
        for unit in units
        for place in (1, 2, 3)
    ]
    states = {"votes": "Aurelia", **{f"votes_{name.lower()}": name for name in NAMES[3:7]}}
    facts = [
        (unit, "Votes", indicator, 1 / (row + 1), months[0], row + 1, len(units))
        for row, unit in enumerate(units)
        for indicator in states
    ]
    votes = [Fact(name, f"votes cast as {state}", "share") for name, state in states.items()]
    themes = (
        Theme("Votes", tuple(votes), "`riskkit data add a b`"),
        Theme("Sanctions", (), "a table: `riskkit data add c d`"),
    )
    inputs = [("Invented events", None, "CC0-1.0", 3, months[0], months[-1])]
    return Dossier(
        pl.DataFrame(series, schema=dict(SERIES), orient="row"),
        pl.DataFrame(situations, schema=dict(SITUATIONS), orient="row"),
        pl.DataFrame(facts, schema=dict(FACTS), orient="row"),
        themes,
        pl.DataFrame(inputs, schema=dict(INPUTS), orient="row"),
    )


def told_publication(**changes: Any) -> Publication:
    """Make a publication of two threats with a dossier."""
    made = joint_publication(**changes)
    return replace(made, dossier=sample_dossier(made))


def turned(publication: Publication) -> Publication:
    """Give the same publication with its units in the opposite order."""
    return replace(
        publication,
        parts=tuple(_turned(part) for part in publication.parts),
        units=publication.units.reverse(),
    )


def _turned(part: Part) -> Part:
    forecast, why = part.forecast, part.contributions
    return replace(
        part,
        forecast=replace(forecast, units=forecast.units[::-1], draws=forecast.draws[::-1].copy()),
        contributions=why and replace(why, values=why.values[::-1].copy()),
    )
