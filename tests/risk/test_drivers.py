import numpy as np

from riskkit.models import Contributions
from riskkit.risk.drivers import top_drivers

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
