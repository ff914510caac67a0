"""Networks: who is tied to whom as of each month; statistics of partners against plain loops."""

import math
from datetime import date

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from riskkit.errors import RiskkitError
from riskkit.family import Family, Feature
from riskkit.family import transforms as tf
from riskkit.months import first_day, format_month, last_day, month_id
from riskkit.panel import build_panel, networks
from riskkit.panel.networks import NETWORK, build_networks, network_column, partner_values
from riskkit.tables import Dyads, Indicator, Observations, Relation, Release
from riskkit.testing.panels import (
    FIRST,
    LAST,
    cut,
    made_up_panel,
    made_up_releases,
    made_up_units,
    scrambled,
    shuffled,
)

UNITS = ("XAA", "XAB", "XAC", "XAD")
START = month_id("2020-01")
HOWS = ("mean", "sum", "max", "min", "concentration")
TIE_TURNS = ("year", "month", "constant")


def release(rows, source="made-up", name="trade", **declared):
    """Rows are (unit, other, month, weight, month in which it became known)."""
    dyads = [
        (unit, other, first_day(month_id(month)), name, weight, last_day(month_id(known)))
        for unit, other, month, weight, known in rows
    ]
    schema = Dyads.create_empty().schema
    frame = Dyads.validate(pl.DataFrame(dyads, schema=schema, orient="row", strict=False))
    return Release(
        Observations.create_empty(),
        (),
        (date(2019, 1, 1), date(2020, 12, 1)),
        dyads=frame,
        relations=(Relation(name, "things", source, **declared),),
    )


def network(rows, months=6, units=UNITS, **declared):
    """Partners and weights of each unit by month, None where nothing is renewed."""
    built = build_networks([release(rows, **declared)], units, START, START + months - 1)
    lists = built["trade"].to_list()
    named = [
        row if row is None else {units[tie["other"]]: tie["weight"] for tie in row} for row in lists
    ]
    return {unit: named[i * months : (i + 1) * months] for i, unit in enumerate(units)}


def test_a_yearly_network_serves_from_its_publication_to_the_next():
    ties = network(
        [("XAA", "XAB", "2018-01", 5, "2019-06"), ("XAA", "XAC", "2019-01", 7, "2020-04")]
    )
    assert ties["XAA"] == [{"XAB": 5}, None, None, {"XAC": 7}, None, None]
    assert ties["XAB"] == [{}, None, None, {}, None, None]


def test_a_pair_that_the_new_period_does_not_name_has_lost_its_tie():
    old = [("XAA", "XAB", "2018-01", 5, "2019-06"), ("XAB", "XAA", "2018-01", 5, "2019-06")]
    ties = network([*old, ("XAA", "XAB", "2019-01", 6, "2020-02")])
    assert ties["XAB"] == [{"XAA": 5}, {}, None, None, None, None]


def test_ties_are_revised_and_withdrawn():
    ties = network(
        [
            ("XAA", "XAB", "2019-01", 5, "2020-01"),
            ("XAA", "XAC", "2019-01", 1, "2020-01"),
            ("XAA", "XAB", "2019-01", 9, "2020-03"),
            ("XAA", "XAC", "2019-01", 0, "2020-05"),
            ("XAA", "XAD", "2018-01", 4, "2020-04"),
        ]
    )
    both = {"XAB": 9, "XAC": 1}
    assert ties["XAA"] == [{"XAB": 5, "XAC": 1}, None, both, None, {"XAB": 9}, None]


def test_a_yearly_network_grows_stale():
    ties = network([("XAA", "XAB", "2018-01", 5, "2019-10")], carry_months=5)
    assert ties["XAA"] == [{"XAB": 5}, None, {}, None, None, None]
    gone = network([("XAA", "XAB", "2018-01", 5, "2019-10")], carry_months=3)
    assert [row for row in gone["XAA"] if row] == []


def test_a_stale_network_is_gone_until_the_next_one_comes():
    rows = [("XAA", "XAB", "2018-01", 5, "2020-01"), ("XAA", "XAC", "2019-01", 7, "2020-05")]
    assert network(rows, carry_months=2)["XAA"] == [{"XAB": 5}, None, {}, None, {"XAC": 7}, None]


