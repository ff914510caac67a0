"""Conflict history: what a country's own record of organised violence says of its next months.

`events` adds what the single events tell beside their deaths, `politics` what surrounds the
violence: its uncertainty, coups, leaders and elections. The
counts are skewed over six orders of magnitude, so levels, sums and spreads are taken of
log(1 + deaths). `family.md` tells what is measured, why, and what is known to be wrong with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import polars as pl

from riskkit.family import Family, Feature, Sign
from riskkit.family import transforms as tf
from riskkit_features.conflict.events import events
from riskkit_features.conflict.politics import politics

LOG_DEATHS = "log(1 + deaths)"
MEMORY = 120
"""Cap of the times since an event, in months."""


@dataclass(frozen=True)
class Violence:
    """One type of organised violence.

    Attributes:
        indicator: Name of its monthly deaths.
        phrase: What to call them.
    """

    indicator: str
    phrase: str

    def feature(
        self, what: str, expr: pl.Expr, phrase: str, unit: str = LOG_DEATHS, sign: Sign = "+"
    ) -> Feature:
        """Declare a feature that reads this indicator alone."""
        name = f"{self.indicator}_{what}"
        return Feature(name, expr, unit, (self.indicator,), f"{self.phrase}, {phrase}", sign)

    @property
    def deaths(self) -> pl.Expr:
        """Deaths in the month."""
        return pl.col(self.indicator)

    @property
    def log(self) -> pl.Expr:
        """Deaths in the month, on the logarithmic scale that zero allows."""
        return self.deaths.log1p()


STATE_BASED = Violence("ged_sb", "state-based deaths")
NON_STATE = Violence("ged_ns", "non-state deaths")
ONE_SIDED = Violence("ged_os", "one-sided deaths")
TYPES = (STATE_BASED, NON_STATE, ONE_SIDED)


def levels(kind: Violence, lags: Iterable[int]) -> Iterator[Feature]:
    """This month and single months of the past."""
    yield kind.feature("log", kind.log, "latest month")
    for months in lags:
        yield kind.feature(f"log_lag_{months}", tf.lag(kind.log, months), f"{_ago(months)} ago")


def totals(kind: Violence, windows: Iterable[int]) -> Iterator[Feature]:
    """Total deaths of recent windows, and the monthly mean of windows that may be incomplete."""
    for window in windows:
        if window <= 24:
            total = tf.rolling_sum(kind.deaths, window).log1p()
            yield kind.feature(f"log_sum_{window}", total, _last(window))
        else:
            mean = tf.rolling_mean(kind.deaths, window).log1p()
            yield kind.feature(f"log_mean_{window}", mean, f"monthly mean of the {_last(window)}")


def typical(kind: Violence) -> Iterator[Feature]:
    """The usual month of a year, which one massacre does not move."""
    mean = tf.rolling_mean(kind.log, 12)
    yield kind.feature("mean_log_12", mean, "geometric mean month of the last 12 months")
    median = tf.rolling_quantile(kind.deaths, 0.5, 12).log1p()
    yield kind.feature("log_median_12", median, "median month of the last 12 months")


def peaks(kind: Violence, windows: Iterable[int]) -> Iterator[Feature]:
    """The worst month, and the level that one month in ten exceeds."""
    for window in windows:
        worst = tf.rolling_max(kind.log, window)
        yield kind.feature(f"log_max_{window}", worst, f"worst month of the {_last(window)}")
    high = tf.rolling_quantile(kind.deaths, 0.9, 60).log1p()
    yield kind.feature("log_q90_60", high, "level exceeded in a tenth of the last 5 years")


def fading(kind: Violence, half_lives: Iterable[int]) -> Iterator[Feature]:
    """The whole past, weighted by age."""
    for months in half_lives:
        mean = tf.ewm_mean(kind.log, months)
        phrase = f"mean of the past with a half-life of {_ago(months)}"
        yield kind.feature(f"log_ewm_{months}", mean, phrase)


def recency(kind: Violence, thresholds: Iterable[int]) -> Iterator[Feature]:
    """How long ago violence last reached a level."""
    for deaths in thresholds:
        yield kind.feature(
            f"months_since_{deaths}",
            tf.time_since(kind.deaths >= deaths, MEMORY),
            f"months since a month with at least {deaths}",
            unit="months",
            sign="-",
        )


def frequency(kind: Violence, windows: Iterable[int]) -> Iterator[Feature]:
    """How often months with deaths occur."""
    for window in windows:
        violent = tf.rolling_mean(kind.deaths > 0, window)
        phrase = f"share of months with any in the {_last(window)}"
        yield kind.feature(f"any_share_{window}", violent, phrase, unit="share")


def movement(kind: Violence) -> Iterator[Feature]:
    """Where violence is going, and how unsteadily."""
    unit = f"{LOG_DEATHS} per month"
    yield kind.feature("log_trend_6", tf.trend(kind.log, 6), "trend of the last 6 months", unit)
    yield kind.feature("log_trend_24", tf.trend(kind.log, 24), "trend of the last 2 years", unit)
    surge = tf.rolling_mean(kind.log, 3) - tf.rolling_mean(kind.log, 12)
    yield kind.feature("log_surge_3_12", surge, "last 3 months against the last 12")
    yield kind.feature("log_volatility_12", tf.volatility(kind.log, 12), "volatility over a year")


def outbreaks(kind: Violence) -> Iterator[Feature]:
    """First deaths after two quiet years, this month and lately."""
    outbreak = tf.onset(kind.deaths > 0, quiet=24)
    phrase = "first after two years without any"
    yield kind.feature("onset_24", outbreak, phrase, unit="0 or 1")
    recent = tf.time_since(outbreak == 1, 24)
    phrase = "months since the first after two years without any"
    yield kind.feature("months_since_onset_24", recent, phrase, unit="months", sign="-")


def composition(kind: Violence) -> Iterator[Feature]:
    """What part of all deaths this type has."""
    part = tf.share(kind.deaths, _all_deaths(), window=12)
    yield Feature(
        name=f"{kind.indicator}_share_12",
        expr=part,
        unit="share",
        inputs=tuple(other.indicator for other in TYPES),
        description=f"{kind.phrase}, share of all deaths in the last 12 months",
    )


def _all_deaths() -> pl.Expr:
    return STATE_BASED.deaths + NON_STATE.deaths + ONE_SIDED.deaths


def _last(window: int) -> str:
    return f"last {_ago(window)}"


def _ago(months: int) -> str:
    if months >= 24:
        return f"{months // 12} years"
    return f"{months} months" if months > 1 else "1 month"


def _state_based() -> Iterator[Feature]:
    """The main target's own history, in full."""
    yield from levels(STATE_BASED, lags=(1, 2, 3, 6, 9, 12))
    yield from totals(STATE_BASED, windows=(3, 6, 12, 24, 60, 120))
    yield from typical(STATE_BASED)
    yield from peaks(STATE_BASED, windows=(12, 24, 60))
    yield from fading(STATE_BASED, half_lives=(1, 4, 12, 24))
    yield from recency(STATE_BASED, thresholds=(1, 25, 1000))
    yield from frequency(STATE_BASED, windows=(12, 60))
    yield from movement(STATE_BASED)
    yield from outbreaks(STATE_BASED)
    yield from composition(STATE_BASED)


def _other(kind: Violence) -> Iterator[Feature]:
    """The same record of another type, without its finer grades."""
    yield from levels(kind, lags=(1, 3))
    yield from totals(kind, windows=(3, 12, 60))
    yield from peaks(kind, windows=(60,))
    yield from fading(kind, half_lives=(4, 12))
    yield from recency(kind, thresholds=(1, 25))
    yield from frequency(kind, windows=(12,))
    yield from composition(kind)


FAMILY = Family(
    name="conflict",
    title="Conflict history: organised violence by type, and who rules",
    features=(
        *_state_based(),
        *_other(NON_STATE),
        *_other(ONE_SIDED),
        *events(),
        *politics(),
    ),
)
