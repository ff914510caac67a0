"""What a scenario file says, and the panel that it makes."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from riskkit.errors import ConfigError, RiskkitError
from riskkit.months import month_id
from riskkit.panel import Panel
from riskkit.study.changes import (
    Beyond,
    Change,
    Scenario,
    beyond_data,
    beyond_features,
    changed_panel,
    count_values,
)
from riskkit.tables import Indicator


@pytest.fixture
def panel() -> Panel:
    """Two units and four months of one indicator, of which a value is missing."""
    months = [date(2020, m, 1) for m in (9, 10, 11, 12)]
    frame = pl.DataFrame(
        {
            "unit": ["XAA"] * 4 + ["XAB"] * 4,
            "month": months * 2,
            "fled": [1.0, 2.0, 3.0, None, 10.0, 10.0, 10.0, 10.0],
        }
    )
    units = pl.DataFrame({"unit": ["XAA", "XAB"]})
    declared = {"fled": Indicator("fled", "people", "invented")}
    return Panel(frame, units, declared, {"fled": 492}, month_id("2020-12"), simulated=True)


def _values(panel: Panel) -> list[float | None]:
    return panel.frame["fled"].to_list()


@pytest.mark.parametrize(
    ("how", "wanted"),
    [
        ({"multiply": 2}, [1, 2, 6, None, 10, 10, 10, 10]),
        ({"add": -1}, [1, 2, 2, None, 10, 10, 10, 10]),
        ({"set": 0}, [1, 2, 0, 0, 10, 10, 10, 10]),
    ],
)
def test_values_of_the_named_rows_change(
    how: dict[str, float], wanted: list[float | None], panel: Panel
) -> None:
    change = Change(indicator="fled", units=("XAA",), months="2", **how)
    assert _values(changed_panel(panel, [change])) == wanted
    assert count_values(panel, change) == (2, 1)


def test_changes_apply_one_after_the_other(panel: Panel) -> None:
    doubled = Change(indicator="fled", months="2020-09..2020-10", multiply=2)
    more = Change(indicator="fled", units=("XAB",), months="2020-10", add=1)
    changed = changed_panel(panel, [doubled, more])
    assert _values(changed) == [2, 4, 3, None, 20, 21, 10, 10]
    assert _values(panel) == [1, 2, 3, None, 10, 10, 10, 10]


def test_what_lies_beyond_the_data_is_named_once_a_unit(panel: Panel) -> None:
    change = Change(indicator="fled", months="4", multiply=4)
    after = changed_panel(panel, [change])
    assert beyond_data(panel, after, change) == [
        Beyond("XAA", "fled", 12.0, 1.0, 10.0),
        Beyond("XAB", "fled", 40.0, 1.0, 10.0),
    ]
    inside = Change(indicator="fled", units=("XAA",), multiply=1.5, months="1")
    assert beyond_data(panel, changed_panel(panel, [inside]), inside) == []


def test_features_beyond_the_data() -> None:
    before = np.array([[[0.0, 1.0], [2.0, np.nan]], [[1.0, 3.0], [9.0, 4.0]]], np.float32)
    after = np.array([[11.0, np.nan], [9.0, 0.5]], np.float32)
    assert beyond_features(["XAA", "XAB"], ["f", "g"], before, after) == [
        Beyond("XAA", "f", 11.0, 0.0, 9.0),
        Beyond("XAB", "g", 0.5, 1.0, 4.0),
    ]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"indicator": "fleed", "set": 1}, "no indicator 'fleed'; did you mean 'fled'"),
        (
            {"indicator": "geopko_n_missions", "set": 0},
            "no indicator .*; Geo-PKO: `riskkit data add peace",
        ),
        ({"indicator": "fled", "set": 1, "units": ["XAC"]}, r"no such unit \(got \['XAC'\]\)"),
        ({"indicator": "fled", "set": 1, "months": 5}, "runs from 2020-09 to 2020-12"),
        ({"indicator": "fled", "set": 1, "months": "2019-01"}, "runs from 2020-09 to 2020-12"),
        ({"indicator": "fled", "set": 1, "months": "May"}, "May"),
    ],
)
def test_what_the_data_do_not_have_is_refused(
    change: dict[str, object], told: str, panel: Panel
) -> None:
    with pytest.raises(RiskkitError, match=told):
        changed_panel(panel, [Change.model_validate(change)])


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("changes: []", "changes has at least 1 entries|changes"),
        ("changes: [{indicator: fled}]", "a change has one of: multiply, set, add"),
        ("changes: [{indicator: fled, set: 1, add: 2}]", "a change has one of"),
        ("changes: [{indicator: fled, set: .inf}]", "takes a number"),
        ("changes: [{indicator: fled, sett: 1}]", "sett"),
        ("name: x", "changes"),
    ],
)
def test_a_file_that_says_nothing_clear_is_refused(text: str, told: str, tmp_path: Path) -> None:
    path = tmp_path / "scenario.yaml"
    path.write_text(text)
    with pytest.raises(ConfigError, match=told) as refused:
        Scenario.read(path)
    assert str(path) in str(refused.value)


def test_a_change_says_itself_in_a_line() -> None:
    one = Change(indicator="fled", units=("XAA", "XAB"), multiply=2)
    assert str(one) == "fled x 2, XAA XAB, last 12 months"
    other = Change(indicator="fled", months="2020-01..2020-06", set=0)
    assert str(other) == "fled = 0, everywhere, 2020-01..2020-06"
