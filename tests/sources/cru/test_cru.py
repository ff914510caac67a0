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

FIXTURE = Path(__file__).parents[1] / "fixtures" / "cru" / "crucy"
RAIN = "crucy.v4.07.1971.1995.Testland.pre.per"
HEAT = "crucy.v4.07.1971.1995.Testland.tmp.per"
DEMAND = "crucy.v4.07.1971.1995.Testland.pet.per"
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


def test_evapotranspiration_a_day_becomes_that_of_the_month() -> None:
    got = values(read(), "cru_pet_mm")
    for year, days in ((1991, 28), (1992, 29)):
        a_day = float(line_of(DEMAND, year)[5 + 8 : 5 + 2 * 8])
        assert got[date(year, 2, 1)] == pytest.approx(days * a_day)
    assert len(got) == 300


def test_only_what_is_wanted_is_brought() -> None:
    release = read(only=["cru_pet_mm", "cru_tmp_c"])
    assert set(release.observations["indicator"]) == {"cru_pet_mm", "cru_tmp_c"}
    assert [i.name for i in release.indicators] == ["cru_tmp_c", "cru_pet_mm"]
    assert values(release, "cru_tmp_c") == values(read(), "cru_tmp_c")
    with pytest.raises(SourceError, match=r"does not give what .* only names.*'spei3_derived'"):
        read(only=["cru_tmp_c", "spei3_derived"])


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
        (DEMAND, "= mm/day  ", "= mm/month", "line 2: .* is not in mm/day.*'mm/month'"),
        (DEMAND, "\n 1972     3.7", "\n 1972    -3.7", "cru_pet_mm of XAA in 1972-01 is imposs"),
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


@pytest.mark.parametrize("option", ["spi", "spei"])
def test_the_drought_index_names_the_extra_it_needs(
    monkeypatch: pytest.MonkeyPatch, option: str
) -> None:
    def absent(name: str) -> None:
        raise ImportError(name)

    monkeypatch.setattr(importlib, "import_module", absent)
    with pytest.raises(SourceError, match=r"climate-indices.*riskkit\[climate\]"):
        read(**{option: [3]})


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


def test_the_water_balance_orders_the_index() -> None:
    """Within a calendar month the index only stretches the sums of rain less evapotranspiration."""
    pytest.importorskip("climate_indices", reason="needs the extra climate")
    release = read(spei=[3])
    rain, demand = values(release, "cru_pre_mm"), values(release, "cru_pet_mm")
    months = sorted(rain)
    left = [rain[month] - demand[month] for month in months]
    sums = dict(zip(months[2:], map(sum, zip(left, left[1:], left[2:], strict=False)), strict=True))
    index = values(release, "spei3_derived")
    assert index.keys() == sums.keys()
    for calendar in range(1, 13):
        of_month = [month for month in index if month.month == calendar]
        assert sorted(of_month, key=index.__getitem__) == sorted(of_month, key=sums.__getitem__)
    inside = [value for month, value in index.items() if month.year <= 1990]
    assert sum(inside) / len(inside) == pytest.approx(0.0, abs=0.05)
    known = release.observations.filter(indicator="spei3_derived")
    assert known["known_from"].min() == date(1992, 5, 31), "not before 1990 was known"
    assert set(known["unit"]) == {"XAA"}
    assert len(release.observations.filter(indicator="cru_pre_mm", unit="XAB")) == 300
    missing = "month without evapotranspiration, neither in a file nor out of the temperature"
    assert release.dropped[missing] == 300


def test_droughts_are_counted_and_known_with_their_year() -> None:
    pytest.importorskip("climate_indices", reason="needs the extra climate")
    release = read(spei=[3])
    index, drought = values(release, "spei3_derived"), values(release, "spei3_drought")
    assert drought == {month: float(value <= -1.5) for month, value in index.items()}
    assert 0 < sum(drought.values()) < 0.2 * len(drought)
    rows = release.observations.filter(indicator="spei3_drought")
    after = rows.filter(pl.col("month").dt.year() > 1990)
    assert (
        after["known_from"]
        == after["month"]
        .dt.year()
        .map_elements(lambda year: date(year + 1, 6, 30), return_dtype=pl.Date)
    ).all()
    assert rows["known_from"].min() == date(1991, 6, 30), "not before 1990 was known"
    (told,) = (i for i in release.indicators if i.name == "spei3_drought")
    assert (told.lag_months, told.yearly_release) == (6, 6)


