"""What the single events tell beside their deaths: how many there were, and who fought.

One vintage with the deaths: the reader of UCDP's event files counts them from the same release.
"""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from riskkit.family import Feature
from riskkit.family import transforms as tf

KINDS = ("sb", "ns", "os")
EVENTS = tuple(f"ged_{kind}_events" for kind in KINDS)
DEATHS = tuple(f"ged_{kind}" for kind in KINDS)
DYADS, ACTORS = "ged_dyads", "ged_actors"
_LOG = "log(1 + events)"


def events() -> Iterator[Feature]:
    """All features of this module."""
    yield from _number()
    yield from _size()
    yield from _sides()


def _sum(columns: tuple[str, ...]) -> pl.Expr:
    """Sum of columns of which none is missing."""
    total = pl.col(columns[0])
    for name in columns[1:]:
        total = total + pl.col(name)
    return total


def _number() -> Iterator[Feature]:
    """How many events there were."""
    text, number = "lethal events of organised violence", _sum(EVENTS)
    for months in (3, 12):
        total = tf.rolling_sum(number, months).log1p()
        phrase = f"{text}, last {months} months"
        yield Feature(f"ged_events_log_sum_{months}", total, _LOG, EVENTS, phrase, "+")
    log = number.log1p()
    surge = tf.rolling_mean(log, 3) - tf.rolling_mean(log, 12)
    phrase = f"{text}, last 3 months against the last 12"
    yield Feature("ged_events_log_surge_3_12", surge, _LOG, EVENTS, phrase, "+")


def _size() -> Iterator[Feature]:
    """How deadly an event is: few battles or many attacks make the same toll."""
    deaths = tf.rolling_sum(_sum(DEATHS), 12)
    many = tf.rolling_sum(_sum(EVENTS), 12)
    phrase = "deaths in an event of organised violence, mean of the last 12 months"
    size = tf.ratio(deaths, many).log1p()
    inputs = (*DEATHS, *EVENTS)
    yield Feature("ged_deaths_per_event_log_12", size, "log(1 + deaths)", inputs, phrase)


def _sides() -> Iterator[Feature]:
    """How many pairs fought, and how many governments and groups."""
    for name, what in ((DYADS, "pairs of sides"), (ACTORS, "governments and groups")):
        unit = name.removeprefix("ged_")
        mean = tf.rolling_mean(pl.col(name), 12)
        text = f"{what} in organised violence, mean month of the last 12 months"
        yield Feature(f"{name}_mean_12", mean, unit, (name,), text, "+")
        most = tf.rolling_max(pl.col(name), 60)
        text = f"{what} in organised violence, most in a month of the last 5 years"
        yield Feature(f"{name}_max_60", most, unit, (name,), text, "+")
        more = tf.rolling_mean(pl.col(name), 3) - tf.rolling_mean(pl.col(name), 12)
        text = f"{what} in organised violence, last 3 months against the last 12"
        yield Feature(f"{name}_surge_3_12", more, unit, (name,), text, "+")
