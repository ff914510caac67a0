"""Contagion: what happens in the countries around, and in those that a country is tied to.

Every feature is a network lag: a figure of each partner's own record, averaged, summed or compared
over the partners. `family.md` tells what is measured, why, and what is known to be wrong with it.
"""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from riskkit import transforms as tf
from riskkit.family import Family, Feature, Sign

ATTACKS = ("attacks", "gtd_incidents")
COUPS = ("coup_attempts", "pt_attempt_num")
DEMOCRACY = ("v2x_polyarchy", "democracy")
"""What publishers and the simulated world call the same; of the first two, the one that is told
by month and the one that is told by year."""

BORDERS = "contiguity"
CLOSENESS = "proximity"
ALLIES = "defence_pact"
HOSTS = "refugee_hosts"
RIVALS = "rivalry"
MEMORY = 60
"""Cap of the time since an event, in months."""

LOG_DEATHS = "log(1 + deaths)"
SHARE = "share of neighbours"
PHRASES = {
    "ged_sb": "state-based deaths",
    "ged_ns": "non-state deaths",
    "ged_os": "one-sided deaths",
}


def _deaths(
    who: str, indicator: str, what: str, expr: pl.Expr, phrase: str, unit: str = LOG_DEATHS
) -> Feature:
    """Declare a feature about one type of violence among partners."""
    text = f"{PHRASES[indicator]} {phrase}"
    return Feature(f"{who}_{indicator}_{what}", expr, unit, (indicator,), text, "+")


def _of_neighbours(
    what: str, expr: pl.Expr, phrase: str, unit: str = LOG_DEATHS, sign: Sign = "+"
) -> Feature:
    """Declare a feature about state-based violence across land borders."""
    text = f"{PHRASES['ged_sb']} in neighbouring countries, {phrase}"
    return Feature(f"neighbours_ged_sb_{what}", expr, unit, ("ged_sb",), text, sign)


def _yearly_toll(indicator: str) -> pl.Expr:
    return tf.rolling_sum(indicator, 12)


def _outbreak() -> pl.Expr:
    """First state-based deaths after two years without any."""
    return tf.onset(pl.col("ged_sb") > 0, quiet=24)


def _borders() -> Iterator[Feature]:
    """How exposed a country is at all."""
    yield Feature(
        name="neighbours_count",
        expr=tf.network_lag(pl.lit(1), BORDERS, "sum"),
        unit="countries",
        inputs=(),
        description="number of countries across a land border",
        sign="+",
    )


def _violence_next_door() -> Iterator[Feature]:
    """State-based violence across land borders: how much, how close to all, how grave at worst."""
    log = pl.col("ged_sb").log1p()
    yield _of_neighbours("log", tf.network_lag(log, BORDERS), "mean of the latest month")
    for window in (3, 12):
        total = tf.network_lag(tf.rolling_sum("ged_sb", window), BORDERS, "sum").log1p()
        yield _of_neighbours(f"log_sum_{window}", total, f"total of the last {window} months")
    worst = tf.network_lag(_yearly_toll("ged_sb"), BORDERS, "max").log1p()
    yield _of_neighbours("log_max_12", worst, "last 12 months of the worst one")
    typical = tf.network_lag(_yearly_toll("ged_sb").log1p(), BORDERS)
    yield _of_neighbours("mean_log_12", typical, "last 12 months of the typical one")
    fading = tf.network_lag(tf.ewm_mean(log, 12), BORDERS)
    phrase = "mean of the past with a half-life of 12 months"
    yield _of_neighbours("log_ewm_12", fading, phrase)
    gap = fading - tf.ewm_mean(log, 12)
    yield _of_neighbours("log_ewm_12_gap", gap, f"{phrase}, less the country's own", sign="?")


def _spread() -> Iterator[Feature]:
    """How many neighbours are in conflict, by UCDP's thresholds of a conflict and a war."""
    for deaths, word in ((25, "conflict"), (1000, "war")):
        part = tf.network_lag(_yearly_toll("ged_sb") >= deaths, BORDERS)
        phrase = f"share of them with at least {deaths} in the last 12 months"
        yield _of_neighbours(f"{word}_share", part, phrase, SHARE)


def _movement() -> Iterator[Feature]:
    """Whether the neighbourhood is flaring up."""
    log = pl.col("ged_sb").log1p()
    surge = tf.rolling_mean(log, 3) - tf.rolling_mean(log, 12)
    expr = tf.network_lag(surge, BORDERS)
    yield _of_neighbours("log_surge_3_12", expr, "last 3 months against the last 12")
    recent = tf.network_lag(tf.rolling_max(_outbreak(), 12), BORDERS, "max")
    phrase = "any outbreak after two quiet years in the last 12 months"
    yield _of_neighbours("onset_12", recent, phrase, "0 or 1")
    since = tf.network_lag(tf.time_since(_outbreak() == 1, MEMORY), BORDERS, "min")
    phrase = "months since the last outbreak after two quiet years"
    yield _of_neighbours("months_since_onset", since, phrase, "months", "-")


