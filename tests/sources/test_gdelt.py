"""GDELT: daily balances of pairs, layouts, whole months, codes, late events, refusals."""

from __future__ import annotations

import zipfile
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from riskkit.errors import SourceError
from riskkit.sources.gdelt import INDICATORS, RELATIONS, Gdelt
from riskkit.tables import Dyads, Release

FIXTURE = Path(__file__).parent / "fixtures" / "gdelt" / "events_by_day.csv"
CODES = {"TLD": "XAA", "SLD": "XAB", "OLD": "XAC"}
FEBRUARY, MARCH = date(2001, 2, 1), date(2001, 3, 1)
HEADER = "SQLDATE,Actor1CountryCode,Actor2CountryCode,QuadClass,GoldsteinScale\n"


def read(path: Path = FIXTURE, **options: Any) -> Release:
    return Gdelt().read(path, Gdelt.options(**{"codes": CODES, **options}))


def values(release: Release, unit: str, month: date) -> dict[str, float]:
    rows = release.observations.filter(unit=unit, month=month)
    return {name[6:]: value for name, value in rows.select("indicator", "value").rows() if value}


def event(day: str, one: str, two: str, quad: int, points: str, added: str, width: int) -> str:
    """One line in the layout of the codebook; what is not read has no ASCII name."""
    cells = ["é"] * width
    cells[0], cells[1], cells[7], cells[17], cells[29], cells[30] = (
        *("77", day, one, two),
        *(str(quad), points),
    )
    cells[59 if width == 61 else 56] = added
    return "\t".join(cells) + "\n"


def write_export(path: Path, *lines: str) -> Path:
    data = "".join(lines).encode("latin-1")
    if path.suffix != ".zip":
        path.write_bytes(data)
        return path
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(f"{path.name.split('.')[0]}.csv", data)
    return path


def write_february(folder: Path, width: int = 58, missing: tuple[int, ...] = ()) -> Path:
    """Daily files with an event each: kind ones on odd days, harsh ones on even days."""
    for number in range(1, 29):
        if number not in missing:
            day = f"200102{number:02}"
            points = "2.0" if number % 2 else "-1.5"
            line = event(day, "TLD", "SLD", 1, points, day, width)
            write_export(folder / f"{day}.export.CSV.zip", line)
    return folder


def test_days_add_to_cooperation_or_conflict_by_their_balance() -> None:
    release = read()
    assert values(release, "XAA", FEBRUARY) == {
        "ext_pos_per_day": 8 / 28,
        "ext_neg_per_day": pytest.approx(-11.6 / 28),
        "dom_pos_per_day": 9.5 / 28,
        "dom_neg_per_day": -20 / 28,
        "n_partners": 2,
        "verbal_cooperation": 5,
        "material_cooperation": 1,
        "verbal_conflict": 3,
        "material_conflict": 2,
    }
    assert values(release, "XAC", FEBRUARY) == {
        "ext_pos_per_day": 1 / 28,
        "ext_neg_per_day": -6 / 28,
        "n_partners": 1,
        "verbal_cooperation": 1,
        "verbal_conflict": 3,
    }
    assert {i.name for i in release.indicators} == set(INDICATORS)


def test_a_country_without_events_has_zero_and_a_missing_score_adds_none() -> None:
    release = read()
    assert values(release, "XAC", MARCH) == {}
    assert release.observations.filter(unit="XAC", month=MARCH)["value"].to_list() == [0.0] * 9
    assert values(release, "XAB", MARCH)["verbal_cooperation"] == 2
    assert values(release, "XAB", MARCH)["ext_pos_per_day"] == 3.4 / 31
    known = release.observations.filter(month=MARCH)["known_from"]
    assert set(known) == {date(2001, 3, 31)}
    assert set(read(lag_months=1).observations.filter(month=MARCH)["known_from"]) == {
        date(2001, 4, 30)
    }


def test_pairs_are_seen_from_both_sides() -> None:
    release = read()
    assert release.dyads is not None
    Dyads.validate(release.dyads)
    rows = release.dyads.filter(month=FEBRUARY).select("unit", "other", "relation", "value").rows()
    assert [(*row[:3], round(row[3], 9)) for row in rows] == [
        ("XAA", "XAB", "gdelt_conflict", 5.6),
        ("XAA", "XAB", "gdelt_cooperation", 7.0),
        ("XAA", "XAC", "gdelt_conflict", 6.0),
        ("XAA", "XAC", "gdelt_cooperation", 1.0),
        ("XAB", "XAA", "gdelt_conflict", 5.6),
        ("XAB", "XAA", "gdelt_cooperation", 7.0),
        ("XAC", "XAA", "gdelt_conflict", 6.0),
        ("XAC", "XAA", "gdelt_cooperation", 1.0),
    ]
    assert {relation.name for relation in release.relations} == set(RELATIONS)


