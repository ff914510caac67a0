"""riskkit panel: what was known, and why something is missing."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest

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
    assert unit["ged_sb"]["of"] == "2015-05"


def test_a_value_is_shown_with_the_period_it_is_of(monkeypatch: pytest.MonkeyPatch) -> None:
    for columns in (80, 120):
        monkeypatch.setenv("COLUMNS", str(columns))
        head, *rows = riskkit("panel", "show", "XAA", *AT).out.splitlines()
        assert head.split()[:3] == ["indicator", "of", "value"]
        assert all(len(row) <= columns for row in rows)
        (deaths,) = (row for row in rows if row.startswith("ged_sb "))
        assert deaths.split()[1] == "2015-05"
        counted = riskkit("panel", "show", *AT).out.splitlines()
        assert all(len(row) <= columns for row in counted)
        assert {"lag", "observed", "missing"} <= {*counted[0].split()}


def test_the_year_of_a_yearly_value_is_the_newest_that_was_out(tmp_path: Path) -> None:
    lines = [f"XAA,{year},{1_000_000 + year}" for year in range(2005, 2016)]
    (tmp_path / "t.csv").write_text("\n".join(["iso,year,people", *lines, ""]))
    (tmp_path / "params.yaml").write_text(
        "data: {kind: files, sources: [{source: table, path: t.csv, options: {unit: {column: iso}, "
        "time: {year: year}, lag_months: 18, indicators: {people: {unit: people}}}}]}\n"
        "panel: {as_of: 2014-06}\ntarget: {indicator: people, period: year}\n"
    )
    (row,) = riskkit("panel", "show", "xaa", "--json").json
    assert (row["of"], row["value"]) == ("2012", 1_002_012)
    assert "1,002,012" in riskkit("panel", "show", "XAA").out


def test_a_unit_is_named_by_code_or_name(tmp_path: Path) -> None:
    names = {row["unit"]: row["name"] for row in _units(tmp_path)}
    for wanted in ("XAA", "xaa", names["XAA"], names["XAA"].upper()):
        rows = riskkit("panel", "show", wanted, *AT, "--json").json
        assert rows == riskkit("panel", "show", "XAA", *AT, "--json").json
    assert (
        "the panel has no unit 'Atlantis'" in riskkit("panel", "show", "Atlantis", *AT, code=1).err
    )


def _units(folder: Path) -> list[dict[str, str]]:
    from riskkit.study.study import Study

    return Study.open(None, [part for part in AT if part != "--set"]).panel.units.to_dicts()
