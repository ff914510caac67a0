"""Writing systems of software: the same table, whoever wrote it down."""

from __future__ import annotations

import gzip
import unicodedata
import zipfile
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskkit.errors import SourceError
from riskkit.reading import columns
from riskkit.reading import text as text_module
from riskkit.reading.dates import MONTHS, parse_days
from riskkit.reading.files import read_sheet
from riskkit.reading.sheets import Form, Sheet, is_tag_line, loose
from tests.sources.workbooks import Cell, write_workbook

FORM = Form(required=("Land", "Year", "Deaths"))
TEXT = "Land,Year,Deaths\nCôte d'Ivoire,2020,3\nÅland,2021,1234\n"
ROWS = [("Côte d'Ivoire", "2020", "3"), ("Åland", "2021", "1234")]


def sheet_of(folder: Path, data: bytes | str, form: Form = FORM, name: str = "t.csv") -> Sheet:
    path = folder / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return read_sheet(path, form)


@pytest.mark.parametrize(
    "text",
    [
        TEXT,
        unicodedata.normalize("NFD", TEXT),
        TEXT.replace("\n", "\r"),
        TEXT.replace("\n", "\r\n"),
        "\ufeff" + TEXT,
        "\ufeff" + TEXT.replace("\n", "\r"),
        TEXT.replace(",", ";"),
        TEXT.replace(",", "\t"),
        "sep=;\n" + TEXT.replace(",", ";"),
        TEXT.replace("Land,Year,Deaths", "#,LAND,year,deaths_").replace("\nC", "\n1,C").replace(
            "\nÅ", "\n2,Å"
        ),
        TEXT.replace("\n", "\n#country+name,#date+year,#affected+killed\n", 1),
        TEXT.replace("\n", "\n,,#affected+killed\n", 1),
        "A title\n\n  of two lines, with a comma\n\n" + TEXT,
        'A title\n"of a cell\nwith a break"\n' + TEXT,
    ],
)  # fmt: skip
def test_text_of_every_kind_is_the_same_table(tmp_path: Path, text: str) -> None:
    assert sheet_of(tmp_path, text).frame.rows() == ROWS


def test_old_macs_text_is_read_in_their_encoding(tmp_path: Path) -> None:
    form = Form(required=FORM.required, encoding="mac_roman")
    data = TEXT.replace("\n", "\r").encode("mac_roman")
    assert sheet_of(tmp_path, data, form).frame.rows() == ROWS


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (TEXT, 3),
        ("A title\n\n" + TEXT, 5),
        (TEXT.replace("\n", "\n#a,#b,#c\n", 1), 4),
        (TEXT.replace("\n", "\r"), 3),
    ],
)
def test_lines_are_counted_as_people_count_them(tmp_path: Path, text: str, line: int) -> None:
    sheet = sheet_of(tmp_path, text)
    wrong = pl.Series([False, True])
    with pytest.raises(SourceError, match=f"t.csv, line {line}, column 'Year': odd"):
        sheet.refuse("Year", wrong, "odd", "fix it")


def test_a_workbook_may_have_titles_and_tags(tmp_path: Path) -> None:
    rows: list[list[Cell]] = [
        ["A title", None, None],
        [None, None, None],
        ["land", "YEAR", "Deaths "],
        ["#country", "#date", "#affected"],
        ["Mali", 2020, 3],
    ]
    sheet = read_sheet(write_workbook(tmp_path / "t.xlsx", {"Data": rows}), FORM)
    assert sheet.frame.rows() == [("Mali", "2020", "3")]
    assert sheet.place(0) == "row 5"


def test_of_several_tables_in_an_archive_the_one_with_the_columns_is_read(tmp_path: Path) -> None:
    path = tmp_path / "t.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("footnotes.csv", "Year,Note\n2020,x\n")
        archive.writestr("data.csv", "A title\n" + TEXT)
    assert read_sheet(path, FORM).frame.rows() == ROWS
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("more.csv", TEXT)
    with pytest.raises(SourceError, match="several csv files"):
        read_sheet(path, FORM)


