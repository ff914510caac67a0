"""Tables of text taken apart, and packed into archives and workbooks by the standard library."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Mapping
from random import Random
from xml.sax.saxutils import escape

Rows = list[list[str]]


def parse(data: bytes) -> tuple[Rows, str]:
    """Find the rows of a table and what separates its columns: a blank means any number of them."""
    text = data.decode("utf-8", errors="replace")
    header = text.partition("\n")[0]
    delimiter = max(",;\t|", key=header.count)
    if delimiter not in header:
        return [line.split() for line in text.splitlines()] or [[]], " "
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)), delimiter


def render(rows: Rows, delimiter: str) -> bytes:
    """Write rows as text."""
    out = io.StringIO(newline="")
    if delimiter == " ":
        out.writelines(" ".join(row) + "\n" for row in rows)
    else:
        csv.writer(out, delimiter=delimiter, lineterminator="\n").writerows(rows)
    return out.getvalue().encode()


def archive(entries: Mapping[str, bytes | str], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Pack entries, under whatever names, into a zip archive."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as packed:
        for name, content in entries.items():
            packed.writestr(zipfile.ZipInfo(name), content, method)  # 1980: the same bytes always
    return out.getvalue()


_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
LINK = (
    f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="r1" '
    f'Type="{_OFFICE}/{{}}" Target="{{}}"/></Relationships>'
)
SHEET = "xl/worksheets/sheet1.xml"
PARTS = {
    "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" '
    'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
    f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_TYPE}.worksheet+xml"/></Types>',
    "_rels/.rels": LINK.format("officeDocument", "xl/workbook.xml"),
    "xl/_rels/workbook.xml.rels": LINK.format("worksheet", "worksheets/sheet1.xml"),
    "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>'
    '<sheet name="Sheet1" sheetId="1" r:id="r1"/></sheets></workbook>',
}


def workbook(sheet: bytes, more: Mapping[str, bytes | str] | None = None) -> bytes:
    """Pack the XML of one sheet, and other parts if any, into a workbook."""
    return archive({**PARTS, SHEET: sheet, **(more or {})})


def sheet_xml(rows: Rows, random: Random | None = None) -> bytes:
    """Write rows as the XML of a sheet; a seed makes some of the cells formulas or other types."""
    body = "".join(f"<row>{''.join(_cell(cell, random) for cell in row)}</row>" for row in rows)
    text = f'<worksheet xmlns="{_MAIN}"><sheetData>{body}</sheetData></worksheet>'
    return text.encode(errors="replace")


def _cell(text: str, random: Random | None) -> str:
    content = escape(text)
    if random is not None and random.random() < 1 / 50:
        kind = random.choice(("b", "e", "s", "str", "d", "n", "x"))
        return f'<c t="{kind}"><f>{content}</f><v>{content}</v></c>'
    number = text.replace(".", "", 1).isascii() and text.replace(".", "", 1).isdigit()
    if number and len(text) < 15:
        return f"<c><v>{content}</v></c>"
    return f'<c t="inlineStr"><is><t>{content}</t></is></c>'
