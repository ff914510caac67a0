"""Joint scenarios: the same marginals in an order that gives sums their spread."""

import numpy as np
import pytest

from riskkit.models.parts.coupling import Analogues, _thinned, couple, nearest
from riskkit.models.parts.history import history
from riskkit.testing.datasets import dataset_of, made_up_dataset, made_up_outcomes

YEAR = range(1, 13)
UNITS, FUTURES = 30, 100


class Wandering:
    """Poisson counts around a level that wanders far: months of one future belong together."""

    def __init__(self):
        rng = np.random.default_rng(1)
        level, months = np.zeros((UNITS, 1)), []
        for _ in range(240):
            level = self.next(level, rng)
            months.append(rng.poisson(20 * np.exp(level)))
        self.data = dataset_of(np.hstack(months).astype(float), YEAR)
        here, ahead = np.repeat(level, FUTURES, axis=1), []
        for _ in YEAR:
            here = self.next(here, rng)
            ahead.append(rng.poisson(20 * np.exp(here)))
        self.futures = np.stack(ahead, axis=1)

    @staticmethod
    def next(level, rng):
        return 0.95 * level + rng.normal(0, 0.3, level.shape)


@pytest.fixture(scope="module")
def truth():
    return Wandering()


@pytest.fixture(scope="module")
def coupled(truth):
    return couple(np.sort(truth.futures), truth.data, seed=1)


def width(draws):
    """90 % width of the 12-month totals of each unit."""
    low, high = np.quantile(draws.sum(axis=1), [0.05, 0.95], axis=-1)
    return high - low


def test_marginals_are_preserved(truth, coupled):
    np.testing.assert_array_equal(np.sort(coupled), np.sort(truth.futures))


def test_totals_spread_like_those_of_the_process(truth, coupled):
    """The marginals are the truth's own, so that only the coupling is judged."""
    apart = np.random.default_rng(1).permuted(truth.futures, axis=-1)
    together = np.sort(truth.futures)
    share = {
        name: np.median(width(draws) / width(truth.futures))
        for name, draws in (("coupled", coupled), ("apart", apart), ("together", together))
    }
    assert share["apart"] < 0.7
    assert share["together"] > 1.15
    assert 0.85 < share["coupled"] < 1.1


def test_near_months_of_a_draw_are_more_alike_than_distant_ones(coupled):
    def likeness(one, other):
        return np.mean([np.corrcoef(unit[one], unit[other])[0, 1] for unit in coupled])

    assert likeness(5, 6) > likeness(0, 11) + 0.15
    assert likeness(5, 6) > 0.5


def test_the_seed_decides(truth, coupled):
    marginals = np.sort(truth.futures)
    np.testing.assert_array_equal(couple(marginals, truth.data, seed=1), coupled)
    assert (couple(marginals, truth.data, seed=2) != coupled).any()


@pytest.mark.parametrize("size", [1, 7, 401, 1000])
def test_any_number_of_draws(size):
    data = made_up_dataset(units=3, months=40)
    marginals = np.arange(3 * 2 * size).reshape(3, 2, size)
    np.testing.assert_array_equal(np.sort(couple(marginals, data, seed=1)), marginals)


def test_without_history_the_months_are_independent():
    data = dataset_of(np.full((3, 4), np.nan), horizons=(1, 2))
    assert Analogues(history(data), 10, 1).all() is None
    marginals = np.tile(np.arange(500), (3, 2, 1))
    draws = couple(marginals, data, seed=1)
    np.testing.assert_array_equal(np.sort(draws), marginals)
    assert abs(np.corrcoef(draws[:, 0].ravel(), draws[:, 1].ravel())[0, 1]) < 0.1


def test_analogues_look_like_the_present_and_are_wholly_known():
    y = made_up_outcomes(units=10, months=150)
    y[5, 40:] = 0
    past = history(dataset_of(y, horizons=(1, 12)))
    unit, at, _ = Analogues(past, 30, 1).all()
    assert unit.shape == at.shape == (10, 30)
    assert (at + 12 <= past.last).all()
    assert (np.diff(at, axis=1) >= 0).all()
    level = np.log1p(y)

    def recent(units, months):
        return [level[u, t - 11 : t + 1].mean() for u, t in zip(units, months, strict=True)]

    here = recent(range(10), [past.last] * 10)
    busiest = int(np.argmax(here))
    assert np.mean(recent(unit[busiest], at[busiest])) == pytest.approx(here[busiest], rel=0.4)
    assert np.mean(recent(unit[5], at[5])) < 0.1


def test_the_nearest_situations_are_alike_apart_and_followed(truth):
    past = history(truth.data)
    found = nearest(past, 3, past.window)
    assert found.shape == (UNITS, 3, 2)
    assert found[..., 1].max() <= past.last - max(YEAR)
    for rows in found.tolist():
        for i, (unit, at) in enumerate(rows):
            assert all(unit != u or abs(at - t) >= past.window for u, t in rows[:i])
    level = np.log1p(past.values)
    recent = np.array([level[:, t - 11 : t + 1].mean(axis=1) for t in range(11, past.last + 1)])
    here = recent[past.last - 11]
    there = np.array([[recent[at - 11, unit] for unit, at in rows] for rows in found.tolist()])
    other = recent[: -max(YEAR)].ravel()
    chance = np.abs(other[:, None] - here).mean()
    assert np.abs(there - here[:, None]).mean() < 0.3 * chance


def test_without_a_past_there_is_no_situation():
    past = history(dataset_of(np.zeros((3, 5)), YEAR))
    assert nearest(past, 3, past.window) is None


def test_no_situation_of_a_country_is_left_out_but_quiet_ones():
    months, countries = 480, 200
    active = np.ones(months * countries, dtype=np.float32)
    kept = _thinned(active, np.random.default_rng(0))
    assert len(kept) == months * countries
