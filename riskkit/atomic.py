"""Writes that either happen whole or not at all, whoever is killed and whoever else writes.

What is being written stands beside its place under a random name. Its writer holds a lock on it
(flock, which ends with the process however it ends), so whoever comes next can tell work in
progress from what a killed process left, without trusting process numbers.
"""

from __future__ import annotations

import ctypes
import errno
import hashlib
import logging
import os
import re
import secrets
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from riskkit.errors import RiskkitError, system_refusal

try:
    import fcntl
except ImportError:  # not a Unix
    fcntl = None  # type: ignore[assignment]

_LOG = logging.getLogger(__name__)
_OURS = re.compile(r"\.(?P<name>.+)\.[0-9a-f]{16}\.(?P<kind>partial|previous)", re.DOTALL)
_PARTIAL = re.compile(r"\.[0-9a-f]{16}\.partial")
_LONGEST_NAME = 200
_TRIES = 100
_DAY = 86_400


def check_target(path: Path, marker: str | None = None) -> None:
    """Refuse a folder to write into, before any work is done for it.

    Args:
        path: The folder, which need not exist yet. A link stands for what it points to.
        marker: A file that a folder holds which may be replaced as a whole; None where files are
            put into the folder one by one.

    Raises:
        RiskkitError: It is a file, a broken link, somebody else's folder, or cannot be written;
            or it is to be replaced, and is the working folder or a mount point.
    """
    with refusals(path):
        real = _real(path)
        if real.exists() and not real.is_dir():
            raise RiskkitError(f"{path} is a file", hint="name a folder")
        if marker is not None:
            _refuse_replacing(path, real, marker)
        home = real if marker is None else real.parent
        while not home.exists():
            home = home.parent
        if not home.is_dir():
            raise RiskkitError(f"cannot write {path}: {home} is a file", hint="name a folder")
        with _claimed(home / "probe", _touch) as probe:
            probe.write_bytes(bytes(4096))
            probe.unlink()


def _refuse_replacing(path: Path, real: Path, marker: str) -> None:
    here = Path.cwd().resolve()
    if real in (here, *here.parents):
        raise RiskkitError(
            f"{path} is the folder that you work in, or holds it, and cannot be replaced",
            hint="name a folder inside it, as in --out publication",
        )
    if not real.is_dir():
        return
    if real.is_mount():
        raise RiskkitError(
            f"{path} is a mount point, which cannot be replaced",
            hint=f"name a folder inside it, as in --out {path / 'publication'}",
        )
    if any(real.iterdir()) and not (real / marker).is_file():
        raise RiskkitError(
            f"{path} already exists and holds no {marker}: it is not riskkit's to replace",
            hint="choose another --out, or move it away",
        )


@contextmanager
def atomic_file(path: Path) -> Iterator[Path]:
    """Yield a temporary path beside `path`; on success it replaces `path` in one rename.

    A link stays, and what it points to is replaced. The umask decides who may read the file.

    Raises:
        RiskkitError: The file cannot be written, for instance because the disk is full.
    """
    with refusals(path):
        real = _real(path)
        if real.exists() and not real.is_file():
            kind = "a folder" if real.is_dir() else "no file"
            raise RiskkitError(f"cannot write {path}: it is {kind}", hint="name a file")
        real.parent.mkdir(parents=True, exist_ok=True)
        _clear_leftovers(real.parent)
        with _claimed(real, _touch) as partial:
            yield partial
            sync(partial)
            partial.replace(real)
            sync(real.parent)
    _LOG.info("wrote %s", path)


@contextmanager
def atomic_folder(path: Path, marker: str) -> Iterator[Path]:
    """Yield an empty folder beside `path`; on success it takes the place of `path`.

    Whoever reads `path` sees the old content or the new, never a mixture: on Linux the two are
    exchanged in one system call, elsewhere by two renames that keep the old folder until the
    new one stands. A link stays, and what it points to is replaced.

    Args:
        path: The folder to write.
        marker: A file that every folder written here holds. A folder without it was made by
            somebody else and is refused, not replaced.

    Raises:
        RiskkitError: `path` is not to be replaced (see `check_target`), or cannot be written.
    """
    check_target(path, marker)
    with refusals(path):
        real = _real(path)
        real.parent.mkdir(parents=True, exist_ok=True)
        _clear_leftovers(real.parent)
        with _claimed(real, Path.mkdir) as fresh:
            yield fresh
            for file in sorted(fresh.rglob("*")):
                sync(file)
            sync(fresh)
            _refuse_replacing(path, real, marker)
            _replace_folder(fresh, real)
            sync(real.parent)
    _LOG.info("wrote %s", path)


