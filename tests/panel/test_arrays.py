"""Arithmetic of months against loops, with and without gaps."""

from __future__ import annotations

import numpy as np
import pytest

from riskkit.panel.arrays import Array, Months, Values, decayed, fill, slopes

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


@pytest.mark.parametrize("gaps", [0, 0.3])
@pytest.mark.parametrize("order", [1, -1], ids=["shortest first", "longest first"])
def test_windows(gaps: float, order: int) -> None:
    a = figures(gaps)
    months = Months(a)
    assert months.complete == (gaps == 0)
    for window in WINDOWS[::order]:
        np.testing.assert_array_equal(months.sums(window), looped(a, window, np.nansum))
        known = looped(a, window, lambda x: (~np.isnan(x)).sum())
        np.testing.assert_array_equal(np.broadcast_to(months.counts(window), a.shape), known)
        highest, lowest = (looped(a, window, join.reduce) for join in (np.fmax, np.fmin))
        np.testing.assert_array_equal(months.highest(window), highest)
        np.testing.assert_array_equal(months.lowest(window), lowest)


def test_what_is_looked_up_has_the_precision_wanted() -> None:
    a = figures(0) / 3
    months = Months(a, np.float32)
    highest = months.highest(3)
    assert highest.dtype == np.float32
    np.testing.assert_array_equal(highest, Months(a).highest(3).astype(np.float32))
    assert months.sums(3).dtype == np.float64


@pytest.mark.parametrize("gaps", [0, 0.3])
def test_what_is_missing_is_filled_with_zero(gaps: float) -> None:
    a = figures(gaps)
    filled = Months(a).filled
    assert not np.isnan(filled).any()
    np.testing.assert_array_equal(filled[~np.isnan(a)], a[~np.isnan(a)])
    np.testing.assert_array_equal(filled[np.isnan(a)], 0)


@pytest.mark.parametrize("quiet", [[], [0, 3], [4], range(5)], ids=str)
def test_units_that_are_alike_are_computed_once(quiet: list[int]) -> None:
    a = figures(0.1)
    a[quiet] = 0
    computed = []

    def kernel(months: Months, out: Values) -> None:
        computed.append(len(out))
        out[:] = months.filled + 1

    out = np.empty_like(a)
    assert fill(a, {"y": kernel}, {"y": out}) == set()
    np.testing.assert_array_equal(out, np.nan_to_num(a) + 1)
    assert computed == [min(5, 6 - len(quiet))]


def test_units_that_lack_other_months_are_not_alike() -> None:
    a = np.zeros((6, MONTHS))
    a[[0, 2, 3], -1] = np.nan  # as the latest month often is, of all units
    a[4, 5] = np.nan
    a[5, 6] = 2
    computed = []

    def kernel(months: Months, out: Values) -> None:
        computed.append(len(out))
        out[:] = months.values

    out = np.empty_like(a)
    fill(a, {"y": kernel}, {"y": out})
    np.testing.assert_array_equal(out, a)
    assert computed == [4]


def test_what_lacks_something_is_named() -> None:
    def lagged(months: Months, out: Values) -> None:
        out[:, :1], out[:, 1:] = np.nan, months.rounded[:, :-1]

    def same(months: Months, out: Values) -> None:
        out[:] = months.rounded

    columns = {name: np.empty((5, MONTHS), dtype=np.float32) for name in ("lagged", "same")}
    assert fill(figures(0), {"lagged": lagged, "same": same}, columns) == {"lagged"}


@pytest.mark.parametrize("half_life", [0.1, 3, 24])
@pytest.mark.parametrize("units", [1, 4, 5])
def test_decay_over_stretches(half_life: float, units: int) -> None:
    """A half-life of .1 month is summed in stretches of six months."""
    a = figures(0)[:units]
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
