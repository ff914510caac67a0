"""Scores of rankings: worked by hand, against plain loops, and of rankings that are right."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from scipy.stats import spearmanr

from riskkit.errors import RiskkitError
from riskkit.scoring.ranking import (
    OWN,
    Ranking,
    chances,
    classes,
    compare,
    concordance,
    placed,
    spearman,
    top_hits,
)


def _floats(*values: float) -> np.ndarray:
    return np.array(values, dtype=np.float64)


@pytest.mark.parametrize(
    ("score", "wanted"),
    [((3, 2, 1, 0), 3 / 5), ((3, 2, 2, 0), 3.5 / 5), ((2, 1, 3, 0), 1), ((1, 1, 1, 1), 0.5)],
)
def test_concordance_by_hand(score: tuple[float, ...], wanted: float) -> None:
    """Outcomes 5, 0, 7, 0 make five unlike pairs."""
    assert concordance(_floats(*score), _floats(5, 0, 7, 0)).tolist() == [pytest.approx(wanted)]


def test_concordance_of_equal_outcomes_is_undefined() -> None:
    assert np.isnan(concordance(_floats(1, 2), _floats(0, 0))).all()


@pytest.mark.parametrize(
    ("places", "wanted"), [(1, 1), (2, 1.5 / 2), (3, (1 + 1 + 1 / 2) / 3), (4, 1), (9, 1)]
)
def test_hits_by_hand(places: int, wanted: float) -> None:
    """Units 1 and 2 tie for the second place of the ranking, 2 and 3 for the third that came."""
    got = top_hits(_floats(5, 4, 4, 1), _floats(9, 8, 0, 0), places)
    assert got.tolist() == [pytest.approx(wanted)]


def test_units_that_tie_share_the_places_that_are_left() -> None:
    assert placed(_floats(5, 4, 4, 1), 2).tolist() == [1, 0.5, 0.5, 0]


@pytest.fixture
def pair() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    truth = np.round(np.maximum(rng.normal(size=40), 0), 1)
    return np.round(truth + rng.normal(size=40), 1), truth


def test_spearman_is_that_of_scipy(pair: tuple[np.ndarray, np.ndarray]) -> None:
    assert spearman(*pair)[0] == pytest.approx(spearmanr(*pair).statistic)


@pytest.mark.parametrize(
    "rule", [concordance, spearman, lambda s, t, w=None: top_hits(s, t, 10, w)]
)
def test_a_unit_that_counts_twice_is_two_units(rule, pair: tuple[np.ndarray, np.ndarray]) -> None:
    weights = np.random.default_rng(1).integers(0, 3, (40, 4))
    wanted = [rule(*(values.repeat(times) for values in pair))[0] for times in weights.T]
    assert rule(*pair, weights.astype(float)) == pytest.approx(wanted)


def _ranking(seed: int, units: int = 60) -> Ranking:
    """Scenarios and what came are from one distribution; the baseline sees it through noise."""
    rng = np.random.default_rng(seed)
    level = rng.gamma(1.0, 2.0, units)
    draws = np.clip(level[:, None] + rng.normal(size=(units, 201)), 0, 10)
    top = np.mean([placed(one, 10) for one in draws.T], axis=0)
    return Ranking(
        [f"u{k:02}" for k in range(units)],
        draws.mean(axis=1),
        draws[:, :-1],
        top,
        draws[:, -1],
        {"noisy": np.clip(level + 2 * rng.normal(size=units), 0, 10), "itself": draws[:, :-1]},
    )


@pytest.fixture(scope="module")
def rankings() -> list[Ranking]:
    return [_ranking(seed) for seed in range(6)]


def _row(table: pl.DataFrame, system: str, rule: str) -> dict[str, float]:
    return table.filter(system=system, rule=rule).row(0, named=True)


@pytest.mark.parametrize("over", ["units", "origins"])
def test_the_better_ranking_leads_by_every_rule(rankings: list[Ranking], over) -> None:
    table = compare(rankings, over=over, replicates=200)
    assert set(table["system"]) == {OWN, "noisy", "itself"}
    for row in table.filter(system="noisy").to_dicts():
        assert row["lead"] > 0, row
        assert row["lead_low"] <= row["lead"] <= row["lead_high"]
    assert table.filter(system=OWN)["lead"].to_list() == [0] * 6
    assert _row(table, "noisy", "crps")["lead_low"] > 0
    means = [concordance(one.score, one.truth)[0] for one in rankings]
    assert _row(table, OWN, "concordance")["value"] == pytest.approx(np.mean(means))
    assert _row(table, "itself", "crps")["lead"] == pytest.approx(0)


def test_a_point_baseline_has_its_distance_and_a_certain_ten(rankings: list[Ranking]) -> None:
    one = rankings[0]
    table = compare([one], replicates=10)
    noisy = one.baselines["noisy"]
    assert _row(table, "noisy", "crps")["value"] == pytest.approx(np.abs(noisy - one.truth).mean())
    wrong = (placed(noisy, 10) - placed(one.truth, 10)) ** 2
    assert _row(table, "noisy", "brier_top_10")["value"] == pytest.approx(wrong.mean())


def test_the_interval_is_that_of_resampled_units(rankings: list[Ranking]) -> None:
    one = rankings[0]
    row = _row(compare([one], replicates=2000, seed=5), OWN, "concordance")
    rng = np.random.default_rng(9)
    loop = []
    for _ in range(500):
        rows = rng.integers(60, size=60)
        loop.append(concordance(one.score[rows], one.truth[rows])[0])
    wanted = np.quantile(loop, [0.05, 0.95])
    assert [row["low"], row["high"]] == pytest.approx(wanted, abs=0.01)


def test_units_are_the_same_at_every_origin_whatever_their_order(rankings: list[Ranking]) -> None:
    """Two copies of an origin tell no more than one."""
    one = rankings[0]
    turned = np.arange(60)[::-1]
    copy = Ranking(
        [one.units[row] for row in turned],
        *(a[turned] for a in (one.score, one.draws, one.chance, one.truth)),
        {name: scores[turned] for name, scores in one.baselines.items()},
    )
    alone, twice = (compare(some, replicates=50) for some in ([one], [one, copy]))
    for name in ("value", "low", "high", "lead", "lead_low", "lead_high"):
        np.testing.assert_allclose(alone[name], twice[name], atol=1e-9)


def test_the_chances_of_a_right_ranking_are_reliable(rankings: list[Ranking]) -> None:
    table = chances(rankings, replicates=200)
    assert table["n"].sum() == 360
    assert (table["came"] * table["n"]).sum() == pytest.approx(60)
    first = table.row(0, named=True)
    held = np.concatenate([one.chance for one in rankings]) < 0.1
    assert (first["from"], first["to"], first["n"]) == (0, 0.1, held.sum())
    assert first["low"] <= first["came"] <= first["high"]
    assert ((table["forecast"] - table["came"]).abs() < 0.35).all()


def test_classes_by_hand() -> None:
    """Class 1 from 5 on; the two scores of class 0 came to 2 and 6, that of class 1 to 7."""
    scores, truth = _floats(1, 3, 8), _floats(2, 6, 7)
    one = Ranking("abc", scores, scores[:, None], _floats(0, 0, 1), truth)
    table = classes([one], lambda s: (s >= 5).astype(np.int64), ("low", "high"), replicates=20)
    kept = ("risk_class", "n", "forecast", "came", "below", "same", "above")
    assert table.select(kept).rows() == [("low", 2, 2, 4, 0, 0.5, 0.5), ("high", 1, 8, 7, 0, 1, 0)]


def test_units_without_an_outcome_are_left_out(rankings: list[Ranking]) -> None:
    one = rankings[0]
    truth = one.truth.copy()
    truth[:5] = np.nan
    table = compare([replace(one, truth=truth)], replicates=10)
    wanted = concordance(one.score[5:], one.truth[5:])[0]
    assert _row(table, OWN, "concordance")["value"] == pytest.approx(wanted)
    with pytest.raises(RiskkitError, match="fewer than two units"):
        compare([replace(one, truth=np.full(60, np.nan))])
