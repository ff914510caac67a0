"""riskkit data status: coverage, age, gaps, licence, and what is stale or damaged."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
import yaml

from riskkit.registry import sources
from riskkit.store import Store
from riskkit.store.status import status_rows
from tests.cli.running import riskkit

YEARLY = "country,year,gdp\nXAA,2010,1\nXAB,2011,\nXAA,2014,3\nXAB,2015,4\nXAA,2017,5\n"
OPTIONS = {
    "unit": {"column": "country"},
    "time": {"year": "year"},
    "lag_months": 6,
    "indicators": {"gdp": {"unit": "dollars"}},
    "licence": "CC BY 4.0",
}
FIXTURES = Path(__file__).parents[1] / "sources" / "fixtures"
GED = next((FIXTURES / "ucdp-ged").glob("*.csv"))
CODES = {"codes": {"9001": "XAA", "9002": "XAB"}}


@pytest.fixture
def store(tmp_path: Path) -> Store:
    (tmp_path / "gdp.csv").write_text(YEARLY)
    kept = Store(tmp_path / "data")
    kept.add("table", tmp_path / "gdp.csv", OPTIONS)
    kept.add("ucdp-ged", GED, CODES)
    return kept


def test_what_is_told_of_a_source(store: Store) -> None:
    table, ged = status_rows(store, date(2020, 6, 1))
    assert (table["key"], table["rows"], table["units"]) == ("table/gdp", 4, 2)
    assert (table["covers"], table["age_months"]) == (["2010-01", "2017-12"], 30)
    assert table["gaps"] == {"gdp": ["2011 to 2013", "2016"]}
    assert (table["due"], table["stale"], table["redistributable"]) == (None, False, False)
    assert (table["state"], table["addresses"]) == ("intact", [])
    assert table["retrieved_at"][:2] == "20"
    assert (ged["key"], ged["gaps"], ged["units"]) == ("ucdp-ged", {}, 2)
    assert ged["licences"] == [sources()["ucdp-ged"].licence]


@pytest.mark.parametrize(
    ("today", "options", "due", "stale"),
    [
        (date(2020, 6, 30), {}, "2020-05", False),
        (date(2020, 7, 1), {}, "2020-05", True),
        (date(2020, 12, 1), {"lag_months": 7}, "2020-11", False),
    ],
)
def test_a_source_is_stale_when_its_next_release_is_overdue(
    tmp_path: Path, today: date, options: dict[str, int], due: str, stale: bool
) -> None:
    store = Store(tmp_path / "data")
    store.add("ucdp-ged", GED, {**CODES, **options})
    (row,) = status_rows(store, today)
    assert row["covers"][1] == "2020-03"
    assert (row["due"], row["stale"]) == (due, stale)


def test_what_is_closed_is_never_stale(tmp_path: Path) -> None:
    store = Store(tmp_path / "data")
    options = yaml.safe_load((FIXTURES / "cwm" / "options.yaml").read_text(encoding="utf-8"))
    store.add("cwm", FIXTURES / "cwm" / "CWM.csv", options)
    (row,) = status_rows(store, date(2090, 1, 1))
    assert (row["due"], row["stale"]) == (None, False)


def test_one_damaged_file_does_not_hide_the_others(store: Store, tmp_path: Path) -> None:
    (kept,) = (tmp_path / "data").glob("table/gdp/*/gdp.csv")
    kept.write_text(YEARLY + "XAA,2018,6\n")
    table, ged = status_rows(store)
    assert "is not the file that was added" in table["state"]
    assert (table["units"], table["gaps"], ged["state"]) == (None, {}, "intact")
    kept.unlink()
    assert "is gone" in status_rows(store)[0]["state"]


@pytest.mark.parametrize("columns", [80, 100, 120, 200])
def test_a_line_each_that_fits_the_screen(
    store: Store, monkeypatch: pytest.MonkeyPatch, columns: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    lines = riskkit("data", "status").out.splitlines()
    assert all(len(line) <= columns for line in lines)
    head, *rows = lines[: 1 + 12 + len(store.entries())]
    assert head.split()[0] == "source"
    keys = [row["key"] for row in riskkit("data", "status", "--json").json]
    assert [row.split()[0] for row in rows] == keys
    gdp, ged = rows[-2:]
    assert "2010-01  2017-12" in gdp
    assert {"4", "2", "intact"} <= {*gdp.split()}
    assert "stale" in ged.split()
    told = " ".join(" ".join(lines).split())
    assert "table/gdp: gaps in gdp: 2011 to 2013, 2016" in told
    assert "stale: something newer should be out since 2020-05" in told


def test_terms_are_told_where_there_is_room(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    assert store.entries()
    assert "Open Government Licence v3" in riskkit("data", "status").out


def test_some_themes_only(store: Store) -> None:
    rows = riskkit("data", "status", "--theme", "own", "--json").json
    assert [row["key"] for row in rows] == ["table/gdp"]
    climate = riskkit("data", "status", "--theme", "climate").out
    assert "base/rain_month" in climate
    assert "base/conflict_month" not in climate
    assert store.entries()


def test_an_empty_store(tmp_path: Path) -> None:
    assert status_rows(Store(tmp_path / "none")) == []
    assert "holds no data" in riskkit("data", "status").out
