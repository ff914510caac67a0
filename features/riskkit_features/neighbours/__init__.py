"""Contagion: what happens in the countries around, and in those that a country is tied to.

Every feature is a network lag: a figure of each partner's own record, averaged, summed or compared
over the partners. `family.md` tells what is measured, why, and what is known to be wrong with it.
"""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from riskkit.family import Family, Feature, Sign
from riskkit.family import transforms as tf

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
    """State-based violence across land borders: in all, of the typical one, and past."""
    log = pl.col("ged_sb").log1p()
    yield _of_neighbours("log", tf.network_lag(log, BORDERS), "mean of the latest month")
    total = tf.network_lag(_yearly_toll("ged_sb"), BORDERS, "sum").log1p()
    yield _of_neighbours("log_sum_12", total, "total of the last 12 months")
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
    outbreak = tf.onset(pl.col("ged_sb") > 0, quiet=24)
    recent = tf.network_lag(tf.rolling_max(outbreak, 12), BORDERS, "max")
    phrase = "any outbreak after two quiet years in the last 12 months"
    yield _of_neighbours("onset_12", recent, phrase, "0 or 1")


def _other_violence() -> Iterator[Feature]:
    """Violence that crosses borders with armed groups, and massacres that people flee from."""
    where = "in neighbouring countries"
    for indicator in ("ged_ns", "ged_os"):
        total = tf.network_lag(_yearly_toll(indicator), BORDERS, "sum").log1p()
        phrase = f"{where}, total of the last 12 months"
        yield _deaths("neighbours", indicator, "log_sum_12", total, phrase)
    part = tf.network_lag(_yearly_toll("ged_os") > 0, BORDERS)
    phrase = f"{where}, share of them with any in the last 12 months"
    yield _deaths("neighbours", "ged_os", "any_share_12", part, phrase, SHARE)


def _from_afar() -> Iterator[Feature]:
    """Violence without a common border, which counts less the farther away it is."""
    where = "within some hundred kilometres, weighted by closeness"
    for indicator in ("ged_sb", "ged_os"):
        total = tf.network_lag(_yearly_toll(indicator), CLOSENESS, "sum").log1p()
        phrase = f"{where}, total of the last 12 months"
        yield _deaths("nearby", indicator, "log_sum_12", total, phrase)


def _from_ties() -> Iterator[Feature]:
    """Violence where allies or rivals fight, and where the country's own refugees are."""
    toll = _yearly_toll("ged_sb").log1p()
    for who, relation, phrase in (
        ("allies", ALLIES, "allied countries, last 12 months of the typical one"),
        ("rivals", RIVALS, "rival countries, last 12 months of the typical one"),
        (
            "hosts",
            HOSTS,
            "the countries that host its refugees, last 12 months, weighted by refugees",
        ),
    ):
        typical = tf.network_lag(toll, relation)
        yield _deaths(who, "ged_sb", "mean_log_12", typical, f"in {phrase}")


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
    recent = tf.rolling_max(_latest_year(COUPS) > 0, 60)
    yield Feature(
        name="neighbours_coup_share_60",
        expr=tf.network_lag(recent, BORDERS),
        unit=SHARE,
        inputs=COUPS,
        description="share of neighbouring countries with an attempted coup in the last 5 years",
        sign="+",
    )


def _democracy(what: str, expr: pl.Expr, phrase: str, sign: Sign) -> Feature:
    text = f"electoral democracy in neighbouring countries, {phrase}"
    return Feature(f"neighbours_democracy{what}", expr, "index 0-1", DEMOCRACY, text, sign)


def _regimes() -> Iterator[Feature]:
    own = pl.coalesce(DEMOCRACY)
    level = tf.network_lag(own, BORDERS)
    yield _democracy("", level, "mean", "-")
    yield _democracy("_gap", level - own, "mean, less the country's own", "?")


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
