"""The study of great wars: what it learns from others, and what it compares."""

import numpy as np
import polars as pl
import pytest

from riskkit.errors import RiskkitError
from riskkit.study.wars import RULES, compare_wars


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


def test_every_rule_is_told_at_every_step_with_an_interval():
    found = compare_wars(_wars(ends=True), steps=(1, 5), samples=50)
    assert found.height == 6 * len(RULES) * 2
    assert found.filter(pl.col("low") > pl.col("high")).is_empty()
    assert found["wars"].unique().to_list() == [12]


def test_without_a_war_it_says_so():
    with pytest.raises(RiskkitError, match="no unit has a level of 300 a month; take a lower one"):
        compare_wars(np.ones((3, 90)))
