"""Files as publishers ship them: bytes in, one table out, or one line that says what is wrong."""

from __future__ import annotations

import gzip
import io
import logging
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path, PurePosixPath

import polars as pl

from riskkit.errors import SourceError
from riskkit.reading.archives import LARGEST, check_workbook, refuse_bomb, unpack
from riskkit.reading.sheets import Form, Sheet, is_tag_line
from riskkit.reading.text import has_columns, read_text

_LOG = logging.getLogger(__name__)
_SHOWN = 8
_HEAD = 1 << 16
_SHEETS = 8
_PIECE = 1 << 22
_TEXT = {".csv", ".tsv", ".txt", ".tab"}
_ABOVE = 40
"""Rows above a workbook's header, with titles and notes, among which it is looked for."""
_POINTERS = (
    (b"version https://git-lfs.github.com/spec/", "a Git LFS pointer", "run git lfs pull"),
    (b"/annex/objects/", "a git-annex pointer", "run git annex get"),
    (b"../.git/annex/objects/", "a git-annex pointer", "run git annex get"),
    (b".git/annex/objects/", "a git-annex pointer", "run git annex get"),
    (b"outs:\n- md5:", "a DVC pointer", "run dvc pull and give the path without .dvc"),
    (b"outs:\n- hash:", "a DVC pointer", "run dvc pull and give the path without .dvc"),
    (b"[InternetShortcut]", "a link to a web page", "open it and download the file"),
)
_INDEX = "__index_level_"


def read_sheet(path: Path, form: Form) -> Sheet:
    """Read a .csv, .tsv, .txt, .parquet, .xlsx or .zip (with one csv) file.

    Returns:
        The columns of the form that the file has, in the form's order, and at least one row.

    Raises:
        SourceError: The file is missing, empty, not what its ending says, or lacks a column.
    """
    kind, file = path.suffix.lower(), str(path)
    data = read_bytes(path)
    if kind == ".gz":
        kind, data = path.with_suffix("").suffix.lower(), gunzip(file, data)
    elif kind == ".zip":
        inner, data = unzip(path, data, form)
        kind, file = PurePosixPath(inner).suffix.lower(), f"{path}: {inner}"
    if kind == ".parquet":
        return _read_parquet(file, data, form)
    if kind == ".xlsx":
        return _read_workbook(file, data, form)
    if kind in _TEXT:
        return read_text(file, data, form)
    raise SourceError(
        f"{path} has an ending that says nothing of its format",
        hint="use .csv, .tsv, .tab, .txt, .parquet, .xlsx, .zip or .csv.gz",
    )


def gunzip(file: str, data: bytes) -> bytes:
    """Unpack a gzip file, piece by piece, so that none grows beyond any publisher's table.

    Raises:
        SourceError: It is damaged, empty or too large.
    """
    pieces: list[bytes] = []
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as packed:
            while piece := packed.read(_PIECE):
                pieces.append(piece)
                if len(pieces) * _PIECE > LARGEST:
                    raise SourceError(f"{file} unpacks to too much", hint="unpack it yourself")
    except (OSError, EOFError, zlib.error) as error:
        raise SourceError(
            f"{file} is not a whole gzip file", got=str(error), hint="download it again"
        ) from None
    unpacked = b"".join(pieces)
    if not unpacked[:1000].strip():
        raise SourceError(f"{file} is empty", hint="download it again")
    refuse_pointer(file, unpacked)
    return unpacked


def read_notes(path: Path, sheet: str) -> list[list[str]]:
    """Read the cells of a workbook's sheet that explains the table, row by row, as text.

    Args:
        path: A file that `read_sheet` has read.
        sheet: The sheet's name.

    Returns:
        The filled cells; no row where the file is no workbook or has no such sheet.
    """
    import fastexcel

    if path.suffix.lower() != ".xlsx":
        return []
    book = fastexcel.read_excel(read_bytes(path))
    if sheet not in book.sheet_names:
        return []
    cells = book.load_sheet(sheet, header_row=None, dtypes="string").to_polars()
    return [[cell for cell in row if cell is not None] for row in cells.rows()]


