"""Scores of forecasts: worked by hand, with unknown months, totals and the largest units."""

from datetime import date

import numpy as np
import polars as pl
import pytest

from riskkit.forecasting.forecast import Forecast
from riskkit.months import month_id
from riskkit.scoring import rules
from riskkit.scoring.evaluation import (
    group_weights,
    leaderboard,
    own_targets,
    score_forecast,
)
from riskkit.scoring.leaderboard import (
    THRESHOLDS,
    TOTALS,
    VARIANTS,
    at,
    month_rules,
    together_rules,
)
from riskkit.tables import Scores

NAN = np.nan
UNITS = ("XAA", "XAB", "XAC")
# Two draws of two months. The draws of a month swap places in XAA, so that its totals are all 2.
DRAWS = [[[0, 2], [2, 0]], [[10, 30], [10, 30]], [[0, 0], [0, 0]]]
OUTCOME = np.array([[1.0, 3.0], [20.0, NAN], [0.0, 0.0]])
RECENT = np.array([[25.0, 0.0], [400.0, 100.0], [24.0, 900.0]])


def forecast(draws=DRAWS, model="mine", horizons=(3, 4), origin="2017-10"):
    return Forecast(model, "deaths", month_id(origin), UNITS, horizons, np.array(draws))


@pytest.fixture(scope="module")
def scored():
    return score_forecast(forecast(), "2018", OUTCOME, RECENT)


def values(rows, target, rule="crps"):
    chosen = rows.filter((pl.col("target") == target) & (pl.col("rule") == rule))
    return {
        (unit, horizon): value
        for unit, horizon, value in chosen.select("unit", "horizon", "value").iter_rows()
    }


def test_months(scored):
    """CRPS is mean |x - y| less half the mean distance of two draws."""
    assert values(scored.rows, "deaths") == pytest.approx(
        {
            ("XAA", 3): 1 - 0.5,
            ("XAA", 4): 2 - 0.5,
            ("XAB", 3): 10 - 5,
            ("XAC", 3): 0,
            ("XAC", 4): 0,
        }
    )
    assert values(scored.rows, "deaths", "coverage_90")["XAA", 4] == 0
    assert values(scored.rows, "deaths", "brier_25")["XAB", 3] == 0.25


def test_totals_are_sums_of_each_draw_over_complete_windows(scored):
    assert values(scored.rows, "deaths_total") == pytest.approx({("XAA", 3): 2, ("XAC", 3): 0})
    assert values(scored.rows, "deaths_total", "coverage_90") == {("XAA", 3): 0, ("XAC", 3): 1}


def test_war_is_twenty_five_deaths_in_the_year_before(scored):
    assert values(scored.rows, "deaths_total_war") == pytest.approx({("XAA", 3): 2})


def test_the_table_of_scores(scored):
    Scores.validate(scored.rows)
    assert scored.rows["month"].unique().sort().to_list() == [date(2018, 1, 1), date(2018, 2, 1)]
    assert set(scored.rows["window"]) == {"2018"}
    used = {name: set(part["rule"]) for (name,), part in scored.rows.group_by("target")}
    assert used == {
        "deaths": set(month_rules()),
        "deaths_total": set(TOTALS),
        "deaths_total_war": set(TOTALS),
    }


def test_rules_over_all_rows(scored):
    found = dict(scored.aggregates.select("rule", "value").iter_rows())
    assert set(found) == set(together_rules())
    # P(>= 1) is 1/2, 1/2, 1, 0, 0 where it came in the first three.
    assert found["auc_1"] == 1
    assert np.isnan(found["auc_25"])


def test_outcomes(scored):
    assert scored.outcomes.rows()[:2] == [
        ("deaths", "XAA", date(2018, 1, 1), 1.0),
        ("deaths", "XAA", date(2018, 2, 1), 3.0),
    ]
    assert scored.outcomes.height == 5


def test_a_target_is_scored_at_its_own_thresholds():
    """Ten times as much at ten times the thresholds scores the same where size does not matter."""
    large = forecast(np.array(DRAWS) * 10)
    found = score_forecast(large, "2018", OUTCOME * 10, RECENT * 10, (10, 250, 1000))
    small = score_forecast(forecast(), "2018", OUTCOME, RECENT)
    rules_of_months = set(found.rows.filter(pl.col("target") == "deaths")["rule"])
    assert rules_of_months == set(month_rules((10, 250, 1000)))
    assert {"brier_10", "brier_250", "brier_1000", "twcrps_250"} <= rules_of_months
    assert not {"brier_1", "brier_25", "twcrps_25"} & rules_of_months
    at_war = values(found.rows, "deaths", "brier_250")
    assert at_war == values(small.rows, "deaths", "brier_25")
    assert set(found.aggregates["rule"]) == {"auc_10", "auc_250", "ap_10", "ap_250"}
    assert set(values(found.rows, "deaths_total_war")) == set(
        values(small.rows, "deaths_total_war")
    )


