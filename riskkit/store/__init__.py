"""The folder of added data: publishers' files as they came, and a manifest of them."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout
from pydantic import BaseModel, ConfigDict, ValidationError

from riskkit.atomic import write_text
from riskkit.errors import RiskkitError, SourceError
from riskkit.refusals import refusal
from riskkit.registry import lookup, sources
from riskkit.sources import Options, Source
from riskkit.tables import Release

MANIFEST = "manifest.json"
LOCK = ".lock"
PATIENCE = 5.0
"""Seconds that one process waits for another to be done with the folder."""


class Origin(BaseModel):
    """Where a file came from.

    Attributes:
        retrieved_at: When it came (UTC); of a file added by hand, when it was added.
        address: The public address, without secrets; None of a file added by hand.
        vintage: The publisher's version, or the day that stands for it.
        etag: What to ask the publisher's server by, whether the file changed.
        last_modified: The same, as a date.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    retrieved_at: datetime
    address: str | None = None
    vintage: str
    etag: str | None = None
    last_modified: str | None = None


class StoredFile(Origin):
    """One file of the store.

    Attributes:
        sha256: Hash of its bytes.
        size: Number of bytes.
        licence: The publisher's.
    """

    sha256: str
    size: int
    licence: str


class Entry(BaseModel):
    """One added file, or the files that one source reads together.

    Attributes:
        key: Source, and for sources of single files the file's stem.
        source: Registry name of the reader.
        folder: Folder below the store that holds the files.
        options: What the user said about them.
        files: What is known of each file, by its name.
        covers: First and last month that they speak of.
        rows: Number of observations and ties.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    key: str
    source: str
    folder: str
    options: dict[str, Any]
    files: dict[str, StoredFile]
    covers: tuple[str, str]
    rows: int


class _Manifest(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    entries: tuple[Entry, ...] = ()


def _reader(name: str) -> Source:
    source: type[Source] = lookup("source", sources(), name)
    return source()


def checked_options(name: str, path: Path, options: dict[str, Any]) -> Options:
    """Check what was said about a file, without reading it.

    Raises:
        RiskkitError: There is no such source.
        ConfigError: An option does not fit the source.
    """
    kind = _reader(name).options
    try:
        return kind.model_validate(options)
    except ValidationError as error:
        hint = f"docs/sources.md lists the options of {name}"
        raise refusal(error, kind, f"{name} {path.name}", hint, "option") from None


def read_file(name: str, path: Path, options: dict[str, Any]) -> Release:
    """Read a file, or a folder of one source's files, with a registered reader.

    Raises:
        RiskkitError: There is no such source, or the file is refused.
        ConfigError: An option does not fit the source.
    """
    source, checked = _reader(name), checked_options(name, path, options)
    return replace(source.read(path, checked), citation=source.cite(path, checked))


def sha256_of(path: Path) -> str:
    """Hash a file without holding it in memory."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def key_of(name: str, path: Path) -> str:
    """The key under which the store keeps a file of a source."""
    return name if _reader(name).reads_folders else f"{name}/{path.stem}"


def _staying(before: Entry, *, fetched: bool) -> dict[str, StoredFile]:
    """Files of an entry that new ones join; what is fetched replaces what was fetched."""
    return {n: file for n, file in before.files.items() if not (fetched and file.address)}


def _described(
    stage: Path,
    licence: str,
    before: Mapping[str, StoredFile],
    origins: Mapping[str, Origin],
) -> dict[str, StoredFile]:
    """What is known of each staged file; of one that did not change, what was known before."""
    now = datetime.now(UTC).replace(microsecond=0)
    files = {}
    for path in sorted(stage.iterdir()):
        sha256 = sha256_of(path)
        if path.name in before and before[path.name].sha256 == sha256:
            files[path.name] = before[path.name]
            continue
        origin = origins.get(path.name, Origin(retrieved_at=now, vintage=f"added {now:%Y-%m-%d}"))
        told = {"sha256": sha256, "size": path.stat().st_size, "licence": licence}
        files[path.name] = StoredFile(**origin.model_dump(), **told)
    return files


def _intact(folder: Path, files: Mapping[str, StoredFile]) -> bool:
    paths = {name: folder / name for name in files}
    return all(p.is_file() and sha256_of(p) == files[n].sha256 for n, p in paths.items())


def _content(files: Mapping[str, StoredFile]) -> str:
    """The name of a folder with these files."""
    hashes = {name: file.sha256 for name, file in files.items()}
    return hashlib.sha256(json.dumps(hashes).encode()).hexdigest()[:12]


