"""UCDP country-years: figures, publication, refusals, agreement with the tidy table."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from riskkit.errors import SourceError
from riskkit.sources.ucdp.country_year import INDICATORS, UcdpCountryYear
from riskkit.tables import Release
from riskkit.units import to_unit

FIXTURE = (
    Path(__file__).parents[1] / "fixtures" / "ucdp-country-year" / "organizedviolencecy_v20_1.csv"
)
CODES = {9001: "XAA", 9002: "XAB"}
# Columns of the tidy table and the indicators that hold the same figure.
SAME = {
    **{"sb": "sb_best", "sb_low": "sb_low", "sb_high": "sb_high", "sb_civ": "sb_civilians"},
    **{"sb_interstate": "sb_interstate", "ns": "ns_best", "ns_low": "ns_low"},
    **{"ns_high": "ns_high", "ns_civ": "ns_civilians", "os": "os_best", "os_low": "os_low"},
    **{"os_high": "os_high", "os_by_govt": "os_by_government"},
    **{"os_by_nonstate": "os_by_nonstate", "civilians_total": "civilians"},
}


def read(path: Path, **options: Any) -> Release:
    return UcdpCountryYear().read(path, UcdpCountryYear.options(**{"codes": CODES, **options}))


def with_cells(folder: Path, row: int, **cells: Any) -> Path:
    frame = pl.read_csv(FIXTURE, infer_schema=False).with_row_index("row")
    for column, value in cells.items():
        here = pl.col("row") == row
        frame = frame.with_columns(
            pl.when(here).then(pl.lit(str(value))).otherwise(column).alias(column)
        )
    path = folder / FIXTURE.name
    frame.drop("row").write_csv(path)
    return path


def test_figures_and_publication() -> None:
    release = read(FIXTURE)
    rows = release.observations.filter(unit="XAA", month=date(2019, 1, 1))
    figures = dict(rows.select("indicator", "value").rows())
    assert set(figures) == set(INDICATORS)
    assert (figures["ucdp_sb_low"], figures["ucdp_sb_best"], figures["ucdp_sb_high"]) == (
        190,
        200,
        250,
    )
    assert (figures["ucdp_os_by_government"], figures["ucdp_os_by_nonstate"]) == (10, 20)
    assert rows["known_from"].unique().to_list() == [date(2020, 6, 30)]
    assert release.covers == (date(2018, 1, 1), date(2019, 12, 1))
    assert release.covered_units == ("XAA", "XAB")
    assert {(i.frequency, i.census, i.lag_months) for i in release.indicators} == {
        ("year", True, 6)
    }


def test_names_without_the_suffix_are_known(tmp_path: Path) -> None:
    frame = pl.read_csv(FIXTURE, infer_schema=False)
    path = tmp_path / FIXTURE.name
    frame.rename(lambda column: column.removesuffix("_cy")).write_csv(path)
    assert read(path).observations.equals(read(FIXTURE).observations)


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        ({"sb_total_deaths_best_cy": -3}, "line 3, column 'sb_total_deaths_best_cy'.*got '-3'"),
        ({"os_total_deaths_low_cy": "x"}, "line 3, column 'os_total_deaths_low_cy'.*not a number"),
        ({"year_cy": 2018}, "line 2 and 1 more, column 'country_id_cy'.*several rows"),
        ({"year_cy": 2999}, "line 3, column 'year_cy'.*1946 to"),
        ({"country_id_cy": 9003}, "line 3, column 'country_id_cy'.*got '9003'"),
    ],
)
def test_impossible_figures_are_refused(
    tmp_path: Path, cells: dict[str, Any], message: str
) -> None:
    with pytest.raises(SourceError, match=message):
        read(with_cells(tmp_path, 1, **cells))


def test_agrees_with_the_tidy_table(shared_data: Path) -> None:
    """Every figure of 6,348 country-years, exactly: both come from release 25.1."""
    path = shared_data / "raw" / "ucdp" / "organizedviolencecy_v25_1_to2021.csv"
    release = read(path, codes={})
    ours = release.observations.pivot("indicator", index=["unit", "month"], values="value")
    table = pl.read_parquet(shared_data / "tables" / "conflict_country_year.parquet")
    theirs = table.with_columns(to_unit(table["gwcode"], "gwcode"), month=pl.date("year", 1, 1))
    both = theirs.join(ours, on=["unit", "month"], how="full")
    assert both.height == ours.height == table.height
    for column, indicator in SAME.items():
        assert (both[column] == both[f"ucdp_{indicator}"]).all(), column
    assert release.covered_units is None
    assert release.covers == (date(1989, 1, 1), date(2021, 12, 1))
    assert release.unit_names == {
        "ISR": "Israel (with Palestine)",
        "MAR": "Morocco (with Western Sahara)",
    }
