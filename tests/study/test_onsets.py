"""The study of onsets on base data."""

from datetime import date

import numpy as np
import polars as pl
import pytest

from riskkit.models.onset import armed
from riskkit.months import parse_month
from riskkit.study.onsets import FIRST, _regressed, _Table, compare_onsets, compare_replayed
from riskkit.study.record import PUBLISHED

UNITS = ("BOL", "CHL", "FRA", "GHA", "JPN", "POL", "ZMB")


@pytest.fixture(scope="module")
def told() -> pl.DataFrame:
    """One origin, an onset that was certain, and others that were not."""
    return pl.DataFrame(
        {
            "origin": [date(2015, 6, 1)] * 7,
            "system": PUBLISHED,
            "threat": "conflict",
            "unit": UNITS,
            "event": "onset_12",
            "chance": [1.0, 0.1, 0, 0, 0, 0, 0],
            "came": [True] + [False] * 6,
        }
    )


def test_base_tells_onsets_apart_and_counts_are_said():
    found = compare_onsets([2015], months=(12,), samples=20)
    assert found["features"].to_list()[0] == "history"
    assert (found["auc"] > 0.7).all()
    assert (found["auc_low"] <= found["auc_high"]).all()
    assert found.select("rows", "onsets", "countries").unique().height == 1
    assert 1000 < found["rows"][0] < 195 * 12
    assert (found["ap"] > found["onsets"] / found["rows"]).all()


def test_replayed_chances_stand_beside_regressions_of_the_same_cases(told):
    found = compare_replayed(pl.concat([told, told.with_columns(event=pl.lit("onset_3"))]), 20)
    draws = found.filter(months=12, period="all", features="joint draws").row(0, named=True)
    assert (draws["auc"], draws["rows"], draws["onsets"]) == (1, 7, 1)
    assert draws["brier"] == pytest.approx(0.01 / 7)
    names = found.filter(months=12, period="to 2016")["features"].to_list()
    assert names[1:5] == ["history", "and neighbours", "and structure", "and news"]
    assert names[5] == "draws and history"


def test_a_regression_sees_no_war_of_later_than_was_out(told):
    table = _Table()
    at_war = armed(table.monthly("ged_best"), table.yearly("wpp24_pop"))
    origin = parse_month("2015-06") - parse_month(FIRST)
    later = at_war.copy()
    later[:, origin - 5 :] = ~later[:, origin - 5 :]
    before, after = (_regressed(table, war, told, 12) for war in (at_war, later))
    for name, chance in before.items():
        np.testing.assert_array_equal(chance, after[name])
    later[:, origin - 6] = ~later[:, origin - 6]
    assert (_regressed(table, later, told, 12)["history"] != before["history"]).any()
