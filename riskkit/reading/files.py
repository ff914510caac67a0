"""Files as publishers ship them: bytes in, one table out, or one line that says what is wrong."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path, PurePosixPath

import polars as pl

from riskkit.errors import SourceError
from riskkit.reading.archives import check_workbook, unpack
from riskkit.reading.sheets import Form, Sheet
from riskkit.reading.text import read_text

_SHOWN = 8
_TEXT = {".csv", ".tsv", ".txt"}


def read_sheet(path: Path, form: Form) -> Sheet:
    """Read a .csv, .tsv, .txt, .parquet, .xlsx or .zip (with one csv) file.

    Returns:
        The columns of the form that the file has, in the form's order, and at least one row.

    Raises:
        SourceError: The file is missing, empty, not what its ending says, or lacks a column.
    """
    kind = path.suffix.lower()
    data = read_bytes(path)
    if kind == ".zip":
        inner, data = unzip(path, data)
        return read_text(f"{path}: {inner}", data, form)
    if kind == ".parquet":
        return _read_parquet(str(path), data, form)
    if kind == ".xlsx":
        return _read_workbook(str(path), data, form)
    if kind in _TEXT:
        return read_text(str(path), data, form)
    raise SourceError(
        f"{path} has an ending that says nothing of its format",
        hint="use .csv, .tsv, .txt, .parquet, .xlsx or .zip",
    )


def read_bytes(path: Path) -> bytes:
    """Read a whole file.

    Raises:
        SourceError: It is missing, a folder, unreadable or empty.
    """
    if path.is_dir():
        raise SourceError(f"{path} is a folder", hint="give the path of one file")
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
    return data


def unzip(path: Path, data: bytes) -> tuple[str, bytes]:
    """Unpack the one csv of a zip archive; what macOS adds to archives is passed over.

    Returns:
        Its name inside the archive, without folders, and its bytes.

    Raises:
        SourceError: The archive is damaged, or holds no csv or several.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            inner = _one_csv(path, archive.namelist())
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
    return name, unpacked


def _one_csv(path: Path, names: Sequence[str]) -> str:
    tables = [name for name in names if _is_table(PurePosixPath(name))]
    if len(tables) != 1:
        raise SourceError(
            f"{path} holds {'several csv files' if tables else 'no csv file'}",
            got=sorted(tables or names)[:_SHOWN],
            hint="unpack it and give the path of one csv file",
        )
    return tables[0]


def _is_table(inner: PurePosixPath) -> bool:
    junk = inner.parts[0] == "__MACOSX" or inner.name.startswith(".")
    return inner.suffix.lower() == ".csv" and not junk


def _read_workbook(file: str, data: bytes, form: Form) -> Sheet:
    import fastexcel

    _check_workbook(file, data)
    try:
        book = fastexcel.read_excel(data)
        if form.sheet is not None and form.sheet not in book.sheet_names:
            raise SourceError(
                f"{file} has no sheet '{form.sheet}'", hint=f"it has: {', '.join(book.sheet_names)}"
            )
        frame = book.load_sheet(form.sheet or 0, dtypes="string").to_polars()
    except fastexcel.FastExcelError as error:
        raise _no_workbook(file, error) from None
    wanted = form.choose(file, frame.columns)
    filled = frame.select(~pl.all_horizontal(pl.all().is_null())).to_series()
    numbers = filled.arg_true()
    return _sheet(file, frame.filter(filled), wanted, lambda row: f"row {numbers[row] + 2}")


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
    wanted = form.choose(file, frame.columns)
    plain = frame.with_columns(_plain(file, frame[:, at]) for at in wanted.values())
    return _sheet(file, plain, wanted, lambda row: f"row {row + 1}")


def _plain(file: str, column: pl.Series) -> pl.Series:
    """Numbers, days and text as such; what stands for text as text.

    Raises:
        SourceError: The column holds lists, structures, bytes or anything else.
    """
    kind = column.dtype
    if isinstance(kind, pl.Decimal):
        return column.cast(pl.Float64)
    if kind in {pl.Categorical, pl.Enum, pl.Null, pl.Boolean}:
        return column.cast(pl.String)
    if kind.is_numeric() or kind in {pl.String, pl.Date, pl.Datetime}:
        return column
    raise SourceError(
        f"{file}, column '{column.name}': a cell cannot be a {kind}",
        hint="write numbers, days or text",
    )


def _sheet(
    file: str, frame: pl.DataFrame, wanted: Mapping[str, int], place: Callable[[int], str]
) -> Sheet:
    if frame.is_empty():
        raise SourceError(f"{file} has a header but no rows", hint="download it again")
    columns = [frame.to_series(position).alias(name) for name, position in wanted.items()]
    return Sheet(file, pl.DataFrame(columns), place)