def test_a_constant_network_never_grows_stale():
    ties = network(
        [("XAA", "XAB", "1900-01", 5, "1900-01")], frequency="constant", carry_months=1, months=2
    )
    assert ties["XAA"] == [{"XAB": 5}, None]


def test_a_month_without_ties_has_none():
    rows = [("XAA", "XAB", month, 5, month) for month in ("2020-01", "2020-02", "2020-05")]
    ties = network(rows, frequency="month")
    assert ties["XAA"] == [{"XAB": 5}, {"XAB": 5}, {}, None, {"XAB": 5}, {}]


MONTHLY = (
    ("XAA", "XAB", "2020-01", 5, "2020-03"),
    ("XAA", "XAB", "2020-01", 6, "2020-05"),
    ("XAA", "XAB", "2020-02", 7, "2020-03"),
    ("XAA", "XAC", "2020-02", 7, "2020-06"),
)


def test_a_monthly_network_stands_where_its_lag_ends_as_last_revised():
    told = {"frequency": "month", "lag_months": 2}
    ties = network(MONTHLY, **told)
    assert ties["XAA"] == [None, None, {"XAB": 6}, {"XAB": 7, "XAC": 7}, {}, None]
    assert network(MONTHLY, months=5, **told)["XAA"][2:] == [{"XAB": 6}, {"XAB": 7}, {}]
    assert network(MONTHLY, months=4, **told)["XAA"][2:] == [{"XAB": 5}, {"XAB": 7}]


def test_a_monthly_network_that_is_early_waits_for_its_row():
    rows = [("XAA", "XAB", "2020-02", 7, "2020-02"), ("XAA", "XAB", "2019-11", 3, "2020-01")]
    ties = network(rows, months=3, frequency="month", lag_months=2)
    assert ties == {"XAA": [{"XAB": 3}, {}, None], **{unit: [{}, {}, None] for unit in UNITS[1:]}}


@pytest.mark.parametrize(
    ("declared", "exact"),
    [
        ({"frequency": "month", "lag_months": 2}, "2020-01 2020-02 2020-06"),
        ({"frequency": "year"}, "2020-01 2020-02 2020-03 2020-04 2020-05 2020-06"),
    ],
    ids=["monthly", "yearly"],
)
def test_a_panel_says_where_its_networks_can_be_cut(declared, exact):
    panel = build_panel([release(MONTHLY, **declared)], made_up_units(), START, START + 5)
    months = range(START, START + 6)
    assert [format_month(m) for m in months if panel.exact_at(m)] == exact.split()


def test_a_tie_that_came_to_nothing_was_never_late():
    rows = [("XAA", "XAB", "2020-01", 0, "2020-03")]
    panel = build_panel([release(rows, frequency="month")], made_up_units(), START, START + 5)
    assert panel.exact_at(START + 1)


def test_units_outside_the_panel_have_no_ties():
    rows = [("XAA", "XAB", "2019-01", 5, "2019-12"), ("XAA", "XAE", "2019-01", 6, "2019-12")]
    assert network([*rows, ("XAF", "XAA", "2019-01", 6, "2019-12")])["XAA"][0] == {"XAB": 5}


def test_an_unknown_future_is_not_there():
    rows = [("XAA", "XAB", "2019-01", 5, "2020-06"), ("XAA", "XAB", "2018-01", 4, "2020-02")]
    assert network(rows, months=5)["XAA"] == [None, {"XAB": 4}, None, None, None]
    assert network([], months=2)["XAA"] == [None, None]


def test_a_relation_of_two_sources_is_refused():
    releases = [release([], source="one"), release([], source="other")]
    with pytest.raises(RiskkitError, match="'trade' comes from one and other; leave one"):
        build_networks(releases, UNITS, START, START)


