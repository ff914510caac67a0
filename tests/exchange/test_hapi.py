from pathlib import Path

import pandas as pd
import polars as pl
import pytest

from riskkit.exchange import Options, Published, export
from riskkit.exchange.hapi import COLUMNS


@pytest.fixture
def rows(publication: Path, tmp_path: Path) -> pd.DataFrame:
    return pd.read_csv(export("hapi", publication, tmp_path / "hapi.csv"))


def test_the_columns_begin_and_end_as_hapi_has_them(rows: pd.DataFrame) -> None:
    assert tuple(rows.columns) == COLUMNS
    assert COLUMNS[0] == "location_code"
    assert COLUMNS[-4:] == ("reference_period_start", "reference_period_end", "warning", "error")


def test_every_place_has_a_row_a_threat_and_one_of_all(rows: pd.DataFrame) -> None:
    keys = rows[["location_code", "risk_type"]]
    assert not keys.duplicated().any()
    assert rows.groupby("location_code").size().unique().tolist() == [4]
    assert set(rows["risk_type"]) == {"all", "conflict", "displacement", "climate"}
    assert list(map(tuple, keys.values)) == sorted(map(tuple, keys.values))


def test_the_figures_are_those_of_the_publication(rows: pd.DataFrame, publication: Path) -> None:
    ranking = Published.open(publication).table("ranking.csv")
    whole = rows[rows["risk_type"] == "all"].set_index("location_code")
    top = ranking.row(0, named=True)
    assert whole.loc[top["unit"], "global_rank"] == 1
    assert whole.loc[top["unit"], "score"] == pytest.approx(top["score"])
    fled = rows[rows["risk_type"] == "displacement"].dropna(subset=["expected"])
    assert fled[["threshold_1", "threshold_2"]].drop_duplicates().values.tolist() == [[1000, 10000]]


def test_a_row_without_a_figure_says_why_and_nothing_else(rows: pd.DataFrame) -> None:
    lacking = rows[rows["error"].notna()]
    assert lacking["score"].isna().all()
    assert set(lacking["error"]) == {
        "left out: no outcome is known since 2001",
        "absent: no source brings heat_month_2sd",
    }
    assert rows[rows["error"].isna()]["score"].notna().all()
    assert rows["warning"].str.startswith("simulated data: made up").all()
    assert rows[rows["risk_type"] == "all"]["warning"].str.contains("threat that other").any()


def test_periods_are_days(rows: pd.DataFrame) -> None:
    whole = rows[rows["risk_type"] == "all"]
    assert set(whole["reference_period_start"]) == {"2022-01-01"}
    assert set(whole["reference_period_end"]) == {"2022-12-31"}
    assert set(rows["as_of"]) == {"2021-12-31"}


def test_a_mark_for_old_spreadsheets(publication: Path, tmp_path: Path) -> None:
    plain = export("hapi", publication, tmp_path / "a.csv").read_bytes()
    marked = export("hapi", publication, tmp_path / "b.csv", Options(bom=True)).read_bytes()
    assert marked == b"\xef\xbb\xbf" + plain
    assert pl.read_csv(marked).columns == list(COLUMNS)
