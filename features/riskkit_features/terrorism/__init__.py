"""Terrorism: how often, how deadly and how recently a country was attacked.

The counts are skewed, so levels, sums and spreads are taken of log(1 + count). `family.md` tells
what is measured, why, and what is known to be wrong with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import polars as pl

from riskkit import transforms as tf
from riskkit.family import Family, Feature, Sign

MEMORY = 120
"""Cap of the times since an event, in months."""


@dataclass(frozen=True)
class Count:
    """A count of attacks or of people.

    Attributes:
        name: What the names of its features start with.
        phrase: What to call it.
        thing: What is counted, in one word.
        indicators: Names under which sources bring it; the first that has a value counts.
    """

    name: str
    phrase: str
    thing: str
    indicators: tuple[str, ...]

    def feature(
        self, what: str, expr: pl.Expr, phrase: str, unit: str | None = None, sign: Sign = "+"
    ) -> Feature:
        """Declare a feature that reads this count alone."""
        text = f"{self.phrase}, {phrase}"
        return Feature(
            f"{self.name}_{what}", expr, unit or self.log_unit, self.indicators, text, sign
        )

    @property
    def log_unit(self) -> str:
        """Unit of measurement of the logarithm."""
        return f"log(1 + {self.thing})"

    @property
    def value(self) -> pl.Expr:
        """The count."""
        return pl.coalesce(self.indicators)

    @property
    def log(self) -> pl.Expr:
        """The count on the logarithmic scale that zero allows."""
        return self.value.log1p()


ATTACKS = Count("attacks", "terrorist attacks", "attacks", ("attacks",))
KILLED = Count("attacks_killed", "killed in terrorist attacks", "deaths", ("attacks_killed",))
WOUNDED = Count("attacks_wounded", "wounded in terrorist attacks", "people", ("attacks_wounded",))
INCIDENTS = Count("gtd_incidents", "terrorist attacks by year", "attacks", ("gtd_incidents",))
DEATHS = Count("gtd_killed", "killed in terrorist attacks by year", "deaths", ("gtd_killed",))
ONE_SIDED = Count(
    "os_by_nonstate",
    "civilians killed by non-state groups by year",
    "deaths",
    ("os_by_nonstate", "ucdp_os_by_nonstate"),
)


def latest(count: Count) -> Feature:
    """The latest month that is known."""
    return count.feature("log", count.log, "latest month")


def totals(count: Count, windows: Iterable[int]) -> Iterator[Feature]:
    """Totals of recent windows."""
    for window in windows:
        total = tf.rolling_sum(count.value, window).log1p()
        yield count.feature(f"log_sum_{window}", total, f"last {window} months")


def long_run(count: Count) -> Iterator[Feature]:
    """The mean and the worst month of five years, which may be partly unobserved."""
    mean = tf.rolling_mean(count.value, 60).log1p()
    yield count.feature("log_mean_60", mean, "monthly mean of the last 5 years")
    worst = tf.rolling_max(count.log, 60)
    yield count.feature("log_max_60", worst, "worst month of the last 5 years")


def fading(count: Count, half_lives: Iterable[int]) -> Iterator[Feature]:
    """The whole past, weighted by age."""
    for months in half_lives:
        phrase = f"mean of the past with a half-life of {months} months"
        yield count.feature(f"log_ewm_{months}", tf.ewm_mean(count.log, months), phrase)


def movement(count: Count) -> Iterator[Feature]:
    """Where terrorism is going, and how unsteadily."""
    unit = f"{count.log_unit} per month"
    yield count.feature("log_trend_12", tf.trend(count.log, 12), "trend of a year", unit)
    surge = tf.rolling_mean(count.log, 3) - tf.rolling_mean(count.log, 12)
    yield count.feature("log_surge_3_12", surge, "last 3 months against the last 12")
    yield count.feature("log_volatility_12", tf.volatility(count.log, 12), "volatility over a year")


def frequency(count: Count, windows: Iterable[int]) -> Iterator[Feature]:
    """How often months with any occur."""
    for window in windows:
        expr = tf.rolling_mean(count.value > 0, window)
        phrase = f"share of months with any in the last {window} months"
        yield count.feature(f"any_share_{window}", expr, phrase, "share")


def recency(count: Count, thresholds: Iterable[int]) -> Iterator[Feature]:
    """How long ago a month last reached a level."""
    for level in thresholds:
        since = tf.time_since(count.value >= level, MEMORY)
        phrase = f"months since a month with at least {level}"
        yield count.feature(f"months_since_{level}", since, phrase, "months", "-")


def outbreak(count: Count) -> Feature:
    """The first after two quiet years."""
    first = tf.onset(count.value > 0, quiet=24)
    return count.feature("onset_24", first, "first after two years without any", "0 or 1")


def yearly(count: Count, thresholds: Iterable[int]) -> Iterator[Feature]:
    """The latest published year, what changed, and what the years before it were like."""
    yield count.feature("log", count.log, "latest year")
    change = tf.difference(count.log, 12)
    yield count.feature("log_change_12", change, "change against a year ago")
    yield count.feature("mean_log_60", _five_years(count.log), "geometric mean of 5 years")
    worst = tf.rolling_max(count.log, 120)
    yield count.feature("log_max_120", worst, "worst year of the last 10 years")
    for level in thresholds:
        since = tf.time_since(count.value >= level, MEMORY)
        phrase = f"months since the latest year had at least {level}"
        yield count.feature(f"months_since_{level}", since, phrase, "months", "-")


def _five_years(x: pl.Expr) -> pl.Expr:
    """Mean of the latest year and the four before, of which three must be known."""
    years = [x, *(tf.lag(x, 12 * year) for year in range(1, 5))]
    return pl.when(x.is_not_null()).then(tf.mean_of(years, 3))


def per_attack(people: Count, attacks: Count, window: int) -> Feature:
    """People killed or wounded by an attack, over a window in months."""
    total = tf.share(people.value, attacks.value, window)
    return Feature(
        name=f"{people.name}_per_attack_{window}",
        expr=total.log1p(),
        unit=f"log(1 + {people.thing} per attack)",
        inputs=(*people.indicators, *attacks.indicators),
        description=f"{people.phrase}, per attack of the last {window} months",
        sign="+",
    )


def share_of(which: str, phrase: str, window: int, sign: Sign = "?") -> Feature:
    """Attacks of one sort, among all.

    Args:
        which: What the name of their indicator says after "attacks_".
        phrase: What to call them.
        window: Length in months.
        sign: Expected sign.
    """
    indicator = f"attacks_{which}"
    return Feature(
        name=f"{indicator}_share_{window}",
        expr=tf.share(indicator, ATTACKS.value, window),
        unit="share",
        inputs=(indicator, *ATTACKS.indicators),
        description=f"{phrase}, share of all in the last {window} months",
        sign=sign,
    )


def across_borders(how: str, phrase: str, window: int) -> Feature:
    """Attacks that cross a border in one way, among those of which that is known.

    Half of all attacks have no known perpetrators, whose nationality both ways compare.
    """
    crossing, domestic = f"attacks_transnational_{how}", f"attacks_domestic_{how}"
    return Feature(
        name=f"{crossing}_share_{window}",
        expr=tf.share(crossing, pl.col(crossing) + pl.col(domestic), window),
        unit="share",
        inputs=(crossing, domestic),
        description=f"{phrase}, share of those with known nationalities in the last {window} "
        "months",
    )


def concentration(of: str, phrase: str, window: int) -> Feature:
    """How far the attacks are those of one group, or on one kind of target.

    The mean of the months' Herfindahl indices, each weighted by its attacks; months without an
    attack have none.
    """
    indicator = f"attacks_{of}_concentration"
    weighted = (pl.col(indicator) * ATTACKS.value).fill_null(0)
    weights = pl.when(pl.col(indicator).is_not_null()).then(ATTACKS.value).otherwise(0)
    known = ATTACKS.value.is_not_null()
    return Feature(
        name=f"{indicator}_{window}",
        expr=tf.share(pl.when(known).then(weighted), pl.when(known).then(weights), window),
        unit="index 0-1",
        inputs=(indicator, *ATTACKS.indicators),
        description=f"concentration of attacks on few {phrase}, last {window} months",
    )


def _lethality_of_the_year() -> Feature:
    """People killed by an attack of the latest published year."""
    return Feature(
        name="gtd_killed_per_attack",
        expr=tf.ratio(DEATHS.value, INCIDENTS.value).log1p(),
        unit="log(1 + deaths per attack)",
        inputs=(*DEATHS.indicators, *INCIDENTS.indicators),
        description=f"{DEATHS.phrase}, per attack of the latest year",
        sign="+",
    )


def _monthly() -> Iterator[Feature]:
    """Counts by month, as from events."""
    yield latest(ATTACKS)
    yield from totals(ATTACKS, windows=(3, 12))
    yield from long_run(ATTACKS)
    yield from fading(ATTACKS, half_lives=(4, 24))
    yield from movement(ATTACKS)
    yield from frequency(ATTACKS, windows=(12, 60))
    yield from recency(ATTACKS, thresholds=(1, 10))
    yield outbreak(ATTACKS)
    yield latest(KILLED)
    yield from totals(KILLED, windows=(3, 12))
    yield from long_run(KILLED)
    yield from fading(KILLED, half_lives=(4, 12))
    yield from movement(KILLED)
    yield from recency(KILLED, thresholds=(1, 25))
    yield latest(WOUNDED)
    yield from totals(WOUNDED, windows=(3, 12))
    yield from fading(WOUNDED, half_lives=(12,))
    yield from movement(WOUNDED)
    yield from recency(WOUNDED, thresholds=(1,))
    for window in (12, 60):
        yield per_attack(KILLED, ATTACKS, window)
        yield share_of("transnational", "transnational attacks", window)
    yield per_attack(WOUNDED, ATTACKS, 12)
    yield share_of("on_state", "attacks on government, military or police", 12)
    yield concentration("group", "known perpetrators", 12)
    yield concentration("target", "kinds of target", 12)


def _composition() -> Iterator[Feature]:
    """What the attacks of a year were like, as far as events tell."""
    yield share_of("suicide", "suicide attacks", 12, "+")
    yield share_of("bombings", "bombings", 12)
    yield share_of("assassinations", "assassinations", 12)
    yield share_of("hostage_taking", "kidnappings and barricades with hostages", 12)
    yield across_borders("logistic", "attacks by groups from abroad", 12)
    yield across_borders("ideological", "attacks on victims of another nationality", 12)


def _by_year() -> Iterator[Feature]:
    """Summaries by year, which arrive months or years later."""
    yield from yearly(INCIDENTS, thresholds=(1, 10))
    yield from yearly(DEATHS, thresholds=(25,))
    yield _lethality_of_the_year()
    yield from yearly(ONE_SIDED, thresholds=(1, 25))


FAMILY = Family(
    name="terrorism",
    title="Terrorism: attacks, their victims, one-sided violence by non-state groups",
    features=(*_monthly(), *_composition(), *_by_year()),
)
