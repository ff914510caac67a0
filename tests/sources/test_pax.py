"""Peace agreements: months, stages and countries, refusals, agreement with the tidy tables."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from riskkit.errors import SourceError
from riskkit.sources.pax import INDICATORS, Pax
from riskkit.tables import Release

FIXTURE = Path(__file__).parent / "fixtures" / "pax" / "pax_all_agreements_data.csv"


def read(path: Path, **options: Any) -> Release:
    return Pax().read(path, Pax.options(**options))


def counts(release: Release, unit: str, month: date) -> dict[str, float]:
    rows = release.observations.filter(unit=unit, month=month).filter(pl.col("value") > 0)
    found = rows.select("indicator", "value").rows()
    return {name.removeprefix("pax_n_"): value for name, value in found}


def test_an_agreement_counts_for_each_of_its_countries() -> None:
    release = read(FIXTURE)
    march, june = date(2019, 3, 1), date(2019, 6, 1)
    assert counts(release, "XAA", march) == {"agreements": 2, "ceasefire": 1, "comprehensive": 1}
    assert counts(release, "XAB", march) == {"agreements": 1, "comprehensive": 1}
    assert counts(release, "XAB", june) == {"agreements": 1, "implementation": 1, "local": 1}
    assert release.dropped == {"agreement without a country code": 1}


def test_publication_and_coverage() -> None:
    release = read(FIXTURE)
    known = release.observations.filter(month=date(2019, 3, 1))["known_from"]
    assert set(known) == {date(2020, 9, 30)}
    assert release.covers == (date(2019, 1, 1), date(2019, 6, 1))
    assert all(i.census and i.frequency == "month" for i in release.indicators)


def test_later_months_are_left_out() -> None:
    release = read(FIXTURE, covers_to="2019-04")
    assert release.covers == (date(2019, 1, 1), date(2019, 4, 1))
    assert release.dropped == {"agreement later than covers_to": 2}


def test_a_country_without_iso_code_is_told_by_its_number(tmp_path: Path) -> None:
    path = tmp_path / FIXTURE.name
    text = FIXTURE.read_text(encoding="utf-8").replace("Party D,,,XAB,,,,", "Party D,,,,,347,,")
    path.write_text(text, encoding="utf-8")
    assert counts(read(path), "XKX", date(2019, 6, 1))["agreements"] == 1


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("Intra,Cea", "Intra,Sea", "line 2, column 'Stage'.*known are Pre, Cea"),
        ("IntraLocal", "Galactic", "line 5, column 'Agtp'.*got 'Galactic'"),
        ("2019-06-15", "15/06/2019", "line 5, column 'Dat'.*not a day"),
        ("Party D,,,XAB", "Party D,,,QQQ", "line 5, column 'Loc1ISO'.*got 'QQQ'"),
        ("Nowhere,3,", "Nowhere,2,", "line 4 and 1 more, column 'AgtId'"),
    ],
)
def test_impossible_agreements_are_refused(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    path = tmp_path / FIXTURE.name
    path.write_text(FIXTURE.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    with pytest.raises(SourceError, match=message):
        read(path)


@pytest.mark.parametrize(
    ("covers_to", "message"), [("2019", "covers_to is not a month"), ("2018-01", "no agreement")]
)
def test_an_impossible_end_is_refused(covers_to: str, message: str) -> None:
    with pytest.raises(SourceError, match=message):
        read(FIXTURE, covers_to=covers_to)


def test_agrees_with_the_tidy_tables(shared_data: Path) -> None:
    """5,801 country-years and 1,419 country-months, exactly, but for Kosovo.

    The tables have no agreement of Kosovo, which has no ISO code in the workbook.
    """
    release = read(shared_data / "raw" / "pax" / "pax_all_agreements_data.xlsx")
    assert release.covers == (date(1990, 1, 1), date(2020, 4, 1))
    assert release.dropped == {"agreement without a country code": 11}
    ours = release.observations.pivot("indicator", index=["unit", "month"], values="value")
    yearly = ours.group_by("unit", year=pl.col("month").dt.year().cast(pl.Int64)).agg(
        pl.col(*INDICATORS).sum()
    )
    tables = shared_data / "tables"
    theirs = pl.read_parquet(tables / "diplomacy_country_year.parquet").rename({"iso3": "unit"})
    theirs = theirs.drop_nulls("pax_n_agreements")
    both = theirs.join(yearly, on=["unit", "year"], how="left").filter(pl.col("unit") != "XKX")
    for name in ("pax_n_agreements", "pax_n_ceasefire", "pax_n_comprehensive"):
        assert (both[name] == both[f"{name}_right"].fill_null(0)).all(), name

    monthly = pl.read_parquet(tables / "diplomacy_country_month.parquet")
    monthly = monthly.drop_nulls("pax_n_agreements").with_columns(
        unit="iso3", month=pl.date("year", "month", 1)
    )
    both = monthly.join(ours, on=["unit", "month"], how="full", coalesce=True)
    both = both.filter(pl.col("unit") != "XKX")
    assert both.height == monthly.height
    assert (both["pax_n_agreements"] == both["pax_n_agreements_right"]).all()
