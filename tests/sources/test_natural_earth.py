"""Natural Earth: who is tied on the map, refusals, agreement with Correlates of War."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from riskkit.errors import SourceError
from riskkit.panel import build_panel
from riskkit.sources.natural_earth import NaturalEarth
from riskkit.tables import Dyads, Release

pytest.importorskip("shapely", reason="needs the extra geo")
NAME = "ne_110m_admin_0_countries.geojson"
FIXTURE = Path(__file__).parent / "fixtures" / "natural-earth" / NAME
CODES = {"TLD": "XAA", "SLD": "XAB", "CLD": "XAC", "ILD": "XAD"}


def read(path: Path = FIXTURE, **options: Any) -> Release:
    return NaturalEarth().read(path, NaturalEarth.options(**{"codes": CODES, **options}))


def ties_of(release: Release) -> pl.DataFrame:
    assert release.dyads is not None
    return Dyads.validate(release.dyads)


def test_a_common_line_ties_at_all_times() -> None:
    """XAC meets XAB in a corner, XAD is an island."""
    ties = ties_of(read())
    assert ties.select("unit", "other", "value").rows() == [("XAA", "XAB", 1), ("XAB", "XAA", 1)]
    assert set(ties["month"]) == {date(1800, 1, 1)}
    units = pl.DataFrame(
        {"unit": ["XAA", "XAB"], "name": "", "region": "", "born": None, "died": None}
    )
    panel = build_panel([read()], units, first_month=1, as_of=2)
    assert panel.frame.height == 4


def test_a_map_without_borders_is_refused() -> None:
    with pytest.raises(SourceError, match="no two countries share a border"):
        read(codes={"TLD": "XAA"})


@pytest.mark.parametrize(
    ("text", "message"),
    [("{", "is not JSON"), ("[]", "not Natural Earth's layer"), (" ", "is empty")],
)
def test_other_files_are_refused(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / NAME
    path.write_text(text)
    with pytest.raises(SourceError, match=message):
        read(path)


def test_agrees_with_correlates_of_war(shared_data: Path) -> None:
    """301 of 316 land borders of 2021, and four more; tests/units/test_geometry.py names them."""
    ties = ties_of(read(shared_data / "raw" / "naturalearth" / NAME, codes={}))
    table = pl.read_parquet(shared_data / "tables" / "contiguity.parquet").filter(year=2021)
    covered = [*table["iso3_1"], *table["iso3_2"]]
    land = table.filter(land_contiguous=1).select("iso3_1", "iso3_2")
    theirs = {(min(pair), max(pair)) for pair in land.rows()}
    inside = ties.filter(pl.col("unit").is_in(covered) & pl.col("other").is_in(covered))
    ours = {(min(pair), max(pair)) for pair in inside.select("unit", "other").rows()}
    assert (len(theirs), len(ours & theirs), len(ours - theirs)) == (316, 301, 4)
