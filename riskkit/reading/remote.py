"""Files behind an address such as s3://bucket/data, copied here to be read."""

from __future__ import annotations

import atexit
import hashlib
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from riskkit.errors import RiskkitError

_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]+:/", re.IGNORECASE)
"""With one stroke, too: a path of the system has lost the other."""
_WHOLE = re.compile(":/+")
_FILE = "file://"
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")


def is_address(text: str | Path) -> bool:
    """Whether a name is an address, not a path of this machine.

    >>> is_address("s3://bucket/data"), is_address("../data"), is_address("C:/data")
    (True, False, False)
    """
    return bool(_ADDRESS.match(str(text)))


def within(folder: str, path: str) -> str:
    """Name a file of a folder, either of which may be an address.

    >>> within("s3://bucket/data/", "a.csv"), within("data", "a.csv"), within("data", "/a.csv")
    ('s3://bucket/data/a.csv', 'data/a.csv', '/a.csv')
    """
    if is_address(path):
        return path
    return f"{folder.rstrip('/')}/{path}" if is_address(folder) else str(Path(folder) / path)


def local(name: str | Path) -> Path:
    """Give the path of a file or folder; what is behind an address is copied here first.

    A copy is made once, and lasts as long as this process.

    Args:
        name: A path, or an address that fsspec knows: s3://, gs://, https://, memory:// and others.

    Raises:
        RiskkitError: There is nothing at the address, it cannot be read, or it needs something
            that is not installed.
    """
    text = _WHOLE.sub("://", str(name), count=1) if is_address(name) else str(name)
    if text.startswith(_FILE):
        return Path("/", text.removeprefix(_FILE))
    return _copied(text) if is_address(text) else Path(name)


def system_of(address: str) -> tuple[Any, str]:
    """Find the file system of an address, and its path there.

    Keys and endpoints come from where fsspec and the service look.

    Raises:
        RiskkitError: What the address needs is not installed.
    """
    try:
        from fsspec.core import url_to_fs

        system, path = url_to_fs(address)
    except (ImportError, ValueError) as error:
        raise RiskkitError(
            f"cannot use {address}",
            got=str(error),
            hint="install the extra: pip install 'riskkit[archive]'; or name a folder",
        ) from error
    return system, path


@cache
def _copied(address: str) -> Path:
    system, path = system_of(address)
    told = hashlib.sha256(address.encode()).hexdigest()[:8]
    target = _home() / f"{_UNSAFE.sub('_', address.partition('?')[0])}-{told}"
    with _told(address):
        if system.isfile(path):
            target = target / path.partition("?")[0].rpartition("/")[2]
            _copy(system, path, target)
            return target
        root = path.strip("/") + "/"
        found = [one for one in system.find(path) if one.lstrip("/").startswith(root)]
        if not found:
            raise FileNotFoundError
        for one in found:
            parts = one.lstrip("/").removeprefix(root).split("/")
            if ".." not in parts:
                _copy(system, one, target.joinpath(*parts))
    return target


def _copy(system: Any, path: str, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    system.get_file(path, str(target))


@contextmanager
def _told(address: str) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError:
        raise RiskkitError(
            f"there is nothing at {address}", hint="check the address, and what your keys may read"
        ) from None
    except Exception as error:  # each service refuses in its own way
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise RiskkitError(
            f"cannot read {address}",
            got=reason,
            hint="check the address, its keys, the connection and the space on this machine",
        ) from error


@cache
def _home() -> Path:
    """A folder for copies; it goes with the process."""
    folder = mkdtemp(prefix="riskkit-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return Path(folder)
