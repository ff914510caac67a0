"""Tables of pairs: directions, periods, weights, ties that never change, refusals."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from pydantic import ValidationError

from riskkit.errors import SourceError
from riskkit.sources.dyad_table import DyadTable, DyadTableOptions
from riskkit.tables import Dyads, Release

OPTIONS: dict[str, Any] = {
    "unit": {"column": "from"},
    "other": {"column": "to"},
    "time": {"year": "year"},
    "relations": {"trade": {"unit": "tonnes", "column": "x"}},
}
HEADER = "from,to,year,x\n"


def read(path: Path, **options: Any) -> Release:
    release = DyadTable().read(path, DyadTableOptions.model_validate({**OPTIONS, **options}))
    Dyads.validate(ties_of(release))
    return release


def read_text(folder: Path, text: str, **options: Any) -> Release:
    path = folder / "pairs.csv"
    path.write_text(text, encoding="utf-8")
    return read(path, **options)


def ties_of(release: Release) -> pl.DataFrame:
    assert release.dyads is not None
    return release.dyads


def rows(release: Release) -> list[tuple[str, str, int, float]]:
    year = pl.col("month").dt.year()
    return ties_of(release).select("unit", "other", year, "value").rows()


def test_a_table_becomes_dyads(tmp_path: Path) -> None:
    release = read_text(
        tmp_path,
        "from,to,year,x,km\nXAB,XAA,2020,NA,300\nXAA,XAB,2020,5,600\n",
        lag_months=6,
        relations={
            "trade": {"unit": "tonnes", "column": "x", "description": "Made up."},
            "nearness": {"unit": "share", "column": "km", "halves_every": 300, "carry_months": 9},
        },
    )
    assert ties_of(release).rows() == [
        ("XAA", "XAB", date(2020, 1, 1), "nearness", 0.25, date(2021, 6, 30)),
        ("XAA", "XAB", date(2020, 1, 1), "trade", 5.0, date(2021, 6, 30)),
        ("XAB", "XAA", date(2020, 1, 1), "nearness", 0.5, date(2021, 6, 30)),
    ]
    trade, nearness = release.relations
    assert (trade.name, trade.unit, trade.source, trade.description) == (
        "trade",
        "tonnes",
        "dyad-table",
        "Made up.",
    )
    assert (trade.frequency, trade.lag_months, trade.carry_months) == ("year", 6, 36)
    assert nearness.carry_months == 9
    assert release.covers == (date(2020, 1, 1), date(2020, 12, 1))
    assert release.simulated
    assert release.observations.is_empty()
    assert release.indicators == ()


def test_months(tmp_path: Path) -> None:
    time = {"year": "year", "month": "m"}
    release = read_text(tmp_path, "from,to,year,m,x\nXAA,XAB,2020,2,5\n", time=time, lag_months=1)
    assert ties_of(release)["month"].item() == date(2020, 2, 1)
    assert ties_of(release)["known_from"].item() == date(2020, 3, 31)
    assert release.relations[0].frequency == "month"
    assert release.covers == (date(2020, 2, 1), date(2020, 2, 1))


def test_ties_that_never_change_have_always_been_known(tmp_path: Path) -> None:
    release = read_text(tmp_path, HEADER + "XAA,XAB,2020,5\n", time=None, lag_months=9)
    assert ties_of(release)["known_from"].item() == date(1800, 1, 31)
    assert (release.relations[0].frequency, release.relations[0].lag_months) == ("constant", 0)


def test_without_a_column_every_row_is_a_tie(tmp_path: Path) -> None:
    pacts = {"pact": {"unit": "1 if so"}}
    release = read_text(tmp_path, "from,to,year\nXAA,XAB,2020\n", relations=pacts)
    assert rows(release) == [("XAA", "XAB", 2020, 1.0)]


def test_symmetric_ties_hold_both_ways(tmp_path: Path) -> None:
    text = HEADER + "XAA,XAB,2020,5\nXAC,XAA,2020,2\nXAA,XAC,2020,2\n"
    assert rows(read_text(tmp_path, text, symmetric=True)) == [
        ("XAA", "XAB", 2020, 5.0),
        ("XAA", "XAC", 2020, 2.0),
        ("XAB", "XAA", 2020, 5.0),
        ("XAC", "XAA", 2020, 2.0),
    ]
    match = r"tie 'trade' of XAA with XAC has two weights for 2020-01; keep one"
    with pytest.raises(SourceError, match=match):
        read_text(tmp_path, text.replace("XAA,XAC,2020,2", "XAA,XAC,2020,3"), symmetric=True)


def test_strangers_and_selves_are_left_out_and_counted(tmp_path: Path) -> None:
    text = HEADER + "XAA,XAB,2020,5\nXAA,XAA,2020,7\nSTATELESS,XAB,2020,9\nXAA,,2020,1\n"
    unit, other = ({"column": column, "unknown": "drop"} for column in ("from", "to"))
    release = read_text(tmp_path, text, unit=unit, other=other)
    assert rows(release) == [("XAA", "XAB", 2020, 5.0)]
    assert release.dropped == {"pair with an unknown unit": 2, "tie of a unit with itself": 1}


def test_zeros_are_kept_since_they_may_withdraw_a_tie(tmp_path: Path) -> None:
    assert rows(read_text(tmp_path, HEADER + "XAA,XAB,2020,0\n")) == [("XAA", "XAB", 2020, 0.0)]


@pytest.mark.parametrize(
    ("text", "options", "message"),
    [
        ("XAA,XAB,2020,1\nXAA,XAB,2020,2\n", {}, "line 2 and 1 more, column 'to'.*several rows"),
        ("XAA,XAB,2020,-1\n", {}, "line 2, column 'x': a tie cannot be negative.*absolute: true"),
        ("XAA,XAB,2020,many\n", {}, "line 2, column 'x': this is not a number"),
        ("XAA,ATLANTIS,2020,1\n", {}, "line 2, column 'to': no country"),
        ("XAA,,2020,1\n", {}, "line 2, column 'to': the unit is missing"),
        ("XAA,XAB,20,1\n", {}, "line 2, column 'year': a year must be a whole number"),
        ("XAA,XAB,2020,\n", {}, "no row ties two known units"),
        ("XAA,XAA,2020,1\n", {}, "no row ties two known units"),
        ("XAA,XAB,2020,1\n", {"other": {"column": "nach"}}, "column 'nach' is missing"),
        (
            "DEU,POL,1990,1\n265,POL,1990,2\n",
            {"unit": {"column": "from", "codes": {"265": "DEU"}}},
            "tie 'trade' of DEU with POL has two weights for 1990-01",
        ),
    ],
)
def test_what_does_not_fit_is_refused(
    tmp_path: Path, text: str, options: dict[str, Any], message: str
) -> None:
    with pytest.raises(SourceError, match=message) as refused:
        read_text(tmp_path, HEADER + text, **options)
    assert "pairs.csv" in str(refused.value)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"relations": {}}, "at least 1 item"),
        ({"relations": {"X": {"unit": "index"}}}, "pattern"),
        ({"relations": {"x": {"unit": "km", "halves_every": 0}}}, "greater than 0"),
        ({"time": {}}, "give year, year and month, or column"),
        ({"indicators": {}}, "Extra inputs"),
    ],
)
def test_options_that_make_no_sense_are_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        DyadTableOptions.model_validate({**OPTIONS, **options})


def test_the_citation_is_what_the_user_says() -> None:
    options = DyadTableOptions.model_validate({**OPTIONS, "citation": "We (2020)"})
    cited = DyadTable().cite(Path("in/pairs.csv"), options)
    assert (cited.title, cited.citation) == ("pairs.csv", "We (2020)")
    assert "option licence" in cited.licence


def test_the_shared_borders_and_refugees(shared_data: Path) -> None:
    """Land borders hold both ways, and refugees add up to those of the file."""
    borders = read(
        shared_data / "tables" / "contiguity.parquet",
        unit={"column": "iso3_1"},
        other={"column": "iso3_2"},
        relations={"contiguity": {"unit": "1 if so", "column": "land_contiguous"}},
    )
    last = {(u, o) for u, o, year, value in rows(borders) if year == 2021 and value}
    assert last == {(o, u) for u, o in last}
    assert len(last) == 632
    assert {("SRB", "HUN"), ("SSD", "SDN")} <= last
    path = shared_data / "tables" / "refugee_dyad_year.parquet"
    refugees = read(
        path,
        unit={"column": "iso3_asylum"},
        other={"column": "iso3_origin"},
        relations={"refugee_origins": {"unit": "people", "column": "refugees"}},
    )
    table = pl.read_parquet(path).filter(pl.col("iso3_asylum") != pl.col("iso3_origin"))
    assert ties_of(refugees)["value"].sum() == table["refugees"].cast(pl.Float64).sum()
    assert refugees.dropped == {"tie of a unit with itself": 59}
