"""riskkit features: families listed, described and built."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from riskkit.registry import families
from tests.cli.running import SMALL, riskkit, settings


def test_families_and_their_features_are_described() -> None:
    rows = riskkit("features", "list", "--json").json
    assert [row["family"] for row in rows] == list(families())
    assert f"{rows[0]['family']}: {rows[0]['title']}" in riskkit("features", "list").out
    shown = riskkit("features", "show", "conflict", "--json").json
    assert [row["feature"] for row in shown] == [f.name for f in families()["conflict"].features]
    assert shown[0]["description"] in riskkit("features", "show", "conflict").out


def test_one_file_a_family(tmp_path: Path) -> None:
    done = riskkit("features", "build", "conflict", *settings(*SMALL), "--out", "built", "--json")
    (row,) = done.json
    built = pl.read_parquet(tmp_path / "built" / "conflict.parquet")
    assert (row["file"], row["rows"]) == ("built/conflict.parquet", built.height)
    assert built.columns[:2] == ["unit", "month"]
    assert built.width == row["features"] + 2
    assert row["missing"].keys() == set(built.columns[2:])
