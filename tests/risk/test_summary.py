import numpy as np
import pytest

from riskkit.forecasting.forecast import Forecast
from riskkit.forecasting.targets import Target
from riskkit.risk.summary import summarise, summarise_window


def test_hand_worked_row():
    row = summarise(np.array([[0, 0, 25, 100, 200]]), (1, 25, 100)).row(0, named=True)
    assert row["expected"] == 65
    assert (row["median"], row["q25"], row["q75"]) == (25, 0, 100)
    assert (row["p_any"], row["p_25"], row["p_100"]) == (0.6, 0.6, 0.4)
    assert row["q95"] == pytest.approx(180)


def test_probabilities_follow_the_targets_thresholds():
    row = summarise(np.array([[0, 10, 20, 30]]), (10, 20, 30)).row(0, named=True)
    assert (row["p_any"], row["p_25"], row["p_100"]) == (0.75, 0.5, 0.25)


def test_window_totals_come_from_joint_draws():
    draws = np.array([[[30, 0], [0, 30]]])
    frame = summarise_window(
        Forecast("m", "ged_sb", 500, ("XAA",), (1, 2), draws), Target("ged_sb")
    )
    assert frame["p_25"].to_list() == [1.0]
    assert frame["q05"].to_list() == frame["q95"].to_list() == [30.0]


def test_a_yearly_target_counts_twelve_months_per_period():
    draws = np.full((1, 1, 4), 99)
    year = Forecast("m", "ged_sb_year", 504, ("XAA",), (1,), draws)
    frame = summarise_window(year, Target("ged_sb", "year"))
    assert frame["score"][0] == pytest.approx(5, abs=1e-3)
