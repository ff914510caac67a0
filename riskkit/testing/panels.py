"""Made-up releases and panels for tests: six invented countries, 150 months, late revisions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import permutations

import numpy as np
import polars as pl

from riskkit.months import first_day, first_day_expr, last_day, month_id, month_id_expr
from riskkit.panel import Panel, build_panel
from riskkit.tables import Cadence, Dyads, Indicator, Observations, Relation, Release

FIRST = month_id("2001-01")
LAST = month_id("2013-06")
TEMPERS = ("census", "monthly", "yearly")
_SERIES = ["unit", "month", "indicator"]
_PAIRS = ["unit", "other", "month", "relation"]
_LAGS = {"census": 0, "monthly": 2, "yearly": 5}
_CADENCES: dict[Cadence, int] = {"year": 4, "month": 1, "constant": 0}


def made_up_units() -> pl.DataFrame:
    """Six invented countries, rows of `riskkit.tables.Units`: one is born late, one dies early."""
    names = ("Avaland", "Borduna", "Cestria", "Dorvik", "Estoria", "Fenwald")
    born: list[date | None] = [None, None, date(2004, 7, 9), None, None, None]
    died: list[date | None] = [None, None, None, None, date(2011, 2, 3), None]
    return pl.DataFrame(
        {
            "unit": [f"XA{letter}" for letter in "ABCDEF"],
            "name": names,
            "region": ["North"] * 3 + ["South"] * 3,
            "born": born,
            "died": died,
        },
        schema_overrides={"born": pl.Date, "died": pl.Date},
    )


def made_up_releases(
    indicators: Sequence[str], turn: int = 0, seed: int = 1, relations: Sequence[str] = ()
) -> list[Release]:
    """Invent one release per temper that bring the indicators, with vintages and gaps.

    A census is monthly, is published at once and has rows for events only. A monthly survey comes
    two months late or one and has gaps, a yearly one comes five months after the end of the year
    or four. A fifth of the values is revised up to 20 months later, some are reported only then.
    Relations, if any, come in a further release; they are yearly, monthly and constant in turn.

    Args:
        indicators: Names of the indicators.
        turn: Indicator i has the temper number i + turn, so that three turns give each of them
            every temper.
        seed: Seed of the values.
        relations: Names of the relations.
    """
    rng = np.random.default_rng(seed)
    groups = {
        temper: [name for i, name in enumerate(indicators) if TEMPERS[(i + turn) % 3] == temper]
        for temper in TEMPERS
    }
    releases = [_release(temper, names, rng) for temper, names in groups.items() if names]
    ties = np.random.default_rng([seed, len(TEMPERS)])
    return [*releases, _ties(relations, turn, ties)] if relations else releases


def made_up_panel(
    releases: Sequence[Release], as_of: int = LAST, left_out: str | None = None
) -> Panel:
    """Build the panel of the six countries, or of all but one, from 2001-01 on."""
    units = made_up_units()
    if left_out is not None:
        units = units.filter(pl.col("unit") != left_out)
    return build_panel(releases, units, FIRST, as_of)


def shuffled(release: Release, seed: int = 1) -> Release:
    """Put the observations and dyads of a release into another order."""
    dyads = release.dyads
    return replace(
        release,
        observations=release.observations.sample(fraction=1, shuffle=True, seed=seed),
        dyads=dyads if dyads is None else dyads.sample(fraction=1, shuffle=True, seed=seed),
    )


def cut(release: Release, as_of: int) -> Release:
    """Keep what a file would have held at the end of a month."""
    dyads = release.dyads
    return replace(
        release,
        observations=release.observations.filter(~_later_than(as_of)),
        covers=(release.covers[0], min(release.covers[1], first_day(as_of))),
        dyads=dyads if dyads is None else dyads.filter(~_later_than(as_of)),
    )


def in_time(release: Release) -> Release:
    """Keep what was out within its publication lag, and so was never late or revised late.

    Panels of such releases can be cut at any month. What is yearly or constant stays whole: it
    stands in the rows from its publication on.
    """
    dyads = release.dyads
    monthly = {i.name: i.lag_months for i in release.indicators if i.frequency == "month"}
    moving = {r.name: r.lag_months for r in release.relations if r.frequency == "month"}
    return replace(
        release,
        observations=release.observations.filter(_due("indicator", monthly)),
        dyads=dyads if dyads is None else dyads.filter(_due("relation", moving)),
    )


def _due(column: str, lags: Mapping[str, int]) -> pl.Expr:
    lag = pl.col(column).replace_strict(lags, default=None, return_dtype=pl.Int32)
    late = month_id_expr("known_from") > month_id_expr("month") + lag
    return ~late.fill_null(False)


def scrambled(release: Release, as_of: int, seed: int = 1) -> Release:
    """Change everything about a release that is later than a month, and nothing else.

    Of the observations and dyads whose period or whose publication is later, a third vanishes and
    the others get another value; every earlier one is revised afterwards.
    """
    rng = np.random.default_rng(seed)
    dyads = release.dyads
    return replace(
        release,
        observations=_scrambled(release.observations, _SERIES, as_of, rng),
        dyads=dyads if dyads is None else _scrambled(dyads, _PAIRS, as_of, rng),
    )


def _scrambled(
    rows: pl.DataFrame, series: Sequence[str], as_of: int, rng: np.random.Generator
) -> pl.DataFrame:
    later = rows.filter(_later_than(as_of))
    before = rows.filter(~_later_than(as_of))
    changed = later.filter(pl.Series(rng.random(later.height) < 2 / 3))
    revised = before.unique(series, maintain_order=True).with_columns(
        known_from=pl.lit(last_day(as_of + 1))
    )
    lies = [_revalued(changed, rng), _revalued(revised, rng)]
    return pl.concat([before, *lies]).unique([*series, "known_from"], keep="last")


def _later_than(as_of: int) -> pl.Expr:
    return (month_id_expr("month") > as_of) | (month_id_expr("known_from") > as_of)


def _revalued(rows: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    values = rng.integers(1, 100_000, rows.height).astype(np.float64)
    return rows.with_columns(value=pl.Series(values, dtype=pl.Float64))


def _release(temper: str, names: Sequence[str], rng: np.random.Generator) -> Release:
    yearly = temper == "yearly"
    indicators = tuple(
        Indicator(
            name,
            unit="things",
            source=f"made-up {temper}",
            frequency="year" if yearly else "month",
            lag_months=_LAGS[temper],
            census=temper == "census",
            carry_months=18,
        )
        for name in names
    )
    first = pl.concat([_observed(i, temper == "census", rng) for i in indicators])
    in_time = first.filter(pl.Series(rng.random(first.height) < 0.95))
    observations = Observations.validate(pl.concat([in_time, _revisions(first, rng)]))
    return Release(observations, indicators, (first_day(FIRST), first_day(LAST)), simulated=True)


def _observed(indicator: Indicator, census: bool, rng: np.random.Generator) -> pl.DataFrame:
    """First vintages: heavy-tailed counts in spells; a third of a census is silent."""
    step = 12 if indicator.frequency == "year" else 1
    periods = np.arange(FIRST, LAST + 2 - step, step)
    units = made_up_units()["unit"]
    scale = rng.gamma(0.5, 60, (len(units), 1)) * rng.gamma(0.4, 2, (len(units), len(periods)))
    values = rng.poisson(scale).astype(np.float64)
    kept = values > 0 if census else rng.random(values.shape) < 0.97
    unit, period = np.nonzero(kept)
    early = rng.integers(0, 2, len(unit)) * (indicator.lag_months > 0)
    known = periods[period] + step - 1 + indicator.lag_months - early
    return pl.DataFrame(
        {
            "unit": units.gather(unit),
            "month": periods[period],
            "indicator": [indicator.name] * len(unit),
            "value": values[kept],
            "known_from": known,
        }
    ).with_columns(
        month=first_day_expr("month"), known_from=first_day_expr("known_from").dt.month_end()
    )


def _revisions(first: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Publish a fifth of the values again, changed and up to 20 months later."""
    picked = first.filter(pl.Series(rng.random(first.height) < 0.2))
    delay = pl.Series(rng.integers(1, 21, picked.height), dtype=pl.Int32)
    later = first_day_expr(month_id_expr("known_from") + delay).dt.month_end()
    return _revalued(picked, rng).with_columns(known_from=later)


