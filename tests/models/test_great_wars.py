"""Wars beyond anything in training: the default keeps their level, and knows that they end."""

from functools import cache

import numpy as np
import pytest

from riskkit.models.pool import Pool
from riskkit.testing.datasets import dataset_of, made_up_outcomes

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