def test_one_month_has_no_total():
    one = score_forecast(
        forecast(np.array(DRAWS)[:, :1], horizons=(3,)), "w", OUTCOME[:, :1], RECENT
    )
    assert set(one.rows["target"]) == {"deaths"}


def test_a_window_without_any_outcome_has_no_rows():
    none = score_forecast(forecast(), "2018", np.full((3, 2), NAN), RECENT)
    assert (none.rows.height, none.aggregates.height, none.outcomes.height) == (0, 0, 0)


@pytest.fixture(scope="module")
def board():
    """Two windows; the reference is twice as far from the outcome, the mine of 2019 a hit."""
    outcome = np.array([[4.0, 4.0], [8.0, 8.0], [100.0, 100.0]])
    scored = []
    for window, origin, mine in (("2018", "2017-10", 1), ("2019", "2018-10", 0)):
        for model, off in (("mine", mine), ("reference", 2)):
            draws = (outcome * (1 + off))[..., None].repeat(2, axis=-1).astype(int)
            made = forecast(draws, model, origin=origin)
            scored.append(score_forecast(made, window, outcome, RECENT))
    return leaderboard(scored, "reference")


def entry(board, model, target, window, rule="crps"):
    chosen = board.filter(
        (pl.col("model") == model)
        & (pl.col("target") == target)
        & (pl.col("window") == window)
        & (pl.col("rule") == rule)
    )
    return chosen.row(0, named=True)


def test_the_leaderboard_has_means_by_window_and_their_mean(board):
    means = [entry(board, "mine", "deaths", w)["value"] for w in ("2018", "2019", "all")]
    assert means == pytest.approx([112 / 3, 0, 56 / 3])
    assert entry(board, "reference", "deaths", "all")["value"] == pytest.approx(224 / 3)


def test_skill_is_the_share_of_the_reference_that_is_gained(board):
    skills = [entry(board, "mine", "deaths", w)["skill"] for w in ("2018", "2019", "all")]
    assert skills == pytest.approx([0.5, 1, 0.75])
    overall = entry(board, "mine", "deaths", "all")
    assert (overall["skill_low"], overall["skill_high"]) == pytest.approx((0.75, 0.75))
    assert entry(board, "reference", "deaths", "all")["skill"] == 0


def test_without_the_two_units_of_the_largest_outcomes(board):
    assert entry(board, "mine", "deaths_without_2_largest", "2018")["value"] == pytest.approx(4)


def test_totals_have_entries_too(board):
    assert entry(board, "mine", "deaths_total", "2018")["value"] == pytest.approx(224 / 3)
    assert entry(board, "mine", "deaths_total_war", "2018")["value"] == pytest.approx(24 / 2)


def test_every_rule_of_the_leaderboard_is_registered():
    assert {*month_rules(), *together_rules(), *TOTALS, *at(VARIANTS, THRESHOLDS)} <= set(rules())


def test_each_unit_is_left_out_once_and_with_the_same_group_everywhere():
    weights = group_weights(UNITS)
    assert weights.sum(axis=1).tolist() == [weights.shape[1] - 1] * 3
    np.testing.assert_array_equal(group_weights(["XAC", "XAA"]), weights[[2, 0]])


def test_rules_over_all_rows_are_told_without_each_group(scored):
    """Without XAA, P(>= 1) is 1 where it came and 0 where it did not."""
    group = int(np.flatnonzero(group_weights(["XAA"])[0] == 0).item())
    row = scored.aggregates.filter(pl.col("rule") == "ap_1").row(0, named=True)
    assert len(row["without"]) == 500
    assert (row["value"], row["without"][group]) == (1, 1)


def test_the_targets_themselves_are_told_from_their_sums_and_parts(scored):
    board = leaderboard([scored], "mine")
    assert {"deaths", "deaths_total", "deaths_without_2_largest"} <= set(board["target"])
    assert own_targets(board["target"].to_list()) == ["deaths"]
    assert own_targets(["fled_year", "deaths_total", "deaths"]) == ["deaths", "fled_year"]
    assert own_targets(["deaths_total"]) == ["deaths_total"]


def test_groups_are_left_out_a_few_at_a_time_as_all_at_once(monkeypatch):
    rng = np.random.default_rng(3)
    units = tuple(f"{i}" for i in range(40))
    draws = rng.poisson(rng.gamma(1, 20, (40, 1, 1)), (40, 3, 50))
    forecast = Forecast("m", "ged_sb", 500, units, (1, 2, 3), draws)
    outcome = rng.poisson(20, (40, 3)).astype(float)
    once = score_forecast(forecast, "w", outcome, np.zeros((40, 2))).aggregates
    monkeypatch.setattr("riskkit.scoring.evaluation._AT_ONCE", 120 * 90)
    assert score_forecast(forecast, "w", outcome, np.zeros((40, 2))).aggregates.equals(once)
