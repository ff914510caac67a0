"""Bytes of every kind: read as what they are, or refused in one line."""

from __future__ import annotations

import csv
import gzip
import io
import zipfile
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskkit.errors import SourceError
from riskkit.reading.files import read_sheet
from riskkit.reading.sheets import Form, Sheet
from riskkit.reading.text import read_text
from tests.sources.workbooks import Cell, write_workbook

FORM = Form(required=("a", "b"))
TEXT = "a,b,c\n1,2,3\n4,5,6\n"
ROWS = [("1", "2"), ("4", "5")]


def zipped(files: dict[str, str]) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            # A fixed date, since parallel workers must collect the same tests.
            archive.writestr(zipfile.ZipInfo(name), text)
    return data.getvalue()


def sheet_of(folder: Path, name: str, data: bytes | str, form: Form = FORM) -> Sheet:
    path = folder / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return read_sheet(path, form)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("t.csv", TEXT),
        ("t.csv", TEXT.replace("\n", "\r\n")),
        ("t.csv", "\ufeff" + TEXT),
        ("t.csv", TEXT.replace("\n", "\n\n")),
        ("t.csv", TEXT.replace("a,b", " a , b ")),
        ("t.csv", '"a","b","c"\n"1","2","a ""word"", and\nmore"\n4,5,\n'),
        ("t.csv", 'a,b,c\n1,2,a 5" pipe\n4,5,6\n'),
        ("t.TXT", TEXT),
        ("t.zip", zipped({"t.csv": TEXT})),
        ("t.zip", zipped({"in/t.csv": TEXT, "__MACOSX/in/._t.csv": "x", "about.pdf": "x"})),
    ],
)
def test_text_is_read(tmp_path: Path, name: str, data: bytes | str) -> None:
    assert sheet_of(tmp_path, name, data).frame.rows() == ROWS


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_delimiters_are_found(tmp_path: Path, mark: str) -> None:
    form = Form(required=("a", "b"), delimiter=None)
    assert sheet_of(tmp_path, "t.csv", TEXT.replace(",", mark), form).frame.rows() == ROWS


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252", "utf-16", "utf-8-sig"])
def test_declared_encodings_are_read(tmp_path: Path, encoding: str) -> None:
    form = Form(required=("a",), encoding=encoding)
    sheet = sheet_of(tmp_path, "t.csv", "a,b\nCôte d'Ivoire,1\n".encode(encoding), form)
    assert sheet.frame["a"].to_list() == ["Côte d'Ivoire"]


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("t.csv", b"", "t.csv is empty"),
        ("t.csv", b'""', "t.csv, line 1: there are no column names"),
        ("t.csv", b"\n \n", "t.csv is empty"),
        ("t.csv", "a,b\n", "header but no rows"),
        ("t.csv", "a,B,B,c\n1,2,3,4\n", "column 'b' occurs 2 times"),
        ("t.csv", "a,B2,c\n1,2,3\n", r"column 'b' is missing .got \['a', 'B2', 'c'\]"),
        ("t.csv", "a,bb,c\n1,2,3\n", r"column 'b' is missing .*did you mean 'bb'"),
        ("t.csv", "a,b,b\n1,2,3\n", "column 'b' occurs 2 times"),
        ("t.csv", "a,b,c\n1,2,3\n4\n", "line 3: 1 columns instead of 3"),
        ("t.csv", "a,b,c\n1,2,3\n4,5,6,7\n", "line 3: 4 columns instead of 3"),
        ("t.csv", 'a,b,c\n1,"2\n2",3\n\n4,5\n', "line 5: 2 columns instead of 3"),
        ("t.csv", 'a,b,c\n1,"2,3\n4,5,6\n', "line 2: 2 columns instead of 3"),
        ("t.csv", "a,b\n1,2\ncaf\xe9,3\n".encode("latin-1"), "line 3: this is not utf-8"),
        ("t.csv", TEXT.encode("utf-16"), "UTF-16"),
        ("t.csv", TEXT.encode("utf-16-be"), "UTF-16"),
        ("t.csv", "<!DOCTYPE html>\n<html>Log in</html>", "a web page"),
        ("t.csv", "\n<HTML><body>Not found</body>", "a web page"),
        ("t.csv", gzip.compress(TEXT.encode(), mtime=0), "compressed with gzip"),
        ("t.csv", zipped({"t.csv": TEXT}), "a zip archive"),
        ("t.csv", b"%PDF-1.7 ...", "a PDF"),
        ("t.zip", TEXT, "not a whole zip archive"),
        ("t.zip", zipped({"t.csv": TEXT})[:-30], "not a whole zip archive"),
        ("t.zip", zipped({"t.pdf": ""}), "no csv file"),
        ("t.zip", zipped({"t.csv": TEXT, "u.csv": TEXT}), r"several csv files .got \['t.csv"),
        ("t.zip", zipped({"t.csv": ""}), "t.csv is empty"),
        ("t.parquet", TEXT, "not a whole parquet file"),
        ("t.xlsx", TEXT, "not an Excel workbook"),
        ("t.xlsx", zipped({"t.csv": TEXT}), "not an Excel workbook"),
        ("t.dta", b"abc", "ending that says nothing"),
    ],
)
def test_broken_files_are_refused_in_one_line(
    tmp_path: Path, name: str, data: bytes | str, message: str
) -> None:
    with pytest.raises(SourceError, match=message) as refused:
        sheet_of(tmp_path, name, data)
    assert "\n" not in str(refused.value)
    assert name in str(refused.value)
    assert refused.value.hint


