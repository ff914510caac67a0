import numpy as np
import pytest

from riskkit.scoring import rules


@pytest.mark.parametrize("percent", [50, 80, 90])
def test_a_calibrated_forecast_covers_the_nominal_share(percent):
    rng = np.random.default_rng(0)
    level = rng.uniform(200, 5000, size=4000)
    draws = rng.normal(level[:, None], 40, size=(4000, 400))
    outcome = rng.normal(level, 40)
    covered = rules()[f"coverage_{percent}"](draws, outcome)
    assert set(covered) == {0, 1}
    assert covered.mean() == pytest.approx(percent / 100, abs=0.02)


@pytest.mark.parametrize("percent", [50, 80, 90])
def test_the_ends_belong_to_the_interval(percent):
    assert rules()[f"coverage_{percent}"](np.zeros((1, 12)), [0]) == [1]