def read_bytes(path: Path) -> bytes:
    """Read a whole file.

    Raises:
        SourceError: It is missing, a folder, unreadable or empty.
    """
    if path.is_dir():
        raise SourceError(f"{path} is a folder", hint="give the path of one file")
    _LOG.info("reading %s", path)
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise SourceError(
            f"{path} does not exist", hint="check the path; relative ones start at data.root"
        ) from None
    except OSError as error:
        raise SourceError(
            f"{path} cannot be read", got=error.strerror, hint="check the path and its permissions"
        ) from None
    if not data[:1000].strip() and not data.strip():
        raise SourceError(f"{path} is empty", hint="download it again")
    refuse_pointer(str(path), data)
    return data


def refuse_pointer(file: str, data: bytes) -> None:
    """Refuse what stands in a file's place until some tool fetches it.

    Raises:
        SourceError: Naming the tool.
    """
    start = data[:200].removeprefix(b"\xef\xbb\xbf").lstrip().replace(b"\r\n", b"\n")
    for beginning, what, how in _POINTERS:
        if start.startswith(beginning):
            raise SourceError(f"{file} is {what}, not the data", hint=how)


def unzip(path: Path, data: bytes, form: Form | None = None) -> tuple[str, bytes]:
    """Unpack the one csv of a zip archive; what macOS adds to archives is passed over.

    Args:
        path: The archive.
        data: Its bytes.
        form: What the table looks like; of several csv files (publishers add footnotes), the only
            one that has its columns is taken.

    Returns:
        Its name inside the archive, without folders, and its bytes.

    Raises:
        SourceError: The archive is damaged, or holds no csv or several.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            inner = _one_csv(path, archive, form)
            unpacked = unpack(str(path), archive, inner)
    except SourceError:
        raise
    except Exception as error:  # damaged sizes and offsets lead zipfile into errors of any kind
        raise SourceError(
            f"{path} is not a whole zip archive", got=str(error), hint="download it again"
        ) from None
    name = PurePosixPath(inner).name
    if not unpacked[:1000].strip():
        raise SourceError(f"{path}: {name} is empty", hint="download the archive again")
    refuse_pointer(f"{path}: {name}", unpacked)
    return name, unpacked


def _one_csv(path: Path, archive: zipfile.ZipFile, form: Form | None) -> str:
    names = [name for name in archive.namelist() if not _is_junk(PurePosixPath(name))]
    kinds = ({".csv"}, _TEXT, {".xlsx"}) if form is not None else ({".csv"},)
    found = ([n for n in names if PurePosixPath(n).suffix.lower() in kind] for kind in kinds)
    tables = next(filter(None, found), [])
    if len(tables) > 1 and form is not None:
        fitting = [name for name in tables if has_columns(_beginning(archive, name), form)]
        tables = fitting if len(fitting) == 1 else tables
    if len(tables) != 1:
        raise SourceError(
            f"{path} holds {'several csv files' if tables else 'no csv file'}",
            got=sorted(tables or names)[:_SHOWN],
            hint="unpack it and give the path of one csv file",
        )
    return tables[0]


def _beginning(archive: zipfile.ZipFile, name: str) -> bytes:
    refuse_bomb(str(archive.filename), archive.getinfo(name))
    with archive.open(name) as part:
        return part.read(_HEAD)


def _is_junk(inner: PurePosixPath) -> bool:
    return inner.parts[:1] == ("__MACOSX",) or inner.name.startswith(".")


def _read_workbook(file: str, data: bytes, form: Form) -> Sheet:
    import fastexcel

    _check_workbook(file, data)
    try:
        book = fastexcel.read_excel(data)
        if form.sheet is not None and form.sheet not in book.sheet_names:
            raise SourceError(
                f"{file} has no sheet '{form.sheet}'", hint=f"it has: {', '.join(book.sheet_names)}"
            )
        names = [form.sheet] if form.sheet is not None else book.sheet_names[:_SHEETS]
        sheets = (book.load_sheet(n, header_row=None, dtypes="string").to_polars() for n in names)
        cells = _fitting(sheets, form)
    except fastexcel.FastExcelError as error:
        raise _no_workbook(file, error) from None
    filled = cells.select(~pl.all_horizontal(pl.all().is_null())).to_series().arg_true()
    if filled.is_empty():
        raise SourceError(f"{file} has an empty sheet", hint="download it again, or set the sheet")
    header = _header(cells, filled, form)
    rows = filled.filter(filled > header)
    names = ["" if name is None else name for name in cells.row(header)]
    return _sheet(file, cells[rows], names, form, lambda row: f"row {rows[row] + 1}")


def _fitting(sheets: Iterator[pl.DataFrame], form: Form) -> pl.DataFrame:
    """The first sheet with the columns of the form (some books begin with notes), or the first."""
    first = None
    for cells in sheets:
        first = cells if first is None else first
        rows = cells.head(_ABOVE).iter_rows()
        if any(form.fits([name or "" for name in row]) for row in rows):
            return cells
    return pl.DataFrame() if first is None else first


def _header(cells: pl.DataFrame, filled: pl.Series, form: Form) -> int:
    """The row that has the columns of the form, or else most of them."""
    candidates: list[int] = filled.head(_ABOVE).to_list()
    return max(candidates, key=lambda row: form.found([name or "" for name in cells.row(row)]))


def _check_workbook(file: str, data: bytes) -> None:
    try:
        check_workbook(file, data)
    except SourceError:
        raise
    except Exception as error:  # as in unzip
        raise _no_workbook(file, error) from None


def _no_workbook(file: str, error: Exception) -> SourceError:
    return SourceError(
        f"{file} is not an Excel workbook (.xlsx)",
        got=(str(error).splitlines() or [type(error).__name__])[0],
        hint="download it again, or save it as .xlsx or .csv",
    )


def _read_parquet(file: str, data: bytes, form: Form) -> Sheet:
    try:
        frame = pl.read_parquet(data)
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError) as error:
        raise SourceError(
            f"{file} is not a whole parquet file",
            got=str(error).splitlines()[0],
            hint="write it or download it again",
        ) from None
    kept = [name for name in frame.columns if not name.startswith(_INDEX)]
    return _sheet(file, frame.select(kept), kept, form, lambda row: f"row {row + 1}")


def _plain(file: str, column: pl.Series) -> pl.Series:
    """Numbers, days and text as such; what stands for text as text.

    Raises:
        SourceError: The column holds lists, structures, bytes that are no text or anything else.
    """
    kind = column.dtype
    if isinstance(kind, pl.Datetime):
        return column.dt.replace_time_zone(None)  # the day as it was written, not that of UTC
    if isinstance(kind, pl.Decimal):
        return column.cast(pl.Float64)
    if isinstance(kind, pl.Categorical | pl.Enum | pl.Null | pl.Boolean | pl.String | pl.Binary):
        return _text(file, column)
    if kind.is_numeric() or kind == pl.Date:
        return column
    raise SourceError(
        f"{file}, column '{column.name}': a cell cannot be a {kind}",
        hint="write numbers, days or text",
    )


def _text(file: str, column: pl.Series) -> pl.Series:
    """Cells as text, letters and their accents as one sign."""
    try:
        return column.cast(pl.String).str.normalize("NFC")
    except pl.exceptions.PolarsError:
        raise SourceError(
            f"{file}, column '{column.name}': a cell cannot be a Binary",
            hint="write numbers, days or text",
        ) from None


def _sheet(
    file: str, frame: pl.DataFrame, names: Sequence[str], form: Form, place: Callable[[int], str]
) -> Sheet:
    """Take the wanted columns, and leave out a line of tags below the header."""
    wanted = form.choose(file, names)
    tags = 0
    if not frame.is_empty():
        # Columns without any text, as those of tags alone are where software has typed the rest.
        first = [None if cell is None else str(cell) for cell in frame.row(0)]
        tags = 1 if is_tag_line(first, names) else 0
    if frame.height == tags:
        raise SourceError(f"{file} has a header but no rows", hint="download it again")
    columns = [_plain(file, frame.to_series(at).alias(name)) for name, at in wanted.items()]
    return Sheet(file, pl.DataFrame(columns)[tags:], lambda row: place(row + tags))
