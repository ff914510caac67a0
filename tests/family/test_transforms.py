"""Every transform against a plain loop over one unit's history; boundaries, future, exactness."""

import math
import statistics
from itertools import pairwise

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from riskkit.errors import RiskkitError
from riskkit.family import transforms as tf

X = pl.col("x")


def needed(window, least=None):
    if least is not None:
        return least
    return window if window < 36 else math.ceil(window / 4)


def windowed(statistic, window, least=None):
    """Apply a statistic to what is observed of the last months, if that is enough."""

    def value(history):
        seen = [x for x in history[-window:] if x is not None]
        enough = history[-1] is not None and len(seen) >= needed(window, least)
        return statistic(seen) if enough else None

    return value


def observed(function):
    return lambda history: None if history[-1] is None else function(history)


def naive_lag(history):
    return history[-4] if len(history) > 3 else None


def naive_difference(history):
    before = history[-3] if len(history) > 2 else None
    return None if before is None or history[-1] is None else history[-1] - before


def naive_slope(history):
    last = history[-6:]
    if len(last) < 6 or None in last:
        return None
    return statistics.linear_regression(range(6), last).slope


def naive_decay(history):
    return sum((x or 0) * 0.5 ** (age / 3) for age, x in enumerate(reversed(history)))


def naive_ewm(history):
    seen = [(x, 0.5 ** (age / 3)) for age, x in enumerate(reversed(history)) if x is not None]
    return sum(x * w for x, w in seen) / sum(w for _, w in seen)


def naive_since(history):
    ages = [age for age, x in enumerate(reversed(history)) if x is not None and x > 2]
    known = sum(x is not None for x in history) >= 10
    return min(ages[0], 10) if ages else (10 if known else None)


def naive_streak(history):
    length = 0
    while length < min(len(history), 5) and (history[-1 - length] or 0) > 2:
        length += 1
    return length


def naive_onset(history):
    if history[-1] is None or history[-1] <= 2:
        return None if history[-1] is None else 0
    before = history[-5:-1]
    if len(before) < 4 or None in before:
        return None
    return int(max(before) <= 2)


def naive_volatility(history):
    pairs = list(pairwise(history))[-4:]
    if len(pairs) < 4 or any(None in pair for pair in pairs):
        return None
    return statistics.stdev(b - a for a, b in pairs)


def mean_share(history):
    total = windowed(sum, 4)(history)
    return None if total is None else total / (2 * total + 4)


CASES = {
    "lag": (tf.lag("x", 3), naive_lag),
    "difference": (tf.difference("x", 2), naive_difference),
    "sum_4": (tf.rolling_sum("x", 4), windowed(sum, 4)),
    "sum_40": (tf.rolling_sum("x", 40), windowed(sum, 40)),
    "sum_200": (tf.rolling_sum("x", 200), windowed(sum, 200)),
    "mean_1": (tf.rolling_mean("x", 1), windowed(statistics.fmean, 1)),
    "mean_5": (tf.rolling_mean("x", 5), windowed(statistics.fmean, 5)),
    "mean_least": (tf.rolling_mean("x", 9, least=2), windowed(statistics.fmean, 9, 2)),
    "max_7": (tf.rolling_max("x", 7), windowed(max, 7)),
    "max_41": (tf.rolling_max("x", 41), windowed(max, 41)),
    "min_least": (tf.rolling_min("x", 12, least=1), windowed(min, 12, 1)),
    "std_4": (tf.rolling_std("x", 4), windowed(statistics.stdev, 4)),
    "std_36": (tf.rolling_std("x", 36), windowed(statistics.stdev, 36)),
    "q90": (
        tf.rolling_quantile("x", 0.9, 6, least=3),
        windowed(lambda seen: np.quantile(seen, 0.9), 6, 3),
    ),
    "volatility": (tf.volatility("x", 4), naive_volatility),
    "trend": (tf.trend("x", 6), naive_slope),
    "decay": (tf.decay("x", 3), observed(naive_decay)),
    "ewm_mean": (tf.ewm_mean("x", 3), observed(naive_ewm)),
    "time_since": (tf.time_since(X > 2, cap=10), observed(naive_since)),
    "streak": (tf.streak(X > 2, cap=5), observed(naive_streak)),
    "count": (
        tf.count(X > 2, 4),
        windowed(lambda seen: sum(x > 2 for x in seen), 4),
    ),
    "onset": (tf.onset(X > 2, quiet=4), naive_onset),
    "ratio": (
        tf.ratio(X - 1, "x"),
        observed(lambda history: (history[-1] - 1) / history[-1] if history[-1] else None),
    ),
    "share": (tf.share("x", 2 * X + 1, window=4), mean_share),
}
each = pytest.mark.parametrize("name", CASES)


def panel(table):
    """Lay out histories of equal length one under another."""
    months = len(table[0])
    return pl.DataFrame(
        {
            "t": list(range(months)) * len(table),
            "x": [x for history in table for x in history],
        },
        schema={"t": pl.Int32, "x": pl.Float64},
    )


def compute(name, frame):
    return frame.select(CASES[name][0].cast(pl.Float64).alias("y"))["y"]


