import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.isotonic import IsotonicRegression

from riskkit.scoring.brier import decompose, reliability

forecasts = st.lists(st.tuples(st.integers(0, 20), st.booleans()), min_size=1, max_size=60)


def _arrays(pairs):
    probability, happened = zip(*pairs, strict=True)
    return np.array(probability) / 20, np.array(happened)


@given(forecasts)
@settings(deadline=None)
def test_the_parts_add_up(pairs):
    probability, happened = _arrays(pairs)
    parts = decompose(probability, happened)
    assert parts.brier == pytest.approx(np.mean((probability - happened) ** 2))
    assert parts.reliability - parts.resolution + parts.uncertainty == pytest.approx(
        parts.brier, abs=1e-14
    )
    assert parts.reliability >= -1e-12
    assert parts.resolution >= -1e-12


@given(forecasts)
@settings(deadline=None)
def test_the_pools_are_the_isotonic_regression(pairs):
    probability, happened = _arrays(pairs)
    pools = reliability(probability, happened)
    assert pools.rows.sum() == len(happened)
    assert (np.diff(pools.frequency) > 0).all()
    assert (np.diff(pools.probability) > 0).all()
    fitted = IsotonicRegression().fit_transform(probability, happened.astype(float))
    ours = np.repeat(pools.frequency, pools.rows)
    np.testing.assert_allclose(ours, np.sort(fitted), atol=1e-9)


def test_a_calibrated_forecast_has_no_reliability_term():
    probability = np.repeat([0.25, 0.75], 4)
    happened = np.array([1, 0, 0, 0, 1, 1, 1, 0], dtype=bool)
    parts = decompose(probability, happened)
    assert parts == pytest.approx((0.1875, 0, 0.0625, 0.25))


def test_the_base_rate_has_no_resolution():
    happened = np.array([1, 0, 0, 0], dtype=bool)
    parts = decompose(np.full(4, 0.5), happened)
    assert parts == pytest.approx((0.25, 0.0625, 0, 0.1875))
