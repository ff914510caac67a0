"""Onset and doubling: who is asked, and what counts as having come, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from riskkit.forecasting.dataset import Dataset
from riskkit.forecasting.targets import Target
from riskkit.risk.onset import EVENTS, Standing

MONTHS = 72
UNITS = ("XAA", "XAB", "XAC", "XAD", "XAE", "XAF")
PEOPLE = np.array([2e6, 2e6, 2e6, np.inf, 2e6, 1e9])


def dataset(y: np.ndarray, period: str = "month", capacity: np.ndarray | None = None) -> Dataset:
    target = Target("deaths", period)  # type: ignore[arg-type]
    return Dataset(
        target, UNITS, 1, MONTHS, (1,), (), np.zeros((6, MONTHS, 0)), y, (), capacity=capacity
    )


def standing() -> Standing:
    """Quiet; a death too many five years ago; at war; no people known; one month unknown; India."""
    y = np.zeros((6, MONTHS))
    y[0, [0, 40]] = 9, 1  # half a death per million of two million people is one: not more
    y[1, -60] = 2
    y[2, -12:] = 3
    y[4, 30] = np.nan
    y[5, -3:] = 400
    made = Standing.of(dataset(y, capacity=0.2 * PEOPLE), "deaths", UNITS)
    assert made is not None
    return made


def test_quiet_units_are_asked_of_an_onset_and_those_in_conflict_of_a_doubling():
    chances = standing().chances(np.zeros((6, 12, 4)))
    nan = np.nan
    for event in ("onset_3", "onset_12"):
        np.testing.assert_array_equal(chances[event], [0, nan, nan, nan, nan, 0])
    np.testing.assert_array_equal(chances["doubling"], [nan, nan, 0, nan, nan, 0])


def test_chances_are_shares_of_the_joint_draws():
    draws = np.zeros((6, 14, 4))
    draws[0, 2, 0] = 2  # in the third month: within 3
    draws[0, 3, 1] = 2  # in the fourth: within 12
    draws[0, 12, 2] = 99  # after a year: not asked
    draws[0, :, 3] = 1  # never more than half a death per million in a month
    draws[2, 0, :2] = 71, 72  # the last twelve months had 36
    draws[5, 0, 0] = 501
    chances = standing().chances(draws)
    assert chances["onset_3"][[0, 5]].tolist() == [0.25, 0.25]
    assert chances["onset_12"][[0, 5]].tolist() == [0.5, 0.25]
    assert chances["doubling"][[2, 5]].tolist() == [0.25, 0.0]


def test_what_came_is_unknown_where_a_month_is():
    outcome = np.zeros((6, 12, 1))
    outcome[0, 5] = np.nan
    came = standing().events(outcome)
    assert came["onset_3"][0, 0] == 0
    assert np.isnan(came["onset_12"][0, 0])
    assert came["onset_12"][5, 0] == 0


def test_a_shorter_window_tells_what_it_can():
    chances = standing().chances(np.zeros((6, 6, 2)))
    assert chances["onset_3"][0] == 0
    assert np.isnan(chances["onset_12"]).all()
    assert np.isnan(chances["doubling"]).all()
    assert tuple(chances) == EVENTS


@pytest.mark.parametrize(
    ("counted", "period", "capacity"),
    [("people", "month", PEOPLE), ("deaths", "year", PEOPLE), ("deaths", "month", None)],
)
def test_other_threats_do_not_break_out(counted, period, capacity):
    data = dataset(np.zeros((6, MONTHS)), period, capacity)
    assert Standing.of(data, counted, UNITS) is None


def test_five_years_must_be_there_and_known():
    young = Dataset(
        Target("deaths"), UNITS, 1, 59, (1,), (), np.zeros((6, 59, 0), dtype=np.float32),
        np.zeros((6, 59)), capacity=PEOPLE,
    )  # fmt: skip
    short = Standing.of(young, "deaths", UNITS)
    assert short is not None
    assert not short.quiet.any()
    y = np.full((6, MONTHS), np.nan)
    y[:, 20:] = 0
    data = dataset(y, capacity=PEOPLE)
    made = Standing.of(data, "deaths", UNITS[::-1])
    assert made is not None
    assert not made.quiet.any()
