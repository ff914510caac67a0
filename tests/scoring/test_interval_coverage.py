"""The intervals of leaderboards hold their level, in a short form of the published simulation."""

from __future__ import annotations

import polars as pl
import pytest

from riskkit.scoring.interval_coverage import interval_coverage, interval_coverage_together

SAMPLES = 500
"""A share of .90 among so many has a standard error of .013."""


@pytest.fixture(scope="module")
def table() -> pl.DataFrame:
    return interval_coverage(SAMPLES, seed=3, units=(191,))


@pytest.mark.parametrize("spread", [0.5, 1.5, 2.5])
@pytest.mark.parametrize("error", ["steady", "uneven", "both"])
def test_the_interval_holds_its_level(table: pl.DataFrame, error: str, spread: float) -> None:
    found = table.filter(error=error, spread=spread, interval="leave one out")["coverage"].item()
    assert 0.875 < found < 0.945


@pytest.mark.parametrize("other", ["percentile", "BCa", "studentised"])
def test_bootstraps_are_too_narrow_where_sizes_are_heavy_tailed(
    table: pl.DataFrame, other: str
) -> None:
    heavy = table.filter((pl.col("spread") == 2.5) & (pl.col("error") != "few"))
    found = heavy.pivot("interval", index="error", values="coverage")
    assert (found["leave one out"] > found[other] + 0.05).all()
    assert (found[other] < 0.87).all()


def test_shares_add_up_and_the_same_seed_gives_the_same_table() -> None:
    first = interval_coverage(50, seed=1, units=(20,), spreads=(1.5,))
    assert first.equals(interval_coverage(50, seed=1, units=(20,), spreads=(1.5,)))
    assert not first.equals(interval_coverage(50, seed=2, units=(20,), spreads=(1.5,)))
    assert (first["coverage"] + first["below"] + first["above"] - 1).abs().max() < 1e-12


@pytest.mark.slow
def test_rules_of_all_rows_hold_it_too() -> None:
    table = interval_coverage_together(samples=30, seed=2)
    found = table.filter(interval="leave one out").group_by("rule").agg(pl.col("coverage").mean())
    assert found.height == 2
    assert (found["coverage"] > 0.8).all()
