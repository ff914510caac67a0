"""Arithmetic of months against loops, with and without gaps."""

from __future__ import annotations

import numpy as np
import pytest

from riskkit.panel.arrays import (
    Array,
    counts,
    decayed,
    filled,
    is_complete,
    over_windows,
    slopes,
    sums,
    where_observed,
)

MONTHS = 40
WINDOWS = [1, 2, 3, 12, 39, 40, 60]


def figures(gaps: float) -> Array:
    """Whole numbers of five units, so that sums are exact; some are missing."""
    rng = np.random.default_rng(3)
    a = rng.poisson(4, (5, MONTHS)).astype(np.float64)
    a[rng.random(a.shape) < gaps] = np.nan
    return a


def looped(a: Array, window: int, statistic) -> Array:
    """The statistic of each window, one by one."""
    ends = range(1, a.shape[1] + 1)
    return np.array([[statistic(unit[max(0, end - window) : end]) for end in ends] for unit in a])


@pytest.mark.parametrize("window", WINDOWS)
@pytest.mark.parametrize("gaps", [0, 0.3])
def test_windows(window: int, gaps: float) -> None:
    a = figures(gaps)
    assert is_complete(a) == (gaps == 0)
    np.testing.assert_array_equal(sums(a, window), looped(a, window, np.nansum))
    known = looped(a, window, lambda x: (~np.isnan(x)).sum())
    np.testing.assert_array_equal(np.broadcast_to(counts(a, window), a.shape), known)
    highest = over_windows(a, window, np.fmax, np.nan)
    np.testing.assert_array_equal(highest, looped(a, window, np.fmax.reduce))


@pytest.mark.parametrize("gaps", [0, 0.3])
def test_what_is_missing_stays_so(gaps: float) -> None:
    a = figures(gaps)
    assert not np.isnan(filled(a)).any()
    np.testing.assert_array_equal(np.isnan(where_observed(a, filled(a))), np.isnan(a))
    np.testing.assert_array_equal(filled(a)[~np.isnan(a)], a[~np.isnan(a)])


@pytest.mark.parametrize("half_life", [0.1, 3, 24])
def test_decay_over_stretches(half_life: float) -> None:
    """A half-life of .1 month is summed in stretches of six months."""
    a = figures(0)
    ages = np.arange(MONTHS)[::-1]
    last = (a * 0.5 ** (ages / half_life)).sum(axis=1)
    np.testing.assert_allclose(decayed(a, half_life)[:, -1], last, rtol=1e-12)


@pytest.mark.parametrize("window", [2, 5, 40, 41])
def test_slopes_are_those_of_least_squares(window: int) -> None:
    a = figures(0)
    got = slopes(a, window)
    assert np.isnan(got[:, : window - 1]).all()
    for end in range(window, MONTHS + 1):
        fitted = np.polyfit(np.arange(window), a[:, end - window : end].T, 1)[0]
        np.testing.assert_allclose(got[:, end - 1], fitted, atol=1e-10)
