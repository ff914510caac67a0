from dataclasses import replace

import numpy as np

from riskkit.models import Contributions
from riskkit.risk.composite import composite
from riskkit.risk.drivers import in_points, in_words, slopes, top_drivers

NAMES = ("a", "b", "c", "d")
PHRASES = {"a": "deaths, last 12 months", "b": "coups", "c": "heat"}


def drivers(values, names=NAMES):
    return top_drivers(Contributions(names, np.array(values, dtype=float), "log odds"), PHRASES)


def test_three_largest_deviations_from_the_average_unit():
    first, second = drivers([[4, 1, 9, 0.2], [0, 0, 9, 0]])
    assert first == [
        "deaths, last 12 months (raises the forecast)",
        "coups (raises the forecast)",
        "d (raises the forecast)",
    ]
    assert second[0] == "deaths, last 12 months (lowers the forecast)"


def test_what_all_units_share_is_nobodys_driver():
    assert drivers([[1 / 3, 2, 0, 0]] * 3) == [[None] * 3] * 3


def test_rounding_noise_is_no_driver():
    texts = drivers([[0.1, 1, 0, 0], [0.1, 2, 0, 0], [0.1, 3, 0, 0]])
    assert [row.count(None) for row in texts] == [2, 3, 2]


def test_fewer_features_than_places():
    assert drivers([[1], [2]], names=("a",))[0][1:] == [None, None]


def test_equal_contributions_keep_the_order_of_the_features():
    assert [text[:1] for text in drivers([[1, 1, 1, 1], [0, 0, 0, 0]])[0]] == ["d", "c", "h"]


def test_no_text_claims_a_cause():
    texts = [text for row in drivers(np.eye(4)) for text in row if text]
    assert texts
    assert not any("caus" in text or "because" in text for text in texts)


def test_the_value_and_its_place_stand_beside_the_phrase():
    inputs = np.log1p(np.array([[10.0], [100.0], [3.0], [0.0]]))
    told = Contributions(("a",), np.array([[1.0], [2.0], [0.0], [-1.0]]), "log odds", inputs=inputs)
    texts = top_drivers(told, PHRASES, {"a": "log(1 + deaths)"})
    assert texts[1][0] == (
        "deaths, last 12 months: 100 deaths, more than 75 % of countries (raises the forecast)"
    )
    assert texts[3][0] == (
        "deaths, last 12 months: 0 deaths, less than 75 % of countries (lowers the forecast)"
    )


def test_what_orders_units_alike_is_told_once():
    """Months with deaths in half a year and in a year are one reason, not two."""
    half = np.arange(6.0)
    inputs = np.column_stack([half, 2 * half + (half > 2), half[[2, 0, 4, 1, 5, 3]], -half])
    weights = np.outer(half, [3.0, 2.0, 1.0, 2.5])
    told = Contributions(NAMES, weights, "log odds", inputs=inputs)
    first, *rest = (text and text[:6] for text in top_drivers(told, PHRASES)[5])
    assert first == "deaths"
    assert rest == ["heat: ", None]
    apart = top_drivers(replace(told, inputs=None), PHRASES)[5]
    assert [text and text[:6] for text in apart] == ["deaths", "d (rai", "coups "]


def test_large_numbers_are_rounded():
    assert in_words(109_275_858.0, "people") == "109 million people"


def test_points_sum_to_the_published_score():
    shares = np.array([[2.0, 1.0, 0.0], [-1.0, 0.5, 0.1], [0.0, 0.0, 0.0]])
    score = np.array([4.4, 0.3, np.nan])
    parts = in_points(shares, 1.2, score)
    np.testing.assert_allclose(parts.sum(axis=1)[:2], score[:2])
    assert np.isnan(parts[2]).all()


def test_a_score_where_nothing_was_shared_out_is_the_averages():
    parts = in_points(np.array([[-1.0]]), 1.0, np.array([0.4]))
    np.testing.assert_allclose(parts, [[0.4, 0.0]])


def test_parts_that_cancel_out_are_not_blown_up():
    """A residue of rounding is no total to bring to a score."""
    shares = np.array([[-0.1, -0.2 + 2e-17], [-0.1, 0.0]])
    parts = in_points(shares, 0.3, np.array([0.005, 0.4]))
    np.testing.assert_allclose(parts[0], [0.005, 0.0, 0.0])
    np.testing.assert_allclose(parts[1], [0.6, -0.2, 0.0])


def test_slopes_times_scores_are_the_composite():
    scores = {"one": np.array([8.0, 2.0, 0.0]), "two": np.array([6.0, np.nan, 0.0])}
    weights = {"one": 3.0, "two": 1.0}
    worth = slopes(scores, weights, 2.0)
    whole = composite({n: s[:, None] for n, s in scores.items()}, weights, 2.0)[:, 0]
    total = sum(np.nan_to_num(scores[name]) * worth[name] for name in scores)
    np.testing.assert_allclose(total, whole)
