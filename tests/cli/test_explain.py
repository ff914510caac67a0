"""riskkit explain: one row of a publication in sentences."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from tests.cli.running import riskkit


def test_by_code_and_by_name(publication: Path) -> None:
    first = pl.read_csv(publication / "ranking.csv").row(0, named=True)
    text = riskkit("explain", first["unit"].lower(), "--publication", publication).out
    assert text.startswith(f"{first['name']} ({first['unit']}), ")
    assert "(SIMULATED)" in text
    assert "Rank 1 of 60," in text
    assert first["driver_1"] in " ".join(text.split())
    assert "association and not as cause" in text
    again = riskkit("explain", first["name"], "--publication", publication, "--json").json
    assert (again["unit"], again["rank"], again["units"]) == (first["unit"], 1, 60)


def test_unknown_units_are_refused(publication: Path) -> None:
    done = riskkit("explain", "ATL", "--publication", publication, code=1)
    assert "ranks no unit 'ATL'" in done.err