def test_a_workbook_may_begin_with_notes(tmp_path: Path) -> None:
    notes: list[list[Cell]] = [["Read me first"], ["Land", "Year"]]
    table: list[list[Cell]] = [["Land", "Year", "Deaths"], ["Mali", 2020, 3]]
    book = write_workbook(tmp_path / "t.xlsx", {"README": notes, "Data": table})
    assert read_sheet(book, FORM).frame.rows() == [("Mali", "2020", "3")]


@pytest.mark.parametrize("inner", ["t.csv", "t.tab", "t.xlsx"])
def test_an_archive_may_hold_any_table(tmp_path: Path, inner: str) -> None:
    table: list[list[Cell]] = [["Land", "Year", "Deaths"], ["Mali", "2020", "3"]]
    text = "\n".join(",".join(map(str, row)) for row in table) + "\n"
    data = write_workbook(tmp_path / "b.xlsx", {"Data": table}).read_bytes()
    with zipfile.ZipFile(tmp_path / "t.zip", "w") as archive:
        archive.writestr("about.pdf", "x")
        archive.writestr(inner, data if inner.endswith("xlsx") else text)
    assert read_sheet(tmp_path / "t.zip", FORM).frame.rows() == [("Mali", "2020", "3")]


def test_compressed_text_is_read_and_refused_if_damaged(tmp_path: Path) -> None:
    packed = gzip.compress(TEXT.encode(), mtime=0)
    assert sheet_of(tmp_path, packed, name="t.csv.gz").frame.rows() == ROWS
    for data, message in ((packed[:-9], "not a whole gzip file"), (b"no", "not a whole gzip")):
        with pytest.raises(SourceError, match=message):
            sheet_of(tmp_path, data, name="t.csv.gz")


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ("Land,Year,YEAR,Deaths", None),
        ("Land,YEAR,year,Deaths", "column 'Year' occurs 2 times"),
        ("Land,Yearly,Deaths", "column 'Year' is missing"),
        ("Land,Year,Deaths %", "column 'Deaths' is missing"),
    ],
)
def test_a_heading_is_taken_for_a_column_only_where_no_other_is(
    tmp_path: Path, header: str, message: str | None
) -> None:
    text = f"{header}\n{','.join('1' for _ in header.split(','))}\n"
    if message is None:
        assert sheet_of(tmp_path, text).frame.width == 3
        return
    with pytest.raises(SourceError, match=message):
        sheet_of(tmp_path, text)


def test_headings_are_compared_without_case_accents_and_punctuation() -> None:
    assert loose("Refugees under UNHCR’s mandate") == loose("REFUGEES_UNDER_UNHCR'S_MANDATE")
    assert loose("Année") == loose("Anne\u0301e") != loose("Ann")


@pytest.mark.parametrize("cells", [["#1", "Mali"], ["", None], ["#adm1+name", "3"], ["# 5", "#a"]])
def test_rows_that_are_no_tags(cells: list[str | None]) -> None:
    assert not is_tag_line(cells)


POINTERS = {
    "Git LFS": "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n",
    "Git LFS, edited on Windows": "version https://git-lfs.github.com/spec/v1\r\noid sha256:0\r\n",
    "git-annex": "/annex/objects/SHA256E-s1--0.csv\n",
    "DVC": "outs:\n- md5: 0\n  size: 1\n  path: t.csv\n",
    "a link": "[InternetShortcut]\nURL=http://localhost/\n",
}


@pytest.mark.parametrize("name", ["t.csv", "t.parquet", "t.xlsx", "t.zip", "packed.zip"])
@pytest.mark.parametrize("pointer", POINTERS.values(), ids=POINTERS)
def test_pointers_are_refused_by_name(tmp_path: Path, name: str, pointer: str) -> None:
    path = tmp_path / name
    if name == "packed.zip":
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("t.csv", pointer)
    else:
        path.write_text(pointer)
    with pytest.raises(SourceError, match=r"not the data; (run|open) "):
        read_sheet(path, FORM)


