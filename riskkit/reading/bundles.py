"""Publications of many files: a folder of them, an archive, or one alone."""

from __future__ import annotations

import io
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from riskkit.errors import SourceError
from riskkit.reading.archives import unpack
from riskkit.reading.files import read_bytes, refuse_pointer

_UNZIPPING = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,
    OSError,
    RuntimeError,
    ValueError,
)


@dataclass(frozen=True)
class Member:
    """One file of a publication.

    Attributes:
        file: What messages call it.
        name: Its name without folders.
        data: Its bytes, not empty.
    """

    file: str
    name: str
    data: bytes


def members(path: Path, ending: str) -> list[Member]:
    """Read the files of one format, wherever they lie in a folder or a zip archive.

    Args:
        path: A folder, a .zip archive or a single file.
        ending: The format, as in ".csv".

    Returns:
        At least one file, in the order of their paths.

    Raises:
        SourceError: There is no such file, one is unreadable or empty, or a parquet file lies
            among them.
    """
    if path.is_dir():
        _refuse_parquet(path, ending)
        found = [_member(file) for file in sorted(path.rglob("*")) if _is_one(file, ending)]
    elif path.suffix.lower() == ".zip":
        found = _unzip(path, ending)
    else:
        found = [_member(path)] if path.suffix.lower() == ending or not path.exists() else []
    if not found:
        raise SourceError(
            f"{path} holds no {ending} file", hint="give the publisher's files, their folder or zip"
        )
    return found


def _refuse_parquet(folder: Path, ending: str) -> None:
    """Refuse a table that software saved in its own format among those of the publisher."""
    for file in sorted(folder.rglob("*")):
        if _is_one(file, ".parquet"):
            raise SourceError(
                f"{file} is not read among {ending} files",
                hint=f"save it as {ending}, or take it out of the folder",
            )


def _member(file: Path) -> Member:
    return Member(str(file), file.name, read_bytes(file))


def _is_one(file: Path | PurePosixPath, ending: str) -> bool:
    """Whether a file has the ending; what macOS adds to archives is passed over."""
    junk = file.name.startswith(".") or "__MACOSX" in file.parts
    return file.suffix.lower() == ending and not junk


def _unzip(path: Path, ending: str) -> list[Member]:
    try:
        with zipfile.ZipFile(io.BytesIO(read_bytes(path))) as archive:
            names = sorted(n for n in archive.namelist() if _is_one(PurePosixPath(n), ending))
            parts = [(name, unpack(str(path), archive, name)) for name in names]
    except _UNZIPPING as error:
        raise SourceError(
            f"{path} is not a whole zip archive", got=str(error), hint="download it again"
        ) from None
    found = [Member(f"{path}: {n}", PurePosixPath(n).name, data) for n, data in parts]
    for member in found:
        if not member.data.strip():
            raise SourceError(f"{member.file} is empty", hint="download the archive again")
        refuse_pointer(member.file, member.data)
    return found
