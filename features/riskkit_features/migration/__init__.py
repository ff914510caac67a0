"""Migration: who fled from a country, into it and within it, and what they fled from.

Numbers of people are skewed and grow with the population, so levels are taken as log(1 + people
per 100,000 inhabitants). `family.md` tells what is measured, why, and what is known to be wrong
with it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from riskkit.family import Family, Feature, Sign
from riskkit.family import transforms as tf

PEOPLE = ("wpp24_pop", "population")
ATTACKS = ("attacks", "gtd_incidents")
MASSACRES = ("os_by_nonstate", "ucdp_os_by_nonstate")
ORIGINS = "refugee_origins"
HOSTS = "refugee_hosts"
LOG_RATE = "log(1 + people per 100,000 inhabitants)"
LOG_DEATHS = "log(1 + deaths)"


@dataclass(frozen=True)
class Group:
    """People who fled, asked for asylum or came back.

    Attributes:
        name: How the names of their features begin.
        indicators: Names of their yearly number, as publishers and the simulated world call it.
        phrase: What to call them.
        sign: Expected sign of the association with later violence.
    """

    name: str
    indicators: tuple[str, ...]
    phrase: str
    sign: Sign = "+"

    @property
    def number(self) -> pl.Expr:
        """Their number in the latest year known."""
        return pl.coalesce(self.indicators)

    @property
    def log_rate(self) -> pl.Expr:
        """Their number per head, on the logarithmic scale that zero allows."""
        return _log_rate(self.number)

    def feature(
        self,
        what: str,
        expr: pl.Expr,
        phrase: str,
        unit: str = LOG_RATE,
        others: tuple[str, ...] = PEOPLE,
    ) -> Feature:
        """Declare a feature of their number, and of other indicators."""
        read = (*self.indicators, *others)
        text = f"{self.phrase}, {phrase}"
        return Feature(f"{self.name}_{what}", expr, unit, read, text, self.sign)


REFUGEES_OUT = Group(
    "refugees_out", ("unhcr_refugees_origin", "refugees_out"), "refugees from the country"
)
REFUGEES_IN = Group(
    "refugees_in", ("unhcr_refugees_asylum", "refugees_in"), "refugees in the country"
)
CLAIMS_OUT = Group(
    "asylum_claims_out",
    ("unhcr_asylum_seekers_origin",),
    "pending asylum claims of its nationals",
)
CLAIMS_IN = Group(
    "asylum_claims_in",
    ("unhcr_asylum_seekers_asylum",),
    "pending asylum claims in the country",
    "?",
)
APPLICATIONS = Group(
    "asylum_applications_out",
    ("unhcr_asylum_apps_origin",),
    "new asylum applications of its nationals",
)
FLIGHTS = Group(
    "refugees_out_new",
    ("unhcr_flow_refugees_origin",),
    "people newly recognised abroad as its refugees",
)
ARRIVALS = Group(
    "refugees_in_new", ("unhcr_flow_refugees_asylum",), "refugees newly recognised in the country"
)
IDPS = Group("idps", ("unhcr_idps", "idps"), "internally displaced people, by UNHCR's count")
DISPLACED = Group(
    "displaced", ("idmc_conflict_idp_stock",), "people displaced by conflict, by IDMC's count"
)
DISPLACEMENTS = Group(
    "displacements", ("idmc_conflict_new_disp",), "displacements by conflict within the year"
)
RETURNED = Group(
    "refugees_returned", ("unhcr_returned_refugees_origin",), "refugees who came back", "?"
)
RETURNED_IDPS = Group(
    "idps_returned", ("unhcr_returned_idps",), "internally displaced people who went home", "?"
)


def _log_rate(number: pl.Expr) -> pl.Expr:
    return (tf.ratio(number, pl.coalesce(PEOPLE)) * 100_000).log1p()


def _levels(*groups: Group) -> Iterator[Feature]:
    """How many, relative to the population."""
    for group in groups:
        yield group.feature("log_rate", group.log_rate, "per head")


def _changes(*groups: Group) -> Iterator[Feature]:
    """How much more than a year ago, on the logarithmic scale."""
    for group in groups:
        change = tf.difference(group.log_rate, 12)
        yield group.feature("log_change_12", change, "change in a year", f"change of {LOG_RATE}")


def _reported(group: Group) -> Feature:
    """Whether there is a figure, among the countries whose population is known."""
    known = pl.when(pl.coalesce(PEOPLE).is_not_null())
    expr = known.then(group.number.is_not_null())
    return group.feature("reported", expr, "whether the publisher has a figure", "0 or 1")


def _outward() -> Iterator[Feature]:
    yield from _levels(REFUGEES_OUT, CLAIMS_OUT, APPLICATIONS, FLIGHTS)
    yield from _changes(REFUGEES_OUT, APPLICATIONS)


def _inward() -> Iterator[Feature]:
    yield from _levels(REFUGEES_IN, CLAIMS_IN, ARRIVALS)
    yield from _changes(REFUGEES_IN)


def _within() -> Iterator[Feature]:
    yield from _levels(IDPS, DISPLACED, DISPLACEMENTS)
    yield from _changes(DISPLACEMENTS)
    number = DISPLACEMENTS.number.log1p()
    unit = "log(1 + displacements)"
    yield DISPLACEMENTS.feature("log", number, "in the latest year known", unit, others=())
    yield _reported(DISPLACEMENTS)


def _homeward() -> Iterator[Feature]:
    yield from _levels(RETURNED, RETURNED_IDPS)
    part = tf.ratio(RETURNED.number, RETURNED.number + REFUGEES_OUT.number)
    phrase = "share of those who were abroad"
    yield RETURNED.feature("share", part, phrase, "share", others=REFUGEES_OUT.indicators)


def _ties() -> Iterator[Feature]:
    """From how many countries refugees come, to how many they go, and how unevenly."""
    for name, relation, who in (
        ("refugees_in_origins", ORIGINS, "countries of origin of the refugees in the country"),
        ("refugees_out_hosts", HOSTS, "countries that host refugees from the country"),
    ):
        one = pl.lit(1)
        hhi = tf.network_lag(one, relation, "concentration")
        phrase = f"{who}, concentration (Herfindahl index)"
        yield Feature(f"{name}_concentration", hhi, "index 0-1", (), phrase)


def _of_origins(
    what: str, expr: pl.Expr, phrase: str, unit: str, inputs: tuple[str, ...]
) -> Feature:
    text = f"{phrase} in the countries of origin of its refugees, weighted by refugees"
    lagged = tf.network_lag(expr, ORIGINS)
    return Feature(f"refugees_in_origins_{what}", lagged, unit, inputs, text, "+")


def _transnational() -> Iterator[Feature]:
    """What goes on in the countries that a country's refugees come from."""
    kinds = {"ged_sb": "state-based", "ged_ns": "non-state", "ged_os": "one-sided"}
    for name, kind in kinds.items():
        toll = tf.rolling_sum(name, 12).log1p()
        phrase = f"{kind} deaths of the last 12 months"
        yield _of_origins(f"{name}_log_sum_12", toll, phrase, LOG_DEATHS, (name,))
    monthly, yearly = ATTACKS
    attacks = pl.coalesce(tf.rolling_sum(monthly, 12), yearly).log1p()
    phrase = "terrorist attacks of the latest year known"
    yield _of_origins("attacks_log_sum_12", attacks, phrase, "log(1 + attacks)", ATTACKS)
    massacres = pl.coalesce(MASSACRES).log1p()
    phrase = "civilians killed by non-state groups in the latest year known"
    yield _of_origins("os_by_nonstate_log", massacres, phrase, LOG_DEATHS, MASSACRES)
    at_war = tf.rolling_sum("ged_sb", 12) >= 1000
    yield Feature(
        name="refugees_in_from_war_log_rate",
        expr=_log_rate(tf.network_lag(at_war, ORIGINS, "sum")),
        unit=LOG_RATE,
        inputs=("ged_sb", *PEOPLE),
        description="refugees from countries with at least 1000 state-based deaths in the last 12 "
        "months, per head",
        sign="+",
    )


FAMILY = Family(
    name="migration",
    title="Migration: refugees, asylum, displacement and returns",
    features=(
        *_outward(),
        *_inward(),
        *_within(),
        *_homeward(),
        *_ties(),
        *_transnational(),
    ),
)
