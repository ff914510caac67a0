"""riskkit panel: what was known, and why something is missing."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl

from tests.cli.running import SMALL, riskkit, settings

AT = settings(*SMALL, "panel.as_of=2015-06")


def test_the_panel_is_balanced_and_ends_at_its_date(tmp_path: Path) -> None:
    done = riskkit("panel", "build", *AT, "--out", "panel.parquet", "--json").json
    panel = pl.read_parquet(tmp_path / "panel.parquet")
    assert (done["units"], done["as_of"]) == (60, "2015-06")
    assert panel.group_by("unit").len()["len"].unique().to_list() == [panel.height // 60]
    assert panel["month"].max() == date(2015, 6, 1)
    assert panel.columns == ["unit", "month", *done["indicators"]]


def test_states_of_every_indicator_and_of_one_unit() -> None:
    rows = {row["indicator"]: row for row in riskkit("panel", "show", *AT, "--json").json}
    assert rows["ged_sb"]["lag_months"] == 1
    assert rows["ged_sb"]["zero"] > rows["ged_sb"]["observed"] > 0
    unit = {row["indicator"]: row for row in riskkit("panel", "show", "XAA", *AT, "--json").json}
    assert unit["ged_sb"]["month"] == "2015-06"
    assert unit["ged_sb"]["status"] in {"zero", "observed"}
    assert "indicator: ged_sb" in riskkit("panel", "show", "XAA", *AT).out
