"""ND-GAIN: scores, publication, which files are taken, refusals."""

from __future__ import annotations

import shutil
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from riskkit.errors import SourceError
from riskkit.sources.ndgain import NdGain
from riskkit.tables import Release

FIXTURE = Path(__file__).parent / "fixtures" / "ndgain" / "resources"
CODES = {"TLD": "XAA", "SLD": "XAB"}


def read(path: Path = FIXTURE, **options: Any) -> Release:
    return NdGain().read(path, NdGain.options(**{"codes": CODES, **options}))


def with_change(folder: Path, name: str, old: str, new: str) -> Path:
    target = Path(shutil.copytree(FIXTURE, folder / "resources"))
    text = (target / name).read_text()
    assert old in text
    (target / name).write_text(text.replace(old, new, 1))
    return target


def test_scores_and_publication() -> None:
    release = read()
    raw = (FIXTURE / "readiness.csv").read_text().splitlines()[2].split(",")
    rows = release.observations.filter(unit="XAB", indicator="ndgain_readiness").sort("month")
    assert rows["value"].to_list() == [float(cell) for cell in raw[2:]]
    assert rows["month"].to_list() == [date(year, 1, 1) for year in (2015, 2016, 2017)]
    assert rows["known_from"].to_list() == [date(year, 12, 31) for year in (2017, 2018, 2019)]
    assert release.covers == (date(2015, 1, 1), date(2017, 12, 1))
    names = {i.name: i.unit for i in release.indicators}
    assert names == {
        "ndgain_gain": "index 0-100",
        "ndgain_vulnerability": "index 0-1",
        "ndgain_readiness": "index 0-1",
    }


def test_empty_scores_are_no_rows(tmp_path: Path) -> None:
    gain = (FIXTURE / "gain.csv").read_text()
    cell = gain.splitlines()[1].split(",")[3]
    release = read(with_change(tmp_path, "gain.csv", cell, " "))
    rows = release.observations.filter(unit="XAA", indicator="ndgain_gain")
    assert rows["month"].dt.year().to_list() == [2015, 2017]


def test_the_publishers_archive_is_read_and_other_files_passed_over(tmp_path: Path) -> None:
    archive = tmp_path / "ndgain_countryindex.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        for file in FIXTURE.iterdir():
            packed.write(file, f"resources/{file.stem}/{file.name}")
        packed.writestr("resources/indicators/id_agri_01/raw.csv", "something else\n1\n")
    assert read(archive).observations.equals(read().observations)


def test_one_file_is_read_alone() -> None:
    alone = read(FIXTURE / "gain.csv").observations
    assert alone.equals(read().observations.filter(indicator="ndgain_gain"))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("TLD,", "NOP,", "line 2, column 'ISO3'.*got 'NOP'"),
        ("TLD,", "SLD,", "line 2 and 1 more, column 'ISO3'.*several rows"),
        (",0.", ",-0.", "line 2, column '2015'.*between 0 and 1"),
        (",0.", ",7.", "line 2, column '2015'.*between 0 and 1"),
        (",0.", ",O.", "line 2, column '2015'.*not a number"),
        ("2015,2016,2017", "a,b,c", "no columns of years"),
        ("2017", "2099", "no columns of years, or one that lies in the future.*2099"),
    ],
)
def test_wrong_files_are_refused(tmp_path: Path, old: str, new: str, message: str) -> None:
    with pytest.raises(SourceError, match=message):
        read(with_change(tmp_path, "readiness.csv", old, new))


def test_a_file_of_another_name_is_refused(tmp_path: Path) -> None:
    path = Path(shutil.copyfile(FIXTURE / "gain.csv", tmp_path / "index.csv"))
    with pytest.raises(
        SourceError, match=r"none of ND-GAIN's files.*gain\.csv, vulnerability\.csv"
    ):
        read(path)


def test_agrees_with_the_tidy_table(shared_data: Path) -> None:
    """Ranks of countries, not figures: the files end with 2014, the table is of a release to 2020.

    Each release computes every year afresh; scores moved by up to 14 points of 100.
    """
    release = read(shared_data / "raw" / "ndgain", codes={})
    table = pl.read_parquet(shared_data / "tables" / "climate_country_year.parquet")
    for score, least in (("gain", 0.95), ("vulnerability", 0.93), ("readiness", 0.9)):
        column = f"ndgain_{score}"
        theirs = table.select(
            pl.col("iso3").alias("unit"), pl.date("year", 1, 1).alias("month"), theirs=column
        ).drop_nulls()
        ours = release.observations.filter(indicator=column)
        both = ours.join(theirs, on=["unit", "month"])
        assert both.height == ours.height - 20, "one country that the later release leaves out"
        assert both.select(pl.corr("value", "theirs", method="spearman")).item() > least
