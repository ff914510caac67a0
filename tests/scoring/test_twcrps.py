import numpy as np
import pytest

from riskkit.scoring import rules


@pytest.mark.parametrize("threshold", [25, 100])
def test_nothing_below_the_threshold_counts(threshold):
    rule = rules()[f"twcrps_{threshold}"]
    low, high = [[1, 2, threshold + 30]], [[threshold - 1, threshold, threshold + 30]]
    np.testing.assert_allclose(rule(low, [threshold + 9]), rule(high, [threshold + 9]))


@pytest.mark.parametrize("threshold", [25, 100])
def test_it_is_the_crps_when_all_lies_above(threshold):
    draws, outcome = [[200, 300, 500]], [400]
    wanted = rules()["crps"](draws, outcome)
    np.testing.assert_allclose(rules()[f"twcrps_{threshold}"](draws, outcome), wanted)
