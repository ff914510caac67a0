"""Making and keeping peace: agreements, mediators and peacekeepers.

Agreements and peacekeepers are counted in months, so that a monthly record and a yearly one, whose
figure serves for twelve months, mean the same but for their precision.
"""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from riskkit.family import Feature
from riskkit.family import transforms as tf

FLAG = "0 or 1"
MEMORY = 120
"""Cap of the times since an event, in months."""
WINDOWS = {12: "year", 36: "3 years", 60: "5 years"}
AGREEMENTS = ("pax_n_agreements", "agreements")
CEASEFIRES = ("pax_n_ceasefire",)
COMPREHENSIVE = "pax_n_comprehensive"
MISSIONS = ("geopko_n_missions", "peacekeeping")
MEDIATORS = {
    "un": "the United Nations",
    "igo": "other intergovernmental organisations",
    "state": "states",
    "track_two": "churches, non-governmental bodies or former leaders",
}


def peace() -> Iterator[Feature]:
    """All features of this module."""
    yield from _signed("agreement", AGREEMENTS, "a peace agreement")
    yield from _signed("ceasefire", CEASEFIRES, "a ceasefire")
    yield Feature(
        name="comprehensive_agreement_months_60",
        expr=tf.count(pl.col(COMPREHENSIVE) > 0, 60),
        unit="months",
        inputs=(COMPREHENSIVE,),
        description="months with a comprehensive peace agreement in the last 5 years",
    )
    yield from _mediation()
    yield from _peacekeepers()


def _signed(what: str, names: tuple[str, ...], phrase: str) -> Iterator[Feature]:
    """How often the parties signed lately, and how long ago they last did."""
    signed = pl.coalesce(names) > 0
    for window, words in WINDOWS.items():
        often = tf.count(signed, window)
        text = f"months with {phrase} in the last {words}"
        yield Feature(f"{what}_months_{window}", often, "months", names, text, "+")
    since = tf.time_since(signed, MEMORY)
    text = f"months since {phrase}"
    yield Feature(f"{what}_months_since", since, "months", names, text, "-")


def _mediation() -> Iterator[Feature]:
    """Who tried to mediate in a civil war of the country; yearly counts of attempts."""
    for kind, who in MEDIATORS.items():
        indicator = f"cwm_n_by_{kind}"
        yield Feature(
            name=f"mediation_{kind}_log_mean_60",
            expr=tf.rolling_mean(indicator, 60).log1p(),
            unit="log(1 + attempts a year)",
            inputs=(indicator,),
            description=f"attempts by {who} to mediate, yearly mean of the last 5 years",
            sign="+",
        )


def _peacekeepers() -> Iterator[Feature]:
    """Whether peacekeepers are there, have just come or gone, and how long they have been away."""
    there = pl.coalesce(MISSIONS) > 0
    came = there & (tf.rolling_min(there, 24) == 0)
    went = ~there & (tf.rolling_max(there, 24) == 1)
    yield Feature("peacekeepers", there, FLAG, MISSIONS, "peacekeepers in the country")
    text = "peacekeepers came in the last 2 years, and are there"
    yield Feature("peacekeepers_came_24", came, FLAG, MISSIONS, text)
    text = "peacekeepers left in the last 2 years"
    yield Feature("peacekeepers_left_24", went, FLAG, MISSIONS, text, "+")
    since = tf.time_since(there, MEMORY)
    text = "months since peacekeepers were in the country"
    yield Feature("peacekeepers_months_since", since, "months", MISSIONS, text, "-")