class Store:
    """The data folder of a project.

    Each entry's files stand in a folder named after their content. A new one is written beside
    the old one, the manifest is exchanged in one step, and only then the old one goes: whenever
    the process dies, the manifest points to complete files. One process at a time may change it.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @cached_property
    def _lock(self) -> FileLock:
        return FileLock(self.folder / LOCK, timeout=PATIENCE)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other processes from changing the folder.

        Raises:
            RiskkitError: Another one is changing it, or the folder cannot be written.
        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._lock.acquire()
        except Timeout:
            raise RiskkitError(
                f"another riskkit process is using {self.folder}", hint="wait until it is done"
            ) from None
        except OSError as error:
            raise RiskkitError(f"cannot write {self.folder}", got=error.strerror) from None
        try:
            yield
        finally:
            self._lock.release()

    def entries(self) -> tuple[Entry, ...]:
        """What has been added, sorted by key.

        Raises:
            RiskkitError: The manifest is damaged.
        """
        manifest = self.folder / MANIFEST
        if not manifest.is_file():
            return ()
        try:
            return _Manifest.model_validate_json(manifest.read_bytes()).entries
        except ValidationError as error:
            raise RiskkitError(
                f"{manifest} is damaged", hint="move the folder away and add the files again"
            ) from error

    def add(
        self,
        name: str,
        path: Path,
        options: dict[str, Any],
        origins: Mapping[str, Origin] | None = None,
        replaces: Collection[str] = (),
    ) -> tuple[Entry, Release]:
        """Check a file with its reader and, if it is accepted, copy it into the store.

        A source that reads folders takes the new file together with those added before; of the
        same name, the new one counts. Nothing changes when the reader refuses.

        Args:
            name: Registry name of the reader.
            path: The file, or a folder of files that the reader reads together.
            options: What the reader must know.
            origins: Where fetched files came from, by name; they take the place of all that were
                fetched before. None for files added by hand.
            replaces: Keys of other entries that go.

        Raises:
            RiskkitError: The file is refused, or the store cannot be written.
        """
        if not path.exists():
            _reader(name)
            raise SourceError(f"there is no file {path}", hint="check the path")
        release = read_file(name, path, options)
        with self.locked():
            return self._add(name, path, options, release, origins, replaces)

    def _add(
        self,
        name: str,
        path: Path,
        options: dict[str, Any],
        release: Release,
        origins: Mapping[str, Origin] | None,
        replaces: Collection[str],
    ) -> tuple[Entry, Release]:
        together = _reader(name).reads_folders
        key = key_of(name, path)
        earlier = {entry.key: entry for entry in self.entries()}
        before = earlier.pop(key, None)
        stays = _staying(before, fetched=origins is not None) if before and together else {}
        with self._staged(key, before, stays, path) as stage:
            if stays:
                release = read_file(name, stage, options)
            files = _described(stage, _reader(name).licence, stays, origins or {})
            final = self.folder / key / _content(files)
            if final.exists() and not _intact(final, files):
                shutil.rmtree(final)
            if not final.exists():
                stage.rename(final)
        entry = Entry(
            key=key,
            source=name,
            folder=f"{key}/{final.name}",
            options=options,
            files=files,
            covers=(f"{release.covers[0]:%Y-%m}", f"{release.covers[1]:%Y-%m}"),
            rows=release.rows,
        )
        self._write([*(e for k, e in earlier.items() if k not in replaces), entry])
        for gone in replaces:
            if gone in earlier:
                shutil.rmtree(self.folder / gone, ignore_errors=True)
        for old in (self.folder / key).iterdir():
            if old != final and not old.name.startswith("."):
                shutil.rmtree(old)
        return entry, release

    @contextmanager
    def _staged(
        self, key: str, before: Entry | None, stays: Mapping[str, StoredFile], path: Path
    ) -> Iterator[Path]:
        """Yield a folder with the files so far and the new one."""
        stage = self.folder / key / f".{os.getpid()}"
        new = [path] if path.is_file() else sorted(p for p in path.iterdir() if p.is_file())
        old = [self.folder / before.folder / file for file in stays] if before else []
        try:
            stage.mkdir(parents=True)
            for file in (*old, *new):
                shutil.copyfile(file, stage / file.name)
        except OSError as error:
            raise RiskkitError(f"cannot copy {path} to {stage}", got=error.strerror) from error
        try:
            yield stage
        finally:
            shutil.rmtree(stage, ignore_errors=True)
            with suppress(OSError):  # a folder that holds other files stays
                stage.parent.rmdir()

    def _write(self, entries: list[Entry]) -> None:
        ordered = tuple(sorted(entries, key=lambda entry: entry.key))
        text = _Manifest(entries=ordered).model_dump_json(indent=2)
        write_text(self.folder / MANIFEST, text + "\n")

    def read(self) -> tuple[Release, ...]:
        """Read everything that was added.

        Raises:
            RiskkitError: A file is gone or changed, or is refused.
        """
        return tuple(self.read_entry(entry) for entry in self.entries())

    def read_entry(self, entry: Entry) -> Release:
        """Read one of the entries.

        Raises:
            RiskkitError: A file is gone or changed, or is refused.
        """
        self.check(entry)
        folder = self.folder / entry.folder
        together = _reader(entry.source).reads_folders
        path = folder if together else folder / next(iter(entry.files))
        return read_file(entry.source, path, entry.options)

    def check(self, entry: Entry) -> None:
        """Refuse files that are not the ones that were added.

        Raises:
            RiskkitError: One is gone, or its bytes changed.
        """
        for name, file in entry.files.items():
            path = self.folder / entry.folder / name
            if not path.is_file() or sha256_of(path) != file.sha256:
                state = "is not the file that was added" if path.is_file() else "is gone"
                raise RiskkitError(f"{path} {state}", hint="add it again with `riskkit data add`")
