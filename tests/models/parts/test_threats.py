"""Scenarios across threats follow each other where their histories did."""

from dataclasses import replace

import numpy as np

from riskkit.forecasting.forecast import Forecast
from riskkit.models.parts.threats import Scenarios
from riskkit.testing.datasets import made_up_dataset


def forecast_of(data, size=200):
    rng = np.random.default_rng(3)
    draws = rng.poisson(20.0, (len(data.units), len(data.horizons), size)).astype(np.int64)
    return Forecast("m", data.target.name, data.origin, data.units, data.horizons, draws)


def test_distributions_do_not_change():
    data = made_up_dataset()
    drawn = forecast_of(data)
    after = Scenarios(data, 7).followed(data, drawn)
    np.testing.assert_array_equal(np.sort(after.draws, axis=-1), np.sort(drawn.draws, axis=-1))
    totals, before = (np.sort(one.totals(), axis=-1) for one in (after, drawn))
    np.testing.assert_array_equal(totals, before)


def test_the_same_seed_gives_the_same_order_however_many_follow():
    data = made_up_dataset()
    scenarios = Scenarios(data, 7)
    first, second = (scenarios.followed(data, forecast_of(data)) for _ in range(2))
    np.testing.assert_array_equal(first.draws, second.draws)
    alone = Scenarios(data, 7).followed(data, forecast_of(data))
    np.testing.assert_array_equal(first.draws, alone.draws)


def test_a_threat_without_a_common_history_keeps_its_draws():
    data = made_up_dataset()
    nothing = replace(data, y=np.full_like(data.y, np.nan))
    drawn = forecast_of(data)
    kept = Scenarios(data, 7).followed(nothing, drawn)
    np.testing.assert_array_equal(kept.draws, drawn.draws)
