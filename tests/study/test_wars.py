"""The study of great wars: what it learns from others, and what it compares."""

import numpy as np
import polars as pl
import pytest

from riskkit.errors import ConfigError, RiskkitError
from riskkit.study.wars import RULES, _Learned, compare_wars


def _wars(ends):
    """Twelve wars of ninety months at about 1,000, which may all end for good after forty."""
    rng = np.random.default_rng(1)
    values = rng.gamma(20, 50, (12, 90)).round()
    if ends:
        values[:, 40:] = 0
    return values


def _differences(values, rule="crps", step=14):
    found = compare_wars(values, samples=50)
    chosen = found.filter((pl.col("rule") == rule) & (pl.col("step") == step))
    return dict(chosen.select("forecast", "difference").iter_rows())


def test_where_wars_end_it_pays_to_say_so():
    told = _differences(_wars(ends=True))
    assert told["ends, the whole chance"] < told["ends, half of the chance"] < 0
    assert told["ewhistory"] == 0


def test_where_none_ends_no_chance_of_an_end_is_learnt():
    told = _differences(_wars(ends=False))
    assert told["ends, the whole chance"] == pytest.approx(0, abs=1e-9)


def test_a_war_does_not_teach_itself():
    """Of two units only one ends: it learns no end, and the other learns nothing but ends."""
    values = _wars(ends=False)[:2]
    values[0, 40:] = 0
    found = compare_wars(values, steps=(14,), samples=20)
    mean = dict(
        found.filter(pl.col("rule") == "log1p_crps").select("forecast", "value").iter_rows()
    )
    assert mean["ends, the whole chance"] > mean["ewhistory"]


def test_a_model_is_fitted_without_the_war_that_it_forecasts():
    """Log-logistic sizes know an end where eleven others ended, and none where none did."""
    ending, steady = _wars(ends=True), _wars(ends=False)
    odd = steady.copy()
    odd[0, 40:] = 0
    scores = []
    for values in (steady, odd):
        found = compare_wars(values[:4], steps=(14,), samples=20, learned=["log_logistic"], every=3)
        chosen = found.filter(pl.col("rule") == "log1p_crps")
        scores.append(dict(chosen.select("forecast", "value").iter_rows()))
    assert scores[0]["log_logistic, fitted"] < 0.2
    assert scores[1]["log_logistic, fitted"] > 3 * scores[0]["log_logistic, fitted"]
    told = compare_wars(ending, steps=(14,), samples=20, learned=["log_logistic"], every=3)
    ours = dict(told.filter(rule="log1p_crps").select("forecast", "difference").iter_rows())
    assert ours["log_logistic, fitted"] < 0, "the other wars told of the end"


def test_what_came_of_a_war_changes_nothing_in_its_forecast():
    values = _wars(ends=False)[:3]
    other = values.copy()
    other[0, 41:] = 0
    great = np.zeros(values.shape, dtype=bool)
    great[0, 40] = True
    where = np.array([0]), np.array([40])
    first, second = (
        _Learned(one, great, ["log_logistic"], (3, 14), 1, 1).draws(*where, 1)
        for one in (values, other)
    )
    np.testing.assert_array_equal(first["log_logistic, fitted"], second["log_logistic, fitted"])


def test_a_model_of_own_history_scores_as_its_rule():
    found = compare_wars(
        _wars(ends=True)[:3], steps=(3, 14), samples=20, learned=["ewhistory"], every=5
    )
    same = found.filter(forecast="ewhistory, fitted")["difference"].abs().max()
    assert same == pytest.approx(0, abs=1e-9)
    with pytest.raises(ConfigError, match="'zero' does not forecast each month by itself"):
        compare_wars(_wars(ends=True)[:2], samples=20, learned=["zero"])


def test_every_rule_is_told_at_every_step_with_an_interval():
    found = compare_wars(_wars(ends=True), steps=(1, 5), samples=50)
    assert found.height == 6 * len(RULES) * 2
    assert found.filter(pl.col("low") > pl.col("high")).is_empty()
    assert found["wars"].unique().to_list() == [12]


def test_without_a_war_it_says_so():
    with pytest.raises(RiskkitError, match="no unit has a level of 300 a month; take a lower one"):
        compare_wars(np.ones((3, 90)))