def test_damaged_archives_are_refused(tmp_path: Path) -> None:
    data = bytearray(zipped({"t.csv": TEXT * 99}))
    data[40] ^= 0xFF
    with pytest.raises(SourceError, match="not a whole zip archive"):
        sheet_of(tmp_path, "t.zip", bytes(data))


def test_files_that_cannot_be_read_are_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    (tmp_path / "folder.csv").mkdir()
    for path, message in (
        (tmp_path / "none.csv", "does not exist"),
        (tmp_path / "folder.csv", "is a folder"),
        (tmp_path / "file" / "t.csv", "cannot be read"),
    ):
        with pytest.raises(SourceError, match=message):
            read_sheet(path, FORM)


def test_workbooks(tmp_path: Path) -> None:
    sheets: dict[str, list[list[Cell]]] = {
        "About": [["a", "b"], ["x", "y"]],
        "Data": [["a", "b", "c"], [1, 2.5, "x"], [None, None, None], ["4", 5, None]],
    }
    path = write_workbook(tmp_path / "t.xlsx", sheets)
    assert read_sheet(path, FORM).frame.rows() == [("x", "y")]
    sheet = read_sheet(path, Form(required=("a", "b"), sheet="Data"))
    assert sheet.frame.rows() == [("1", "2.5"), ("4", "5")]
    assert sheet.place(1) == "row 4"
    with pytest.raises(SourceError, match="no sheet 'Dato'; it has: About, Data"):
        read_sheet(path, Form(required=("a",), sheet="Dato"))
    with pytest.raises(SourceError, match="column 'z' is missing"):
        read_sheet(path, Form(required=("z",)))


def test_parquet_keeps_its_types(tmp_path: Path) -> None:
    pl.DataFrame({"b": [1.5], "a": ["x"]}).write_parquet(tmp_path / "t.parquet")
    sheet = read_sheet(tmp_path / "t.parquet", FORM)
    assert sheet.frame.schema == {"a": pl.String, "b": pl.Float64}
    pl.DataFrame({"a": [], "b": []}).write_parquet(tmp_path / "t.parquet")
    with pytest.raises(SourceError, match="no rows"):
        read_sheet(tmp_path / "t.parquet", FORM)


@pytest.mark.parametrize("gap", ["", "\n"], ids=["fast", "slow"])
def test_lines_are_counted_through_cells_with_line_breaks(tmp_path: Path, gap: str) -> None:
    sheet = sheet_of(tmp_path, "t.csv", f'a,b,c\n1,2,"x\ny\nz"\n{gap}4,x,6\n')
    with pytest.raises(SourceError, match=rf"line {5 + len(gap)}, column 'b': not a digit"):
        sheet.refuse("b", sheet.frame["b"] == "x", "not a digit", "mend it")


cells = st.text(st.characters(codec="utf-8", exclude_characters="\r\0"), max_size=4)


@given(st.lists(st.tuples(cells, cells, cells), min_size=1, max_size=8))
def test_whatever_is_written_is_read(rows: list[tuple[str, str, str]]) -> None:
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerows([("a", "b", "c"), *rows])
    filled = [row for row in rows if any(row)]
    if filled:
        sheet = read_text("t.csv", text.getvalue().encode(), Form(required=("c", "a")))
        assert sheet.frame.rows() == [(row[2] or None, row[0] or None) for row in filled]
