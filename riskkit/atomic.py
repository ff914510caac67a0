"""Writes that either happen whole or not at all."""

from __future__ import annotations

import ctypes
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from riskkit.errors import RiskkitError


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def atomic_file(path: Path) -> Iterator[Path]:
    """Yield a temporary path beside `path`; on success it replaces `path` in one rename.

    Raises:
        RiskkitError: The folder cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(
            dir=path.parent, prefix=f".{path.name}.", suffix=path.suffix
        )
    except OSError as error:
        raise RiskkitError(f"cannot write {path}", got=error.strerror) from error
    os.close(handle)
    partial = Path(name)
    try:
        yield partial
        partial.chmod(0o644)
        _sync(partial)
        partial.replace(path)
        _sync(path.parent)
    finally:
        partial.unlink(missing_ok=True)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _clear_leftovers(path: Path) -> None:
    """Remove the partial folders that killed processes left beside `path`."""
    for partial in path.parent.glob(f".{path.name}.*.partial"):
        pid = partial.name.split(".")[-2]
        if pid.isdigit() and not _alive(int(pid)):
            shutil.rmtree(partial, ignore_errors=True)


def _exchange(first: Path, second: Path) -> bool:
    """Swap two paths in one step where the system can (Linux renameat2); say if it could."""
    at_working_folder, swap = -100, 2
    try:
        rename = ctypes.CDLL(None).renameat2
    except (AttributeError, OSError):
        return False
    names = os.fsencode(first.absolute()), os.fsencode(second.absolute())
    return bool(rename(at_working_folder, names[0], at_working_folder, names[1], swap) == 0)


def _replace_folder(fresh: Path, path: Path) -> None:
    if not path.exists():
        fresh.rename(path)
    elif _exchange(fresh, path):
        shutil.rmtree(fresh)
    else:
        previous = fresh.with_suffix(".previous")
        path.rename(previous)
        fresh.rename(path)
        shutil.rmtree(previous)


@contextmanager
def atomic_folder(path: Path, marker: str) -> Iterator[Path]:
    """Yield an empty folder beside `path`; on success it takes the place of `path`.

    Whoever reads `path` sees the old content or the new, never a mixture: on Linux the two are
    exchanged in one system call, elsewhere by two renames that keep the old folder until the
    new one stands.

    Args:
        path: The folder to write.
        marker: A file that every folder written here holds. A folder without it was made by
            somebody else and is refused, not replaced.

    Raises:
        RiskkitError: `path` is a file or somebody else's folder, or cannot be written.
    """
    foreign = path.is_file() or (path.is_dir() and any(path.iterdir()))
    if foreign and not (path / marker).is_file():
        raise RiskkitError(
            f"{path} already exists and holds no {marker}: it is not riskkit's to replace",
            hint="choose another --out, or move it away",
        )
    fresh = path.parent / f".{path.name}.{os.getpid()}.partial"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _clear_leftovers(path)
        fresh.mkdir()
    except OSError as error:
        raise RiskkitError(f"cannot write {path}", got=error.strerror) from error
    try:
        yield fresh
        for file in sorted(fresh.rglob("*")):
            _sync(file)
        _sync(fresh)
        _replace_folder(fresh, path)
        _sync(path.parent)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def write_text(path: Path, text: str) -> None:
    """Write UTF-8 text with Unix line ends, atomically."""
    with atomic_file(path) as partial:
        partial.write_text(text, encoding="utf-8", newline="\n")
