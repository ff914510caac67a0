"""Alarms and costs over replayed rankings, by hand."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from riskkit.errors import RiskkitError
from riskkit.study.decisions import EVENTS, decisions, expected_costs
from riskkit.study.record import PUBLISHED
from tests.cli.running import riskkit

TOP_TEN, HIGH = EVENTS


@pytest.fixture
def composites() -> pl.DataFrame:
    """Twelve units at two origins.

    Those that come true are the first ten (scores 6.5 down to 2); unit 0 is never forecast, unit 11
    always, and last year had units 2 to 11 on top.
    """
    rows = []
    for year in (2018, 2019):
        for i in range(12):
            chance = {0: 0.0, 11: 0.6}.get(i, 0.9 if i < 10 else 0.3)
            rows.append(
                {
                    "origin": date(year, 6, 1),
                    "system": PUBLISHED,
                    "unit": f"X{chr(65 + i)}{chr(65 + i)}",
                    "p_top10": chance,
                    "truth": 6.5 - i / 2,
                    "last_year": float(i),
                    "draws": [6.0, 6.0, 6.0, 1.0] if i < 2 else [1.0] * 4,
                }
            )
    schema = {"draws": pl.Array(pl.Float32, 4)}
    return pl.DataFrame(rows, schema_overrides=schema)


def _one(table: pl.DataFrame, **wanted: object) -> dict[str, float]:
    (row,) = table.filter(**wanted).to_dicts()
    return row


def test_alarms_of_the_ranking_are_counted(composites: pl.DataFrame) -> None:
    row = _one(decisions(composites, [0.5]), event=TOP_TEN, system="ranking")
    assert [row[name] for name in ("hits", "misses", "false_alarms", "quiet")] == [18, 2, 2, 2]
    assert row["hit_rate"] == pytest.approx(0.9)
    assert row["precision"] == pytest.approx(0.9)
    assert row["hit_rate_low"] < 0.9 < row["hit_rate_high"]


def test_last_year_gives_as_many_alarms_at_each_origin(composites: pl.DataFrame) -> None:
    row = _one(decisions(composites, [0.5]), event=TOP_TEN, system="last year")
    assert row["hits"] + row["false_alarms"] == 20
    assert [row[name] for name in ("hits", "misses", "false_alarms", "quiet")] == [16, 4, 4, 0]
    few = composites.with_columns(
        p_top10=pl.when(pl.col("origin") == date(2018, 6, 1)).then(0.0).otherwise("p_top10")
    )
    row = _one(decisions(few, [0.5]), event=TOP_TEN, system="last year")
    assert row["hits"] + row["false_alarms"] == 10


def test_a_class_is_an_event_of_its_own(composites: pl.DataFrame) -> None:
    """Scores of 5 and more: units 0 to 3 came true, units 0 and 1 had a chance of 75 %."""
    row = _one(decisions(composites, [0.75]), event=HIGH, system="ranking")
    assert [row[name] for name in ("hits", "misses", "false_alarms", "quiet")] == [4, 4, 0, 16]


def test_costs_by_hand(composites: pl.DataFrame) -> None:
    """20 of 24 come true: acting on 20, of which 18 right, costs 20 x .25 + 2 x 1."""
    table = expected_costs(composites, [0.5])
    row = _one(table, event=TOP_TEN, system="ranking")
    assert row["cost"] == pytest.approx((20 * 0.5 + 2) / 24)
    assert row["never"] == pytest.approx(20 / 24)
    assert row["always"] == 0.5
    before = _one(table, event=TOP_TEN, system="last year")
    assert before["cost"] == pytest.approx((20 * 0.5 + 4) / 24)


def test_what_is_not_known_does_not_count(composites: pl.DataFrame) -> None:
    known = pl.when(pl.col("origin") == date(2018, 6, 1)).then("truth")
    half = decisions(composites.with_columns(truth=known), [0.5])
    row = _one(half, event=TOP_TEN, system="ranking")
    assert row["hits"] + row["misses"] + row["false_alarms"] + row["quiet"] == 12
    with pytest.raises(RiskkitError, match="no outcome of these origins is known yet"):
        decisions(composites.with_columns(truth=pl.lit(None, pl.Float64)))


def test_impossible_levels_are_refused(composites: pl.DataFrame) -> None:
    with pytest.raises(RiskkitError, match="lies between 0 and 1"):
        decisions(composites, [1.5])
    with pytest.raises(RiskkitError, match="a cost ratio lies between 0 and 1"):
        expected_costs(composites, [0.0])


def test_the_rows_may_come_in_any_order(composites: pl.DataFrame) -> None:
    mixed = composites.sample(fraction=1.0, shuffle=True, seed=3)
    assert decisions(mixed).equals(decisions(composites))
    assert np.isfinite(decisions(mixed)["hits"].to_numpy()).all()


def test_the_command(composites: pl.DataFrame, tmp_path: Path) -> None:
    from riskkit.study.identity import Identity
    from riskkit.study.results import result_folder

    with result_folder(tmp_path / "replay", Identity("scores")) as fresh:
        composites.write_parquet(fresh / "composites.parquet")
    told = riskkit("decisions", tmp_path / "replay", "--alarm", "0.5", "--ratio", "0.5").out
    assert "Among the ten highest\nalarm  by" in told
    assert "\n50%    ranking    18    2" in told
    assert [line for line in told.splitlines() if len(line) > 80] == []
    assert "costs are per unit and year" in told
    found = riskkit("decisions", tmp_path / "replay", "--json").json
    assert {row["event"] for row in found["alarms"]} == set(EVENTS)
    assert json.dumps(found["costs"])
    assert "riskkit replay" in riskkit("decisions", tmp_path, code=1).err