@pytest.mark.parametrize("measured", [True, False])
def test_thirst_of_the_air_is_drought(tmp_path: Path, measured: bool) -> None:
    """The same rain and more evapotranspiration, out of its file or of the heat: a lower index,
    in the year that is hotter and in none before. France lends its latitude."""
    pytest.importorskip("climate_indices", reason="needs the extra climate")
    codes, asked = {"Testland": "FRA", "Sampleland": "XAB"}, {"spi": [3], "spei": [3]}
    changed = DEMAND if measured else HEAT
    line = line_of(changed, 1995)
    more = line[:5] + "".join(f"{1.3 * float(line[i : i + 8]):8.1f}" for i in range(5, 141, 8))
    hot = with_change(tmp_path, changed, line, more)
    mild = Path(shutil.copytree(FIXTURE, tmp_path / "mild"))
    if not measured:
        for folder in (hot, mild):
            (folder / DEMAND).unlink()
    before, after = (read(folder, codes=codes, **asked) for folder in (mild, hot))
    assert values(before, "spi3_derived", "FRA") == values(after, "spi3_derived", "FRA")
    was, became = (values(release, "spei3_derived", "FRA") for release in (before, after))
    assert all(became[month] == was[month] for month in was if month.year < 1995)
    assert all(became[month] < was[month] for month in was if month.year == 1995)


def test_heat_is_no_matter_where_evapotranspiration_is_given(tmp_path: Path) -> None:
    pytest.importorskip("climate_indices", reason="needs the extra climate")
    codes = {"Testland": "FRA", "Sampleland": "XAB"}
    line = line_of(HEAT, 1995)
    path = with_change(tmp_path, HEAT, line, line[:5] + f"{30.0:8.1f}" * 17)
    hot, mild = (read(folder, codes=codes, spei=[3]) for folder in (path, FIXTURE))
    assert values(hot, "spei3_derived", "FRA") == values(mild, "spei3_derived", "FRA")


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


@pytest.mark.slow
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


RAINY, DESERT = ("IRL", "GBR", "NZL", "NOR"), ("EGY", "SAU", "SDN", "TCD", "NER")
DROUGHTS = [
    *(("MLI", 1984), ("BFA", 1984), ("ETH", 1984), ("ZWE", 1992), ("AUS", 1902)),
    *(("DEU", 2018), ("GBR", 1976), ("MDG", 2020), ("SYR", 2008), ("AFG", 2001)),
]


@pytest.mark.slow
def test_evapotranspiration_on_real_data(shared_data: Path) -> None:
    """Standard normal in its reference period wherever it exists; rain's index where it is cool and
    wet; far below it where it is hot and dry; and low in droughts of which books tell."""
    pytest.importorskip("climate_indices", reason="needs the extra climate")
    release = read(shared_data / "raw" / "cru", spi=[12], spei=[12], reference=[1961, 1990])
    wide = (
        release.observations.filter(pl.col("indicator").is_in(["spi12_derived", "spei12_derived"]))
        .with_columns(pl.col("indicator").str.strip_suffix("12_derived"))
        .pivot("indicator", index=["unit", "month"], values="value")
    )
    year, spei, spi = pl.col("month").dt.year(), pl.col("spei"), pl.col("spi")
    by_unit = wide.group_by("unit").agg(
        mean=spei.filter(year.is_between(1961, 1990)).mean(),
        deviation=spei.filter(year.is_between(1961, 1990)).std(),
        together=pl.corr(spei.filter(year >= 1950), spi.filter(year >= 1950)),
        drier=(spei - spi).filter(year >= 2003).mean(),
    )
    complete = by_unit.drop_nulls("mean")
    assert complete.height == 221, "all but Greenland, whose every month is frozen"
    assert complete["mean"].abs().max() < 0.03
    assert complete["deviation"].is_between(0.96, 1.02).all()
    rainy = by_unit.filter(pl.col("unit").is_in(RAINY))
    assert rainy["together"].min() > 0.9
    assert rainy["drier"].is_between(-0.6, 0).all()
    desert = by_unit.filter(pl.col("unit").is_in(DESERT))
    assert desert["together"].max() < 0.7
    assert desert["drier"].max() < -1.5
    driest = wide.group_by("unit", year.alias("year")).agg(spei.min())
    known = pl.DataFrame(DROUGHTS, schema={"unit": pl.String, "year": pl.Int32}, orient="row")
    found = known.join(driest, on=["unit", "year"])
    assert found.height == len(DROUGHTS)
    assert found["spei"].max() < -1.2, found