def test_what_is_left_out_is_counted_in_events() -> None:
    release = read()
    assert release.covers == (FEBRUARY, MARCH)
    assert release.dropped == {
        "event in which a side is a region": 9,
        "event in which a side is no unit (a territory, or a code that GDELT does not document)": 2,
        "event of a month that the files do not cover whole": 7,
    }


@pytest.mark.parametrize("width", [57, 58, 61])
def test_exports_of_every_layout_are_read(tmp_path: Path, width: int) -> None:
    release = read(write_february(tmp_path, width))
    assert values(release, "XAA", FEBRUARY) == {
        "ext_pos_per_day": 1.0,
        "ext_neg_per_day": -0.75,
        "n_partners": 1,
        "verbal_cooperation": 28,
    }
    assert release.covers == (FEBRUARY, FEBRUARY)


@pytest.mark.parametrize(("name", "months"), [("2001.zip", 12), ("200102.csv", 1)])
def test_the_backfile_covers_what_its_name_says(tmp_path: Path, name: str, months: int) -> None:
    line = event("20010203", "TLD", "SLD", 2, "4.0", "20130401", 57)
    release = read(write_export(tmp_path / name, line))
    assert values(release, "XAB", FEBRUARY)["ext_pos_per_day"] == 4 / 28
    assert release.observations["month"].n_unique() == months
    assert release.dropped == {}


def test_quarters_of_an_hour_make_a_day(tmp_path: Path) -> None:
    write_february(tmp_path, missing=(4,))
    for minute in range(0, 24 * 60, 15):
        stamp = f"20010204{minute // 60:02}{minute % 60:02}00"
        line = event("20010204", "TLD", "SLD", 1, "1.0", stamp, 61)
        write_export(tmp_path / f"{stamp}.export.CSV", line)
    assert values(read(tmp_path), "XAA", FEBRUARY)["ext_pos_per_day"] == pytest.approx(124 / 28)
    (tmp_path / "20010204031500.export.CSV").unlink()
    with pytest.raises(SourceError, match=r"covers no month whole .got '27 whole days'"):
        read(tmp_path)
    release = read(tmp_path, missing_days=1)
    assert values(release, "XAA", FEBRUARY)["ext_pos_per_day"] == pytest.approx(123 / 27)


def test_events_added_late_are_left_out(tmp_path: Path) -> None:
    write_february(tmp_path)
    line = event("20010228", "TLD", "SLD", 4, "-9.0", "20010301", 58)
    write_export(tmp_path / "20010301.export.CSV.zip", line)
    release = read(tmp_path)
    assert "material_conflict" not in values(release, "XAA", FEBRUARY)
    assert release.dropped == {"event that GDELT added after the month's figures became known": 1}
    release = read(tmp_path, lag_months=1)
    assert values(release, "XAA", FEBRUARY)["material_conflict"] == 1


def test_events_with_a_country_on_one_side_only_are_left_out(tmp_path: Path) -> None:
    write_february(tmp_path)
    lines = [
        event("20010203", *sides, 4, "-9.0", "20010203", 58)
        for sides in (("", "TLD"), ("TLD", ""), ("", ""), ("TLD", "SLD"))
    ]
    write_export(tmp_path / "20010203.export.CSV.zip", *lines)
    release = read(tmp_path)
    assert release.dropped == {"event with a country on one side only, or on none": 3}
    assert values(release, "XAA", FEBRUARY)["material_conflict"] == 1


def test_codes_that_differ_from_iso_are_known(tmp_path: Path) -> None:
    days = [date(2001, 2, 1) + timedelta(days=past) for past in range(28)]
    lines = [f"{day:%Y%m%d},ROM,TMP,1,1.0\n" for day in days]
    path = tmp_path / "events.csv"
    path.write_text(HEADER + "".join(lines))
    assert set(read(path).observations["unit"]) == {"ROU", "TLS"}


def test_the_order_of_rows_does_not_matter(tmp_path: Path) -> None:
    header, *rows = FIXTURE.read_text().splitlines()
    path = tmp_path / "events_by_day.csv"
    path.write_text("\n".join([header, *rows[::-1], ""]))
    assert read(path).observations.equals(read().observations)


def test_a_missing_day_is_refused_unless_allowed(tmp_path: Path) -> None:
    folder = write_february(tmp_path, missing=(3,))
    with pytest.raises(SourceError, match="covers no month whole"):
        read(folder)
    assert values(read(folder, missing_days=1), "XAA", FEBRUARY)["ext_pos_per_day"] == 26 / 27