def write_text(path: Path, text: str) -> None:
    """Write UTF-8 text with Unix line ends, atomically."""
    with atomic_file(path) as partial:
        partial.write_text(text, encoding="utf-8", newline="\n")


@contextmanager
def refusals(path: Path) -> Iterator[None]:
    """Say what the system refuses, with the path that the user knows.

    Raises:
        RiskkitError: Writing fails inside, for instance because the disk is full.
    """
    try:
        yield
    except RiskkitError:
        raise
    except Exception as error:
        other = getattr(error, "filename2", None) or getattr(error, "filename", None)
        own = other is None or _PARTIAL.search(str(other)) or _lies_in(str(other), path)
        what = f"cannot write {path}" if own else f"cannot write {path}: {other} fails"
        told = system_refusal(what, error)
        if told is None:
            raise
        raise told from error


def _lies_in(other: str, path: Path) -> bool:
    return Path(other).absolute().is_relative_to(path.absolute())


def _real(path: Path) -> Path:
    """Follow links.

    Raises:
        RiskkitError: A link leads nowhere.
    """
    real = Path(os.path.realpath(path))
    if path.is_symlink() and not path.exists():
        raise RiskkitError(
            f"{path} is a link to {real}, which is not there",
            hint="make that folder or file, or remove the link",
        )
    return real


def _touch(path: Path) -> None:
    path.touch(exist_ok=False)


@contextmanager
def _claimed(target: Path, make: Callable[[Path], None]) -> Iterator[Path]:
    """Make something under a random name beside a target and hold a lock on it; remove it last."""
    partial, handle = _claim(target, make)
    try:
        yield partial
    finally:
        _remove(partial)
        os.close(handle)


def _claim(target: Path, make: Callable[[Path], None]) -> tuple[Path, int]:
    for _ in range(_TRIES):
        partial = _beside(target, "partial")
        make(partial)
        try:
            handle = os.open(partial, os.O_RDONLY)
        except FileNotFoundError:  # cleared by another writer before it was locked
            continue
        if _lock(handle) is not False and _is(partial, handle):
            return partial, handle
        os.close(handle)
    raise RiskkitError(f"cannot write {target}", hint="another process removes what is written")


def _beside(target: Path, kind: str) -> Path:
    name = target.name
    if len(os.fsencode(name)) > _LONGEST_NAME:
        name = hashlib.sha256(os.fsencode(name)).hexdigest()[:16]
    return target.parent / f".{name}.{secrets.token_hex(8)}.{kind}"


def _lock(handle: int) -> bool | None:
    """Take the lock of an open file: False if another process holds it, None if there are none."""
    if fcntl is None:
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:  # some network drives know no locks
        return None
    return True


def _is(path: Path, handle: int) -> bool:
    try:
        return os.path.samestat(path.stat(), os.fstat(handle))
    except FileNotFoundError:
        return False


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _clear_leftovers(folder: Path) -> None:
    """Remove what killed processes left in a folder, and bring back what they took away."""
    for entry in list(os.scandir(folder)):
        match = _OURS.fullmatch(entry.name)
        if match:
            with suppress(OSError):  # gone already, or of another user
                _clear(Path(entry.path), folder / match["name"], match["kind"])


def _clear(leftover: Path, target: Path, kind: str) -> None:
    if kind == "previous" and not target.exists():
        leftover.rename(target)
        return
    handle = os.open(leftover, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    try:
        free = _lock(handle)
        old = time.time() - os.fstat(handle).st_mtime > _DAY
        if free or (free is None and old):
            _remove(leftover)
    finally:
        os.close(handle)


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
    """Put a folder in the place of another, which others may be replacing as well."""
    for _ in range(_TRIES):
        if path.exists() and _exchange(fresh, path):
            return
        try:
            _move_in(fresh, path)
        except OSError as error:
            if error.errno not in (errno.ENOTEMPTY, errno.EEXIST, errno.ENOENT):
                raise
        else:
            return
    raise RiskkitError(f"cannot write {path}", hint="another process keeps replacing it")


def _move_in(fresh: Path, path: Path) -> None:
    previous = _beside(path, "previous")
    if path.exists():
        path.rename(previous)
    try:
        fresh.rename(path)
    except OSError:
        if not path.exists():
            previous.rename(path)
        raise
    shutil.rmtree(previous, ignore_errors=True)


def sync(path: Path) -> None:
    """Have the system write a file's or folder's content to the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
