"""What is drawn: against brute force, and of forecasts that are right by construction."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from riskkit.forecasting.forecast import Forecast
from riskkit.scoring.brier import decompose
from riskkit.scoring.diagnostics import (
    Calibration,
    brier_parts,
    corp,
    coverage,
    crps_by_horizon,
    pit,
    reliability,
)

UNITS, MONTHS, DRAWS = 60, 12, 200


def _forecast(draws: np.ndarray) -> Forecast:
    units = tuple(f"u{k:02}" for k in range(len(draws)))
    return Forecast("m", "t", 400, units, tuple(range(1, draws.shape[1] + 1)), draws)


@pytest.fixture
def calibrated() -> tuple[Forecast, np.ndarray]:
    """Outcomes from the same distribution as the draws."""
    rng = np.random.default_rng(1)
    rate = rng.gamma(0.4, 20, (UNITS, MONTHS, 1))
    return _forecast(rng.poisson(rate, (UNITS, MONTHS, DRAWS))), rng.poisson(rate[..., 0]) * 1.0


def test_reliability_is_the_share_that_came(calibrated: tuple[Forecast, np.ndarray]) -> None:
    forecast, outcome = calibrated
    outcome[0, 0] = np.nan
    part = Calibration.of(forecast, outcome, (1, 25))
    assert part is not None
    table = reliability([part])
    assert (
        table.group_by("threshold").agg(pl.col("n").sum())["n"].to_list()
        == [UNITS * MONTHS - 1] * 2
    )
    known = ~np.isnan(outcome)
    chance = (forecast.draws[known] >= 25).mean(axis=1)
    low = chance < 0.1
    row = table.filter(threshold=25).row(0, named=True)
    assert row["forecast"] == pytest.approx(chance[low].mean())
    assert row["observed"] == pytest.approx((outcome[known][low] >= 25).mean())
    assert row["n"] == low.sum()


def test_calibrated_intervals_hold_fewer_positive_outcomes_than_their_name_says() -> None:
    """Where nothing has a chance of .97, no positive outcome is held, and rightly."""
    rng = np.random.default_rng(3)
    quiet = rng.poisson(rng.exponential(30, (900, 1, 1)), (900, 1, DRAWS)) * (
        rng.random((900, 1, DRAWS)) < 0.03
    )
    busy = rng.poisson(rng.gamma(4, 10, (100, 1, DRAWS)))
    draws = np.concatenate([quiet, busy])
    part = Calibration.of(_forecast(draws[..., 1:]), draws[..., 0] * 1.0, (1, 25))
    assert part is not None
    row = coverage([part]).row(0, named=True)
    assert row["positive"] == pytest.approx(row["expected"], rel=0.1)
    assert row["implied"] == pytest.approx(row["covered"], abs=0.05)
    assert row["implied"] < 0.8


def test_coverage_of_positive_outcomes_by_hand() -> None:
    """Draws 1 to 20 hold 1 to 20 between 2 and 19 (or 1 and 20); 25 lies outside, 0 is none."""
    draws = np.tile(np.arange(1, 21), (3, 1, 1))
    draws[2, 0, :] = 0
    draws[2, 0, 0] = 7
    part = Calibration.of(_forecast(draws), np.array([[10.0], [25.0], [7.0]]), (1, 25))
    assert part is not None
    row = coverage([part]).row(0, named=True)
    assert (row["target"], row["model"], row["positive"]) == ("t", "m", 3)
    assert row["expected"] == pytest.approx(2.05)
    assert row["covered"] == pytest.approx(1 / 3)
    low, high = np.quantile(np.arange(1, 21), [0.05, 0.95])
    inside = ((np.arange(1, 21) >= low) & (np.arange(1, 21) <= high)).mean()
    assert row["implied"] == pytest.approx(2 * inside / 2.05)


def test_windows_are_pooled(calibrated: tuple[Forecast, np.ndarray]) -> None:
    forecast, outcome = calibrated
    first, second = outcome.copy(), outcome.copy()
    first[:20], second[20:] = np.nan, np.nan
    halves = [Calibration.of(forecast, half, (1, 25)) for half in (first, second)]
    whole = Calibration.of(forecast, outcome, (1, 25))
    parts = [half for half in halves if half is not None]
    assert whole is not None
    for table in (reliability, corp, brier_parts, pit):
        got, want = table(parts), table([whole])
        assert got.columns == want.columns
        for name in got.columns[1:]:
            np.testing.assert_allclose(got[name], want[name])


def test_corp_pools_chances_whose_frequencies_fall() -> None:
    """Chances 0, .5, .5 and 1 came 0, 1, 1 and 0 times: the last three are one pool at 2/3."""
    draws = np.array([[[0, 0]], [[0, 9]], [[0, 9]], [[9, 9]]])
    part = Calibration.of(_forecast(draws), np.array([[0.0], [9.0], [9.0], [0.0]]), (5,))
    assert part is not None
    assert corp([part]).rows() == [("m", 5, 0, 0, 1, 0), ("m", 5, 2 / 3, 2 / 3, 3, 2)]


def test_parts_of_the_brier_score_are_those_of_the_rows(
    calibrated: tuple[Forecast, np.ndarray],
) -> None:
    forecast, outcome = calibrated
    halves = [outcome.copy(), outcome.copy()]
    halves[0][:20], halves[1][20:] = np.nan, np.nan
    parts = [Calibration.of(forecast, half, (25,)) for half in halves]
    row = brier_parts([part for part in parts if part]).row(0, named=True)
    chance = (forecast.draws >= 25).mean(axis=-1).ravel()
    wanted = decompose(chance, outcome.ravel() >= 25)
    names = ("brier", "miscalibration", "discrimination", "uncertainty")
    assert [row[name] for name in names] == pytest.approx(list(wanted))
    assert (row["n"], row["events"]) == (UNITS * MONTHS, (outcome >= 25).sum())
    assert row["brier"] == pytest.approx(
        row["miscalibration"] - row["discrimination"] + row["uncertainty"]
    )


def test_the_pit_is_flat_when_right_and_a_slope_when_biased(
    calibrated: tuple[Forecast, np.ndarray],
) -> None:
    forecast, outcome = calibrated
    right, biased = (Calibration.of(forecast, y, (1,)) for y in (outcome, outcome * 3))
    assert right is not None
    assert biased is not None
    assert pit([right])["density"].mean() == pytest.approx(1)
    assert pit([right])["density"].is_between(0.6, 1.4).all()
    assert pit([biased])["density"][-1] > 2


def test_nothing_known_is_nothing_to_draw(calibrated: tuple[Forecast, np.ndarray]) -> None:
    forecast, outcome = calibrated
    assert Calibration.of(forecast, np.full_like(outcome, np.nan), (1,)) is None


def test_crps_by_horizon_is_the_mean_over_units_and_windows() -> None:
    rows = pl.DataFrame(
        {
            "model": ["a"] * 4,
            "target": ["t", "t", "t", "t_total"],
            "rule": ["crps", "crps", "crps", "crps"],
            "horizon": [1, 1, 2, 1],
            "value": [1.0, 3.0, 5.0, 100.0],
        }
    )
    assert crps_by_horizon(rows, "t").rows() == [("a", 1, 2.0), ("a", 2, 5.0)]


def test_the_order_of_rows_does_not_matter_to_the_last_bit() -> None:
    """The file is hashed, and a sum that ends in another bit is another file."""
    rng = np.random.default_rng(3)
    size = 40_000
    rows = pl.DataFrame(
        {
            "model": np.where(rng.random(size) < 0.5, "a", "b"),
            "target": ["t"] * size,
            "rule": ["crps"] * size,
            "horizon": rng.integers(1, 4, size),
            "value": rng.lognormal(0, 4, size),
        }
    )
    first = crps_by_horizon(rows, "t")
    for seed in range(5):
        assert crps_by_horizon(rows.sample(size, shuffle=True, seed=seed), "t").equals(first)