TYPED: dict[str, Any] = {
    "nanoseconds": pl.Series([datetime(2021, 3, 1)], dtype=pl.Datetime("ns")),
    "microseconds": pl.Series([datetime(2021, 3, 1, 13)], dtype=pl.Datetime("us")),
    "milliseconds": pl.Series([datetime(2021, 3, 31, 23, 59)], dtype=pl.Datetime("ms")),
    "a time zone": pl.Series([datetime(2021, 2, 28, 22)], dtype=pl.Datetime("ns", "Asia/Baku")),
    "days": pl.Series([date(2021, 3, 1)]),
    "text": pl.Series(["2021-03"]),
    "categories": pl.Series(["2021-03"], dtype=pl.Categorical),
    "bytes": pl.Series([b"2021-03"]),
}  # fmt: skip


@pytest.mark.parametrize("month", TYPED.values(), ids=TYPED)
@pytest.mark.parametrize(
    "unit", [pl.Series(["MLI"], dtype=pl.Categorical), pl.Series([b"MLI"]), pl.Series(["MLI"])]
)
def test_columns_that_other_software_writes_are_read(
    tmp_path: Path, month: pl.Series, unit: pl.Series
) -> None:
    frame = pl.DataFrame(
        [unit.alias("c"), month.alias("d"), pl.Series("v", [4], dtype=pl.UInt16)]
    ).with_columns(pl.Series("__index_level_0__", [0]))
    frame.write_parquet(tmp_path / "t.parquet")
    sheet = read_sheet(tmp_path / "t.parquet", Form(required=("c", "d"), rest=True))
    assert sheet.frame.columns == ["c", "d", "v"]
    assert sheet.frame["c"].to_list() == ["MLI"]
    assert columns.days(sheet, "d").dt.truncate("1mo").to_list() == [date(2021, 3, 1)]
    assert columns.numbers(sheet, "v").to_list() == [4.0]


@pytest.mark.parametrize("cell", [[1], {"a": 1}, b"\xff\xfe", timedelta(days=1)])
def test_columns_that_are_no_cells_are_refused(tmp_path: Path, cell: object) -> None:
    pl.DataFrame({"a": [cell]}).write_parquet(tmp_path / "t.parquet")
    with pytest.raises(SourceError, match="column 'a': a cell cannot be a"):
        read_sheet(tmp_path / "t.parquet", Form(required=("a",)))


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2021-03", date(2021, 3, 1)),
        ("2021-3-5", date(2021, 3, 5)),
        ("2021-03-31 13:05:00.123", date(2021, 3, 31)),
        ("2021-03-31T00:00:00+03:00", date(2021, 3, 31)),
        ("2021-03-31T00:00:00Z", date(2021, 3, 31)),
        ("2021/03/31", date(2021, 3, 31)),
        ("2021.03.31", date(2021, 3, 31)),
        ("20210331", date(2021, 3, 31)),
        ("2021M03", date(2021, 3, 1)),
        ("2021-Mar", date(2021, 3, 1)),
        ("March 2021", date(2021, 3, 1)),
        ("mar-2021", date(2021, 3, 1)),
        ("Sept. 2021", date(2021, 9, 1)),
        ("31 March 2021", date(2021, 3, 31)),
        ("31-MAR-2021", date(2021, 3, 31)),
        ("March 31st, 2021", date(2021, 3, 31)),
        ("44286", date(2021, 3, 31)),
        ("44286.75", date(2021, 3, 31)),
        *[(text, None) for text in ("03/04/2021", "202103", "2021", "Mar-21", "2021-02-30", "")],
        *[(text, None) for text in ("2021.10", "Marching 2021", "31 2021 March", "4428", "0")],
    ],
)
def test_days_are_read_where_they_can_be_read_in_one_way_only(text: str, day: date | None) -> None:
    assert parse_days(pl.Series([text]))[0] == day


