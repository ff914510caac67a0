import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from riskkit.risk.score import CLASSES, class_codes, risk_classes, scenario_scores, score

totals = hnp.arrays(
    np.int64,
    hnp.array_shapes(min_dims=2, max_dims=2, max_side=12),
    elements=st.integers(0, 200_000),
)


@pytest.mark.parametrize(
    ("deaths", "points"),
    [(0, 0.0), (9, 2.5), (99, 5.0), (999, 7.5), (9_999, 10.0), (10_000, 10.0), (10**6, 10.0)],
)
def test_anchor_points(deaths, points):
    assert scenario_scores(np.array([[deaths]]), 12)[0, 0] == pytest.approx(points, abs=1e-3)


@pytest.mark.parametrize(
    ("first", "last", "name"),
    [
        (0, 4, "very low"),
        (5, 22, "low"),
        (23, 94, "medium"),
        (95, 377, "high"),
        (378, 10**6, "very high"),
    ],
)
def test_classes_of_certain_totals(first, last, name):
    mean = score(np.array([[first], [last]]), 12).mean
    assert risk_classes(np.round(mean, 2)) == [name, name]


def test_shorter_and_longer_windows_are_brought_to_twelve_months():
    year = scenario_scores(np.array([[100]]), 12)
    np.testing.assert_allclose(scenario_scores(np.array([[50]]), 6), year)
    np.testing.assert_allclose(scenario_scores(np.array([[200]]), 24), year)


def test_counts_in_units_of_the_first_threshold():
    deaths, persons = np.array([[30]]), np.array([[30_000]])
    np.testing.assert_allclose(scenario_scores(persons, 12, 1000), scenario_scores(deaths, 12))


def test_hand_worked_interval():
    totals = np.array([[0] * 90 + [99] * 10])
    points = score(totals, 12)
    assert points.mean[0] == pytest.approx(0.5, abs=1e-4)
    assert (points.low[0], points.high[0]) == pytest.approx((0.0, 5.0), abs=1e-4)


def test_rare_onset_counts_and_the_interval_still_holds_the_score():
    points = score(np.array([[0] * 98 + [1000] * 2]), 12)
    assert points.mean[0] == pytest.approx(0.15, abs=1e-3)
    assert points.high[0] == points.mean[0]


@given(totals)
def test_bounds_and_order(draws):
    points = score(draws, 12)
    assert ((points.low >= 0) & (points.low <= points.mean)).all()
    assert ((points.high <= 10) & (points.mean <= points.high)).all()


@given(totals, st.data())
def test_more_deaths_in_any_scenario_never_lower_the_score(draws, data):
    more = data.draw(hnp.arrays(np.int64, draws.shape, elements=st.integers(0, 5_000)))
    assert (score(draws + more, 12).mean >= score(draws, 12).mean).all()


@given(totals)
def test_a_unit_is_scored_alone(draws):
    together = score(draws, 12).mean
    alone = np.concatenate([score(row[None], 12).mean for row in draws])
    np.testing.assert_allclose(together, alone, rtol=1e-12)


def test_every_score_of_two_decimals_has_the_class_of_its_rounded_value():
    scores = np.arange(1001) / 100
    codes = class_codes(scores)
    assert (np.diff(codes) >= 0).all()
    first = [scores[codes == code][0] for code in range(len(CLASSES))]
    assert first == [0.0, 1.95, 3.45, 4.95, 6.45]
    assert risk_classes([10.0]) == ["very high"]


def test_monte_carlo_noise_is_small():
    rng = np.random.default_rng(1)
    war = rng.random((200, 1000)) < 0.5
    points = score(np.where(war, 1000, 0), 12)
    assert points.mean.std() < 0.15
