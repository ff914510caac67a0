"""The oracle knows the present and the process, not the future; it is calibrated and unbeaten."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from riskkit.errors import RiskkitError
from riskkit.months import month_id
from riskkit.world import State, oracle_forecast

ORIGINS = [month_id(f"{year}-{month}") for year, month in ((2012, 3), (2016, 12), (2020, 8))]
HORIZONS = range(1, 13)


@pytest.fixture(scope="module")
def forecasts(world):
    return [oracle_forecast(world, origin, HORIZONS, size=200) for origin in ORIGINS]


@pytest.fixture(scope="module")
def observed(world):
    first = [world.months.index(origin) + 1 for origin in ORIGINS]
    return [world.states.ged_sb[i : i + 12].T for i in first]


def _crps(draws, outcome):
    """Mean over cells of E|X - y| - E|X - X'| / 2."""
    ordered, size = np.sort(draws, axis=-1), draws.shape[-1]
    weights = 2 * np.arange(1, size + 1) - size - 1
    error = np.abs(draws - outcome[..., None]).mean(axis=-1)
    return (error - (ordered * weights).sum(axis=-1) / size**2).mean()


def test_a_forecast_has_the_shape_of_any_other(world, forecasts):
    forecast = forecasts[0]
    assert (forecast.model, forecast.target, forecast.origin) == ("oracle", "ged_sb", ORIGINS[0])
    assert forecast.units == world.codes
    assert forecast.draws.shape == (120, 12, 200)
    assert forecast.draws.dtype == np.int64
    assert forecast.draws.min() >= 0
    assert forecast.to_frame().height == 120 * 12


def test_the_future_has_no_part_in_it(world, forecasts):
    known = world.months.index(ORIGINS[0]) + 1
    scrambled = State(
        **{name: np.concatenate([a[:known], a[known:][::-1]]) for name, a in _arrays(world)}
    )
    again = oracle_forecast(replace(world, states=scrambled), ORIGINS[0], HORIZONS, size=200)
    np.testing.assert_array_equal(again.draws, forecasts[0].draws)


def _arrays(world):
    return vars(world.states).items()


def test_a_seed_gives_the_same_draws_and_another_seed_others(world):
    one, two, other = (
        oracle_forecast(world, ORIGINS[0], [1], size=50, seed=seed).draws for seed in (3, 3, 4)
    )
    np.testing.assert_array_equal(one, two)
    assert (one != other).any()


def test_longer_windows_begin_with_the_same_draws(world, forecasts):
    some = oracle_forecast(world, ORIGINS[0], [2, 5], size=200)
    np.testing.assert_array_equal(some.draws, forecasts[0].draws[:, [1, 4]])


def test_it_reaches_beyond_the_last_month(world):
    assert oracle_forecast(world, world.months[-1], [1, 6], size=20).months == (541, 546)


@pytest.mark.parametrize("threshold", [1, 25, 100])
def test_probabilities_are_kept(forecasts, observed, threshold):
    expected = np.mean([f.exceedance(threshold) for f in forecasts])
    happened = np.mean([y >= threshold for y in observed])
    assert happened == pytest.approx(expected, rel=0.2)


@pytest.mark.parametrize(("low", "high"), [(0.0, 0.1), (0.1, 0.5), (0.5, 1.0)])
def test_probabilities_are_kept_at_every_level(forecasts, observed, low, high):
    probability = np.stack([f.exceedance(25) for f in forecasts])
    chosen = (probability >= low) & (probability <= high)
    happened = (np.stack(observed) >= 25)[chosen].mean()
    assert happened == pytest.approx(probability[chosen].mean(), abs=0.12)


def test_window_totals_lie_in_their_intervals(forecasts, observed):
    inside = [
        (np.quantile(f.totals(), 0.05, axis=1) <= y.sum(axis=1))
        & (y.sum(axis=1) <= np.quantile(f.totals(), 0.95, axis=1))
        for f, y in zip(forecasts, observed, strict=True)
    ]
    assert 0.88 <= np.mean(inside) <= 1.0


def test_it_beats_the_history_of_the_country_by_a_tenth(world, forecasts, observed):
    own, known = [], []
    for forecast, outcome in zip(forecasts, observed, strict=True):
        last = world.months.index(forecast.origin) + 1
        past = np.repeat(world.states.ged_sb[last - 12 : last].T[:, None], 12, axis=1)
        own.append(_crps(np.log1p(past), np.log1p(outcome)))
        known.append(_crps(np.log1p(forecast.draws), np.log1p(outcome)))
    assert np.mean(known) < 0.9 * np.mean(own)


@pytest.mark.parametrize("origin", [180, 541])
def test_an_origin_outside_the_world_is_refused(world, origin):
    with pytest.raises(RiskkitError, match="choose an origin from 1995-01 to 2024-12"):
        oracle_forecast(world, origin, [1])


@pytest.mark.parametrize("horizons", [[], [0, 1], [3, 2], [1, 1]])
def test_horizons_ascend_from_one(world, horizons):
    with pytest.raises(RiskkitError, match="ascending months ahead, from 1"):
        oracle_forecast(world, ORIGINS[0], horizons)
