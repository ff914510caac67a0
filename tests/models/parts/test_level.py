"""Own level and the other backward-looking summaries, by hand."""

import tracemalloc

import numpy as np
import pytest

from riskkit.models.parts.level import decayed_mean, moving, moving_mean, own_level, periods_since

NAN = np.nan


@pytest.mark.parametrize(
    ("summary", "wanted"),
    [
        (lambda x: decayed_mean(x, 1.0), [NAN, 4, (4 / 2 + 1) / 1.5, 2, 0.75 / 1.375]),
        (lambda x: moving_mean(x, 2), [NAN, 4, 2.5, 1, 0]),
        (lambda x: moving_mean(x, 9), [NAN, 4, 2.5, 2.5, 5 / 3]),
        (lambda x: moving(x, 2, np.nanmax), [NAN, 4, 4, 1, 0]),
        (lambda x: moving(x, 1), [NAN, 4, 1, NAN, 0]),
    ],
)
def test_summaries(summary, wanted):
    series = np.array([[NAN, 4.0, 1.0, NAN, 0.0]])
    np.testing.assert_allclose(summary(series), [wanted])


def test_the_level_mixes_a_decayed_and_a_plain_mean():
    logs = np.array([[3.0, 0.0, 0.0]])
    half = 0.5 ** (1 / 1)  # a window of 3 has a half-life of 1
    decayed = 3 * half**2 / (1 + half + half**2)
    assert own_level(logs, 3)[0, -1] == pytest.approx(0.6 * decayed + 0.4 * 1.0)


def test_the_level_of_the_unknown_is_zero():
    assert not own_level(np.full((2, 4), NAN), 12).any()


def test_the_level_looks_backwards_only():
    logs = np.random.default_rng(1).normal(size=(3, 30))
    changed = logs.copy()
    changed[:, 20:] = 99
    np.testing.assert_array_equal(own_level(changed, 12)[:, :20], own_level(logs, 12)[:, :20])


def test_periods_since():
    flags = np.array([[False, True, False, False, True], [False] * 5])
    assert periods_since(flags).tolist() == [[1, 0, 1, 2, 0], [1, 2, 3, 4, 5]]


def test_a_moving_maximum_copies_no_window() -> None:
    """Sixty months of each month of 300 units would be sixty times as much."""
    values = np.random.default_rng(0).poisson(1, (300, 200)).astype(float)
    values[values > 2] = NAN
    tracemalloc.start()
    found = moving(values, 60, np.nanmax)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 5 * values.nbytes
    assert found[7, 150] == np.nanmax(values[7, 91:151])
