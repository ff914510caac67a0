"""Archives and workbooks that would harm a careless reader."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from functools import cache

from riskkit.testing.packing import LINK, PARTS, SHEET, archive, parse, sheet_xml, workbook

_LAUGHS = "<!DOCTYPE x [<!ENTITY a0 'ha'>{}]>".format(
    "".join(f"<!ENTITY a{n} '{f'&a{n - 1};' * 10}'>" for n in range(1, 12))
).encode()
_OUTSIDE = b"<!DOCTYPE x [<!ENTITY a11 SYSTEM 'file:///etc/passwd'>]>"
_FAR_AWAY = b'<row><c r="ZZ1048576"><v>1</v></c></row></sheetData>'
_STRINGS, _SI = "xl/sharedStrings.xml", b"<si><t>x</t></si>"
_RELATIONS = "xl/_rels/workbook.xml.rels"
_ELSEWHERE = LINK.format("worksheet", "../../../../../../etc/passwd")
_LINK_MODE = 0o120777 << 16


def hostile_files(data: bytes) -> dict[str, tuple[str, bytes]]:
    """Make archives and workbooks that would harm a careless reader out of a table of text.

    Returns:
        What it is -> ending, bytes. Readers may refuse any of them, or read its table.
    """
    rows, _ = parse(data)
    sheet = sheet_xml(rows)
    formulas = [[f"=HYPERLINK(0)+{cell}" for cell in row] for row in rows[1:]]
    return {
        "names above the folder": (".zip", archive({"../../up.csv": data, "../up.txt": data})),
        "absolute names": (".zip", archive({"/up.csv": data})),
        "names of Windows": (".zip", archive({"..\\up.csv": data, "C:\\up.csv": data})),
        "a name of no file": (".zip", archive({"..": data, "folder/": b""})),
        "a name twice": (".zip", _renamed(archive({"a.csv": data, "b.csv": data}))),
        "an archive in an archive": (".zip", archive({"a.csv": archive({"a.csv": data})})),
        "a symbolic link": (".zip", _linked()),
        "an encrypted entry": (".zip", _encrypted(archive({"a.csv": data}))),
        "a zip bomb": (".zip", _bomb("a.csv")),
        "a zip bomb that lies": (".zip", _bomb("a.csv", 1000)),
        "entities": (".xlsx", workbook(_LAUGHS + _referring(sheet))),
        "external entities": (".xlsx", workbook(_OUTSIDE + _referring(sheet))),
        "formulas": (".xlsx", workbook(sheet_xml([rows[0], *formulas]))),
        "calculated cells": (".xlsx", workbook(sheet.replace(b"<v>", b"<f>A1:ZZ99</f><v>"))),
        "a cell far away": (".xlsx", workbook(sheet.replace(b"</sheetData>", _FAR_AWAY))),
        "a sheet outside the workbook": (".xlsx", workbook(sheet, {_RELATIONS: _ELSEWHERE})),
        "a sheet that is a bomb": (".xlsx", _bomb(SHEET)),
        "a sheet that lies": (".xlsx", _bomb(SHEET, 1000)),
        "many strings beside the sheet": (".xlsx", workbook(sheet, {_STRINGS: _SI * 200_000})),
    }


def _referring(sheet: bytes) -> bytes:
    """Let every text of a sheet refer to the last entity."""
    return sheet.replace(b"<t>", b"<t>&a11;")


def _renamed(packed: bytes) -> bytes:
    return packed.replace(b"b.csv", b"a.csv")


def _linked() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        link = zipfile.ZipInfo("a.csv")
        link.create_system, link.external_attr = 3, _LINK_MODE
        packed.writestr(link, "/etc/passwd")
    return out.getvalue()


def _encrypted(packed: bytes) -> bytes:
    """Set the bit that says so in both headers of the first entry."""
    changed = bytearray(packed)
    changed[6] |= 1
    changed[packed.index(b"PK\x01\x02") + 8] |= 1
    return bytes(changed)


@cache
def _bomb(name: str, told: int | None = None) -> bytes:
    """Pack 4 GB of one letter as the first entry of an archive; the headers may tell less."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = packer.compress(b"x" * (1 << 24)) + packer.flush(zlib.Z_FULL_FLUSH)
    body = block * 255 + zlib.compressobj(9, zlib.DEFLATED, -15).flush()
    packed = bytearray(archive({name: body, **PARTS}, zipfile.ZIP_STORED))
    size = (255 << 24) if told is None else told
    for header, at in ((0, 8), (packed.index(b"PK\x01\x02"), 10)):
        struct.pack_into("<H", packed, header + at, zipfile.ZIP_DEFLATED)
        struct.pack_into("<I", packed, header + at + 14, size)
    return bytes(packed)
