"""Files of riskkit's own, read back: what is wrong with one is told, and what to do about it."""

from __future__ import annotations

import json
import logging
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from riskkit.errors import RiskkitError, system_refusal

if TYPE_CHECKING:
    import polars as pl

_LOG = logging.getLogger(__name__)
_DAMAGES = (
    LookupError, ValueError, TypeError, AttributeError, EOFError, RecursionError, MemoryError,
    ArithmeticError, RuntimeError, NotImplementedError, zipfile.BadZipFile, zlib.error,
)  # fmt: skip
"""What parsing raises on files that are damaged, or are something else."""


@contextmanager
def reading(path: Path, remedy: str) -> Iterator[None]:
    """Say that a file is not there, cannot be read or is damaged, whatever its reader raises.

    Only what turns the file's bytes into values belongs inside.

    Args:
        path: The file.
        remedy: How one gets a good one, such as "run `riskkit backtest` again".

    Raises:
        RiskkitError: Any of that.
    """
    import polars as pl

    if not path.exists():
        raise RiskkitError(f"there is no {path}", hint=remedy)
    _LOG.info("reading %s", path)
    try:
        yield
    except RiskkitError:
        raise
    except (OSError, *_DAMAGES, pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
        refused = system_refusal(f"cannot read {path}", error)
        if refused is not None:
            raise refused from error
        raise RiskkitError(f"{path} is damaged", got=_reason(error), hint=remedy) from error


def _reason(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__


def read_parquet(path: Path, remedy: str, needed: tuple[str, ...] = ()) -> pl.DataFrame:
    """Read a parquet file.

    Args:
        path: The file.
        remedy: See `reading`.
        needed: Columns that it must have.

    Raises:
        RiskkitError: It is not there, damaged, or lacks a column.
    """
    import polars as pl

    with reading(path, remedy):
        frame = pl.read_parquet(path, glob=False)
    return _with(needed, frame, path, remedy)


def read_csv(path: Path, remedy: str, needed: tuple[str, ...] = (), **options: Any) -> pl.DataFrame:
    """Read a csv file; `options` are those of polars. See `read_parquet`."""
    import polars as pl

    with reading(path, remedy):
        frame = pl.read_csv(path, glob=False, **options)
    return _with(needed, frame, path, remedy)


def _with(needed: tuple[str, ...], frame: pl.DataFrame, path: Path, remedy: str) -> pl.DataFrame:
    lacking = [column for column in needed if column not in frame.columns]
    if lacking:
        raise RiskkitError(f"{path} lacks the column {lacking[0]}", got=frame.columns, hint=remedy)
    return frame


def read_json(path: Path, remedy: str) -> dict[str, Any]:
    """Read a JSON file that holds an object.

    Raises:
        RiskkitError: It is not there, damaged, or holds something else.
    """
    with reading(path, remedy):
        found = json.loads(path.read_bytes())
    if not isinstance(found, dict):
        raise RiskkitError(f"{path} is damaged", got=found, hint=remedy)
    return found
