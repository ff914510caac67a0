"""CRU country files: values, anomalies, doubtful months, the drought index, refusals."""

from __future__ import annotations

import importlib
import logging
import shutil
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from pydantic import ValidationError

from riskkit.errors import SourceError
from riskkit.sources.cru import Cru
from riskkit.tables import Release

FIXTURE = Path(__file__).parent / "fixtures" / "cru" / "crucy"
RAIN = "crucy.v4.07.1971.1995.Testland.pre.per"
HEAT = "crucy.v4.07.1971.1995.Testland.tmp.per"
CODES = {"Testland": "XAA", "Sampleland": "XAB"}


def read(path: Path = FIXTURE, **options: Any) -> Release:
    given = {"codes": CODES, "reference": [1971, 1990], **options}
    return Cru().read(path, Cru.options(**given))


def values(release: Release, indicator: str, unit: str = "XAA") -> dict[date, float]:
    rows = release.observations.filter(indicator=indicator, unit=unit)
    return dict(rows.select("month", "value").rows())


def with_change(folder: Path, name: str, old: str, new: str) -> Path:
    """A copy of the sample in which one file has a text replaced once."""
    target = Path(shutil.copytree(FIXTURE, folder / "crucy"))
    text = (target / name).read_text()
    assert text.count(old) >= 1
    (target / name).write_text(text.replace(old, new, 1))
    return target


def line_of(name: str, year: int) -> str:
    lines = (FIXTURE / name).read_text().splitlines()
    return next(line for line in lines if line.startswith(f" {year} "))


def test_values_and_publication() -> None:
    release = read()
    march = float(line_of(RAIN, 1994)[5 + 2 * 8 : 5 + 3 * 8])
    assert values(release, "cru_pre_mm")[date(1994, 3, 1)] == march
    row = release.observations.filter(indicator="cru_pre_mm", unit="XAA", month=date(1994, 3, 1))
    assert row["known_from"].to_list() == [date(1995, 8, 31)]
    assert release.covers == (date(1971, 1, 1), date(1995, 12, 1))
    assert {i.lag_months for i in release.indicators} == {17}


def test_anomalies_are_measured_against_the_reference_period() -> None:
    release = read()
    months = [date(year, 8, 1) for year in range(1971, 1996)]
    heat, warmer = values(release, "cru_tmp_c"), values(release, "cru_tmp_anom_c")
    normal = sum(heat[month] for month in months[:20]) / 20
    assert [warmer[m] for m in months] == pytest.approx([heat[m] - normal for m in months])
    rain, percent = values(release, "cru_pre_mm"), values(release, "cru_pre_anom_pct")
    normal = sum(rain[month] for month in months[:20]) / 20
    expected = [100 * (rain[m] - normal) / normal for m in months]
    assert [percent[m] for m in months] == pytest.approx(expected)


def test_anomalies_are_not_known_before_their_reference_is() -> None:
    rows = read().observations.filter(indicator="cru_tmp_anom_c").sort("month")
    known = dict(rows.select("month", "known_from").rows())
    assert known[date(1975, 8, 1)] == known[date(1990, 8, 1)] == date(1992, 1, 31)
    assert known[date(1991, 8, 1)] == date(1993, 1, 31)


def test_later_years_change_nothing_before_them(tmp_path: Path) -> None:
    line = line_of(RAIN, 1995)
    other = line[:5] + "".join(f"{m * 7.3:8.1f}" for m in range(1, 18))
    changed = read(with_change(tmp_path, RAIN, line, other)).observations
    before = pl.col("month") < date(1995, 1, 1)
    assert changed.filter(before).equals(read().observations.filter(before))
    assert not changed.equals(read().observations)


def test_repeated_values_are_suspect_from_the_third_on() -> None:
    suspect = values(read(), "cru_pre_infill_suspect")
    julys = [suspect[date(year, 7, 1)] for year in range(1990, 1996)]
    assert julys == [0.0, 0.0, 0.0, 0.0, 1.0, 1.0]


