"""Where an archive stands: a folder, or a bucket and whatever else fsspec reaches.

Both keep the same promises: a dated folder appears whole and is never written again, every other
file is exchanged in one step, and one publisher at a time changes the archive.
"""

from __future__ import annotations

import json
import re
import secrets
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import Any, Protocol

from filelock import FileLock, Timeout

from riskkit.atomic import atomic_file, atomic_folder, refusals
from riskkit.errors import RiskkitError
from riskkit.publish import MARKER
from riskkit.reading.remote import system_of

DATED = re.compile(r"\d{4}-\d{2}(?:-r\d+)?")
"""Names of the folders that are never overwritten: 2025-06, and its revision 2025-06-r2."""
LATEST = "latest"
_LOCK = ".lock"
_PATIENCE = 120.0
"""Seconds that one publisher waits for another."""
_DEAD = 900.0
"""Seconds after which the lock of a bucket belongs to nobody: its publisher was killed."""
_PAUSE = 0.2
_FLAT = {"s3", "s3a", "gs", "gcs", "abfs", "abfss", "az", "adl", "oss", "oci"}
"""Systems of objects, which have no folders to make."""
_WEB = re.compile(r"[a-z][a-z0-9+.-]+://", re.IGNORECASE)


class Place(Protocol):
    """What an archive needs of where it stands."""

    @property
    def where(self) -> str:
        """Its name for people."""

    def names(self) -> list[str]:
        """Dated folders that are complete, sorted."""

    def files(self, name: str) -> list[str]:
        """Paths of all files in a folder, relative to the archive, sorted."""

    def read(self, path: str) -> bytes | None:
        """The bytes of a file; None where there is none."""

    def write(self, path: str, data: bytes) -> None:
        """Write a file, or put it in the place of another, in one step."""

    def put(self, name: str, folder: Path, extra: Mapping[str, bytes]) -> None:
        """Copy a folder, and more files into it, under a name that is free."""

    def point(self, name: str) -> None:
        """Let `latest` be a dated folder."""

    def locked(self) -> AbstractContextManager[None]:
        """Keep other publishers from changing the archive."""

    def fetched(self, name: str) -> AbstractContextManager[Path]:
        """A local folder with the files of a dated one, to be read only."""


def place_of(archive: str | Path) -> Place:
    """Find the place that a user names: a folder, or an address such as s3://bucket/folder.

    Raises:
        RiskkitError: The address needs something that is not installed, or cannot be used.
    """
    text = str(archive)
    if text.startswith("file://"):
        return Folder(Path(text.removeprefix("file://")))
    return Bucket.of(text) if _WEB.match(text) else Folder(Path(archive))


