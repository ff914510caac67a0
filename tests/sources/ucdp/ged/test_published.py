"""Real events of UCDP give the figures that UCDP published itself."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from riskkit.panel import complete
from riskkit.sources.ucdp.ged import UcdpGed
from riskkit.units import countries
from tests.sources.ged_rows import read


@pytest.mark.parametrize(
    ("file", "country"), [("ged_sierra_leone.csv", "SLE"), ("ged_sri_lanka.csv", "LKA")]
)
def test_agrees_with_the_country_months_of_the_benchmark(
    shared_data: Path, file: str, country: str
) -> None:
    """Exactly, up to four one-sided deaths that a later release moved between two months."""
    release = UcdpGed().read(shared_data / "raw" / "ucdp" / file, UcdpGed.options())
    units = countries().filter(unit=country)
    ours = complete(release, units).select("unit", "month", "indicator", "value")
    table = pl.read_parquet(shared_data / "tables" / "conflict_country_month.parquet")
    theirs = table.filter(iso3=country).select(
        pl.col("iso3").alias("unit"), pl.date("year", "month", 1).alias("month"),
        pl.col("ged_sb", "ged_ns", "ged_os").cast(pl.Float64),
    )  # fmt: skip
    long = theirs.unpivot(
        index=["unit", "month"], variable_name="indicator", value_name="published"
    ).filter(pl.col("month") <= release.covers[1])
    both = long.join(ours, on=["unit", "month", "indicator"], how="left")
    assert both["value"].null_count() == (0 if country == "LKA" else 3 * 24)  # from 1989, from 1991
    apart = (both["value"] - both["published"]).abs().sum()
    assert apart <= 4


def test_global_candidate_events(shared_data: Path) -> None:
    """The release of 2021: its sums by hand, and 75 countries of the world."""
    path = shared_data / "raw" / "ucdp" / "GEDEvent_v21_01_21_12.csv.zip"
    release = UcdpGed().read(path, UcdpGed.options())
    assert release.covers == (date(2021, 1, 1), date(2021, 12, 1))
    assert release.covered_units is None
    assert not release.simulated
    sums = dict(release.observations.group_by("indicator").agg(pl.col("value").sum()).rows())
    assert (sums["ged_sb"], sums["ged_ns"], sums["ged_os"]) == (88546, 13922, 13003)
    assert release.observations["unit"].n_unique() == 75


def test_global_cells_agree_with_the_cell_years(shared_data: Path) -> None:
    """With vague places kept, as that table has them, to the last death and event.

    UCDP puts the point 25 E, 0 N, which is the border of two cells, into the southern one, the
    table into the northern one.
    """
    path = shared_data / "raw" / "ucdp" / "GEDEvent_v21_01_21_12.csv.zip"
    options = UcdpGed.options(level="cell", max_where_prec=7)
    ours = (
        UcdpGed()
        .read(path, options)
        .observations.with_columns(pl.col("unit").replace("128551", "130011"))
        .group_by("unit", "indicator")
        .agg(pl.col("value").sum())
        .pivot("indicator", index="unit", values="value")
        .fill_null(0)
    )
    table = pl.read_parquet(shared_data / "tables" / "conflict_priogrid_year.parquet")
    theirs = table.filter(year=2021).with_columns(pl.col("priogrid_gid").cast(pl.String))
    both = theirs.join(ours, left_on="priogrid_gid", right_on="unit", how="full")
    assert both.height == theirs.height
    for kind in ("sb", "ns", "os"):
        assert (both[kind] == both[f"ged_{kind}"]).all()
        assert (both[f"n_{kind}"] == both[f"ged_{kind}_events"]).all()


def test_real_sides_agree_with_a_count_row_by_row(shared_data: Path) -> None:
    """Of the world's candidate events of 2021, and of a country's events of three decades."""
    folder = shared_data / "raw" / "ucdp"
    for name in ("GEDEvent_v21_01_21_12.csv.zip", "ged_sri_lanka.csv"):
        path = folder / name
        text = path.read_text("utf-8") if path.suffix == ".csv" else _unzipped(path)
        pairs, sides = set(), set()
        for row in csv.DictReader(io.StringIO(text)):
            if not row["id"].isdigit():
                continue  # a line of tags
            if path.suffix == ".zip" and not row["date_end"].startswith("2021"):
                continue  # beyond the months that the release covers
            place = (row["country_id"], row["date_end"][:7])
            pairs.add((*place, row["dyad_new_id"]))
            sides.add((*place, row["side_a_new_id"]))
            if row["type_of_violence"] != "3":
                sides.add((*place, row["side_b_new_id"]))
        found = read(path).observations.group_by("indicator").agg(pl.col("value").sum())
        sums = dict(found.rows())
        assert (sums["ged_dyads"], sums["ged_actors"]) == (len(pairs), len(sides))


def _unzipped(path: Path) -> str:
    with zipfile.ZipFile(path) as archive:
        return archive.read(archive.namelist()[0]).decode("utf-8")
