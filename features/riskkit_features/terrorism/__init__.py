"""Terrorism: how often, how deadly and how recently a country was attacked.

The counts are skewed, so levels, sums and spreads are taken of log(1 + count). `family.md` tells
what is measured, why, and what is known to be wrong with it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from riskkit.family import Family, Feature, Sign
from riskkit.family import transforms as tf

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


def latest(count: Count, period: str) -> Feature:
    """The latest month or year that is known."""
    return count.feature("log", count.log, f"latest {period}")


def total(count: Count) -> Feature:
    """The total of a year."""
    return count.feature("log_sum_12", tf.rolling_sum(count.value, 12).log1p(), "last 12 months")


def worst(count: Count) -> Feature:
    """The worst month of five years, which may be partly unobserved."""
    most = tf.rolling_max(count.log, 60)
    return count.feature("log_max_60", most, "worst month of the last 5 years")


def fading(count: Count, half_life: int) -> Feature:
    """The whole past, weighted by age, with a half-life in months."""
    mean = tf.ewm_mean(count.log, half_life)
    phrase = f"mean of the past with a half-life of {half_life} months"
    return count.feature(f"log_ewm_{half_life}", mean, phrase)


def trend(count: Count) -> Feature:
    """Where terrorism is going."""
    unit = f"{count.log_unit} per month"
    return count.feature("log_trend_12", tf.trend(count.log, 12), "trend of a year", unit)


def volatility(count: Count) -> Feature:
    """How unsteadily terrorism goes."""
    spread = tf.volatility(count.log, 12)
    return count.feature("log_volatility_12", spread, "volatility over a year")


def recency(count: Count, level: int, when: str = "a month with") -> Feature:
    """How long ago a month, or the latest year, last reached a level."""
    since = tf.time_since(count.value >= level, MEMORY)
    phrase = f"months since {when} at least {level}"
    return count.feature(f"months_since_{level}", since, phrase, "months", "-")


def yearly(count: Count, level: int) -> Iterator[Feature]:
    """The latest published year, what changed, and what the years before it were like."""
    yield latest(count, "year")
    change = tf.difference(count.log, 12)
    yield count.feature("log_change_12", change, "change against a year ago")
    yield count.feature("mean_log_60", _five_years(count.log), "geometric mean of 5 years")
    yield recency(count, level, "the latest year had")


def _five_years(x: pl.Expr) -> pl.Expr:
    """Mean of the latest year and the four before, of which three must be known."""
    years = [x, *(tf.lag(x, 12 * year) for year in range(1, 5))]
    return pl.when(x.is_not_null()).then(tf.mean_of(years, 3))


def share_of(which: str, phrase: str, sign: Sign = "?") -> Feature:
    """Attacks of one sort, among all of a year.

    Args:
        which: What the name of their indicator says after "attacks_".
        phrase: What to call them.
        sign: Expected sign.
    """
    indicator = f"attacks_{which}"
    return Feature(
        name=f"{indicator}_share_12",
        expr=tf.share(indicator, ATTACKS.value, 12),
        unit="share",
        inputs=(indicator, *ATTACKS.indicators),
        description=f"{phrase}, share of all in the last 12 months",
        sign=sign,
    )


def across_borders(how: str, phrase: str) -> Feature:
    """Attacks that cross a border in one way, among those of a year of which that is known.

    Half of all attacks have no known perpetrators, whose nationality both ways compare.
    """
    crossing, domestic = f"attacks_transnational_{how}", f"attacks_domestic_{how}"
    return Feature(
        name=f"{crossing}_share_12",
        expr=tf.share(crossing, pl.col(crossing) + pl.col(domestic), 12),
        unit="share",
        inputs=(crossing, domestic),
        description=f"{phrase}, share of those with known nationalities in the last 12 months",
    )


def concentration(of: str, phrase: str) -> Feature:
    """How far the attacks of a year are those of one group, or on one kind of target.

    The mean of the months' Herfindahl indices, each weighted by its attacks; months without an
    attack have none.
    """
    indicator = f"attacks_{of}_concentration"
    weighted = (pl.col(indicator) * ATTACKS.value).fill_null(0)
    weights = pl.when(pl.col(indicator).is_not_null()).then(ATTACKS.value).otherwise(0)
    known = ATTACKS.value.is_not_null()
    return Feature(
        name=f"{indicator}_12",
        expr=tf.share(pl.when(known).then(weighted), pl.when(known).then(weights), 12),
        unit="index 0-1",
        inputs=(indicator, *ATTACKS.indicators),
        description=f"concentration of attacks on few {phrase}, last 12 months",
    )


def lethality(people: Count, attacks: Count, what: str, ratio: pl.Expr, period: str) -> Feature:
    """People killed by an attack.

    Args:
        people: The killed.
        attacks: The attacks that killed them.
        what: What the name says after that of the killed.
        ratio: People per attack.
        period: Of which time.
    """
    return Feature(
        name=f"{people.name}_{what}",
        expr=ratio.log1p(),
        unit="log(1 + deaths per attack)",
        inputs=(*people.indicators, *attacks.indicators),
        description=f"{people.phrase}, per attack of the {period}",
        sign="+",
    )


def _attacks() -> Iterator[Feature]:
    """Attacks by month, as from events."""
    yield latest(ATTACKS, "month")
    yield total(ATTACKS)
    yield worst(ATTACKS)
    yield fading(ATTACKS, half_life=4)
    yield fading(ATTACKS, half_life=24)
    yield trend(ATTACKS)
    surge = tf.rolling_mean(ATTACKS.log, 3) - tf.rolling_mean(ATTACKS.log, 12)
    yield ATTACKS.feature("log_surge_3_12", surge, "last 3 months against the last 12")
    yield volatility(ATTACKS)
    some = tf.rolling_mean(ATTACKS.value > 0, 12)
    phrase = "share of months with any in the last 12 months"
    yield ATTACKS.feature("any_share_12", some, phrase, "share")
    yield recency(ATTACKS, 1)
    first = tf.onset(ATTACKS.value > 0, quiet=24)
    yield ATTACKS.feature("onset_24", first, "first after two years without any", "0 or 1")


def _victims() -> Iterator[Feature]:
    """Killed and wounded by month."""
    yield latest(KILLED, "month")
    yield total(KILLED)
    yield worst(KILLED)
    yield fading(KILLED, half_life=12)
    yield trend(KILLED)
    yield volatility(KILLED)
    yield recency(KILLED, 25)
    yield latest(WOUNDED, "month")
    yield total(WOUNDED)
    yield fading(WOUNDED, half_life=12)
    yield trend(WOUNDED)
    yield volatility(WOUNDED)
    yield recency(WOUNDED, 1)


def _composition() -> Iterator[Feature]:
    """What the attacks of a year were like, as far as events tell."""
    per_attack = tf.share(KILLED.value, ATTACKS.value, 12)
    yield lethality(KILLED, ATTACKS, "per_attack_12", per_attack, "last 12 months")
    yield share_of("transnational", "transnational attacks")
    yield share_of("on_state", "attacks on government, military or police")
    yield concentration("group", "known perpetrators")
    yield concentration("target", "kinds of target")
    yield share_of("suicide", "suicide attacks", "+")
    yield share_of("hostage_taking", "kidnappings and barricades with hostages")
    yield across_borders("logistic", "attacks by groups from abroad")
    yield across_borders("ideological", "attacks on victims of another nationality")


def _by_year() -> Iterator[Feature]:
    """Summaries by year, which arrive months or years later."""
    yield from yearly(INCIDENTS, level=1)
    yield from yearly(DEATHS, level=25)
    per_attack = tf.ratio(DEATHS.value, INCIDENTS.value)
    yield lethality(DEATHS, INCIDENTS, "per_attack", per_attack, "latest year")
    yield from yearly(ONE_SIDED, level=25)


FAMILY = Family(
    name="terrorism",
    title="Terrorism: attacks, their victims, one-sided violence by non-state groups",
    features=(*_attacks(), *_victims(), *_composition(), *_by_year()),
)