@pytest.mark.parametrize("turn", range(3), ids=TIE_TURNS)
@given(month=st.integers(FIRST, LAST), seed=st.integers(0, 99))
@settings(max_examples=8, deadline=None)
def test_a_network_as_of_a_month_is_what_was_known_then(turn, month, seed):
    """Compared where it matters, in the statistics: a list may be renewed without a change."""
    releases = made_up_releases(["deaths"], turn, seed, relations=["trade"])
    asked = _partners(releases, month)
    then = _partners([cut(r, month) for r in releases], month)
    lied = _partners([scrambled(r, month, seed) for r in releases], month)
    for other in (then, lied):
        np.testing.assert_array_equal(other, asked)
    ties = releases[-1:]
    today = made_up_panel(ties)
    if today.exact_at(month):
        early = _partners(ties, LAST)[:, : month - FIRST + 1]
        np.testing.assert_array_equal(early, _partners(ties, month))
    assert today.exact_at(month) or TIE_TURNS[turn] == "month"


def _partners(releases, as_of):
    """The sum of weights times a made-up value of each partner."""
    panel = made_up_panel(releases, as_of)
    values = np.arange(panel.n_units)[:, None] + np.ones((1, panel.n_months))
    return partner_values(values, panel.networks["trade"], "sum")


@pytest.mark.parametrize("turn", range(3), ids=TIE_TURNS)
def test_order_is_irrelevant(turn):
    releases = made_up_releases(["deaths"], turn, relations=["trade", "flights"])
    moved = made_up_panel([shuffled(r) for r in reversed(releases)])
    for name, column in made_up_panel(releases).networks.items():
        assert moved.networks[name].equals(column, null_equal=True)
        assert column.drop_nulls().len()


ties_of_a_year = st.dictionaries(
    st.tuples(st.sampled_from(UNITS), st.sampled_from(UNITS)).filter(lambda p: p[0] != p[1]),
    st.sampled_from([0.0, 0.5, 1.0, 3.0, 100.0]),
)
values_of_a_panel = st.lists(
    st.lists(st.sampled_from([math.nan, 0.0, 0.25, 1.0, 7.0, 1e6]), min_size=9, max_size=9),
    min_size=4,
    max_size=4,
)


@given(first=ties_of_a_year, second=ties_of_a_year, values=values_of_a_panel)
@settings(max_examples=40, deadline=None)
def test_statistics_agree_with_a_loop(first, second, values):
    rows = [
        (unit, other, period, weight, known)
        for ties, period, known in ((first, "2018-01", "2020-02"), (second, "2019-01", "2020-05"))
        for (unit, other), weight in ties.items()
    ]
    column = build_networks([release(rows)], UNITS, START, START + 8)["trade"]
    got = {how: partner_values(np.array(values), column, how) for how in HOWS}
    shown = [{}, *[first] * 3, *[second or first] * 5]
    for i, unit in enumerate(UNITS):
        for t in range(9):
            partners = [
                (weight, values[UNITS.index(other)][t])
                for (own, other), weight in sorted(shown[t].items())
                if own == unit and weight > 0
            ]
            assert {how: got[how][i, t] for how in HOWS} == pytest.approx(
                {how: loop(how, partners) for how in HOWS}, nan_ok=True
            )


def loop(how, partners):
    """The statistic, written down as its definition reads."""
    known = [(weight, value) for weight, value in partners if not math.isnan(value)]
    if not known:
        return math.nan
    parts = [weight * value for weight, value in known]
    if how == "concentration":
        return sum((p / sum(parts)) ** 2 for p in parts) if sum(parts) else math.nan
    return {
        "mean": sum(parts) / sum(weight for weight, _ in known),
        "sum": sum(parts),
        "max": max(value for _, value in known),
        "min": min(value for _, value in known),
    }[how]


renewals = st.lists(
    st.tuples(st.integers(0, 8), ties_of_a_year), max_size=4, unique_by=lambda renewal: renewal[0]
).map(lambda drawn: sorted(drawn, key=lambda renewal: renewal[0]))


