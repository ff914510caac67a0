"""Tables of the user's own: columns, periods, units, missing values, vintages, refusals."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from pydantic import ValidationError

from riskkit.errors import SourceError
from riskkit.sources.table import Table, TableOptions
from riskkit.tables import Release
from tests.sources.workbooks import Cell, write_workbook

OPTIONS: dict[str, Any] = {
    "unit": {"column": "iso"},
    "time": {"column": "month"},
    "indicators": {"x": {"unit": "index"}},
}


def read(path: Path, **options: Any) -> Release:
    return Table().read(path, TableOptions.model_validate({**OPTIONS, **options}))


def read_text(folder: Path, text: str | bytes, **options: Any) -> Release:
    path = folder / "mine.csv"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return read(path, **options)


def rows(release: Release) -> list[tuple[str, str, float]]:
    shown = release.observations.select("unit", pl.col("month").cast(pl.String), "value")
    return shown.rows()


def test_a_table_becomes_observations(tmp_path: Path) -> None:
    release = read_text(
        tmp_path,
        "iso,month,x,n\nXAB,2020-02,1.5,3\nXAA,2020-01,-2,0\nXAA,2020-02,NA,4\n",
        lag_months=2,
        indicators={
            "x": {"unit": "index", "description": "Invented.", "carry_months": 12},
            "attacks": {"unit": "attacks", "column": "n", "census": True},
        },
    )
    assert release.observations.rows() == [
        ("XAA", date(2020, 1, 1), "attacks", 0.0, date(2020, 3, 31)),
        ("XAA", date(2020, 1, 1), "x", -2.0, date(2020, 3, 31)),
        ("XAA", date(2020, 2, 1), "attacks", 4.0, date(2020, 4, 30)),
        ("XAB", date(2020, 2, 1), "attacks", 3.0, date(2020, 4, 30)),
        ("XAB", date(2020, 2, 1), "x", 1.5, date(2020, 4, 30)),
    ]
    x, attacks = release.indicators
    assert (x.lag_months, x.carry_months, x.census, x.description) == (2, 12, False, "Invented.")
    assert (attacks.name, attacks.unit, attacks.census) == ("attacks", "attacks", True)
    assert release.covers == (date(2020, 1, 1), date(2020, 2, 1))
    assert release.covered_units == ("XAA", "XAB")
    assert release.simulated


@pytest.mark.parametrize(
    ("time", "header", "cells", "month"),
    [
        ({"column": "t"}, "t", "2020-03", "2020-03-01"),
        ({"column": "t"}, "t", "2020-03-31", "2020-03-01"),
        ({"column": "t"}, "t", "2020-03-31 00:00:00", "2020-03-01"),
        ({"column": "t", "format": "%d.%m.%Y"}, "t", "31.03.2020", "2020-03-01"),
        ({"column": "t", "format": "%b %Y"}, "t", "Mar 2020", "2020-03-01"),
        ({"column": "t", "format": "%Y%m"}, "t", "202003", "2020-03-01"),
        ({"column": "t", "format": "month_id"}, "t", "483", "2020-03-01"),
        ({"year": "y", "month": "m"}, "y,m", "2020,3", "2020-03-01"),
        ({"year": "y", "month": "m"}, "y,m", "2020.0,03", "2020-03-01"),
        ({"year": "y"}, "y", "2020", "2020-01-01"),
        ({"column": "t", "format": "%Y"}, "t", "2020", "2020-01-01"),
        ({"column": "t", "format": "FY%y"}, "t", "FY20", "2020-01-01"),
    ],
)
def test_periods(tmp_path: Path, time: dict[str, str], header: str, cells: str, month: str) -> None:
    release = read_text(tmp_path, f"iso,{header},x\nXAA,{cells},1\n", time=time, lag_months=1)
    yearly = month.endswith("-01-01")
    assert rows(release) == [("XAA", month, 1.0)]
    assert release.indicators[0].frequency == ("year" if yearly else "month")
    known = date(2021, 1, 31) if yearly else date(2020, 4, 30)
    assert release.observations["known_from"].to_list() == [known]
    assert release.covers[1] == (date(2020, 12, 1) if yearly else date(2020, 3, 1))


@pytest.mark.parametrize(
    ("system", "code", "unit"),
    [
        ("iso3", "MLI", "MLI"),
        ("iso2", "ml", "MLI"),
        ("gwcode", "432.0", "MLI"),
        ("views_id", "50", "MLI"),
        ("m49", "466", "MLI"),
        ("name", "Mali", "MLI"),
        ("iso3", "XAA", "XAA"),
        ("name", "Our north", "XAB"),
        ("cell", "138762", "138762"),
    ],
)
def test_units(tmp_path: Path, system: str, code: str, unit: str) -> None:
    text = f"iso,month,x\n{code},2020-01,1\n"
    how = {"column": "iso", "system": system, "codes": {"Our north": "XAB"}}
    assert rows(read_text(tmp_path, text, unit=how)) == [(unit, "2020-01-01", 1.0)]


def test_numbers_as_codes_of_ones_own(tmp_path: Path) -> None:
    release = read_text(
        tmp_path, "iso,month,x\n77,2020-01,1\n", unit={"column": "iso", "codes": {77: "XAC"}}
    )
    assert rows(release) == [("XAC", "2020-01-01", 1.0)]


def test_unknown_units_are_dropped_on_request_and_reported(tmp_path: Path) -> None:
    text = "iso,month,x\nATLANTIS,2020-01,1\n,2020-01,1\nXAA,2020-01,2\n"
    release = read_text(tmp_path, text, unit={"column": "iso", "unknown": "drop"})
    assert rows(release) == [("XAA", "2020-01-01", 2.0)]
    assert release.dropped == {"unknown unit in column 'iso'": 2}


@pytest.mark.parametrize(
    ("text", "options", "value"),
    [
        ("iso;month;x\nXAA;2020-01;1.5\n", {}, 1.5),
        ("iso\tmonth\tx\nXAA\t2020-01\t1e3\n", {}, 1000),
        ("iso|month|x\nXAA|2020-01| 7 \n", {}, 7),
        ("iso;month;x\nXAA;2020-01;1,5\n", {"decimal": ","}, 1.5),
        ("iso:month:x\nXAA:2020-01:1,5\n", {"decimal": ",", "delimiter": ":"}, 1.5),
        ("iso,month,x,étage\nXAA,2020-01,1,2\n".encode("latin-1"), {"encoding": "latin-1"}, 1),
    ],
)
def test_ways_to_write(
    tmp_path: Path, text: str | bytes, options: dict[str, Any], value: float
) -> None:
    assert rows(read_text(tmp_path, text, **options)) == [("XAA", "2020-01-01", value)]


@pytest.mark.parametrize("null", ["missing", "zero"])
def test_empty_cells(tmp_path: Path, null: str) -> None:
    text = "iso,month,x\nXAA,2020-01,\nXAA,2020-02,..\nXAA,2020-03,5\n"
    items = {"x": {"unit": "index", "null": null}}
    release = read_text(tmp_path, text, indicators=items, missing=[".."])
    assert [value for *_, value in rows(release)] == ([5.0] if null == "missing" else [0, 0, 5])
    assert release.covers == (date(2020, 1, 1), date(2020, 3, 1))


def test_counts_of_a_state_and_its_successor_in_one_month_are_added(tmp_path: Path) -> None:
    text = "iso,month,x\nYUG,2006-06,1\nSRB,2006-06,2\n"
    counts = {"x": {"unit": "deaths"}}
    assert rows(read_text(tmp_path, text, indicators=counts)) == [("SRB", "2006-06-01", 3.0)]
    with pytest.raises(SourceError, match=r"codes \(SRB and YUG\) stand for SRB .* x for 2006"):
        read_text(tmp_path, text)


def test_vintages(tmp_path: Path) -> None:
    text = "iso,month,x,told\nXAA,2020-01,1,2020-02-20\nXAA,2020-01,4,2020-07-01\n"
    release = read_text(tmp_path, text, known_from={"column": "told"}, lag_months=1)
    assert release.observations.select("value", "known_from").rows() == [
        (1.0, date(2020, 2, 20)),
        (4.0, date(2020, 7, 1)),
    ]
    with pytest.raises(SourceError, match=r"1 of 1 values .* more than 0 month.*set lag_months"):
        read_text(tmp_path, text, known_from={"column": "told"})
    with pytest.raises(SourceError, match="line 2, column 'told': published before"):
        read_text(tmp_path, text.replace("2020-02", "2019-02"), known_from={"column": "told"})


REPEATED = "iso,month,x\nXAA,2020-01,\nXAA,2020-01,3\nXAA,2020-01,5\nXAA,2020-02,\nXAA,2020-02,\n"


@pytest.mark.parametrize(("repeated", "value"), [("first", 3.0), ("mean", 4.0), ("sum", 8.0)])
def test_several_rows_of_a_unit_and_period(tmp_path: Path, repeated: str, value: float) -> None:
    """What is missing adds nothing, and only missing values stay missing."""
    assert rows(read_text(tmp_path, REPEATED, repeated=repeated)) == [("XAA", "2020-01-01", value)]
    zero = {"x": {"unit": "index", "null": "zero"}}
    months = [
        month
        for _, month, _ in rows(read_text(tmp_path, REPEATED, repeated=repeated, indicators=zero))
    ]
    assert months == ["2020-01-01", "2020-02-01"]


def test_sums_of_repeated_rows_do_not_depend_on_their_order(tmp_path: Path) -> None:
    cells = ["0.1", "0.2", "0.3", "1e16", "-1e16"]
    texts = [
        "iso,month,x\n" + "".join(f"XAA,2020-01,{cell}\n" for cell in order)
        for order in (cells, cells[::-1], cells[2:] + cells[:2])
    ]
    assert len({rows(read_text(tmp_path, text, repeated="sum"))[0] for text in texts}) == 1


def test_a_census_may_end_with_zeros_left_out(tmp_path: Path) -> None:
    census = {"x": {"unit": "events", "census": True}}
    text = "iso,month,x\nXAA,2020-01,3\n"
    release = read_text(tmp_path, text, indicators=census, covers_to="2020-06")
    assert release.covers == (date(2020, 1, 1), date(2020, 6, 1))
    yearly = {"time": {"year": "y"}, "covers_to": "2021-12"}
    release = read_text(tmp_path, "iso,y,x\nXAA,2020,3\n", indicators=census, **yearly)
    assert release.covers == (date(2020, 1, 1), date(2021, 12, 1))


@pytest.mark.parametrize(
    ("covers_to", "message"),
    [("2019-12", "before the last row .got 'last row of 2020-01'"), ("2999-01", "in the future")],
)
def test_a_table_cannot_end_before_its_last_row_nor_in_the_future(
    tmp_path: Path, covers_to: str, message: str
) -> None:
    with pytest.raises(SourceError, match=f"mine.csv: covers_to is {covers_to}, .*{message}"):
        read_text(tmp_path, "iso,month,x\nXAA,2020-01,3\n", covers_to=covers_to)


def test_workbooks_and_parquet(tmp_path: Path) -> None:
    sheet: list[list[Cell]] = [["iso", "month", "x"], ["XAA", "2020-01", 1.5]]
    book = write_workbook(tmp_path / "mine.xlsx", {"Notes": [["hello"]], "Data": sheet})
    assert rows(read(book, sheet="Data")) == [("XAA", "2020-01-01", 1.5)]
    frame = pl.DataFrame({"iso": ["XAA"], "month": [date(2020, 1, 31)], "x": [1.5]})
    frame.write_parquet(tmp_path / "mine.parquet")
    assert rows(read(tmp_path / "mine.parquet")) == [("XAA", "2020-01-01", 1.5)]
    frame.with_columns(x=float("nan")).write_parquet(tmp_path / "mine.parquet")
    with pytest.raises(SourceError, match="row 1, column 'x': this is not a finite number"):
        read(tmp_path / "mine.parquet")
    frame.extend(frame.with_columns(month=date(2020, 2, 29), x=float("nan")))
    frame.write_parquet(tmp_path / "mine.parquet")
    assert len(rows(read(tmp_path / "mine.parquet", missing=["NaN"]))) == 1


@pytest.mark.parametrize(
    ("text", "options", "message"),
    [
        ("iso,month,x\nXAA,2020-01,1\nXAA,2020-01,2\n", {}, "line 2 and 1 more, .*several rows"),
        ("iso,month,x\nXAA,2020-01,many\n", {}, "line 2, column 'x': this is not a number"),
        ("iso,month,x\nXAA,2020-01,nan\n", {}, "line 2, column 'x': this is not a finite"),
        ("iso,month,x\nXAA,2020-01,-inf\n", {}, "line 2, column 'x': this is not a finite"),
        ("iso;month;x\nXAA;2020-01;1,5\n", {}, "line 2, column 'x': this is not a number"),
        ("iso;month;x\nXAA;2020-01;1.5\n", {"decimal": ","}, "line 2, column 'x'.*decimal sign"),
        ("iso,month,x\nXAA,2020-01,1,234\n", {}, "line 2: 4 columns instead of 3"),
        ("iso,month,x\nXAA,2020-01\n", {}, "line 2: 2 columns instead of 3"),
        ("iso,month,x\nATLANTIS,2020-01,1\n", {}, "line 2, column 'iso': no country .*codes"),
        ("iso,month,x\nATLANTIS,2020-01,1\n", {}, "leave such rows out with unit.unknown: drop"),
        (
            "iso,month,x\nML,2020-01,1\nNE,2020-01,1\n",
            {},
            "these read as iso2: set the column's system",
        ),
        ("iso,month,x\nMali,2020-01,1\nNiger,2020-01,1\n", {}, "these read as name: set the"),
        ("iso,month,x\n432,2020-01,1\n", {}, "these read as gwcode, cowcode, m49 or views_id"),
        ("iso,month,x\nMLI,2020-01,1\nNER,2020-01,1\nML,2020-02,1\n", {}, "line 4, .*did you mean"),
        ("iso,month,x\nMLI,2020-01,35%\n", {}, "no sign such as % behind them"),
        ("iso;month;x\nMLI;2020-01;3,5\n", {}, "set decimal: ','"),
        ("iso,month,x\nMLI,2020-01,1\nMLI,2020-01,2\n", {}, "set repeated to first, mean or sum"),
        (
            "iso,month,x\nMLI,2020-01,1\nMLI,2020-02,-99\n",
            {},
            "line 3, column 'x': the only negative",
        ),
        ("iso,month,x\nMLI,2020-01,1\n\0\0\0", {}, "line 3 holds bytes of zero"),
        ("iso,month,x\nMLI,01/2020,1\n", {}, "as %d/%m/%Y or %m/%Y"),
        ("iso,month,x\n,2020-01,1\n", {}, "line 2, column 'iso': the unit is missing"),
        ("pays,mois,x\nXAA,2020-01,1\n", {}, r"column 'iso' is missing .got \['pays', 'mois'"),
        ("iso,month,x\nXAA,2020-01,1\nXAA,01/02/2020,1\n", {}, "line 3, column 'month'.*YYYY"),
        ("iso,month,x\nXAA,2999-01,1\n", {}, "line 2, column 'month': .*future"),
        ("iso,month,x\nXAA,,1\n", {}, "line 2, column 'month': this is not a day"),
        ("iso,month,x\nXAA,2020-01,\n", {}, "every value of x is missing"),
        ("iso;month;x\nXAA;2020-01;1\n", {"delimiter": ","}, "separated by semicolons"),
        (
            "iso,month,x\nXAA,2020-01,-1\n",
            {"indicators": {"x": {"unit": "deaths"}}},
            "line 2, column 'x': deaths cannot be negative .got '-1'",
        ),
        (
            "iso,month,x\nXAA,2020-01,-1\n",
            {"indicators": {"x": {"unit": "persons", "census": True}}},
            "line 2, column 'x': persons cannot be negative",
        ),
        (
            "iso,month,x\nXAA,2020-01,\n",
            {"indicators": {"x": {"unit": "index", "null": "error"}}},
            "line 2, column 'x': the value is missing",
        ),
        (
            "iso,y,m,x\nXAA,2020,13,1\n",
            {"time": {"year": "y", "month": "m"}},
            "line 2, column 'm': a month must be a whole number, 1 to 12",
        ),
        (
            "iso,y,x\nXAA,2020.5,1\n",
            {"time": {"year": "y"}},
            "line 2, column 'y': a year must be a whole number",
        ),
        (
            "iso,m,x\nXAA,99999,1\n",
            {"time": {"column": "m", "format": "month_id"}},
            "line 2, column 'm': a month_id must be",
        ),
        (
            "iso,month,x\n259201,2020-01,1\n",
            {"unit": {"column": "iso", "system": "cell"}},
            "line 2, column 'iso': a PRIO-GRID cell must be",
        ),
        (
            "iso,month,x\nATLANTIS,2020-01,1\n",
            {"unit": {"column": "iso", "unknown": "drop"}},
            r"no row names a known unit .got \['ATLANTIS'\]",
        ),
    ],
)
def test_what_does_not_fit_is_refused(
    tmp_path: Path, text: str, options: dict[str, Any], message: str
) -> None:
    with pytest.raises(SourceError, match=message) as refused:
        read_text(tmp_path, text, **options)
    assert "mine.csv" in str(refused.value)


def test_a_negative_figure_that_the_user_vouches_for_is_one(tmp_path: Path) -> None:
    text = "iso,month,x\nMLI,2020-01,1\nMLI,2020-02,-99\n"
    assert rows(read_text(tmp_path, text, missing=["NA"]))[1][2] == -99
    assert len(rows(read_text(tmp_path, text, missing=["NA", -99]))) == 1
    assert len(rows(read_text(tmp_path, text.replace(",1\n", ",-3\n")))) == 2


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"indicators": {"X": {"unit": "index"}}}, "pattern"),
        ({"indicators": {"month": {"unit": "index"}}}, "'month' is a key"),
        ({"indicators": {}}, "at least 1 item"),
        ({"time": {}}, "give year, year and month, or column"),
        ({"time": {"month": "m"}}, "give year, year and month, or column"),
        ({"time": {"column": "t", "year": "y"}}, "give year, year and month, or column"),
        ({"unit": {"column": "iso", "system": "fips"}}, "Input should be"),
        ({"unit": {"column": "iso", "codes": {"a": "Mali"}}}, "pattern"),
        ({"encoding": "klingon"}, "there is no encoding 'klingon'"),
        ({"lag": 1}, "Extra inputs"),
        ({"lag_months": -1}, "greater than or equal to 0"),
        ({"repeated": "last"}, "'error', 'first', 'mean' or 'sum'"),
        ({"covers_to": "2021"}, "pattern"),
        ({"covers_to": "2021-06", "time": {"year": "y"}}, "a December, as in 2021-12"),
    ],
)
def test_options_that_make_no_sense_are_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        TableOptions.model_validate({**OPTIONS, **options})


def test_the_citation_is_what_the_user_says() -> None:
    options = TableOptions.model_validate({**OPTIONS, "citation": "We (2020)", "licence": "CC0"})
    cited = Table().cite(Path("in/mine.csv"), options)
    assert (cited.title, cited.citation, cited.licence) == ("mine.csv", "We (2020)", "CC0")


def test_the_benchmark_table(shared_data: Path) -> None:
    """All 191 living VIEWS countries, and the month in which Serbia followed Yugoslavia once."""
    options = {
        "unit": {"column": "country_id", "system": "views_id"},
        "time": {"year": "year", "month": "month"},
        "indicators": {"ged_sb": {"unit": "deaths"}, "ged_os": {"unit": "deaths"}},
    }
    path = shared_data / "tables" / "conflict_country_month.parquet"
    release = read(path, **options)
    table = pl.read_parquet(path)
    assert release.covers == (date(1989, 1, 1), date(2021, 12, 1))
    assert release.covered_units is None
    assert release.observations.height == 2 * (table.height - 1)
    sums = dict(release.observations.group_by("indicator").agg(pl.col("value").sum()).rows())
    for column in ("ged_sb", "ged_os"):
        assert sums[column] == table[column].cast(pl.Float64).sum()
    latest = release.observations.filter(month=date(2021, 12, 1), indicator="ged_sb")
    assert latest["unit"].n_unique() == 191


def test_a_census_is_silent_only_in_the_periods_of_its_figures(tmp_path: Path) -> None:
    """Rows without any figure, before a publisher began to count, are no zeros."""
    text = "iso,month,x\nXAA,2019-12,\nXAA,2020-01,5\nXAA,2020-02,\n"
    items = {"x": {"unit": "events", "census": True}}
    release = read_text(tmp_path, text, indicators=items)
    assert release.covers == (date(2020, 1, 1), date(2020, 1, 1))


@pytest.mark.parametrize("missing", [[-99], -99, ["-99"], [-99.0]])
def test_numbers_that_stand_for_nothing_may_be_numbers(tmp_path: Path, missing: object) -> None:
    text = "iso,month,x\nXAA,2020-01,-99\nXAA,2020-02,-99.0\nXAA,2020-03,5\n"
    assert rows(read_text(tmp_path, text, missing=missing)) == [("XAA", "2020-03-01", 5.0)]
    frame = pl.DataFrame({"iso": ["XAA", "XAA"], "month": ["2020-01", "2020-02"], "x": [-99, 5]})
    frame.write_parquet(tmp_path / "mine.parquet")
    found = rows(read(tmp_path / "mine.parquet", missing=missing))
    assert found == [("XAA", "2020-02-01", 5.0)]


def test_what_is_measured_against_a_period_waits_for_its_end(tmp_path: Path) -> None:
    """Of two vintages from before the end, the later one is what was known on that day."""
    rows = ["XAA,2001,1,2002-01-01", "XAA,2001,2,2003-01-01", "XAA,2001,3,2012-01-01"]
    path = tmp_path / "table.csv"
    path.write_text("\n".join(["country,year,z,told", *rows]) + "\n")
    options = {
        "unit": {"column": "country"},
        "time": {"year": "year"},
        "known_from": {"column": "told"},
        "lag_months": 1,
        "indicators": {"z": {"unit": "index", "reference": [1981, 2010], "revised": True}},
    }
    release = Table().read(path, Table.options.model_validate(options))
    assert release.observations.select("value", "known_from").rows() == [
        (2.0, date(2011, 1, 31)),
        (3.0, date(2012, 1, 1)),
    ]
    (declared,) = release.indicators
    assert (declared.reference, declared.revised) == ((1981, 2010), True)


@pytest.mark.parametrize(
    ("told", "message"),
    [
        ({"reference": [2020, 1991]}, "a reference period is a first and a last year"),
        ({"hindsight": True}, "hindsight is of a reference period"),
    ],
)
def test_reference_periods_that_are_none_are_refused(told: dict[str, Any], message: str) -> None:
    options = {
        "unit": {"column": "country"},
        "time": {"year": "year"},
        "indicators": {"z": {"unit": "index", **told}},
    }
    with pytest.raises(ValidationError, match=message):
        Table.options.model_validate(options)


NAMED = {"unit": {"column": "iso", "system": "name"}}


def test_a_part_of_a_country_adds_to_its_counts(tmp_path: Path) -> None:
    release = read_text(
        tmp_path,
        "iso,month,n\nSomalia,2020-01,2\nSomaliland,2020-01,3\n",
        indicators={"n": {"unit": "deaths"}},
        **NAMED,
    )
    assert rows(release) == [("SOM", "2020-01-01", 5.0)]


def test_an_index_of_a_part_is_not_that_of_the_country(tmp_path: Path) -> None:
    text = "iso,month,x\nTanzania,2020-01,2\nZanzibar,2020-01,3\nCyprus (Northern),2020-01,4\n"
    with pytest.raises(SourceError, match=r"line 3 and 1 more.*'Zanzibar' is a part of TZA"):
        read_text(tmp_path, text, **NAMED)
    dropped = read_text(tmp_path, text, unit=NAMED["unit"] | {"unknown": "drop"})
    assert rows(dropped) == [("TZA", "2020-01-01", 2.0)]
    assert dropped.dropped == {"unknown unit in column 'iso'": 2}
    own = NAMED["unit"] | {"codes": {"Zanzibar": "XAA", "Cyprus (Northern)": "XAB"}}
    assert len(rows(read_text(tmp_path, text, unit=own))) == 3


def test_letters_that_iso_leaves_to_its_users_are_no_invented_country_beside_real_ones(
    tmp_path: Path,
) -> None:
    text = "iso,month,x\nMLI,2020-01,2\nXNC,2020-01,3\nXKO,2020-01,4\n"
    with pytest.raises(SourceError, match=r"line 3.*'XNC': Northern Cyprus is part of CYP"):
        read_text(tmp_path, text)
    unit = {"column": "iso", "unknown": "drop"}
    assert rows(read_text(tmp_path, text, unit=unit)) == [
        ("MLI", "2020-01-01", 2.0),
        ("XKX", "2020-01-01", 4.0),
    ]
    invented = read_text(tmp_path, "iso,month,x\nXAA,2020-01,2\nXNC,2020-01,3\n")
    assert [row[0] for row in rows(invented)] == ["XAA", "XNC"]


def test_letters_that_iso_used_again_are_refused_while_they_were_anothers(tmp_path: Path) -> None:
    unit = {"column": "iso", "system": "iso2"}
    with pytest.raises(SourceError, match=r"line 2.*'GE': Gilbert and Ellice Islands until 1979"):
        read_text(tmp_path, "iso,month,x\nGE,1976-01,2\n", unit=unit)
    release = read_text(tmp_path, "iso,month,x\nGE,1996-01,2\n", unit=unit)
    assert rows(release) == [("GEO", "1996-01-01", 2.0)]


def test_codes_of_ones_own_that_software_made_fractions_of(tmp_path: Path) -> None:
    unit = {"column": "iso", "codes": {7: "XAA"}}
    release = read_text(tmp_path, "iso,month,x\n7.0,2020-01,2\n", unit=unit)
    assert rows(release) == [("XAA", "2020-01-01", 2.0)]


def test_a_code_in_another_case_is_the_same_code(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="this unit and period has several rows"):
        read_text(
            tmp_path,
            "iso,month,n\nMLI,2020-01,2\n mli,2020-01,2\n",
            indicators={"n": {"unit": "deaths"}},
        )