def test_a_dry_season_is_not_suspect() -> None:
    release = read()
    assert values(release, "cru_pre_mm", "XAB")[date(1995, 1, 1)] == 0.0
    assert set(values(release, "cru_pre_infill_suspect", "XAB").values()) == {0.0}
    januaries = {month for month in values(release, "cru_pre_anom_pct", "XAB") if month.month == 1}
    assert not januaries, "there is no percentage of nothing"


def test_islands_are_counted_and_left_out() -> None:
    release = read()
    assert release.dropped["month of an island or area that is no unit"] == 60
    assert set(release.observations["unit"]) == {"XAA", "XAB"}


def test_a_reference_period_with_gaps_gives_no_anomalies() -> None:
    release = read(reference=[1961, 1990])
    assert not values(release, "cru_tmp_anom_c")
    assert release.dropped["anomaly of a unit whose values of 1961-1990 have gaps"] == 3 * 300


def test_missing_values_are_no_rows(tmp_path: Path) -> None:
    line = line_of(HEAT, 1994)
    path = with_change(tmp_path, HEAT, line, f"{line[:5]}  -999.0{line[13:]}")
    assert date(1994, 1, 1) not in values(read(path), "cru_tmp_c")


def test_an_archive_and_one_file_are_read_alike(tmp_path: Path) -> None:
    archive = tmp_path / "crucy.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        for file in FIXTURE.iterdir():
            packed.write(file, f"crucy/{file.name}")
    assert read(archive).observations.equals(read().observations)
    one = read(FIXTURE / HEAT)
    assert one.observations.equals(
        read().observations.filter(unit="XAA").filter(pl.col("indicator").str.contains("tmp"))
    )


def test_a_short_reference_period_is_refused() -> None:
    with pytest.raises(ValidationError, match="20 years or more"):
        Cru.options(reference=[1981, 1990])


@pytest.mark.parametrize(
    ("name", "old", "new", "message"),
    [
        (RAIN, "Country = Testland", "Country = Atlantis", "no country answers.*'Atlantis'.*codes"),
        (RAIN, "Period = 1971", "Period = 1970", "25 years instead of the 26 of its header"),
        (RAIN, "Period = 1971", "Period = 19x1", "not a country file of CRU"),
        (RAIN, "Period = 1971.1995", "Period = 1995.1971", "line 3: no such period"),
        (RAIN, "YEAR     JAN", "YEAR     FEB", "line 4: columns are not YEAR"),
        (RAIN, "\n 1972", "\n 1973", "line 6: this is not the line of 1972"),
        (RAIN, "    61.3", "    6x.3", "line 26, column 'JUL': this is not a number.*'6x.3'"),
        (RAIN, "    61.3", "     nan", "line 26, column 'JUL': this is not a number"),
        (RAIN, "    61.3", "    -1.3", "cru_pre_mm of XAA in 1992-07 is impossible"),
        (RAIN, "Country = Testland", "Country = Sampleland", "both hold Precipitation of XAB"),
    ],
)
def test_wrong_files_are_refused(
    tmp_path: Path, name: str, old: str, new: str, message: str
) -> None:
    with pytest.raises(SourceError, match=message):
        read(with_change(tmp_path, name, old, new))


def test_other_variables_alone_are_refused(tmp_path: Path) -> None:
    path = with_change(tmp_path, HEAT, "= Mean Temperature ", "= Cloud cover      ") / HEAT
    with pytest.raises(SourceError, match="no precipitation and no temperature"):
        read(path)


def test_the_drought_index_names_the_extra_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(name: str) -> None:
        raise ImportError(name)

    monkeypatch.setattr(importlib, "import_module", absent)
    with pytest.raises(SourceError, match=r"climate-indices.*riskkit\[climate\]"):
        read(spi=[3])


