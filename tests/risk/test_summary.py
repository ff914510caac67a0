import numpy as np
import pytest

from riskkit.risk.summary import summarise


def test_hand_worked_row():
    row = summarise(np.array([[0, 0, 25, 100, 200]]), (1, 25, 100)).row(0, named=True)
    assert row["expected"] == 65
    assert (row["median"], row["q25"], row["q75"]) == (25, 0, 100)
    assert (row["p_any"], row["p_25"], row["p_100"]) == (0.6, 0.6, 0.4)
    assert row["q95"] == pytest.approx(180)


def test_probabilities_follow_the_targets_thresholds():
    row = summarise(np.array([[0, 10, 20, 30]]), (10, 20, 30)).row(0, named=True)
    assert (row["p_any"], row["p_25"], row["p_100"]) == (0.75, 0.5, 0.25)
