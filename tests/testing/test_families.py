"""The checks catch families that break a promise, and let an honest one pass."""

from dataclasses import dataclass, replace

import polars as pl
import pytest

from riskkit.family import Family, Feature
from riskkit.family import transforms as tf
from riskkit.testing import families as checks

DEATHS = pl.col("deaths")


def feature(expr, **changes):
    honest = Feature("deaths_sum", expr, "deaths", ("deaths",), "deaths, last 3 months", "+")
    return replace(honest, **changes)


def family(*features):
    return Family("test", "A family of one", features)


HONEST = family(
    feature(tf.rolling_sum("deaths", 3)),
    feature(tf.lag("rain", 2), name="rain_lag_2", inputs=("rain",)),
)


NETWORKED = family(
    feature(tf.network_lag(tf.rolling_sum("deaths", 3), over="trade")),
    feature(
        tf.network_lag("rain", over="flights", how="max") - pl.col("deaths"),
        name="rain_gap",
        inputs=("deaths", "rain"),
    ),
    feature(tf.network_lag(pl.lit(1), over="trade", how="sum"), name="trade_sum", inputs=()),
)


@pytest.mark.parametrize("family", [HONEST, NETWORKED], ids=["own", "over networks"])
@pytest.mark.parametrize("check", checks.FAMILY_CHECKS, ids=lambda check: check.__name__)
def test_an_honest_family_passes(family, check):
    check(family)


@pytest.mark.parametrize(
    "expr",
    [
        DEATHS.shift(-1),
        (DEATHS - DEATHS.mean()) / DEATHS.std(),
        DEATHS.rank(),
        DEATHS.fill_null(strategy="backward"),
        DEATHS.interpolate(),
        DEATHS.rolling_mean(5, center=True, min_samples=1),
        DEATHS / DEATHS.max().over("unit"),
        DEATHS.reverse().cum_sum().reverse(),
        pl.len() - pl.int_range(pl.len()) + DEATHS,
    ],
    ids=[
        "next month",
        "z-score of the whole sample",
        "rank",
        "filled from the future",
        "interpolated",
        "centred window",
        "share of the unit's maximum",
        "sum of what comes",
        "months to the end",
    ],
)
def test_leaks_are_caught(expr):
    with pytest.raises(AssertionError, match=r"other values up to 20\d\d-\d\d .*: deaths_sum"):
        checks.check_no_leakage(family(feature(expr)))


@pytest.mark.parametrize(
    ("expr", "inputs"),
    [
        (pl.col("over:trade").list.len().fill_null(strategy="backward"), ()),
        (pl.col("over:trade").list.len().max().over("unit"), ()),
        (tf.network_lag(DEATHS.shift(-1), over="trade"), ("deaths",)),
        (tf.network_lag("deaths", over="trade").max(), ("deaths",)),
    ],
    ids=["next ties", "most ties ever", "partners' next month", "worst month of all"],
)
def test_leaks_through_networks_are_caught(expr, inputs):
    with pytest.raises(AssertionError, match=r"other values up to 20\d\d-\d\d .*: deaths_sum"):
        checks.check_no_leakage(family(feature(expr, inputs=inputs)))


@dataclass(frozen=True)
class Today(Family):
    """A family that looks over the ties that are known today, in all months."""

    def build(self, panel):
        months = panel.n_months
        latest = {
            name: pl.Series(
                [
                    tie
                    for unit in range(panel.n_units)
                    for tie in [
                        network.slice(unit * months, months).drop_nulls().to_list()[-1],
                        *[None] * (months - 1),
                    ]
                ],
                dtype=network.dtype,
            )
            for name, network in panel.networks.items()
        }
        return super().build(replace(panel, networks=latest))


def test_ties_of_today_in_the_past_are_caught():
    one = feature(tf.network_lag("deaths", over="trade"))
    with pytest.raises(AssertionError, match="when later observations change: deaths_sum"):
        checks.check_no_leakage(Today("test", "Today's map", (one,)))


@dataclass(frozen=True)
class Peeking(Family):
    """A family that reads what the panel was not asked to show."""

    def build(self, panel):
        return (
            super()
            .build(panel)
            .with_columns(
                pl.lit(panel.last_period.get("deaths"), dtype=pl.Float32).alias("deaths_sum")
            )
        )


def test_a_leak_through_the_panel_s_own_dates_is_caught():
    peeking = Peeking("test", "Peeks", (feature(DEATHS),))
    with pytest.raises(AssertionError, match="built with what was known then: deaths_sum"):
        checks.check_no_leakage(peeking)


