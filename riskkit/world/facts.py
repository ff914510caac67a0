"""Stylised facts of violence in a panel of countries, for holding a simulation against reality."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]

QUIET_MONTHS = 24
ONSET_MONTHS = 12
ONSET_DEATHS = 25


@dataclass(frozen=True)
class Facts:
    """What a table of monthly deaths looks like.

    Attributes:
        zero_share: Share of country-months without deaths.
        median: Median of the country-months with deaths.
        q90: Their 90 % quantile.
        q99: Their 99 % quantile.
        persistence: Share of months with deaths that follow a month with deaths.
        emergence: Share of months with deaths that follow a month without.
        autocorrelation_1: Correlation of log(1 + deaths) with its value a month ago, pooled.
        autocorrelation_12: The same for a year ago.
        autocorrelation_36: The same for three years ago.
        onset_share: Share of country-months after 24 months without deaths in whose next 12 months
            at least 25 people die.
        neighbour_log_odds: Log odds ratio of deaths in a month, between country-months with and
            without deaths in a contiguous country; islands are left out.
        top_ten_share: Share of all deaths that the ten deadliest country-years hold.
        never_share: Share of countries without any deaths.
    """

    zero_share: float
    median: float
    q90: float
    q99: float
    persistence: float
    emergence: float
    autocorrelation_1: float
    autocorrelation_12: float
    autocorrelation_36: float
    onset_share: float
    neighbour_log_odds: float
    top_ten_share: float
    never_share: float


# Measured by tests/world/test_facts.py on the UCDP GED country-month table, state-based deaths,
# best estimate, January 1989 to December 2021 (months up to 2017 of an older vintage), and land
# contiguity of the same years.
OBSERVED = Facts(
    zero_share=0.8769,
    median=28.0,
    q90=295.2,
    q99=2531.0,
    persistence=0.8128,
    emergence=0.02652,
    autocorrelation_1=0.8526,
    autocorrelation_12=0.7614,
    autocorrelation_36=0.6638,
    onset_share=0.0106,
    neighbour_log_odds=1.33,
    top_ten_share=0.3137,
    never_share=0.4925,
)


def stylised_facts(deaths: Array, contiguous: Flags) -> Facts:
    """Measure the facts.

    Args:
        deaths: Array [countries, months] from a January on, NaN where the state did not exist.
        contiguous: Boolean array [countries, countries]: the two share a land border.
    """
    known = deaths[~np.isnan(deaths)]
    median, q90, q99 = np.quantile(known[known > 0], [0.5, 0.9, 0.99])
    before, after = _pairs(deaths, 1)
    return Facts(
        zero_share=float((known == 0).mean()),
        median=float(median),
        q90=float(q90),
        q99=float(q99),
        persistence=float((after[before > 0] > 0).mean()),
        emergence=float((after[before == 0] > 0).mean()),
        autocorrelation_1=_autocorrelation(deaths, 1),
        autocorrelation_12=_autocorrelation(deaths, 12),
        autocorrelation_36=_autocorrelation(deaths, 36),
        onset_share=_onset(deaths),
        neighbour_log_odds=_neighbour_log_odds(deaths, contiguous),
        top_ten_share=_top_ten_share(deaths),
        never_share=float((np.nansum(deaths, axis=1) == 0).mean()),
    )


def _pairs(deaths: Array, lag: int) -> tuple[Array, Array]:
    """Values `lag` months apart of which both are known."""
    before, after = deaths[:, :-lag], deaths[:, lag:]
    both = ~np.isnan(before) & ~np.isnan(after)
    return before[both], after[both]


def _autocorrelation(deaths: Array, lag: int) -> float:
    before, after = _pairs(deaths, lag)
    return float(np.corrcoef(np.log1p(before), np.log1p(after))[0, 1])


def _onset(deaths: Array) -> float:
    windows = np.lib.stride_tricks.sliding_window_view(deaths, QUIET_MONTHS + ONSET_MONTHS, axis=1)
    quiet = (windows[..., :QUIET_MONTHS] == 0).all(axis=-1)
    following = windows[..., QUIET_MONTHS:].sum(axis=-1)[quiet]
    return float((following[~np.isnan(following)] >= ONSET_DEATHS).mean())


def _neighbour_log_odds(deaths: Array, contiguous: Flags) -> float:
    violent = deaths > 0
    near = contiguous @ violent
    known = ~np.isnan(deaths) & (contiguous.sum(axis=1) > 0)[:, None]
    both, alone = (known & violent & near).sum(), (known & violent & ~near).sum()
    spared, calm = (known & ~violent & near).sum(), (known & ~violent & ~near).sum()
    return float(np.log(both) + np.log(calm) - np.log(alone) - np.log(spared))


def _top_ten_share(deaths: Array) -> float:
    years = deaths.shape[1] // 12
    yearly = np.nansum(deaths[:, : 12 * years].reshape(len(deaths), years, 12), axis=-1)
    return float(np.sort(yearly, axis=None)[-10:].sum() / yearly.sum())