class Folder:
    """An archive in a folder of this machine."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def where(self) -> str:
        """The path."""
        return str(self.folder)

    def names(self) -> list[str]:
        """Folders of a date that hold a publication: each appeared in one rename, so is whole."""
        if not self.folder.is_dir():
            return []
        found = (path for path in self.folder.iterdir() if DATED.fullmatch(path.name))
        return sorted(path.name for path in found if (path / MARKER).is_file())

    def files(self, name: str) -> list[str]:
        """Files below a folder; hidden ones are the system's."""
        paths = (path for path in (self.folder / name).rglob("*") if path.is_file())
        shown = (path.relative_to(self.folder).as_posix() for path in paths)
        return sorted(path for path in shown if not any(p[0] == "." for p in path.split("/")))

    def read(self, path: str) -> bytes | None:
        """Read a file."""
        with suppress(FileNotFoundError, NotADirectoryError):
            return (self.folder / path).read_bytes()
        return None

    def write(self, path: str, data: bytes) -> None:
        """Write beside the file, then rename."""
        with atomic_file(self.folder / path) as partial:
            partial.write_bytes(data)

    def put(self, name: str, folder: Path, extra: Mapping[str, bytes]) -> None:
        """Copy beside the name, then rename."""
        target = self.folder / name
        if target.exists():
            raise RiskkitError(f"{target} is there already, and is never overwritten")
        with atomic_folder(target, MARKER) as fresh:
            shutil.copytree(folder, fresh, dirs_exist_ok=True, ignore=_hidden)
            for path, data in extra.items():
                (fresh / path).write_bytes(data)

    def point(self, name: str) -> None:
        """Exchange a link; where the system has none, a copy."""
        target = self.folder / LATEST
        if target.is_symlink() and target.readlink() == Path(name):
            return
        link = self.folder / f".{LATEST}.{secrets.token_hex(8)}.partial"
        try:
            link.symlink_to(name, target_is_directory=True)
            link.replace(target)
        except OSError:
            link.unlink(missing_ok=True)
            with atomic_folder(target, MARKER) as fresh:
                shutil.copytree(self.folder / name, fresh, dirs_exist_ok=True)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold a lock that ends with the process, however it ends."""
        with refusals(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
            lock = FileLock(self.folder / _LOCK, timeout=_PATIENCE)
            try:
                lock.acquire()
            except Timeout:
                raise _busy(self.where) from None
        try:
            yield
        finally:
            lock.release()

    @contextmanager
    def fetched(self, name: str) -> Iterator[Path]:
        """The folder itself."""
        yield self.folder / name


class Bucket:
    """An archive behind an address that fsspec knows.

    Objects appear whole. Of a dated folder the description comes last, and a folder without it is
    none. `latest/` is exchanged file by file: who wants all of one date reads index.json.
    """

    def __init__(self, system: Any, root: str, address: str) -> None:
        self.system = system
        self.root = root.rstrip("/")
        self.where = address

    @classmethod
    def of(cls, address: str) -> Bucket:
        """Open an address; keys and endpoints come from where fsspec and the service look.

        Raises:
            RiskkitError: What the address needs is not installed.
        """
        system, root = system_of(address)
        return cls(system, root, address)

    def _path(self, path: str) -> str:
        return f"{self.root}/{path}"

    def _all(self, folder: str) -> list[str]:
        with self._told():
            self.system.invalidate_cache()
            try:
                found = self.system.find(self._path(folder) if folder else self.root)
            except FileNotFoundError:
                return []
        start = self._path("").lstrip("/")
        return sorted(path.lstrip("/").removeprefix(start) for path in found)

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Say what the service refuses.

        Raises:
            RiskkitError: It does.
        """
        try:
            yield
        except (FileNotFoundError, FileExistsError, RiskkitError):
            raise
        except Exception as error:
            reason = str(error).splitlines()[0] if str(error) else type(error).__name__
            hint = "check the address, its keys and the connection, and run the command again"
            raise RiskkitError(f"cannot use {self.where}", got=reason, hint=hint) from error

    def names(self) -> list[str]:
        """Dated folders that have their description."""
        found = (path.split("/") for path in self._all(""))
        return sorted(p[0] for p in found if p[1:] == [MARKER] and DATED.fullmatch(p[0]))

    def files(self, name: str) -> list[str]:
        """Objects below a folder."""
        return [path for path in self._all(name) if not path.rpartition("/")[2].startswith(".")]

    def read(self, path: str) -> bytes | None:
        """Read an object."""
        with self._told(), suppress(FileNotFoundError):
            return bytes(self.system.cat_file(self._path(path)))
        return None

    def write(self, path: str, data: bytes) -> None:
        """Write an object, which is whole or not there."""
        with self._told():
            self._folder_of(path)
            self.system.pipe_file(self._path(path), data)

    def _folder_of(self, path: str) -> None:
        """Make the folder of a file where there are folders; a bucket is never made."""
        names = self.system.protocol
        if not ({names} if isinstance(names, str) else {*names}) & _FLAT:
            self.system.makedirs(self._path(path).rpartition("/")[0], exist_ok=True)

    def put(self, name: str, folder: Path, extra: Mapping[str, bytes]) -> None:
        """Write all objects, the description last."""
        if self.read(f"{name}/{MARKER}") is not None:
            raise RiskkitError(f"{self.where}/{name} is there already, and is never overwritten")
        for path in self.files(name):  # what a killed publisher left
            self._remove(path)
        self._copy(name, folder, extra)

    def _copy(self, name: str, folder: Path, extra: Mapping[str, bytes]) -> None:
        paths = sorted(path for path in folder.rglob("*") if path.is_file())
        named = {path.relative_to(folder).as_posix(): path for path in paths}
        for path, data in extra.items():
            self.write(f"{name}/{path}", data)
        for path, file in sorted(named.items(), key=lambda item: item[0] == MARKER):
            if not file.name.startswith("."):
                self.write(f"{name}/{path}", file.read_bytes())

    def _remove(self, path: str) -> None:
        with self._told(), suppress(FileNotFoundError):
            self.system.rm_file(self._path(path))

    def point(self, name: str) -> None:
        """Copy the dated folder to `latest/`, and remove there what it does not hold."""
        mine = self.read(f"{name}/{MARKER}")
        if mine is not None and mine == self.read(f"{LATEST}/{MARKER}"):
            return
        kept = {path.partition("/")[2] for path in self.files(name)}
        for path in sorted(kept, key=lambda one: one == MARKER):
            with self._told():
                self._folder_of(f"{LATEST}/{path}")
                self.system.cp_file(self._path(f"{name}/{path}"), self._path(f"{LATEST}/{path}"))
        for path in self.files(LATEST):
            if path.partition("/")[2] not in kept:
                self._remove(path)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold an object that only one publisher can create.

        Raises:
            RiskkitError: Another publisher holds it for long.
        """
        mine = json.dumps({"token": secrets.token_hex(16), "since": time.time()}).encode()
        until = time.monotonic() + _PATIENCE
        while not self._claim(mine):
            if time.monotonic() > until:
                raise _busy(self.where)
            time.sleep(_PAUSE)
        try:
            yield
        finally:
            if self.read(_LOCK) == mine:
                self._remove(_LOCK)

    def _claim(self, mine: bytes) -> bool:
        with self._told():
            try:
                self._folder_of(_LOCK)
                self.system.pipe_file(self._path(_LOCK), mine, mode="create")
            except FileNotFoundError:
                raise RiskkitError(
                    f"cannot use {self.where}: there is no such bucket", hint="make it first"
                ) from None
            except FileExistsError:
                self._bury(self.read(_LOCK))
                return False
        return self.read(_LOCK) == mine

    def _bury(self, held: bytes | None) -> None:
        """Remove the lock of a publisher that was killed."""
        try:
            since = float(json.loads(held or b"{}")["since"])
        except (ValueError, KeyError, TypeError):
            return
        if time.time() - since > _DEAD and self.read(_LOCK) == held:
            self._remove(_LOCK)

    @contextmanager
    def fetched(self, name: str) -> Iterator[Path]:
        """Copy the objects into a folder of their own."""
        with tempfile.TemporaryDirectory() as home:
            for path in self.files(name):
                target = Path(home) / path
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(self.read(path) or b"")
            yield Path(home) / name


def _hidden(folder: str, names: list[str]) -> list[str]:
    del folder
    return [name for name in names if name.startswith(".")]


def _busy(where: str) -> RiskkitError:
    return RiskkitError(
        f"another publisher is using {where}", hint="wait until it is done, and try again"
    )
