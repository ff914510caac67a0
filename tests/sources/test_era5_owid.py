"""ERA5 by country: values of both files, anomalies, places left out, refusals."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path
from statistics import mean, stdev
from typing import Any

import polars as pl
import pytest

from riskkit.errors import SourceError
from riskkit.sources.era5_owid import Era5Owid
from riskkit.tables import Release

FIXTURE = Path(__file__).parent / "fixtures" / "era5-owid" / "owid"
HEAT = "monthly-average-surface-temperatures-by-year.csv"
RAIN = "average-precipitation-per-year.csv"


def read(path: Path = FIXTURE, **options: Any) -> Release:
    return Era5Owid().read(path, Era5Owid.options(**{"reference": [1991, 2010], **options}))


def values(release: Release, indicator: str, unit: str = "XAA") -> dict[date, float]:
    rows = release.observations.filter(indicator=indicator, unit=unit)
    return dict(rows.select("month", "value").rows())


def with_change(folder: Path, name: str, old: str, new: str) -> Path:
    target = Path(shutil.copytree(FIXTURE, folder / "owid"))
    text = (target / name).read_text()
    assert old in text
    (target / name).write_text(text.replace(old, new, 1))
    return target


def test_temperatures() -> None:
    release = read()
    raw = pl.read_csv(FIXTURE / HEAT).filter(pl.col("Code") == "XAA", pl.col("Year") == 8)
    august = [raw[str(year)][0] for year in range(1991, 2012)]
    months = [date(year, 8, 1) for year in range(1991, 2012)]
    assert [values(release, "era5_t2m_c")[month] for month in months] == august
    normal, spread = mean(august[:20]), stdev(august[:20])
    anomalies, z = values(release, "era5_t2m_anom_c"), values(release, "era5_t2m_z")
    assert [anomalies[month] for month in months] == pytest.approx([t - normal for t in august])
    expected = [(t - normal) / spread for t in august]
    assert [z[month] for month in months] == pytest.approx(expected)


def test_yearly_precipitation() -> None:
    release = read()
    rain = values(release, "era5_precip", "XAB")
    years = [date(year, 1, 1) for year in range(1991, 2013)]
    normal = [rain[year] for year in years[:20]]
    expected = [(rain[year] - mean(normal)) / stdev(normal) for year in years]
    z = values(release, "era5_precip_anom_z", "XAB")
    assert [z[year] for year in years] == pytest.approx(expected)
    assert {i.name: i.frequency for i in release.indicators}["era5_precip"] == "year"


def test_publication_and_coverage() -> None:
    release = read()
    known = release.observations.filter(unit="XAA").select("indicator", "month", "known_from")
    days = {row[:2]: row[2] for row in known.rows()}
    assert days["era5_t2m_c", date(2011, 8, 1)] == date(2011, 9, 30)
    assert days["era5_precip", date(2011, 1, 1)] == date(2012, 1, 31)
    assert days["era5_t2m_z", date(1995, 8, 1)] == date(2010, 9, 30), "the last August of reference"
    assert days["era5_precip_anom_z", date(1995, 1, 1)] == date(2011, 1, 31)
    assert max(month for _, month in days) == date(2012, 3, 1), "empty cells are no values"
    assert release.covers == (date(1991, 1, 1), date(2012, 12, 1))


def test_oceans_and_the_world_are_left_out_and_counted() -> None:
    release = read()
    assert release.dropped == {"place that is no country": 12 + 12 + 22}
    assert set(release.observations["unit"]) == {"XAA", "XAB"}
    mapped = read(codes={"OWID_WRL": "XAC"})
    assert "XAC" in set(mapped.observations["unit"])


@pytest.mark.parametrize(("name", "stem"), [(HEAT, "era5_t2m"), (RAIN, "era5_precip")])
def test_each_file_is_read_alone(name: str, stem: str) -> None:
    alone = read(FIXTURE / name).observations
    assert alone.equals(read().observations.filter(pl.col("indicator").str.starts_with(stem)))


@pytest.mark.parametrize(
    ("name", "old", "new", "message"),
    [
        (HEAT, ",XAB,12,", ",XAB,13,", "line 25, column 'Year': the calendar month must be"),
        (HEAT, ",XAB,12,", ",XAB,11,", "line 24 and 1 more, column 'Code'.*several rows"),
        (HEAT, ",XAB,12,", ",NOP,12,", "line 25, column 'Code'.*got 'NOP'"),
        (HEAT, ",XAA,12,,", ",XAA,12,-300,", "era5_t2m_c of XAA in 2012-12 is impossible"),
        (HEAT, ",2012,", ",2099,", "era5_t2m_c of .* in 2099-01 is impossible"),
        (RAIN, ",XAB,1991,", ",XAB,1991,-", "era5_precip of XAB in 1991-01 is impossible"),
        (RAIN, ",XAB,1991,", ",XAB,1991,x", "line 24, column 'Annual precipitation'.*not a number"),
        (RAIN, "Annual precipitation", "Rain", "has neither a column 'Annual precipitation'"),
    ],
)
def test_wrong_files_are_refused(
    tmp_path: Path, name: str, old: str, new: str, message: str
) -> None:
    with pytest.raises(SourceError, match=message):
        read(with_change(tmp_path, name, old, new))


def test_two_files_of_one_indicator_are_refused(tmp_path: Path) -> None:
    for name in ("a.csv", "b.csv"):
        shutil.copyfile(FIXTURE / RAIN, tmp_path / name)
    with pytest.raises(SourceError, match=r"b\.csv is the second file of era5_precip"):
        read(tmp_path)


def test_agrees_with_the_tidy_tables(shared_data: Path) -> None:
    """To the precision of 32 bits, anomalies against the tables' 1991-2020; every country."""
    release = read(shared_data / "raw" / "era5", reference=[1991, 2020])
    for table, column, height, tolerance in (
        ("month", "era5_t2m_c", 194 * 864, 1e-5),
        ("month", "era5_t2m_anom_c", 194 * 864, 1e-4),
        ("month", "era5_t2m_z", 194 * 864, 1e-4),
        ("year", "era5_precip", 193 * 72, 1e-3),
        ("year", "era5_precip_anom_z", 193 * 72, 1e-4),
    ):
        both = _beside(release, shared_data, table, column)
        assert both.height == height, column
        assert (both["ours"] - both["theirs"]).abs().max() < tolerance, column


def _beside(release: Release, shared_data: Path, table: str, column: str) -> pl.DataFrame:
    frame = pl.read_parquet(shared_data / "tables" / f"climate_country_{table}.parquet")
    month = pl.col("month") if table == "month" else pl.lit(1)
    theirs = frame.select(
        pl.col("iso3").alias("unit"),
        pl.date("year", month, 1).alias("month"),
        pl.col(column).cast(pl.Float64).alias("theirs"),
    ).drop_nulls()
    ours = release.observations.filter(indicator=column).select("unit", "month", ours="value")
    return theirs.join(ours, on=["unit", "month"])