def drawn_network(drawn, name):
    """A yearly relation of which each year becomes known in the month that was drawn."""
    rows = [
        (unit, other, f"{2010 + year}-01", weight, format_month(START + known))
        for year, (known, ties) in enumerate(drawn)
        for (unit, other), weight in ties.items()
    ]
    return build_networks([release(rows, name=name)], UNITS, START, START + 8)[name]


def shown_in(drawn, t):
    """Ties of the newest year that is known; a year without a row was never heard of."""
    known = [ties for month, ties in drawn if month <= t and ties]
    return {pair: weight for pair, weight in known[-1].items() if weight} if known else {}


@given(over=renewals, among=renewals, values=values_of_a_panel)
@settings(max_examples=60, deadline=None)
def test_partners_by_two_relations_agree_with_a_loop(over, among, values):
    trade, borders = drawn_network(over, "trade"), drawn_network(among, "borders")
    got = {how: partner_values(np.array(values), trade, how, borders) for how in HOWS}
    for i, unit in enumerate(UNITS):
        for t in range(9):
            neighbours = shown_in(among, t)
            partners = [
                (weight, values[UNITS.index(other)][t])
                for (own, other), weight in sorted(shown_in(over, t).items())
                if own == unit and (own, other) in neighbours
            ]
            assert {how: got[how][i, t] for how in HOWS} == pytest.approx(
                {how: loop(how, partners) for how in HOWS}, nan_ok=True
            )


@given(drawn=renewals, values=values_of_a_panel)
@settings(max_examples=20, deadline=None)
def test_a_relation_among_itself_is_the_relation(drawn, values):
    trade, held = drawn_network(drawn, "trade"), np.array(values)
    for how in HOWS:
        among_itself = partner_values(held, trade, how, trade)
        np.testing.assert_array_equal(among_itself, partner_values(held, trade, how), how)


def drawn_ties(rng, partners, units=30, months=40):
    """Up to so many partners of each unit, with any weights, from the first month on."""
    lists = [None] * (units * months)
    for unit in range(units):
        others = np.sort(rng.choice(units, rng.integers(0, partners + 1), replace=False))
        lists[unit * months] = [{"other": other, "weight": rng.gamma(1)} for other in others]
    return pl.Series(lists, dtype=NETWORK)


@pytest.mark.parametrize("how", ["sum", "mean"])
@pytest.mark.parametrize("gaps", [0, 0.4])
def test_a_product_of_matrices_adds_in_the_same_order(how, gaps, monkeypatch):
    """To the last bit, for any fractions: what numpy adds up is what a grid's cells get."""
    monkeypatch.setattr(networks, "_UNITS", 7)
    rng = np.random.default_rng(2)
    column, values = drawn_ties(rng, 8), rng.gamma(0.1, 1e3, (30, 40))
    values[rng.random(values.shape) < gaps] = np.nan
    got = []
    for products in (False, True):
        monkeypatch.setattr(networks._Ties, "suit_products", products)
        got.append(partner_values(values, column, how))
    assert got[0].tobytes() == got[1].tobytes()
    assert np.isfinite(got[1]).sum() > 500


@pytest.mark.parametrize(("partners", "many", "suit"), [(8, 0, 1), (8, 10**6, 0), (20, 0, 0)])
def test_products_are_for_many_values_of_few_partners(partners, many, suit, monkeypatch):
    monkeypatch.setattr(networks, "_BLOCK", many)
    (ties,) = networks._ties(drawn_ties(np.random.default_rng(2), partners), 30, 40)
    assert ties.suit_products == suit


def test_long_stretches_are_computed_in_blocks():
    rows = [("XAA", "XAB", "2019-01", 2, "2019-12"), ("XAA", "XAC", "2019-01", 1, "2019-12")]
    column = build_networks([release(rows, frequency="constant")], UNITS, START, START + 99)
    values = np.random.default_rng(1).random((4, 100))
    got = partner_values(values, column["trade"], "mean")
    np.testing.assert_allclose(got[0], (2 * values[1] + values[2]) / 3)
    assert np.isnan(got[1:]).all()


def built(*features, releases):
    panel = build_panel(releases, made_up_units(), START, START + 2)
    frame = Family("f", "For a test", features).build(panel)
    return frame.filter(unit="XAA").drop("unit", "month").to_dict(as_series=False)