def test_the_drought_index_of_the_sample(tmp_path: Path) -> None:
    pytest.importorskip("climate_indices", reason="needs the extra climate")
    log = logging.getLogger()
    before = (list(log.handlers), log.level)
    release = read(spi=[3])
    assert (log.handlers, log.level) == before, "the library takes over the program's log"
    index = values(release, "spi3_derived")
    inside = [value for month, value in index.items() if month.year <= 1990]
    assert sum(inside) / len(inside) == pytest.approx(0.0, abs=0.1)
    driest = min(index, key=lambda month: index[month])
    assert index[driest] < -1.5
    assert values(release, "cru_pre_mm")[driest] < 20 + 3 * driest.month
    known = release.observations.filter(indicator="spi3_derived", unit="XAA")
    assert known["known_from"].min() == date(1992, 5, 31)
    line = line_of(RAIN, 1995)
    flood = line[:5] + "".join(f"{m * 70.3:8.1f}" for m in range(1, 18))
    later = values(read(with_change(tmp_path, RAIN, line, flood), spi=[3]), "spi3_derived")
    assert all(later[month] == index[month] for month in index if month.year < 1995)
    assert later[date(1995, 3, 1)] > index[date(1995, 3, 1)]


def test_the_drought_index_agrees_with_the_tidy_table(shared_data: Path, tmp_path: Path) -> None:
    """Calibrated on 1961-2010, as in the table, which bounds the index at 3.5 instead of 3.09."""
    pytest.importorskip("climate_indices", reason="needs the extra climate")
    for country in ("Mali", "Kenya", "Afghanistan", "Egypt", "Germany"):
        name = f"crucy.v4.07.1901.2022.{country}.pre.per"
        shutil.copyfile(shared_data / "raw" / "cru" / "pre" / name, tmp_path / name)
    release = read(tmp_path, spi=[3, 6, 12], reference=[1961, 2010])
    for months in (3, 6, 12):
        column = f"spi{months}_derived"
        both = _beside_the_table(release, shared_data, column)
        assert both.height == 5 * 864
        assert (both["ours"] - both["theirs"].clip(-3.09, 3.09)).abs().max() < 1e-5


def test_agrees_with_the_tidy_table(shared_data: Path) -> None:
    """Values exactly, anomalies against the table's 1991-2020; every country of the table.

    The table marks doubtful months by looking at the whole series; looking backwards only, nine in
    ten of these are found from 2000 on, and as many of those found are marked there.
    """
    release = read(shared_data / "raw" / "cru", reference=[1991, 2020])
    rainless = 16 * 72  # calendar months whose normal is zero have no percentage
    for column, tolerance, absent in (
        ("cru_pre_mm", 1e-4, 0),
        ("cru_tmp_c", 1e-5, 0),
        ("cru_pre_anom_pct", 1e-3, rainless),
    ):
        both = _beside_the_table(release, shared_data, column)
        assert both.height == 191_808 - absent, column
        assert (both["ours"] - both["theirs"]).abs().max() < tolerance, column
    marks = _beside_the_table(release, shared_data, "cru_pre_infill_suspect")
    recent = marks.filter(pl.col("month") >= date(2000, 1, 1))
    found = recent.filter((pl.col("ours") == 1) & (pl.col("theirs") == 1)).height
    assert found / recent["theirs"].sum() > 0.9
    assert found / recent["ours"].sum() > 0.9


def _beside_the_table(release: Release, shared_data: Path, column: str) -> pl.DataFrame:
    table = pl.read_parquet(shared_data / "tables" / "climate_country_month.parquet")
    theirs = table.select(
        pl.col("iso3").alias("unit"),
        pl.date("year", "month", 1).alias("month"),
        pl.col(column).cast(pl.Float64).alias("theirs"),
    ).drop_nulls()
    ours = release.observations.filter(indicator=column).select("unit", "month", ours="value")
    return theirs.join(ours, on=["unit", "month"])
