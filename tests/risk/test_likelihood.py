import numpy as np
import pytest

from riskkit.risk.likelihood import STARTS, WORDS, likelihood


@pytest.mark.parametrize(
    ("probability", "words"),
    [
        (0.0, "almost no chance"),
        (0.004, "almost no chance"),
        (0.0499, "almost no chance"),
        (0.05, "very unlikely"),
        (0.2, "unlikely"),
        (0.45, "roughly even chance"),
        (0.5, "roughly even chance"),
        (0.55, "likely"),
        (0.8, "very likely"),
        (0.95, "almost certain"),
        (0.996, "almost certain"),
        (1.0, "almost certain"),
    ],
)
def test_words(probability, words):
    assert likelihood([probability]) == [words]


def test_words_never_go_down_as_probability_rises():
    places = [WORDS.index(word) for word in likelihood(np.linspace(0, 1, 1001))]
    assert places == sorted(places)
    assert set(places) == set(range(len(WORDS)))


def test_every_word_has_its_range():
    assert len(STARTS) == len(WORDS) - 1


def test_no_word_speaks_of_confidence():
    assert not any("confiden" in word for word in WORDS)
