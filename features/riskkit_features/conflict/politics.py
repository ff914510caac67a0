"""What surrounds violence: how sure its toll is, whom it hits, and who rules.

An indicator has two names here where a publisher's own file and a table made of it name it apart.
"""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from riskkit.family import Feature, Sign
from riskkit.family import transforms as tf

FLAG = "0 or 1"
MEMORY = 120
"""Cap of the times since an event, in months."""
BEST, LOW, HIGH = ("sb", "ucdp_sb_best"), ("sb_low", "ucdp_sb_low"), ("sb_high", "ucdp_sb_high")
CIVILIANS = ("sb_civ", "ucdp_sb_civilians")
BETWEEN_STATES = ("sb_interstate", "ucdp_sb_interstate")
COUPS = ("coup_attempts", "pt_attempt_num")


def politics() -> Iterator[Feature]:
    """All features of this module."""
    yield from _toll()
    yield from _coups()
    yield from _leaders()
    yield from _elections()


def _toll() -> Iterator[Feature]:
    """The latest published year of state-based conflict: its uncertainty and its composition."""
    phrase = "state-based deaths of the latest published year"
    yield Feature(
        name="sb_spread",
        expr=pl.coalesce(HIGH).log1p() - pl.coalesce(LOW).log1p(),
        unit="log((1 + high) / (1 + low))",
        inputs=(*HIGH, *LOW),
        description=f"{phrase}, high estimate against the low one",
        sign="+",
    )
    parts: tuple[tuple[str, tuple[str, ...], str, Sign], ...] = (
        ("civilian", CIVILIANS, "of civilians", "+"),
        ("interstate", BETWEEN_STATES, "between states", "?"),
    )
    for what, part, words, sign in parts:
        share = tf.ratio(pl.coalesce(part), pl.coalesce(BEST))
        text = f"{phrase}, share {words}"
        yield Feature(f"sb_{what}_share", share, "share", (*part, *BEST), text, sign)


def _coups() -> Iterator[Feature]:
    """Attempts to seize power, successful or not; monthly where given, else by year."""
    since = tf.time_since(pl.coalesce(COUPS) > 0, MEMORY)
    text = "months since an attempted coup"
    yield Feature("coup_months_since", since, "months", COUPS, text, "-")


def _leaders() -> Iterator[Feature]:
    """How settled the leadership is."""
    tenure, change = "tenure_months", "leader_change"
    text = "time that the leader has been in office"
    unit = "log(1 + months)"
    yield Feature("leader_tenure_log", pl.col(tenure).log1p(), unit, (tenure,), text)
    often = tf.count(pl.col(change) > 0, 60)
    text = "months with a change of leader in the last 5 years"
    yield Feature("leader_changes_60", often, "months", (change,), text, "+")


def _elections() -> Iterator[Feature]:
    """Votes behind and ahead; ahead only what could be known."""
    since, ahead = "months_since_last_vote", "months_to_expected_vote"
    recent = pl.col(since).clip(upper_bound=MEMORY)
    text = "months since people last voted"
    yield Feature("election_months_since", recent, "months", (since,), text)
    expected = "election_expected"
    text = "a vote is expected within months"
    yield Feature("election_ahead", pl.col(expected), FLAG, (expected,), text, "+")
    text = "months to the vote that is expected"
    yield Feature("election_months_to", pl.col(ahead), "months", (ahead,), text, "-")
