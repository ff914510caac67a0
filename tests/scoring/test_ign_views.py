import numpy as np
import pytest

from riskkit.scoring import rules


def _as_the_package_bins(draws, outcome):
    """Counts over half-open bins; the bin above the last edge exists once a draw is there."""
    edges = [0, 0.5, 2.5, 5.5, 10.5, 25.5, 50.5, 100.5, 250.5, 500.5, 1000.5]
    counts = np.bincount(np.digitize(draws, edges) - 1, minlength=10) + 1
    return -np.log2(counts[np.digitize(outcome, edges) - 1] / counts.sum())


@pytest.mark.parametrize("outcome", [0, 1, 7, 300, 1000])
@pytest.mark.parametrize("draws", [[0, 0, 1, 7], [0, 300, 999, 1000], [0, 7, 1001, 5000]])
def test_it_agrees_with_a_plain_histogram(draws, outcome):
    wanted = _as_the_package_bins(draws, outcome)
    assert rules()["ign_views"]([draws], [outcome]) == pytest.approx([wanted])


def test_an_outcome_above_the_last_edge_is_scored_although_no_draw_is_there():
    assert rules()["ign_views"]([[0, 1]], [4000]) == pytest.approx([-np.log2(1 / 13)])
