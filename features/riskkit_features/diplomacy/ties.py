"""Ties between states: pacts, organisations, treaties, embassies, votes and sanctions."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from riskkit.family import Feature, Sign
from riskkit.family import transforms as tf

FLAG = "0 or 1"
PACTS = {
    "defence": ("defend a partner", ("atop_n_defense", "atop_defense", "defence_pacts")),
    "nonaggression": ("spare a partner", ("atop_n_nonagg", "atop_nonagg")),
    "consultation": ("consult a partner in crises", ("atop_n_consul", "atop_consul")),
}
"""Pact -> obligation, indicators that are positive where there is one."""
POWERS = {"us": "the USA", "russ": "Russia", "china": "China"}
SANCTIONS: dict[str, tuple[str, tuple[str, ...], Sign]] = {
    "economic": ("of trade or finance", ("gsdb_target_trade", "gsdb_target_financial"), "+"),
    "military": ("of arms or military aid", ("gsdb_target_arms", "gsdb_target_military"), "?"),
    "travel": ("of travel", ("gsdb_target_travel",), "+"),
    "un": ("by the United Nations", ("gsdb_target_un",), "+"),
    "us": ("by the USA", ("gsdb_target_us",), "+"),
    "eu": ("by the European Union or its predecessor", ("gsdb_target_eu",), "+"),
}
"""Sanction -> phrase, indicators of which one is positive, expected sign."""


def ties() -> Iterator[Feature]:
    """All features of this module."""
    yield from _pacts()
    yield from _votes()
    yield from _agreement()
    yield from _organisations()
    yield from _arms_control()
    yield Feature(
        name="embassies_sent_log",
        expr=pl.col("embassies_sent").log1p(),
        unit="log(1 + states)",
        inputs=("embassies_sent",),
        description="states in which the state has an embassy",
        sign="-",
    )
    yield from _sanctions()


def _pacts() -> Iterator[Feature]:
    """What alliances oblige the state to, with how many, and with which great power."""
    for pact, (duty, names) in PACTS.items():
        held = pl.coalesce(names) > 0
        phrase = f"an alliance obliges the state to {duty}"
        yield Feature(f"pact_{pact}", held, FLAG, names, phrase, "-")
    partners = ("atop_n_defense", "defence_pacts")
    yield Feature(
        name="pact_defence_partners_log",
        expr=pl.coalesce(partners).log1p(),
        unit="log(1 + states)",
        inputs=partners,
        description="number of partners in defence pacts",
        sign="-",
    )
    for power, name in (("us", "the USA"), ("rus", "Russia")):
        indicator = f"atop_{power}_defense"
        phrase = f"a defence pact with {name}"
        yield Feature(f"pact_defence_{power}", pl.col(indicator), FLAG, (indicator,), phrase, "-")


def _votes() -> Iterator[Feature]:
    """How far the state is from the western pole of the UN General Assembly, and where it moves."""
    position = pl.col("unga_idealpointall")
    distance = position.max().over(tf.POSITION) - position
    phrase = "distance of UN votes from the western pole, where the USA stands"
    for suffix, expr, when in (
        ("", distance, ""),
        ("_change_36", tf.difference(distance, 36), ", change in 3 years"),
    ):
        yield Feature(
            name=f"un_west_distance{suffix}",
            expr=expr,
            unit="ideal points",
            inputs=("unga_idealpointall",),
            description=phrase + when,
            sign="+",
            spatial=True,
        )


def _agreement() -> Iterator[Feature]:
    """How often the state votes as a great power does."""
    signs: dict[str, Sign] = {"us": "-", "russ": "?", "china": "?"}
    for power, name in POWERS.items():
        indicator = f"unga_{power}agree"
        phrase = f"share of UN votes cast as {name} cast them"
        yield Feature(
            f"un_agree_{power}", pl.col(indicator), "share", (indicator,), phrase, signs[power]
        )


def _organisations() -> Iterator[Feature]:
    yield Feature(
        name="igo_memberships_log",
        expr=pl.col("cow_sum_igo_full").log1p(),
        unit="log(1 + memberships)",
        inputs=("cow_sum_igo_full",),
        description="full memberships in intergovernmental organisations",
        sign="-",
    )


def _arms_control() -> Iterator[Feature]:
    """What weapons the state renounces, which it left, and whether it goes for the bomb."""
    yield Feature(
        name="arms_treaties",
        expr=pl.col("arms_treaties"),
        unit="treaties",
        inputs=("arms_treaties",),
        description="arms control treaties to which the state is party",
        sign="-",
    )
    yield Feature(
        name="arms_treaties_left_60",
        expr=tf.rolling_sum("arms_treaties_left", 60),
        unit="treaties",
        inputs=("arms_treaties_left",),
        description="arms control treaties that the state left in the last 5 years",
        sign="+",
    )
    yield Feature(
        name="nuclear_status",
        expr=pl.col("nuclear_weapons_status"),
        unit="grade 0-3",
        inputs=("nuclear_weapons_status",),
        description="nuclear weapons: none, explored, pursued, possessed",
    )


def _sanctions() -> Iterator[Feature]:
    """Sanctions in force against the state, by kind and sender."""
    yield Feature(
        name="sanctions_log",
        expr=pl.col("gsdb_n_cases_target").log1p(),
        unit="log(1 + cases)",
        inputs=("gsdb_n_cases_target",),
        description="number of sanctions in force against the state",
        sign="+",
    )
    for kind, (words, names, sign) in SANCTIONS.items():
        in_force = pl.max_horizontal(names) > 0
        text = f"any sanctions {words} in force against the state"
        yield Feature(f"sanctions_{kind}", in_force, FLAG, names, text, sign)
