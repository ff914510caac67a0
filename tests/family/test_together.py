"""Transforms computed together give, to the last bit, what each gives by itself."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from riskkit.family import Family, Feature, together
from riskkit.family import transforms as tf
from riskkit.family.transforms import POSITION, statistic_of
from riskkit.months import first_day_expr
from riskkit.panel import Panel
from riskkit.panel.networks import NETWORK, network_column
from tests.family.test_transforms import CASES

MONTHS = 70


def panel(values):
    """A panel of one indicator; NaN is missing."""
    units, months = values.shape
    names = [f"{number:04}" for number in range(units)]
    keys = pl.DataFrame({"unit": names}).join(pl.DataFrame({"m": range(months)}), how="cross")
    x = pl.Series("x", values.ravel(), nan_to_null=True)
    frame = keys.select("unit", first_day_expr(pl.col("m") + 1).alias("month"), x)
    return Panel(frame, pl.DataFrame({"unit": names}), {}, {}, months, True, {})


def draw(units, quiet=0.0, gaps=0.0):
    """Fractions of which some are missing, and units that have had nothing but zero."""
    rng = np.random.default_rng(units)
    values = rng.poisson(1, (units, MONTHS)) * rng.gamma(1, 3, (units, MONTHS))
    values[rng.random(units) < quiet] = 0
    values[rng.random(values.shape) < gaps] = np.nan
    return values


def feature(name, expr):
    return Feature(name, expr, "things", ("x",), "things, of a test")


def separately(exprs, whole):
    """Each expression by itself, in polars."""
    position = (pl.int_range(pl.len(), dtype=pl.Int32) % MONTHS).alias(POSITION)
    frame = whole.frame.with_columns(position)
    return frame.select("unit", "month", **{n: e.cast(pl.Float32) for n, e in exprs.items()})


ALL = {name: expr for name, (expr, _) in CASES.items()} | {
    "lag_80": tf.lag("x", 80),
    "max_of_logs": tf.rolling_max(pl.col("x").log1p(), 4, least=1),
    "mean_of_logs": tf.rolling_mean(pl.col("x").log1p(), 50),
    "sum_of_sums": tf.rolling_sum(tf.rolling_sum("x", 3), 6, least=1),
    "of_a_constant": tf.rolling_sum(pl.lit(1.5), 3),
    "made_of_two": tf.rolling_sum("x", 4).log1p() - tf.lag("x", 1),
}


@pytest.mark.parametrize(
    ("quiet", "gaps"), [(0, 0), (0.7, 0), (0.7, 0.02), (1, 0), (0, 1)], ids=str
)
def test_together_and_separately(quiet, gaps, monkeypatch):
    monkeypatch.setattr(together, "_BLOCK", 7)
    whole = panel(draw(40, quiet, gaps))
    family = Family("f", "For a test", tuple(feature(*item) for item in ALL.items()))
    wanted, got = separately(ALL, whole), family.build(whole)
    assert got.schema == wanted.schema
    for name in ALL:
        assert got[name].is_null().equals(wanted[name].is_null()), name
        bits = (column[name].drop_nulls().to_numpy().tobytes() for column in (got, wanted))
        assert next(bits) == next(bits), name


def ties(whole, partners):
    """Partners of each unit, with any weights, from the first month on and anew from the tenth."""
    rng, units = np.random.default_rng(partners), whole.units.height
    lists = [None] * whole.frame.height
    for row in [first + month for first in range(0, len(lists), MONTHS) for month in (0, 9)]:
        others = np.sort(rng.choice(units, rng.integers(0, partners + 1), replace=False))
        lists[row] = [{"other": other, "weight": rng.gamma(1)} for other in others]
    return pl.Series(lists, dtype=NETWORK)


LAGS = {
    "near": tf.network_lag("x", "near", "sum"),
    "near_and_far": tf.network_lag(tf.rolling_mean("x", 3), "far", "mean", among="near"),
    "nowhere": tf.network_lag("x", "nowhere"),
    "near_and_nowhere": tf.network_lag("x", "near", among="nowhere"),
    "of_a_constant": tf.network_lag(pl.lit(1), "far", "max"),
}


def test_partners_are_looked_up_together_and_separately():
    whole = panel(draw(30, 0.3, 0.05))
    whole = replace(whole, networks={"near": ties(whole, 8), "far": ties(whole, 20)})
    columns = {network_column(name): column for name, column in whole.networks.items()}
    nowhere = pl.lit(None, dtype=NETWORK).alias(network_column("nowhere"))
    frame = whole.frame.with_columns(nowhere, **columns)
    wanted = separately(LAGS, replace(whole, frame=frame))
    got = Family("f", "", tuple(feature(*item) for item in LAGS.items())).build(whole)
    assert got.equals(wanted)
    assert got.schema == wanted.schema
    assert [got[name].null_count() < 1000 for name in LAGS] == [True, True, False, False, True]


def test_what_is_too_large_for_32_bits_is_infinite():
    built = Family("f", "", (feature("y", tf.rolling_max("x", 1)),)).build(
        panel(np.full((1, 3), 1e300))
    )
    assert built["y"].to_list() == [float("inf")] * 3


def test_a_column_is_laid_out_once_for_all_transforms_of_it(monkeypatch):
    asked = []
    laid_out = together.by_unit_and_month
    monkeypatch.setattr(together, "by_unit_and_month", lambda *a: asked.append(1) or laid_out(*a))
    log = pl.col("x").log1p
    exprs = [tf.lag("x", 1), tf.rolling_sum(pl.col("x"), 3), tf.decay(log(), 3), tf.lag(log(), 2)]
    features = tuple(feature(f"f{number}", expr) for number, expr in enumerate(exprs))
    Family("f", "", features).build(panel(draw(3)))
    assert len(asked) == 2


def test_what_is_made_of_a_transform_is_none():
    plain = tf.rolling_sum("x", 3)
    assert statistic_of(plain).window == 3
    for made in (plain + 1, plain.log1p(), plain.alias("y"), tf.difference("x"), pl.col("x")):
        assert statistic_of(made) is None
