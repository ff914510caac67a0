"""Backward-looking expressions on a balanced panel: what a family builds its features from.

Every function takes a column (a name or an expression) and returns an expression whose value at
month t depends on the same unit's months up to t and on nothing else; `network_lag` alone looks at
other units, in month t only. The frame must be balanced, sorted by unit and month, and carry the
column `t`, the position of the row in its unit's series (0, 1, 2, ...), and a column for each
network that is looked over; `riskkit.family.Family.build` sees to that.

Missing values: where the value of the month itself is missing, so is the result. A window of
fewer than 36 months needs every month observed; a longer one uses what there is once a quarter of
it is observed, so that it does not stay empty for years after the panel's start. `least` sets
another minimum. NaN counts as missing, and no function returns NaN.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import add

import numpy as np
import polars as pl

from riskkit.errors import RiskkitError
from riskkit.panel.arrays import Array, Kernel, Months, Values, apart, decayed, fill, slopes
from riskkit.panel.networks import How, network_column, partner_values

POSITION = "t"
Column = str | pl.Expr
_SHORT = 36  # windows from this length on may be partly empty
_BLOCK = 192  # units per pass: few enough for the processor's cache, many enough for numpy
_STATISTIC = "_riskkit_statistic"


@dataclass(frozen=True, eq=False)
class Statistic:
    """What an expression computes, where it is a transform of this module as it stands.

    Attributes:
        x: What is transformed.
        kernel: The arithmetic, unit by unit.
        window: The months that it looks back over, if they are a window's.
    """

    x: pl.Expr
    kernel: Kernel
    window: int = 0


@dataclass(frozen=True, eq=False)
class PartnerStatistic:
    """What a `network_lag` computes; its arguments.

    Attributes:
        x: What is looked up.
        over: The relations: that of the partners, and the one among whose partners they are.
        how: The statistic of the partners' values.
    """

    x: pl.Expr
    over: tuple[str, ...]
    how: How


def statistic_of(expr: pl.Expr) -> Statistic | PartnerStatistic | None:
    """Tell what a transform computes; nothing of an expression that is made of transforms."""
    found: Statistic | PartnerStatistic | None = vars(expr).get(_STATISTIC)
    return found


def lag(x: Column, months: int) -> pl.Expr:
    """Value of `months` months ago.

    >>> frame = pl.DataFrame({"t": [0, 1, 2, 0, 1, 2], "x": [1, 2, 3, 7, 8, 9]})
    >>> frame.select(lag("x", 1)).to_series().to_list()
    [None, 1, 2, None, 7, 8]
    """
    _check(months=months)

    def kernel(a: Months, out: Values) -> None:
        out[:, :months] = np.nan
        out[:, months:] = a.rounded[:, :-months]

    lagged = pl.when(pl.col(POSITION) >= months).then(_column(x).shift(months))
    return _marked(lagged, Statistic(_column(x), kernel))


def difference(x: Column, months: int = 1) -> pl.Expr:
    """Change since `months` months ago, in units of x.

    >>> frame = pl.DataFrame({"t": [0, 1, 2], "x": [1, 4, 9]})
    >>> frame.select(difference("x")).to_series().to_list()
    [None, 3, 5]
    """
    return _column(x) - lag(x, months)


def rolling_sum(x: Column, window: int, least: int | None = None) -> pl.Expr:
    """Sum over the last `window` months, this one included; missing months add nothing.

    >>> frame = pl.DataFrame({"t": [0, 1, 2, 3], "x": [1, 2, 3, 4]})
    >>> frame.select(rolling_sum("x", 3)).to_series().to_list()
    [None, None, 6.0, 9.0]
    """

    def sums(a: Months, out: Values) -> None:
        out[:] = a.sums(window)

    return _windowed(sums, x, window, least)


def rolling_mean(x: Column, window: int, least: int | None = None) -> pl.Expr:
    """Mean of the observed ones of the last `window` months, this one included.

    >>> frame = pl.DataFrame({"t": [0, 1, 2, 3], "x": [1, 3, None, 4]})
    >>> frame.select(rolling_mean("x", 3, least=2)).to_series().to_list()
    [None, 2.0, None, 3.5]
    """

    def means(a: Months, out: Values) -> None:
        np.divide(a.sums(window), np.maximum(a.counts(window), 1), out=out)

    return _windowed(means, x, window, least)


def rolling_max(x: Column, window: int, least: int | None = None) -> pl.Expr:
    """Largest value of the last `window` months, this one included.

    >>> frame = pl.DataFrame({"t": [0, 1, 2, 3], "x": [5, 2, 3, 1]})
    >>> frame.select(rolling_max("x", 2)).to_series().to_list()
    [None, 5.0, 3.0, 3.0]
    """

    def highest(a: Months, out: Values) -> None:
        out[:] = a.highest(window)

    return _windowed(highest, x, window, least)


def rolling_min(x: Column, window: int, least: int | None = None) -> pl.Expr:
    """Smallest value of the last `window` months, this one included.

    >>> frame = pl.DataFrame({"t": [0, 1, 2, 3], "x": [5, 2, 3, 1]})
    >>> frame.select(rolling_min("x", 2)).to_series().to_list()
    [None, 2.0, 2.0, 1.0]
    """

    def lowest(a: Months, out: Values) -> None:
        out[:] = a.lowest(window)

    return _windowed(lowest, x, window, least)


def rolling_std(x: Column, window: int, least: int | None = None) -> pl.Expr:
    """Sample standard deviation (n - 1) of the last `window` months, in units of x.

    >>> frame = pl.DataFrame({"t": [0, 1, 2], "x": [1, 3, 7]})
    >>> frame.select(rolling_std("x", 2).round(3)).to_series().to_list()
    [None, 1.414, 2.828]
    """
    return _of_series(lambda s: s.rolling_std(window, min_samples=2), x, window, least)


def rolling_quantile(x: Column, quantile: float, window: int, least: int | None = None) -> pl.Expr:
    """Quantile of the last `window` months, interpolated linearly.

    >>> frame = pl.DataFrame({"t": [0, 1, 2], "x": [1, 3, 9]})
    >>> frame.select(rolling_quantile("x", 0.5, 3)).to_series().to_list()
    [None, None, 3.0]
    """

    def quantiles(series: pl.Series) -> pl.Series:
        return series.rolling_quantile(quantile, "linear", window, min_samples=1)

    return _of_series(quantiles, x, window, least)


def volatility(x: Column, window: int, least: int | None = None) -> pl.Expr:
    """Standard deviation of the last `window` month-to-month changes, in units of x.

    >>> frame = pl.DataFrame({"t": [0, 1, 2, 3], "x": [1, 2, 3, 4]})
    >>> frame.select(volatility("x", 2)).to_series().to_list()
    [None, None, 0.0, 0.0]
    """
    return rolling_std(difference(x), window, least)


def trend(x: Column, window: int) -> pl.Expr:
    """Least-squares slope over the last `window` months, in units of x per month.

    Every one of at least two months must be observed. The slope is computed as a weighted sum of
    the monthly changes, so that it is exactly zero where nothing changes.

    >>> frame = pl.DataFrame({"t": [0, 1, 2, 3], "x": [1, 1, 3, 5]})
    >>> frame.select(trend("x", 3)).to_series().to_list()
    [None, None, 1.0, 2.0]
    """
    _check(months_between=window - 1)

    def kernel(a: Months, out: Values) -> None:
        out[:] = slopes(a.values, window)

    return _by_unit(kernel, x)


def decay(x: Column, half_life: float) -> pl.Expr:
    """Sum over the whole past in which a value loses half its weight every `half_life` months.

    The value of k months ago counts x * 2 ** (-k / half_life); missing months add nothing.

    >>> frame = pl.DataFrame({"t": [0, 1, 2], "x": [8, 0, 1]})
    >>> frame.select(decay("x", half_life=1)).to_series().to_list()
    [8.0, 4.0, 3.0]
    """
    _check(half_life=half_life)

    def kernel(a: Months, out: Values) -> None:
        out[:] = decayed(a.filled, half_life)
        _leave_out_missing(a, out)

    return _by_unit(kernel, x)


def ewm_mean(x: Column, half_life: float) -> pl.Expr:
    """Mean over the whole past with the weights of `decay`, over the observed months.

    >>> frame = pl.DataFrame({"t": [0, 1, 2], "x": [3, 0, 7]})
    >>> frame.select(ewm_mean("x", half_life=1)).to_series().to_list()
    [3.0, 1.0, 4.428571428571429]
    """
    _check(half_life=half_life)

    def means(a: Months, out: Values) -> None:
        observed = np.ones((1, out.shape[1])) if a.complete else np.where(a.missing, 0.0, 1.0)
        weights = np.maximum(decayed(observed, half_life), 1e-300)
        np.divide(decayed(a.filled, half_life), weights, out=out)
        _leave_out_missing(a, out)

    return _by_unit(means, x)


def time_since(condition: Column, cap: int) -> pl.Expr:
    """Months since a condition last held: 0 now, at most `cap`.

    Where the condition has never held, the result is missing until `cap` months have been
    observed, and `cap` from then on. A missing month counts as one in which it did not hold.

    >>> frame = pl.DataFrame({"t": [0, 1, 2, 3, 4], "x": [0, 0, 30, 0, 0]})
    >>> frame.select(time_since(pl.col("x") >= 25, cap=60)).to_series().to_list()
    [None, None, 0.0, 1.0, 2.0]
    """
    _check(cap=cap)

    def since(a: Months, out: Values) -> None:
        months = np.arange(out.shape[1], dtype=np.int32)
        last = np.maximum.accumulate(np.where(a.values == 1, months, np.int32(-cap)), axis=1)
        known = (last >= 0) | (a.counts(len(months)) >= cap)
        out[:] = np.where(known, np.minimum(months - last, cap), np.nan)
        _leave_out_missing(a, out)

    return _by_unit(since, condition)


def streak(condition: Column, cap: int) -> pl.Expr:
    """Months in a row, this one included, in which a condition has held; at most `cap`.

    A streak that began before the panel counts from the panel's first month. A missing month
    ends a streak.

    >>> frame = pl.DataFrame({"t": [0, 1, 2, 3, 4], "x": [1, 0, 3, 3, 3]})
    >>> frame.select(streak(pl.col("x") > 0, cap=2)).to_series().to_list()
    [1.0, 0.0, 1.0, 2.0, 2.0]
    """
    _check(cap=cap)

    def lengths(a: Months, out: Values) -> None:
        months = np.arange(out.shape[1])
        last_break = np.maximum.accumulate(np.where(a.values == 1, -1, months), axis=1)
        out[:] = np.minimum(months - last_break, cap)
        _leave_out_missing(a, out)

    return _by_unit(lengths, condition)


def count(condition: Column, window: int, least: int | None = None) -> pl.Expr:
    """Number of the last `window` months, this one included, in which a condition held.

    >>> frame = pl.DataFrame({"t": [0, 1, 2], "x": [1, 0, 3]})
    >>> frame.select(count(pl.col("x") > 0, window=2)).to_series().to_list()
    [None, 1.0, 1.0]
    """
    return rolling_sum(condition, window, least)


def onset(condition: Column, quiet: int) -> pl.Expr:
    """1 where a condition holds after `quiet` months in which it did not, otherwise 0.

    Missing where it holds but not all of those months are known, or where it is missing itself.

    >>> frame = pl.DataFrame({"t": [0, 1, 2, 3, 4], "x": [1, 0, 0, 3, 3]})
    >>> frame.select(onset(pl.col("x") > 0, quiet=2)).to_series().to_list()
    [None, 0.0, 0.0, 1.0, 0.0]
    """
    now = _column(condition)
    before = lag(rolling_max(condition, quiet, least=quiet), 1)
    return pl.when(now.is_not_null()).then(now & (before == 0)).cast(pl.Float64)


def ratio(numerator: Column, denominator: Column) -> pl.Expr:
    """Quotient of two columns, missing where the denominator is zero or either is missing.

    >>> frame = pl.DataFrame({"a": [1, 2, 0], "b": [2, 0, 0]})
    >>> frame.select(ratio("a", "b")).to_series().to_list()
    [0.5, None, None]
    """
    return pl.when(_column(denominator) != 0).then(_column(numerator) / _column(denominator))


def mean_of(columns: Sequence[Column], least: int) -> pl.Expr:
    """Mean of several columns side by side, those that are missing left out.

    Missing where fewer than `least` are observed. They are added in the order given: the mean that
    polars takes of columns adds in the order in which its threads come, and differs from run to
    run in the last digit, which is enough to carry a value over a threshold.

    >>> frame = pl.DataFrame({"a": [1.0, None], "b": [2.0, None], "c": [6.0, 4.0]})
    >>> frame.select(mean_of(["a", "b", "c"], least=2)).to_series().to_list()
    [3.0, None]
    """
    values = [_column(x) for x in columns]
    observed = pl.sum_horizontal(value.is_not_null() for value in values)
    total = reduce(add, (value.fill_null(0.0) for value in values))
    return pl.when(observed >= least).then(total / observed)


def share(part: Column, whole: Column, window: int, least: int | None = None) -> pl.Expr:
    """Sum of a part over that of the whole, both over the last `window` months; 0 to 1.

    Missing where the whole is zero.

    >>> frame = pl.DataFrame({"t": [0, 1, 2], "a": [1, 2, 0], "b": [2, 4, 0]})
    >>> frame.select(share("a", "b", window=2)).to_series().to_list()
    [None, 0.5, 0.5]
    """
    return ratio(rolling_sum(part, window, least), rolling_sum(whole, window, least))


def network_lag(x: Column, over: str, how: How = "mean", among: str | None = None) -> pl.Expr:
    """What the partners of a unit have in the same month, e.g. its neighbours' deaths.

    Partners without a value are left out; the result is missing where no partner has one, which
    includes a unit without partners, such as an island over land borders. A relation that the
    panel does not carry gives missing values everywhere.

    Args:
        x: The column; an expression of transforms is computed for each partner first.
        over: The relation that names the partners, and the weights of their ties.
        how: "mean", weighted by the ties; "sum" of values times weights; "max" or "min" of the
            values alone; or "concentration", the Herfindahl index of the parts of "sum": 1 where
            all comes from one partner, 1 / n where n partners give the same.
        among: A second relation: only those count who are partners by it too, with the weights
            of the first, e.g. trade with neighbours.

    >>> ties = [[{"other": 1, "weight": 3.0}, {"other": 2, "weight": 1.0}], [], []]
    >>> frame = pl.DataFrame({"t": [0, 0, 0], "x": [1.0, 2.0, 6.0], "over:trade": ties})
    >>> frame.select(network_lag("x", over="trade")).to_series().to_list()
    [3.0, None, None]
    >>> frame.select(network_lag("x", over="trade", how="sum")).to_series().to_list()
    [12.0, None, None]
    >>> borders = [[{"other": 2, "weight": 1.0}], [], []]
    >>> frame = frame.with_columns(pl.Series("over:borders", borders))
    >>> frame.select(network_lag("x", "trade", "sum", among="borders")).to_series().to_list()
    [6.0, None, None]
    """

    def apply(columns: Sequence[pl.Series]) -> pl.Series:
        values, position, *networks = columns
        held = _by_unit_and_month(values, position)
        return _flat(partner_values(held, networks[0], how, *networks[1:]))

    relations = tuple(name for name in (over, among) if name is not None)
    networks = [pl.col(network_column(name)) for name in relations]
    inputs = [_column(x), pl.col(POSITION), *networks]
    looked_up = pl.map_batches(inputs, apply, return_dtype=pl.Float64)
    return _marked(looked_up, PartnerStatistic(_column(x), relations, how))


def _column(x: Column) -> pl.Expr:
    return pl.col(x) if isinstance(x, str) else x


def _check(**lengths: float) -> None:
    """Refuse lengths with which an expression would look ahead, or nowhere."""
    for name, length in lengths.items():
        if length <= 0:
            raise RiskkitError(
                f"'{name}' must be positive: features look back, never ahead", got=length
            )


def _by_unit(kernel: Kernel, x: Column, window: int = 0) -> pl.Expr:
    """Apply a kernel to a column."""

    def apply(columns: Sequence[pl.Series]) -> pl.Series:
        table = _by_unit_and_month(*columns)
        result = np.empty_like(table)
        for start in range(0, len(table), _BLOCK):
            block = slice(start, start + _BLOCK)
            fill(table[block], {"": kernel}, {"": result[block]})
        return _flat(result)

    inputs = [_column(x), pl.col(POSITION)]
    expr = pl.map_batches(inputs, apply, return_dtype=pl.Float64)
    return _marked(expr, Statistic(_column(x), kernel, window))


def _marked(expr: pl.Expr, statistic: Statistic | PartnerStatistic) -> pl.Expr:
    """Note on an expression what it computes; expressions that are made of it do not have it."""
    vars(expr)[_STATISTIC] = statistic
    return expr


def _by_unit_and_month(values: pl.Series, position: pl.Series) -> Array:
    """Lay out a column as array [units, months], NaN where missing; a constant fills it."""
    whole = values if len(values) == len(position) else values.new_from_index(0, len(position))
    return by_unit_and_month(whole, int(position[-1]) + 1)


def by_unit_and_month(values: pl.Series, n_months: int) -> Array:
    """Lay out a column as array [units, months], NaN where missing."""
    numbers = values.cast(pl.Float64).fill_null(float("nan")).to_numpy()
    return numbers.reshape(-1, n_months)


def _flat(table: Array) -> pl.Series:
    return pl.Series(table.ravel(), nan_to_null=True)


def _leave_out_missing(a: Months, out: Values) -> None:
    """Leave out the result where the month itself is missing."""
    if not a.complete:
        np.copyto(out, np.nan, where=a.missing)


def _of_series(
    statistic: Callable[[pl.Series], pl.Series], x: Column, window: int, least: int | None
) -> pl.Expr:
    """Apply a moving statistic of series."""

    def kernel(a: Months, out: Values) -> None:
        out[:] = apart(statistic, a.values, window)

    return _windowed(kernel, x, window, least)


def _windowed(statistic: Kernel, x: Column, window: int, least: int | None) -> pl.Expr:
    """Apply a statistic of moving windows, and leave it out where too little is observed."""
    _check(window=window, least=1 if least is None else least)
    usual = window if window < _SHORT else -(-window // 4)
    needed = usual if least is None else least

    def kernel(a: Months, out: Values) -> None:
        statistic(a, out)
        if a.complete:
            out[:, : needed - 1] = np.nan
        else:
            np.copyto(out, np.nan, where=a.missing | (a.counts(window) < needed))

    return _by_unit(kernel, x, window)