def _other_violence() -> Iterator[Feature]:
    """Violence that crosses borders with armed groups, and massacres that people flee from."""
    where = "in neighbouring countries"
    for indicator in ("ged_ns", "ged_os"):
        total = tf.network_lag(_yearly_toll(indicator), BORDERS, "sum").log1p()
        phrase = f"{where}, total of the last 12 months"
        yield _deaths("neighbours", indicator, "log_sum_12", total, phrase)
        part = tf.network_lag(_yearly_toll(indicator) > 0, BORDERS)
        phrase = f"{where}, share of them with any in the last 12 months"
        yield _deaths("neighbours", indicator, "any_share_12", part, phrase, SHARE)
    total = tf.network_lag(tf.rolling_sum("ged_os", 3), BORDERS, "sum").log1p()
    phrase = f"{where}, total of the last 3 months"
    yield _deaths("neighbours", "ged_os", "log_sum_3", total, phrase)


def _from_afar() -> Iterator[Feature]:
    """Violence without a common border, which counts less the farther away it is."""
    where = "within some hundred kilometres, weighted by closeness"
    latest = tf.network_lag(pl.col("ged_sb").log1p(), CLOSENESS)
    yield _deaths("nearby", "ged_sb", "log", latest, f"{where}, mean of the latest month")
    for indicator in ("ged_sb", "ged_os"):
        total = tf.network_lag(_yearly_toll(indicator), CLOSENESS, "sum").log1p()
        phrase = f"{where}, total of the last 12 months"
        yield _deaths("nearby", indicator, "log_sum_12", total, phrase)


def _from_ties() -> Iterator[Feature]:
    """Violence where allies or rivals fight, and where the country's own refugees are."""
    toll = _yearly_toll("ged_sb")
    typical = tf.network_lag(toll.log1p(), ALLIES)
    phrase = "in allied countries, last 12 months of the typical one"
    yield _deaths("allies", "ged_sb", "mean_log_12", typical, phrase)
    part = tf.network_lag(toll >= 1000, ALLIES)
    phrase = "in allied countries, share of them with at least 1000 in the last 12 months"
    yield _deaths("allies", "ged_sb", "war_share", part, phrase, "share of allies")
    theirs = tf.network_lag(toll.log1p(), RIVALS)
    phrase = "in rival countries, last 12 months of the typical one"
    yield _deaths("rivals", "ged_sb", "mean_log_12", theirs, phrase)
    hosts = tf.network_lag(toll.log1p(), HOSTS)
    phrase = "in the countries that host its refugees, last 12 months, weighted by refugees"
    yield _deaths("hosts", "ged_sb", "mean_log_12", hosts, phrase)


def _latest_year(names: tuple[str, str]) -> pl.Expr:
    """Events of the last 12 months, or of the latest year known where only years are told."""
    monthly, yearly = names
    return pl.coalesce(tf.rolling_sum(monthly, 12), yearly)


def _attacks() -> Iterator[Feature]:
    yield Feature(
        name="neighbours_attacks_log_sum_12",
        expr=tf.network_lag(_latest_year(ATTACKS), BORDERS, "sum").log1p(),
        unit="log(1 + attacks)",
        inputs=ATTACKS,
        description="terrorist attacks in neighbouring countries, total of the latest year known",
        sign="+",
    )


def _coups() -> Iterator[Feature]:
    attempt = _latest_year(COUPS) > 0
    for what, expr, when in (
        ("latest", attempt, "in the latest year known"),
        ("60", tf.rolling_max(attempt, 60), "in the last 5 years"),
    ):
        yield Feature(
            name=f"neighbours_coup_share_{what}",
            expr=tf.network_lag(expr, BORDERS),
            unit=SHARE,
            inputs=COUPS,
            description=f"share of neighbouring countries with an attempted coup {when}",
            sign="+",
        )


def _democracy(what: str, expr: pl.Expr, phrase: str, sign: Sign = "?") -> Feature:
    text = f"electoral democracy in neighbouring countries, {phrase}"
    return Feature(f"neighbours_democracy{what}", expr, "index 0-1", DEMOCRACY, text, sign)


def _regimes() -> Iterator[Feature]:
    own = pl.coalesce(DEMOCRACY)
    level = tf.network_lag(own, BORDERS)
    yield _democracy("", level, "mean", "-")
    yield _democracy("_gap", level - own, "mean, less the country's own")
    change = tf.network_lag(tf.difference(own, 60), BORDERS)
    yield _democracy("_change_60", change, "mean change in 5 years")


FAMILY = Family(
    name="neighbours",
    title="Neighbours and other ties: contagion",
    features=(
        *_borders(),
        *_violence_next_door(),
        *_spread(),
        *_movement(),
        *_other_violence(),
        *_from_afar(),
        *_from_ties(),
        *_attacks(),
        *_coups(),
        *_regimes(),
    ),
)
