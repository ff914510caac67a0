"""Archives that unpack to more than a computer holds are refused before they are unpacked."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator

from riskkit.errors import SourceError

LARGEST = 1 << 32
"""Bytes that the files of one archive may unpack to."""

_ALWAYS, _RATIO = 1 << 28, 200
_CELLS = 1 << 26
_CHUNK = 1 << 22
_PLACE = re.compile(rb"""\sr=["']([A-Za-z]{0,7})(\d{1,10})["']""")
_OVERLAP = 32
_UNPACK = "unpack it yourself if you trust it, and give the path of its file"


def refuse_bomb(file: str, info: zipfile.ZipInfo) -> None:
    """Refuse a file of an archive that would unpack to more than any publisher's table.

    Raises:
        SourceError: Naming the archive and the file.
    """
    size = info.file_size
    swollen = size > _ALWAYS and size > _RATIO * info.compress_size
    if size > LARGEST or swollen:
        raise SourceError(
            f"{file}: {info.filename} would unpack to {size / 2**30:.1f} GB", hint=_UNPACK
        )


def unpack(file: str, archive: zipfile.ZipFile, name: str) -> bytes:
    """Read one file of an archive.

    Args:
        file: What messages call the archive.
        archive: The archive; nothing in it is written to the disk.
        name: The name of the file in it.

    Raises:
        SourceError: It would unpack to more than any publisher's table.
    """
    info = archive.getinfo(name)
    refuse_bomb(file, info)
    with archive.open(info) as part:  # ZipFile.read() unpacks 2 GB before it looks at the length
        return b"".join(iter(lambda: part.read(_CHUNK), b""))


def check_workbook(file: str, data: bytes) -> None:
    """Refuse workbooks that take more memory than their size lets expect.

    Readers of workbooks hold every cell of the rectangle that spans a sheet, empty or not, so
    that one stray cell in the last row and column asks for hundreds of gigabytes.

    Args:
        file: What messages call the workbook.
        data: Its bytes.

    Raises:
        SourceError: A part unpacks to too much, or a sheet spans too many cells.
        Exception: It is no whole archive; damaged ones lead zipfile into errors of many kinds.
    """
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        if "xl/workbook.xml" not in map(str.lower, archive.namelist()):
            raise zipfile.BadZipFile("it has no xl/workbook.xml")
        for info in archive.infolist():
            refuse_bomb(file, info)
        for info in archive.infolist():
            _check_part(file, archive, info)


def _check_part(file: str, archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> None:
    """Unpack a part as its reader will, and measure the rectangle of its cells."""
    last_row, letters = 0, set[bytes]()
    is_sheet = info.filename.lower().endswith(".xml")
    for chunk in _chunks(archive, info):
        for column, row in _PLACE.findall(chunk) if is_sheet else ():
            letters.add(column)
            last_row = max(last_row, int(row))
    last_column = max(map(_column, letters), default=0)
    if last_row * max(last_column, 1) > _CELLS:
        raise SourceError(
            f"{file}: {info.filename} spans {last_row:,} rows and {last_column:,} columns",
            hint="a stray cell lies far from the table: delete the empty rows and columns around "
            "the table, or save it as .csv",
        )


def _chunks(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Iterator[bytes]:
    """Pieces that overlap, so that the place of a cell is whole in one of them."""
    with archive.open(info) as part:
        before = b""
        while piece := part.read(_CHUNK):
            yield before + piece
            before = piece[-_OVERLAP:]


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = 26 * number + letter - 64
    return number
