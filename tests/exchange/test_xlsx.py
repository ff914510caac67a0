from pathlib import Path
from zipfile import ZipFile

import fastexcel
import openpyxl
import pytest

from riskkit.exchange import Published, export


@pytest.fixture
def book(publication: Path, tmp_path: Path) -> Path:
    return export("xlsx", publication, tmp_path / "ranking.xlsx")


def test_fastexcel_reads_the_ranking(book: Path, publication: Path) -> None:
    wanted = Published.open(publication).table("ranking.csv")
    there = fastexcel.read_excel(book).load_sheet("ranking").to_polars()
    assert there.columns == wanted.columns
    for column in ("rank", "unit", "name", "score", "p_top10", "risk_class", "status"):
        assert there[column].to_list() == wanted[column].to_list()


def test_openpyxl_reads_the_same_and_numbers_as_numbers(book: Path) -> None:
    opened = openpyxl.load_workbook(book)
    assert opened.sheetnames == ["ranking", "threats", "changes", "columns", "about"]
    sheet = opened["ranking"]
    head = [cell.value for cell in sheet[1]]
    first = dict(zip(head, [cell.value for cell in sheet[2]], strict=True))
    assert first["rank"] == 1
    assert isinstance(first["score"], float)
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref is not None
    names = {sheet.cell(row, head.index("name") + 1).value for row in range(2, sheet.max_row + 1)}
    assert {"Élandie", 'Caldera "North", Isles'} <= names


def test_every_column_is_explained(book: Path) -> None:
    opened = openpyxl.load_workbook(book)
    told = [tuple(cell.value for cell in row[:2]) for row in opened["columns"].iter_rows(min_row=2)]
    for sheet in ("ranking", "threats", "changes"):
        columns = [cell.value for cell in opened[sheet][1]]
        assert [column for where, column in told if where == sheet] == columns


def test_it_says_that_the_data_are_made_up_and_on_which_terms(book: Path) -> None:
    sheet = openpyxl.load_workbook(book)["about"]
    told = {row[0].value: row[1].value for row in sheet.iter_rows(min_row=2)}
    assert "made up" in told["SIMULATED DATA"]
    assert told["made with what was known at the end of"] == "2021-12"
    assert "CC-BY-4.0" in told["terms"]
    assert told["absent: climate"] == "no source brings heat_month_2sd"


def test_no_formula_and_no_link_is_in_it(book: Path) -> None:
    with ZipFile(book) as archive:
        sheets = [name for name in archive.namelist() if name.startswith("xl/worksheets/")]
        text = b"".join(archive.read(name) for name in sheets)
    assert b"<f>" not in text
    assert b"hyperlink" not in text
