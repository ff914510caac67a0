"""Alarms and their cost: worked by hand, and what any forecast must do."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from riskkit.errors import RiskkitError
from riskkit.scoring.decisions import alarms, costs

CHANCE = np.array([0.9, 0.6, 0.6, 0.2, 0.0])
HAPPENED = np.array([True, True, False, True, False])
UNITS = ["a", "b", "b", "c", "d"]


@pytest.mark.parametrize(
    ("alarm", "counts", "hit_rate", "precision"),
    [
        (0.95, (0, 3, 0, 2), 0, None),
        (0.9, (1, 2, 0, 2), 1 / 3, 1),
        (0.6, (2, 1, 1, 1), 2 / 3, 2 / 3),
        (0.0, (3, 0, 2, 0), 1, 3 / 5),
    ],
)
def test_alarms_by_hand(
    alarm: float, counts: tuple[int, ...], hit_rate: float, precision: float | None
) -> None:
    row = alarms(CHANCE, HAPPENED, UNITS, [alarm]).row(0, named=True)
    assert tuple(row[name] for name in ("hits", "misses", "false_alarms", "quiet")) == counts
    assert row["hit_rate"] == pytest.approx(hit_rate)
    assert row["precision"] == (None if precision is None else pytest.approx(precision))


def test_costs_by_hand() -> None:
    """At C / L = .5 one acts three times, for 1.5, and is surprised once, for 1, in five rows."""
    row = costs(CHANCE, HAPPENED, UNITS, [0.5]).row(0, named=True)
    told = {name: row[name] for name in ("cost", "never", "always", "perfect", "value")}
    wanted = {"cost": 0.5, "never": 0.6, "always": 0.5, "perfect": 0.3, "value": 0.0}
    assert told == pytest.approx(wanted)


def _many(seed: int = 0) -> tuple[np.ndarray, np.ndarray, list[str]]:
    rng = np.random.default_rng(seed)
    chance = rng.beta(0.3, 1, 3000)
    return chance, rng.random(3000) < chance, [f"u{k // 10}" for k in range(3000)]


def test_knowing_is_worth_one_and_the_base_rate_nothing() -> None:
    chance, happened, units = _many()
    ratios = [0.05, 0.1, 0.3, 0.6]
    known = costs(happened.astype(float), happened, units, ratios)
    assert known["value"].to_list() == pytest.approx([1] * 4)
    constant = costs(np.full(3000, happened.mean()), happened, units, ratios)
    assert constant["value"].to_list() == pytest.approx([0] * 4)
    right = costs(chance, happened, units, ratios)
    assert (right["value_low"] > 0).all()
    assert (right["value_high"] < 1).all()


def test_right_chances_cost_less_than_inflated_ones() -> None:
    chance, happened, units = _many()
    right, inflated = (
        costs(values, happened, units, [0.2, 0.5]) for values in (chance, np.sqrt(chance))
    )
    assert (right["cost"] < inflated["cost"]).all()


def test_rows_of_a_unit_stay_together() -> None:
    """Ten times the same row of a unit tells no more than one."""
    chance, happened, units = (values[:300] for values in _many())
    once = alarms(chance, happened, [f"u{k}" for k in range(300)], [0.3])
    ten = alarms(
        chance.repeat(10),
        happened.repeat(10),
        list(np.repeat([f"u{k}" for k in range(300)], 10)),
        [0.3],
    )
    ends = ["hit_rate_low", "hit_rate_high", "precision_low", "precision_high"]
    np.testing.assert_allclose(once[ends].row(0), ten[ends].row(0))
    assert units[0] == units[9]


def test_the_interval_of_independent_rows_is_the_binomial_one() -> None:
    chance, happened, _ = _many()
    row = alarms(chance, happened, [f"u{k}" for k in range(3000)], [0.3]).row(0, named=True)
    events = row["hits"] + row["misses"]
    width = 2 * 1.645 * np.sqrt(row["hit_rate"] * (1 - row["hit_rate"]) / events)
    assert row["hit_rate_high"] - row["hit_rate_low"] == pytest.approx(width, rel=0.1)


def test_the_same_seed_gives_the_same_table() -> None:
    assert alarms(*_many(), [0.2]).equals(alarms(*_many(), [0.2]))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((CHANCE, HAPPENED, UNITS[:4]), "must be of one length"),
        ((CHANCE * 2, HAPPENED, UNITS), "a chance lies between 0 and 1"),
        ((CHANCE[:0], HAPPENED[:0], []), "not empty"),
    ],
)
def test_what_cannot_be_counted_is_refused(arguments, message: str) -> None:
    with pytest.raises(RiskkitError, match=message):
        alarms(*arguments, [0.5])


@pytest.mark.parametrize("ratio", [0, 1, -0.1, 5])
def test_other_ratios_are_refused(ratio: float) -> None:
    with pytest.raises(RiskkitError, match="a cost ratio lies between 0 and 1"):
        costs(CHANCE, HAPPENED, UNITS, [ratio])


def test_no_event_has_no_hit_rate() -> None:
    table = alarms(CHANCE, np.zeros(5, dtype=bool), UNITS, [0.5])
    assert isinstance(table, pl.DataFrame)
    assert table["hit_rate"].to_list() == [None]