@pytest.mark.parametrize(
    "expr",
    [
        DEATHS.shift(1),
        DEATHS.cum_sum(),
        DEATHS.rolling_sum(3),
        DEATHS - DEATHS.mean().over("month"),
    ],
    ids=["lag", "cumulative sum", "window", "anomaly over units"],
)
def test_glances_at_other_units_are_caught(expr):
    with pytest.raises(AssertionError, match="other values elsewhere without XAA: deaths_sum"):
        checks.check_units_stand_alone(family(feature(expr)))


def test_spatial_features_may_see_other_units():
    spatial = family(feature(DEATHS - DEATHS.mean().over("month"), spatial=True))
    checks.check_units_stand_alone(spatial)
    checks.check_no_leakage(spatial)


@pytest.mark.parametrize(
    ("broken", "match"),
    [
        (Family("none", "Empty", ()), "'none' has no features"),
        (family(feature(DEATHS), feature(DEATHS)), "same name"),
        (family(feature(DEATHS, name="Deaths sum")), "odd name 'Deaths sum'"),
        (family(feature(DEATHS, unit="")), "deaths_sum has no unit"),
        (family(feature(DEATHS, sign="plus")), "deaths_sum: 'plus' is none of"),
        (family(feature(DEATHS, description="Deaths.")), "'Deaths.' is no phrase"),
        (family(feature(DEATHS, inputs=("rain",))), r"declares \('rain',\) and reads \['deaths'\]"),
    ],
)
def test_odd_declarations_are_caught(broken, match):
    with pytest.raises(AssertionError, match=match):
        checks.check_declarations(broken)


@pytest.mark.parametrize(
    ("change", "match"),
    [
        (lambda built: built.with_columns(pl.lit(1.0).alias("extra")), "instead of"),
        (lambda built: built.with_columns(pl.col("deaths_sum").cast(pl.Float64)), "Float64"),
        (lambda built: built.head(-1), "the rows are not the panel's"),
        (lambda built: pl.concat([built, built.head(1)]), "the rows are not the panel's"),
        (lambda built: built.sort("month"), "the rows are not the panel's"),
    ],
    ids=["extra column", "wrong type", "row missing", "row twice", "other order"],
)
def test_wrong_tables_are_caught(change, match):
    @dataclass(frozen=True)
    class Changed(Family):
        def build(self, panel):
            return change(super().build(panel))

    with pytest.raises(AssertionError, match=match):
        checks.check_columns(Changed("test", "Changed", (feature(DEATHS),)))


@pytest.mark.parametrize(
    ("expr", "match"),
    [
        (1 / DEATHS, "not finite"),
        ((-1 - DEATHS).log(), "not finite"),
        (tf.lag(DEATHS, 500), "missing everywhere"),
    ],
)
def test_infinite_and_empty_features_are_caught(expr, match):
    with pytest.raises(AssertionError, match=f"deaths_sum is {match}"):
        checks.check_values_are_finite(family(feature(expr)))


def test_zeros_for_missing_indicators_are_caught():
    with pytest.raises(AssertionError, match="has values without its indicators"):
        checks.check_missing_indicators(family(feature(DEATHS.fill_null(0))))


def test_zeros_for_missing_relations_are_caught():
    alone = tf.network_lag(DEATHS, over="trade").fill_null(DEATHS)
    with pytest.raises(AssertionError, match="deaths_sum has values without its relations"):
        checks.check_missing_indicators(family(feature(alone)))


def test_inputs_of_what_partners_have_are_declared():
    hidden = tf.network_lag("rain", over="trade") + DEATHS
    with pytest.raises(AssertionError, match=r"declares \('deaths',\) and reads .*'rain'"):
        checks.check_declarations(family(feature(hidden)))


def test_dependence_on_the_order_of_observations_is_caught():
    @dataclass(frozen=True)
    class Ordered(Family):
        def build(self, panel):
            order = float(next(iter(panel.indicators)) == "deaths")
            return (
                super()
                .build(panel)
                .with_columns(pl.lit(order, dtype=pl.Float32).alias("deaths_sum"))
            )

    ordered = Ordered("test", "Order", HONEST.features)
    with pytest.raises(AssertionError, match="come in another order: deaths_sum"):
        checks.check_order_is_irrelevant(ordered)


def test_shared_names_are_caught():
    twin = Family("twin", "The same again", HONEST.features[:1])
    with pytest.raises(AssertionError, match=r"test and twin both have \['deaths_sum'\]"):
        checks.check_distinct_names([HONEST, twin])