def feature(name, expr, *inputs):
    return Feature(name, expr, "things", inputs, "things, of a test")


def test_a_feature_looks_over_a_relation():
    rows = [("XAA", "XAB", "2019-01", 2, "2019-12"), ("XAA", "XAC", "2019-01", 6, "2019-12")]
    one = tf.network_lag(pl.lit(1), over="trade", how="sum")
    concentration = tf.network_lag(pl.lit(1), over="trade", how="concentration")
    absent = tf.network_lag(pl.lit(1), over="flights")
    features = feature("trade_sum", one), feature("trade_hhi", concentration), feature("no", absent)
    assert [f.relations for f in features] == [("trade",), ("trade",), ("flights",)]
    assert all(f.spatial for f in features)
    got = built(*features, releases=[release(rows)])
    assert got == {"trade_sum": [8] * 3, "trade_hhi": [0.625] * 3, "no": [None] * 3}


def test_a_feature_looks_over_a_relation_among_the_partners_of_another():
    """Trade is renewed in the second month, and borders, which know no weights, in the third."""
    trade = [
        ("XAA", "XAB", "2018-01", 2, "2019-12"),
        ("XAA", "XAC", "2018-01", 6, "2019-12"),
        ("XAA", "XAB", "2019-01", 3, "2020-02"),
        ("XAA", "XAC", "2019-01", 7, "2020-02"),
    ]
    borders = [
        ("XAA", "XAB", "2018-01", 1, "2019-12"),
        ("XAA", "XAB", "2019-01", 1, "2020-03"),
        ("XAA", "XAC", "2019-01", 1, "2020-03"),
        ("XAA", "XAD", "2019-01", 1, "2020-03"),
    ]
    with_neighbours = tf.network_lag(pl.lit(1), "trade", "sum", among="borders")
    nowhere = tf.network_lag(pl.lit(1), "trade", "sum", among="flights")
    features = feature("near", with_neighbours), feature("no", nowhere)
    assert features[0].relations == ("borders", "trade")
    assert features[0].spatial
    got = built(*features, releases=[release(trade), release(borders, name="borders")])
    assert got == {"near": [2, 3, 10], "no": [None] * 3}


def test_a_feature_goes_on_with_what_its_partners_have():
    """Lags of lags, contrasts with the unit itself, and a past that partners had before."""
    pairs = (("XAA", "XAB"), ("XAB", "XAC"), ("XAC", "XAA"))
    ties = release([(a, b, "2019-01", 1, "2019-12") for a, b in pairs])
    observed = [
        (unit, first_day(START + t), "deaths", float(10 * i + t), last_day(START + t))
        for i, unit in enumerate(UNITS)
        for t in range(3)
    ]
    schema = Observations.create_empty().schema
    deaths = Release(
        pl.DataFrame(observed, schema=schema, orient="row"),
        (Indicator("deaths", "deaths", "made-up"),),
        (first_day(START), first_day(START + 2)),
    )
    near = tf.network_lag("deaths", over="trade")
    got = built(
        feature("near", near, "deaths"),
        feature("far", tf.network_lag(near, over="trade"), "deaths"),
        feature("gap", near - pl.col("deaths"), "deaths"),
        feature("before", tf.network_lag(tf.lag("deaths", 1), over="trade"), "deaths"),
        feature("change", tf.difference(near), "deaths"),
        releases=[deaths, ties],
    )
    assert got == {
        "near": [10, 11, 12],
        "far": [20, 21, 22],
        "gap": [10, 10, 10],
        "before": [None, 10, 11],
        "change": [None, 1, 1],
    }


def test_empty_networks_and_panels_without_relations_hold_nothing():
    panel = made_up_panel(made_up_releases(["deaths"]))
    assert panel.networks == {}
    nothing = pl.Series([None] * 8, dtype=NETWORK)
    assert np.isnan(partner_values(np.ones((4, 2)), nothing, "mean")).all()
    assert network_column("trade") == "over:trade"
