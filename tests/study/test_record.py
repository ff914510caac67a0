"""What a replay tells of itself: threats by period, intervals by hand, chances of each system."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl
import pytest

from riskkit.publish.chances import Chances
from riskkit.study.record import (
    PUBLISHED,
    by_threat,
    intervals,
    rankings,
    record,
    top_ten_chances,
)

UNITS = [f"X{letter}A" for letter in "ABCDEFGHIJKLMNOPQRST"]


def composites(origin: date = date(2012, 6, 1), shift: float = 0.0) -> pl.DataFrame:
    """Twenty units, whose draws lie around their truth; the reference's lie `shift` off."""
    rng = np.random.default_rng(3)
    truth = np.linspace(0.5, 9, 20)
    frames = []
    for system, off in ((PUBLISHED, 0.0), ("conflictology", shift)):
        draws = truth[:, None] + off + rng.uniform(-0.5, 0.5, (20, 100))
        frames.append(
            pl.DataFrame(
                {
                    "origin": [origin] * 20,
                    "system": [system] * 20,
                    "unit": UNITS,
                    "score": draws.mean(axis=1),
                    "p_top10": np.linspace(0, 1, 20),
                    "truth": truth,
                    "last_year": truth[::-1].copy(),
                    "crps": np.full(20, 0.2),
                    "crps_apart": np.full(20, 0.4),
                    "covered": [1.0] * 18 + [0.0] * 2,
                    "covered_apart": [1.0] * 10 + [0.0] * 10,
                    "draws": pl.Series(draws.astype(np.float32), dtype=pl.Array(pl.Float32, 100)),
                }
            )
        )
    return pl.concat(frames)


def test_intervals_by_hand() -> None:
    both = pl.concat([composites(), composites(date(2018, 6, 1))])
    table = intervals(both)
    assert table["period"].unique(maintain_order=True).to_list() == ["all", "to 2016", "from 2017"]
    row = table.filter(period="to 2016", units="all", scenarios="joined").row(0, named=True)
    assert (row["n"], row["crps"], row["coverage"]) == (20, pytest.approx(0.2), 0.9)
    assert 0.75 < row["low"] < 0.9 < row["high"] <= 1
    apart = table.filter(period="all", units="all", scenarios="apart").row(0, named=True)
    assert (apart["n"], apart["crps"], apart["coverage"]) == (40, pytest.approx(0.4), 0.5)
    high = table.filter(period="all", units="score 2 and more", scenarios="apart")
    assert high["n"].item() == 2 * sum(value >= 2 for value in np.linspace(0.5, 9, 20))


def test_the_reference_is_judged_by_its_scenarios_and_its_own_chances() -> None:
    """A point in the middle of them would be a worse forecast, certain of ten a worse chance."""
    same = record(composites())
    ours, other = (same.filter(period="all", system=name) for name in ("ranking", "conflictology"))
    for rule in ("crps", "brier_top_10"):
        mine, theirs = (table.filter(rule=rule)["value"].item() for table in (ours, other))
        assert theirs == pytest.approx(mine, rel=0.15), rule
    worse = record(composites(shift=3.0)).filter(period="all", system="conflictology", rule="crps")
    assert worse["value"].item() > 2


def test_a_unit_that_the_reference_lacks_has_nothing_there() -> None:
    short = composites().filter((pl.col("system") == PUBLISHED) | (pl.col("unit") != UNITS[-1]))
    (one,) = rankings(short)
    assert (one.baselines["conflictology"][-1] == 0).all()
    assert one.baseline_chances["conflictology"][-1] == 0


def scores() -> pl.DataFrame:
    rows = [
        (model, target, window, unit, month, horizon, rule, value * (2 if model == "ref" else 1))
        for model in ("ours", "ref")
        for target, value in (("deaths", 1.0), ("fled_year", 3.0))
        for window, month, horizon in (
            ("2012", date(2012, 7, 1), 1),
            ("2018", date(2018, 12, 1), 6),
        )
        for unit in UNITS[:5]
        for rule in ("crps", "mis")
    ]
    schema = ["model", "target", "window", "unit", "month", "horizon", "rule", "value"]
    return pl.DataFrame(rows, schema=schema, orient="row")


def test_threats_stand_beside_the_reference_by_the_origin_of_their_windows() -> None:
    table = by_threat(scores(), {"conflict": "deaths", "displacement": "fled_year"}, "ref")
    assert set(table["rule"]) == {"crps"}
    shown = table.select("period", "threat", "model", "value", "reference", "skill").rows()
    assert shown == [
        (period, threat, "ours", value, 2 * value, 0.5)
        for threat, value in (("conflict", 1.0), ("displacement", 3.0))
        for period in ("all", "to 2016", "from 2017")
    ]


def test_the_chances_of_the_ten_highest_are_those_of_the_published_ranking() -> None:
    table = top_ten_chances(composites())
    ours = composites().filter(system=PUBLISHED)
    assert table["cases"].sum() == ours.height
    mean = (table["forecast"] * table["cases"]).sum() / ours.height
    assert mean == pytest.approx(ours["p_top10"].mean())
    assert set(table["first_origin"]) == set(table["last_origin"]) == {"2012-06"}
    assert table.columns == Chances.column_names()