@st.composite
def tables(draw):
    """One to four units with up to 60 months of counts, fractions and gaps."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    shape = draw(st.integers(1, 4)), draw(st.integers(1, 60))
    level = draw(st.sampled_from([1.0, 3.0, 1e6, 0.1]))
    values = rng.poisson(2, shape) * level
    gaps = rng.random(shape) < draw(st.sampled_from([0, 0.02, 0.2, 0.9]))
    return [
        [None if gap else float(x) for x, gap in zip(*row, strict=True)]
        for row in zip(values, gaps, strict=True)
    ]


@each
@given(table=tables())
@settings(max_examples=30, deadline=None)
def test_agrees_with_a_loop_over_one_history(name, table):
    naive = CASES[name][1]
    wanted = [naive(history[: t + 1]) for history in table for t in range(len(history))]
    got = compute(name, panel(table)).to_list()
    assert [x is None for x in got] == [x is None for x in wanted]
    known = [(g, w) for g, w in zip(got, wanted, strict=True) if w is not None]
    largest = max((x for row in table for x in row if x is not None), default=0)
    for g, w in known:
        assert g == pytest.approx(w, rel=1e-9, abs=1e-9 * max(1, largest))


@each
@given(table=tables(), data=st.data())
@settings(max_examples=10, deadline=None)
def test_later_months_change_nothing(name, table, data):
    t = data.draw(st.integers(0, len(table[0]) - 1))
    other = [[*row[: t + 1], *(9999.0 for _ in row[t + 1 :])] for row in table]
    now, then = compute(name, panel(table)), compute(name, panel(other))
    early = panel(table)["t"] <= t
    assert now.filter(early).equals(then.filter(early))


@each
@given(table=tables())
@settings(max_examples=10, deadline=None)
def test_no_unit_sees_another(name, table):
    together = compute(name, panel(table))
    alone = pl.concat([compute(name, panel([history])) for history in table])
    assert together.equals(alone)


@each
def test_more_units_than_one_block(name):
    rng = np.random.default_rng(3)
    table = rng.poisson(1, (1200, 15)).astype(float).tolist()
    last = compute(name, panel(table[-50:]))
    assert compute(name, panel(table))[-len(last) :].equals(last)


@each
def test_all_missing_stays_missing(name):
    assert compute(name, panel([[None] * 50] * 2)).null_count() == 100


def test_whole_numbers_are_summed_exactly():
    rng = np.random.default_rng(4)
    values = np.floor(rng.pareto(0.3, (3, 500)).clip(max=1e11))
    sums = panel(values.tolist()).select(tf.rolling_sum("x", 12)).to_series()
    for unit, history in enumerate(values.astype(int)):
        wanted = [int(history[t - 11 : t + 1].sum()) for t in range(11, 500)]
        assert sums[unit * 500 + 11 : (unit + 1) * 500].to_list() == wanted


@pytest.mark.parametrize(
    "expr",
    [
        tf.rolling_sum("x", 12),
        tf.rolling_mean("x", 12),
        tf.rolling_std("x", 12),
        tf.volatility("x", 12),
        tf.trend("x", 12),
    ],
    ids=["sum", "mean", "std", "volatility", "trend"],
)
def test_nothing_is_left_of_a_war_once_it_leaves_the_window(expr):
    rng = np.random.default_rng(5)
    history = [*np.log1p(rng.pareto(0.2, 50).clip(max=1e9)), *[0.0] * 50]
    quiet = panel([history]).select(expr).to_series()[62:]
    assert quiet.to_list() == [0.0] * len(quiet)


@pytest.mark.parametrize("level", [0.1, 12.345, 1e9 / 3])
def test_constants_have_no_spread_and_no_slope(level):
    frame = panel([[level] * 60])
    for expr in (tf.rolling_std("x", 24), tf.volatility("x", 24), tf.trend("x", 24)):
        assert set(frame.select(expr).to_series().drop_nulls()) == {0.0}


def test_long_windows_start_at_a_quarter_and_short_ones_when_full():
    frame = panel([[1.0] * 130])
    known = {w: frame.select(tf.rolling_mean("x", w)).to_series().null_count() for w in (35, 120)}
    assert known == {35: 34, 120: 29}


def test_not_a_number_counts_as_missing():
    frame = panel([[1.0, math.nan, 3.0]])
    assert frame.select(tf.rolling_sum("x", 2, least=1)).to_series().to_list() == [1.0, None, 3.0]


@pytest.mark.parametrize("dtype", [pl.Int64, pl.UInt8, pl.Float32, pl.Boolean])
def test_other_types_are_taken_as_numbers(dtype):
    frame = panel([[0.0, 1.0, 1.0]]).with_columns(pl.col("x").cast(dtype))
    assert frame.select(tf.rolling_sum("x", 2)).to_series().to_list() == [None, 1.0, 2.0]


@pytest.mark.parametrize(
    ("make", "name"),
    [
        (lambda: tf.lag("x", -1), "months"),
        (lambda: tf.difference("x", 0), "months"),
        (lambda: tf.rolling_mean("x", 0), "window"),
        (lambda: tf.rolling_mean("x", 3, least=0), "least"),
        (lambda: tf.trend("x", 1), "months_between"),
        (lambda: tf.decay("x", 0), "half_life"),
        (lambda: tf.ewm_mean("x", -1), "half_life"),
        (lambda: tf.time_since(X > 0, cap=0), "cap"),
        (lambda: tf.streak(X > 0, cap=-3), "cap"),
        (lambda: tf.onset(X > 0, quiet=0), "window"),
    ],
)
def test_looking_ahead_is_refused(make, name):
    with pytest.raises(RiskkitError, match=f"'{name}' must be positive: features look back"):
        make()


def test_columns_are_added_in_the_order_given() -> None:
    """Sums in any other order differ: 1 is lost beside 1e16 unless the large ones cancel first."""
    row = [1e16, -1e16, *[1.0] * 8, 1e16, 1.0, -1e16, 1.0]
    frame = pl.DataFrame([row] * 5000, schema=[f"x{i}" for i in range(len(row))], orient="row")
    for _ in range(20):
        means = frame.select(tf.mean_of(frame.columns, 1)).to_series()
        assert means.unique().to_list() == [sum_in_order(row) / len(row)]


def sum_in_order(values: list[float]) -> float:
    total = 0.0
    for value in values:
        total += value
    return total
