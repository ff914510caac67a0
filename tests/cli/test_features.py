"""riskkit features: families listed, described and built."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from riskkit.registry import families
from tests.cli.running import SMALL, riskkit, settings


def test_families_and_their_features_are_described(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    rows = riskkit("features", "list", "--json").json
    assert [row["family"] for row in rows] == list(families())
    assert "absent_inputs" not in rows[0]
    head, first, *_ = riskkit("features", "list").out.splitlines()
    assert head.split() == ["family", "features", "inputs", "relations", "what"]
    assert first.startswith(rows[0]["family"])
    assert first.endswith(rows[0]["title"])
    shown = riskkit("features", "show", "conflict", "--json").json
    assert [row["feature"] for row in shown] == [f.name for f in families()["conflict"].features]
    assert shown[0]["description"] in riskkit("features", "show", "conflict").out
    assert "over contiguity" in riskkit("features", "show", "neighbours").out


def test_what_the_data_lack_of_each_family() -> None:
    rows = riskkit("features", "list", "--coverage", *settings(*SMALL), "--json").json
    (found,) = [row for row in rows if row["family"] == "neighbours"]
    assert "ged_sb" in found["inputs"]
    assert "ged_sb" not in found["absent_inputs"]
    assert "gtd_incidents" in found["absent_inputs"]
    assert "rivalry" in found["absent_relations"]
    listed = riskkit("features", "list", "--coverage", *settings(*SMALL)).out
    (line,) = [line for line in listed.splitlines() if line.startswith("neighbours")]
    n_inputs, n_absent = len(found["inputs"]), len(found["absent_inputs"])
    assert f"{n_inputs - n_absent} of {n_inputs}" in line


def test_coverage_by_decade(tmp_path: Path) -> None:
    """Shares of missing values are those of the built file, decade by decade."""
    of = ("terrorism", *settings(*SMALL))
    rows = riskkit("features", "show", "--coverage", *of, "--json").json
    riskkit("features", "build", *of, "--out", "built")
    built = pl.read_parquet(tmp_path / "built" / "terrorism.parquet")
    decade = pl.col("month").dt.year() // 10 * 10
    for row in rows:
        values = built.filter(pl.col(row["feature"]).is_not_null())["month"]
        assert row["missing"] == round(1 - len(values) / built.height, 4)
        ends = [f"{day:%Y-%m}" if day else None for day in (values.min(), values.max())]
        assert [row["first_month"], row["last_month"]] == ends
        for name, share in row["by_decade"].items():
            part = built.filter(decade == int(name[:-1]))
            assert share == round(part[row["feature"]].is_null().mean(), 4)
    decades = built.select(decade).to_series().unique().sort()
    assert list(rows[0]["by_decade"]) == [f"{start}s" for start in decades]
    assert {row["missing"] for row in rows} > {1.0}
    shown = riskkit("features", "show", "--coverage", *of).out.splitlines()
    assert shown[0].split() == ["missing:", "all", *rows[0]["by_decade"], "first", "last"]
    assert [line.split()[0] for line in shown[1:]] == [row["feature"] for row in rows]
    assert "never" in shown[[row["missing"] for row in rows].index(1.0) + 1]


def test_one_file_a_family(tmp_path: Path) -> None:
    done = riskkit("features", "build", "conflict", *settings(*SMALL), "--out", "built", "--json")
    (row,) = done.json
    built = pl.read_parquet(tmp_path / "built" / "conflict.parquet")
    assert (row["file"], row["rows"]) == ("built/conflict.parquet", built.height)
    assert built.columns[:2] == ["unit", "month"]
    assert built.width == row["features"] + 2
    assert row["missing"].keys() == set(built.columns[2:])
