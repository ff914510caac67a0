"""The linear pool, and wars beyond anything in training: their level is kept, and they may end."""

from functools import cache

import numpy as np
import pytest

from riskkit.errors import RiskkitError
from riskkit.models import make_model
from riskkit.models.pool import Pool, _yielding
from riskkit.testing.datasets import dataset_of, made_up_dataset, made_up_outcomes

OWN = ("conflictology", "ewhistory")


def test_it_is_the_mixture_of_its_members():
    data = made_up_dataset(units=6, months=50)
    pooled = Pool(OWN).marginals(data, 600)
    parts = [Pool([name]).marginals(data, 600) for name in OWN]
    for threshold in (1, 5, 50, 200):
        chance = np.mean([(part >= threshold).mean(axis=-1) for part in parts], axis=0)
        np.testing.assert_allclose((pooled >= threshold).mean(axis=-1), chance, atol=0.002)


def test_by_hand():
    class Fixed(Pool):
        def __init__(self, *members):
            self._members, self.support = members, None
            self.shares = np.ones(len(members))

    class Member:
        learned = True

        def __init__(self, *values):
            self.values = np.array([[values]], dtype=float)

        def marginals(self, data, size):
            return self.values

    pooled = Fixed(Member(0, 0, 4), Member(1, 2, 3), Member(0, 5, 6)).marginals(None, 3)
    # All nine in order are 0 0 0 | 1 2 3 | 4 5 6; the middle of each third is drawn.
    assert pooled.tolist() == [[[0, 2, 5]]]


def test_a_member_counts_for_its_share():
    data = made_up_dataset(units=6, months=50)
    conflictology, ewhistory = (Pool([name]).marginals(data, 600) for name in OWN)
    pooled = Pool(OWN, shares={"ewhistory": 0.25, "network": 3}).marginals(data, 600)
    for threshold in (1, 5, 50, 200):
        both = [(part >= threshold).mean(axis=-1) for part in (conflictology, ewhistory)]
        chance = np.average(both, axis=0, weights=[0.8, 0.2])
        np.testing.assert_allclose((pooled >= threshold).mean(axis=-1), chance, atol=0.004)


def test_smoothing_has_a_quarter_of_what_another_has_unless_told():
    assert Pool().shares.tolist() == [1, 1, 1, 1, 0.25]
    told = make_model("pool", {"members": ["exponential_smoothing", "ewhistory"], "shares": {}})
    assert told.shares.tolist() == [1, 1]


def test_own_history_takes_what_learned_members_yield_by_shares():
    parts = np.repeat(np.array([5.0, 1.0, 2.0]), 100).reshape(1, 1, 3, 100)
    learned, shares = np.array([True, False, False]), np.array([1.0, 1.0, 0.25])
    nothing = np.zeros((1, 1)), np.zeros((1, 1, 4))

    def share(trust):
        made = _yielding(parts, learned, shares, np.array([trust]), nothing)
        return [(made == value).mean() for value in (5, 1, 2)]

    assert share(0.0) == [0, 0.8, 0.2]
    np.testing.assert_allclose(share(0.9), [0.4, 0.48, 0.12], atol=0.011)


@pytest.mark.parametrize(
    ("shares", "words"),
    [
        ({"ewhistory": 0}, "shares.ewhistory is a number above 0 .got 0.;"),
        ({"ewhistory": "much"}, "shares.ewhistory is a number above 0 .got 'much'.;"),
        ({"ewhistory": float("nan")}, "shares.ewhistory is a number above 0 .got nan.;"),
        ({"ewhistry": 1}, "no model 'ewhistry'"),
        ([1, 1], r"models.pool.shares takes a value like \{'exponential_smoothing': 0.25\}"),
    ],
)
def test_what_is_no_share_is_refused(shares, words):
    with pytest.raises(RiskkitError, match=words):
        make_model("pool", {"shares": shares})


def test_members_take_their_settings():
    pool = Pool(["xgboost"], {"xgboost": {"rounds": 3}})
    assert pool._members[0].rounds == 3


def test_the_order_of_the_members_is_irrelevant():
    data = made_up_dataset(units=6, months=50)
    there, back = Pool(OWN), Pool(OWN[::-1])
    np.testing.assert_array_equal(there.sample(data, 90, 1), back.sample(data, 90, 1))


def test_own_history_explains_nothing():
    assert Pool(OWN).contributions(made_up_dataset()) is None


def test_a_file_of_other_members_is_refused(tmp_path):
    Pool(OWN).save(tmp_path / "pool")
    with pytest.raises(RiskkitError, match="holds a pool of conflictology, ewhistory; load it"):
        Pool(["ewhistory"]).load(tmp_path / "pool")


HORIZONS = (3, 8, 14)
QUICK = {
    "xgboost_hurdle": {"rounds": 15},
    "network": {"seeds": 1, "epochs": 4},
    "distribution_regression": {"thresholds": 5},
}


@cache
def _past():
    """Thirty units whose spells of violence last about two years, the largest at 400 a month."""
    rng = np.random.default_rng(4)
    y = made_up_outcomes(30, 300, seed=3)
    spell = np.cumsum(rng.random(y.shape) < 0.05, axis=1) % 2 == 0
    return np.where(spell, y, 0.02 * y).round()


@cache
def _model():
    return Pool(options=QUICK).fit(dataset_of(_past(), HORIZONS), seed=1)


def _forecast(last):
    """Draws for a unit whose last months are these."""
    y = _past().copy()
    y[-1, -60:] = 0
    y[-1, -len(last) :] = last
    return _model().marginals(dataset_of(y, HORIZONS), 1000)[-1]


@pytest.mark.parametrize("times", [3, 10])
def test_a_war_of_three_years_keeps_its_level_and_may_end(times):
    level = times * _past().max()
    war = level * np.random.default_rng(2).gamma(20, 1 / 20, 36)
    draws = _forecast(war.round())
    assert level / 1.5 < np.median(draws[0]) < level * 1.5
    low, high = np.quantile(draws[-1], [0.05, 0.95])
    assert low < level / 5, "the interval leaves out that it ends"
    assert high > level, "the interval leaves out that it goes on"


@pytest.mark.parametrize("times", [3, 10])
def test_a_war_that_stopped_five_months_ago_is_not_kept_at_its_peak(times):
    level = times * _past().max()
    draws = _forecast(np.append(np.full(36, level), np.zeros(5)))
    assert (np.median(draws, axis=-1) < level / 5).all()


def test_without_support_the_learned_members_pull_it_down():
    level = 10 * _past().max()
    equal = Pool(options=QUICK, support=0.0).fit(dataset_of(_past(), HORIZONS), seed=1)
    y = _past().copy()
    y[-1, -36:] = level
    told = np.median(equal.marginals(dataset_of(y, HORIZONS), 1000)[-1, 0])
    kept = np.median(_forecast(np.full(36, level))[0])
    assert abs(np.log(kept / level)) <= abs(np.log(told / level))