@pytest.mark.parametrize("name", [*MONTHS, "3", "03"])
def test_months_may_have_names(name: str) -> None:
    sheet = Sheet("t.csv", pl.DataFrame({"m": [name.title()]}), str)
    assert columns.months(sheet, "m").to_list() == [MONTHS.get(name, 3)]
    with pytest.raises(SourceError, match="column 'm'"):
        columns.months(Sheet("t.csv", pl.DataFrame({"m": ["Marchtember"]}), str), "m")


def numbers(cells: list[str], commas: bool = True, **options: Any) -> list[float | None]:
    sheet = Sheet("t.csv", pl.DataFrame({"x": cells}), str, commas)
    return columns.numbers(sheet, "x", **options).to_list()


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("1,234", 1234.0),
        ("-12,345,678.5", -12345678.5),
        ("1 234", 1234.0),
        ("1\u202f234\u00a0567", 1234567.0),
        ("1'234", 1234.0),
        ("1’234.25", 1234.25),
    ],
)
def test_what_stands_between_thousands_is_passed_over(cell: str, value: float) -> None:
    assert numbers([cell, "7"]) == [value, 7.0]


@pytest.mark.parametrize(
    "cell", ["1,23", "0,123", "12,34,567", "1,2345", ",123", "1 23", "1.234,5"]
)
def test_commas_that_may_be_decimal_signs_are_refused(cell: str) -> None:
    with pytest.raises(SourceError, match="not a number"):
        numbers([cell])


def test_where_semicolons_separate_columns_a_comma_may_be_a_decimal_sign() -> None:
    with pytest.raises(SourceError, match="not a number"):
        numbers(["1,234"], commas=False)
    assert numbers(["1,234", "1,234,567"], commas=False) == [1234.0, 1234567.0]
    assert numbers(["1,234"], commas=False, whole=True) == [1234.0]
    assert numbers(["1,234"], commas=False, decimal=",") == [1.234]


@pytest.mark.parametrize("missing", ["-99", "-99.0"])
def test_sentinels_are_missing_however_they_are_written(missing: str) -> None:
    assert numbers(["-99", "-99.0", "-99.00", "99", "-9"], missing=[missing]) == [
        *(None, None, None, 99.0, -9.0)
    ]
    typed = Sheet("t.parquet", pl.DataFrame({"x": [-99, 3]}), str)
    assert columns.numbers(typed, "x", [missing]).to_list() == [None, 3.0]


@given(st.text(max_size=30))
def test_no_text_is_a_day_and_another(text: str) -> None:
    day = parse_days(pl.Series([text]))[0]
    assert day is None or str(day.year) in text or text.strip()[:5].isdigit()


def test_polars_reads_what_csv_reads_or_leaves_it_to_it() -> None:
    """Texts of every kind of cell and of mistake: short and long records, blank lines, quotes."""
    rng = np.random.default_rng(5)
    cells = ("", "1", "b", '""', '"x, y"', '"a\nb"', '"say ""no"""', 'say "no"', '"', " ", "é")
    usual = np.array([5, 9, 9, 3, 3, 2, 1, 0.2, 0.1, 1, 1])
    left = 0
    for _ in range(400):
        records = []
        for _ in range(rng.integers(1, 6)):
            width = rng.choice([3, 2, 4, 0], p=[0.9, 0.04, 0.03, 0.03])
            records.append(",".join(rng.choice(cells, width, p=usual / usual.sum())))
        body = rng.choice(["\n", "\r\n"]).join(["a,b,c", *records]) + rng.choice(["", "\n"])
        text = text_module._Text("t.csv", body.encode(), ",", ("a", "b", "c"), header=1)
        wanted = {"b": 1, "c": 2}
        fast = text_module._read_fast(text, wanted)
        if fast is None:
            left += 1
        else:
            assert fast.equals(text_module._read_slow(text, wanted)), body
    assert left < 250


def test_a_short_record_among_empty_cells_is_told(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("a,b,c\n1,,3\n4,5\n7,8,9\n")
    with pytest.raises(SourceError, match="line 3: 2 columns instead of 3"):
        read_sheet(path, Form(("a", "b", "c")))
