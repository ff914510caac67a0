"""Archives and workbooks are measured before they are unpacked."""

from __future__ import annotations

import io
import tracemalloc
import zipfile
from pathlib import Path

import pytest

from riskkit.errors import SourceError
from riskkit.reading import archives, files
from riskkit.reading.archives import check_workbook, unpack
from riskkit.reading.files import read_sheet
from riskkit.reading.sheets import Form
from riskkit.testing.hostile import hostile_files
from riskkit.testing.packing import SHEET, archive, sheet_xml, workbook

ROWS = [["country", "value"], ["XAA", "1"], ["XAB", "2"]]
TABLE = b"country,value\nXAA,1\nXAB,2\n"
FORM = Form(("country", "value"))


def opened(packed: bytes) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(packed))


def test_what_is_no_bomb_is_unpacked() -> None:
    with opened(archive({"a.csv": TABLE * 100_000})) as packed:
        assert unpack("a.zip", packed, "a.csv") == TABLE * 100_000


@pytest.mark.parametrize(("always", "largest"), [(1000, 1 << 32), (1 << 28, 1000)])
def test_what_swells_is_refused(monkeypatch: pytest.MonkeyPatch, always: int, largest: int) -> None:
    monkeypatch.setattr(archives, "_ALWAYS", always)
    monkeypatch.setattr(archives, "LARGEST", largest)
    with (
        opened(archive({"a.csv": b"x" * 1_000_000})) as packed,
        pytest.raises(SourceError, match=r"a\.zip: a\.csv would unpack to 0\.0 GB; unpack it your"),
    ):
        unpack("a.zip", packed, "a.csv")


def test_a_lying_bomb_takes_no_memory() -> None:
    _, content = hostile_files(TABLE)["a zip bomb that lies"]
    tracemalloc.start()
    with opened(content) as packed, pytest.raises(zipfile.BadZipFile, match="Bad CRC-32"):
        unpack("a.zip", packed, "a.csv")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 100_000_000


@pytest.mark.parametrize(
    "place", ['"ZZ1048576"', "'ZZ1048576'", '"zz1048576"', '"ZZZZZZ9"', '"A99999999"']
)
def test_a_stray_cell_far_away_is_refused(place: str) -> None:
    cell = f"<row><c r={place}><v>1</v></c></row></sheetData>".encode()
    sheet = sheet_xml(ROWS).replace(b"</sheetData>", cell)
    with pytest.raises(SourceError, match=r"b\.xlsx: xl/worksheets/sheet1\.xml spans [\d,]+ rows"):
        check_workbook("b.xlsx", workbook(sheet))


def test_a_place_between_two_pieces_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    sheet = sheet_xml(ROWS).replace(b"</row></sheetData>", b'<c r="ZZ1048576"/></row></sheetData>')
    for size in range(50, 70):
        monkeypatch.setattr(archives, "_CHUNK", size)
        with pytest.raises(SourceError, match="spans 1,048,576 rows and 702 columns"):
            check_workbook("b.xlsx", workbook(sheet))


def test_a_long_sheet_is_no_bomb() -> None:
    rows = "".join(f'<row r="{n}"><c r="A{n}"><v>{n}</v></c></row>' for n in range(1, 50_000))
    check_workbook("b.xlsx", workbook(f"<sheetData>{rows}</sheetData>".encode()))


def test_an_archive_that_is_no_workbook(tmp_path: Path) -> None:
    path = tmp_path / "b.xlsx"
    path.write_bytes(archive({"content.xml": b"<ods/>"}))
    with pytest.raises(SourceError, match=r"b\.xlsx is not an Excel workbook.*no xl/workbook\.xml"):
        read_sheet(path, FORM)


@pytest.mark.parametrize("what", ["formulas", "calculated cells", "entities", "external entities"])
def test_workbooks_are_read_as_values(tmp_path: Path, what: str) -> None:
    """Nothing is calculated, expanded or fetched: a cell is the text that it holds."""
    ending, content = hostile_files(TABLE)[what]
    path = tmp_path / f"b{ending}"
    path.write_bytes(content)
    try:
        cells = read_sheet(path, FORM).frame["value"].to_list()
    except SourceError:
        return
    assert cells in (["1", "2"], ["=HYPERLINK(0)+1", "=HYPERLINK(0)+2"])


def test_a_sheet_is_measured_before_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    order: list[str] = []
    monkeypatch.setattr(files, "check_workbook", lambda *_: order.append("measured"))
    path = tmp_path / "b.xlsx"
    path.write_bytes(archive({SHEET: b""}))
    with pytest.raises(SourceError, match="is not an Excel workbook"):
        read_sheet(path, FORM)
    assert order == ["measured"]
