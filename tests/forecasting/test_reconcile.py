"""Cells add up to their countries, in whole numbers, and nothing else is lost."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from riskkit.errors import RiskkitError
from riskkit.forecasting.forecast import Forecast
from riskkit.forecasting.reconcile import reconcile

CELLS = ("1", "2", "3", "4", "5")
OWNERS = {"1": "XAA", "2": "XAA", "3": "XAA", "4": "XAB"}


@pytest.fixture
def forecasts():
    rng = np.random.default_rng(1)
    level = np.array([20.0, 3.0, 0.02, 0.2, 5.0])[:, None, None]
    scenario = rng.gamma(0.5, 2.0, (1, 1, 200))
    cells = rng.poisson(level * scenario, (5, 4, 200))
    countries = rng.poisson(np.array([60.0, 1.0])[:, None, None] * scenario, (2, 4, 200))
    return (
        Forecast("hurdle", "ged_sb", 500, CELLS, (1, 2, 3, 4), cells),
        Forecast("pool", "ged_sb", 500, ("XAA", "XAB"), (1, 2, 3, 4), countries),
    )


def test_in_every_scenario_and_month_cells_add_up_to_their_country(forecasts):
    cells, countries = reconcile(*forecasts, OWNERS, seed=0)
    np.testing.assert_array_equal(cells.draws[:3].sum(axis=0), countries.draws[0])
    np.testing.assert_array_equal(cells.draws[3], countries.draws[1])
    assert cells.draws.min() >= 0


def test_a_country_keeps_its_scenarios_and_a_cell_without_country_its_draws(forecasts):
    cells, countries = reconcile(*forecasts, OWNERS, seed=0)
    for row in range(2):
        before, after = (sorted(map(tuple, f.draws[row].T)) for f in (forecasts[1], countries))
        assert before == after
    np.testing.assert_array_equal(cells.draws[4], forecasts[0].draws[4])


def test_shares_and_the_order_of_scenarios_are_those_of_the_cells(forecasts):
    cells, countries = reconcile(*forecasts, OWNERS, seed=0)
    share = [f.draws[0].sum() / f.draws[:3].sum() for f in (forecasts[0], cells)]
    assert share[1] == pytest.approx(share[0], abs=0.05)
    totals = forecasts[0].draws[:3].sum(axis=(0, 1)), countries.draws[0].sum(axis=0)
    for a in range(0, 200, 20):
        higher = totals[0] > totals[0][a]
        assert (totals[1][higher] >= totals[1][a]).all()


def test_hand_worked_months():
    """7 deaths over cells with 1, 1 and 3 are 1.4, 1.4 and 4.2: one is left over, for the first."""
    cells = np.array([[[1], [0], [2]], [[1], [0], [0]], [[3], [0], [0]]])
    countries = np.array([[[7], [5], [0]]])
    made = Forecast("m", "t", 1, ("1", "2", "3"), (1, 2, 3), cells)
    owned = dict.fromkeys(("1", "2", "3"), "XAA")
    whole = replace(made, units=("XAA",), draws=countries)
    draws = reconcile(made, whole, owned, seed=0)[0].draws[..., 0]
    assert draws[:, 0].tolist() == [2, 1, 4]
    assert sorted(draws[:, 1].tolist()) == [0, 0, 5]
    assert draws[:, 2].tolist() == [0, 0, 0]


def test_cells_that_never_have_any_share_what_there_is():
    nothing = Forecast("m", "t", 1, ("1", "2"), (1,), np.zeros((2, 1, 400), dtype=np.int64))
    some = replace(nothing, units=("XAA",), draws=np.ones((1, 1, 400), dtype=np.int64))
    draws = reconcile(nothing, some, {"1": "XAA", "2": "XAA"}, seed=1)[0].draws
    assert draws.sum() == 400
    assert 120 < draws[0].sum() < 280


def test_other_months_are_refused(forecasts):
    with pytest.raises(RiskkitError, match="agree on origin, months and number of draws"):
        reconcile(forecasts[0], replace(forecasts[1], origin=499), OWNERS, seed=0)