def _ties(names: Sequence[str], turn: int, rng: np.random.Generator) -> Release:
    cadences = list(_CADENCES)
    relations = tuple(
        Relation(
            name,
            unit="things",
            source="made-up ties",
            frequency=cadence,
            lag_months=_CADENCES[cadence],
            carry_months=18,
        )
        for i, name in enumerate(names)
        for cadence in [cadences[(i + turn) % 3]]
    )
    first = pl.concat([_tied(relation, rng) for relation in relations])
    dyads = Dyads.validate(pl.concat([first, _revisions(first, rng)]))
    covers = (first_day(FIRST), first_day(LAST))
    nothing = Observations.create_empty()
    return Release(nothing, (), covers, simulated=True, dyads=dyads, relations=relations)


def _tied(relation: Relation, rng: np.random.Generator) -> pl.DataFrame:
    """First vintages: two thirds of all pairs per period; the sixth country has no partner."""
    step = {"month": 1, "year": 12, "constant": LAST}[relation.frequency]
    periods = np.arange(FIRST, LAST + 1, step)
    pairs = np.array(list(permutations(made_up_units()["unit"][:5], 2)))
    weights = rng.integers(0, 1000, (len(pairs), len(periods)))
    pair, period = np.nonzero(rng.random(weights.shape) < 2 / 3)
    length = 1 if relation.frequency == "constant" else step
    known = periods[period] + length - 1 + relation.lag_months
    return pl.DataFrame(
        {
            "unit": pairs[pair, 0],
            "other": pairs[pair, 1],
            "month": periods[period],
            "relation": [relation.name] * len(pair),
            "value": weights[pair, period].astype(np.float64),
            "known_from": known,
        }
    ).with_columns(
        month=first_day_expr("month"), known_from=first_day_expr("known_from").dt.month_end()
    )