@pytest.mark.parametrize(
    ("name", "line", "message"),
    [
        ("20010203.export.CSV", "x", "2001-02-03 lies in several files"),
        ("200102.csv", "x", "2001-02-01 lies in several files"),
        ("mine.csv", "x", "mine.csv: its name does not say which days it holds"),
        ("20019902.csv", "x", "its name does not say which days"),
        ("20010301.export.CSV", "77\t2001\n", "column .SQLDATE. is missing"),
        ("20010301.export.CSV", "x77\t1\n", "line 2: 2 columns instead of 58.*cut off"),
    ],
)
def test_files_that_do_not_fit_are_refused(
    tmp_path: Path, name: str, line: str, message: str
) -> None:
    write_february(tmp_path)
    whole = event("20010203", "TLD", "SLD", 1, "1.0", "20010203", 58)
    write_export(tmp_path / name, line.replace("x", whole))
    with pytest.raises(SourceError, match=message):
        read(tmp_path)


def test_a_month_in_the_middle_that_is_not_whole_is_refused(tmp_path: Path) -> None:
    for month in (1, 3):
        line = event(f"20010{month}03", "TLD", "SLD", 2, "4.0", "20130401", 57)
        write_export(tmp_path / f"20010{month}.csv", line)
    with pytest.raises(SourceError, match="2001-02 is not covered whole, but months around it"):
        read(tmp_path)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("20010202,", "20011302,", "line 4, column 'SQLDATE'.*not a day"),
        ("20010202,", "29990202,", "line 4, column 'SQLDATE'.*future"),
        ("20010202,", "00010202,", "line 4, column 'SQLDATE'.*begins in 1979"),
        (",2,1,7.0", ",5,1,7.0", "line 4, column 'QuadClass'.*1 to 4"),
        (",2,1,7.0", ",2,1,70", "line 4, column 'GoldsteinScale'.*-10 to 10"),
        (",2,1,7.0", ",2,0,7.0", "line 4, column 'NumEvents'.*1 to"),
        ("LD,", "QQ,", "no event of a whole month has a state on both sides"),
        ("SQLDATE", "Day", "column 'SQLDATE' is missing"),
    ],
)
def test_wrong_rows_are_refused(tmp_path: Path, old: str, new: str, message: str) -> None:
    text = FIXTURE.read_text()
    assert old in text
    path = tmp_path / "events.csv"
    path.write_text(text.replace(old, new))
    with pytest.raises(SourceError, match=message):
        read(path)


def test_countries_are_sums_over_pairs_as_in_the_tidy_tables(
    shared_data: Path, tmp_path: Path
) -> None:
    """Pairs of the tidy table, as two balances a month, add up to its countries.

    All figures agree to single precision. The tidy tables divide by the days that they have (22 to
    31 a month), the reader by those of the calendar, so that sums over the month are compared.
    """
    tables = shared_data / "tables"
    pairs = pl.read_parquet(tables / "gdelt_dyad_month.parquet")
    days = [
        pairs.select(
            (pl.col("year") * 10_000 + pl.col("month") * 100 + day).alias("SQLDATE"),
            pl.col("iso3_1").alias("Actor1CountryCode"),
            pl.col("iso3_2").alias("Actor2CountryCode"),
            pl.lit(1).alias("QuadClass"),
            pl.lit(100_000).alias("NumEvents"),
            pl.col(column).cast(pl.Float64).alias("GoldsteinScale"),
        )
        for day, column in ((1, "gdelt_pos"), (2, "gdelt_neg"))
    ]
    last = (
        days[0]
        .filter(SQLDATE=20211201)
        .head(1)
        .with_columns(SQLDATE=20211231, GoldsteinScale=0.0, NumEvents=1)
    )
    pl.concat([*days, last.select(days[0].columns)], how="vertical_relaxed").write_parquet(
        tmp_path / "pairs.parquet"
    )
    release = read(tmp_path / "pairs.parquet", codes={})
    ours = release.observations.pivot("indicator", index=["unit", "month"], values="value")
    theirs = pl.read_parquet(tables / "diplomacy_country_month.parquet").with_columns(
        unit="iso3", month=pl.date("year", "month", 1)
    )
    both = theirs.drop_nulls("gdelt_n_partners").join(ours, on=["unit", "month"], suffix="_ours")
    assert both.height == 9_552
    assert (both["gdelt_n_partners"] == both["gdelt_n_partners_ours"]).all()
    for name in ("gdelt_ext_pos_per_day", "gdelt_ext_neg_per_day"):
        calendar_days = both["month"].dt.days_in_month()
        off = both[f"{name}_ours"] * calendar_days - both[name] * both["n_days"]
        assert (off.abs() <= 1e-4 + 1e-5 * (both[name] * both["n_days"]).abs()).all(), name
