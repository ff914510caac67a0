"""The folder of added data: publishers' files as they came, and a manifest of them."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from riskkit.atomic import write_text
from riskkit.errors import ConfigError, RiskkitError, SourceError
from riskkit.registry import lookup, sources
from riskkit.sources import Source
from riskkit.tables import Release

MANIFEST = "manifest.json"


class Entry(BaseModel):
    """One added file, or the files that one source reads together.

    Attributes:
        key: Source, and for sources of single files the file's stem.
        source: Registry name of the reader.
        folder: Folder below the store that holds the files.
        options: What the user said about them.
        files: Hash (sha256) by file name.
        covers: First and last month that they speak of.
        rows: Number of observations and ties.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    key: str
    source: str
    folder: str
    options: dict[str, Any]
    files: dict[str, str]
    covers: tuple[str, str]
    rows: int


class _Manifest(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    entries: tuple[Entry, ...] = ()


def _reader(name: str) -> Source:
    source: type[Source] = lookup("source", sources(), name)
    return source()


def read_file(name: str, path: Path, options: dict[str, Any]) -> Release:
    """Read a file, or a folder of one source's files, with a registered reader.

    Raises:
        RiskkitError: There is no such source, or the file is refused.
        ConfigError: An option does not fit the source.
    """
    source = _reader(name)
    try:
        checked = source.options.model_validate(options)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise ConfigError(
            f"{name} {path.name}: option {key}: {first['msg']}",
            hint=f"docs/sources.md lists the options of {name}",
        ) from None
    return replace(source.read(path, checked), citation=source.cite(path, checked))


def sha256_of(path: Path) -> str:
    """Hash a file without holding it in memory."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


class Store:
    """The data folder of a project.

    Each entry's files stand in a folder named after their content. A new one is written beside
    the old one, the manifest is exchanged in one step, and only then the old one goes: whenever
    the process dies, the manifest points to complete files.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

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

    def add(self, name: str, path: Path, options: dict[str, Any]) -> tuple[Entry, Release]:
        """Check a file with its reader and, if it is accepted, copy it into the store.

        A source that reads folders takes the new file together with those added before; of the
        same name, the new one counts. Nothing changes when the reader refuses.

        Raises:
            RiskkitError: The file is refused, or the store cannot be written.
        """
        together = _reader(name).reads_folders
        key = name if together else f"{name}/{path.stem}"
        others = {entry.key: entry for entry in self.entries() if entry.key != key}
        before = [e for e in self.entries() if e.key == key and together]
        if not path.exists():
            raise SourceError(f"there is no file {path}", hint="check the path")
        release = read_file(name, path, options)
        with self._staged(key, before, path) as stage:
            if before:
                release = read_file(name, stage, options)
            files = {file.name: sha256_of(file) for file in sorted(stage.iterdir())}
            content = hashlib.sha256(json.dumps(files).encode()).hexdigest()[:12]
            final = self.folder / key / content
            if not final.exists():
                stage.rename(final)
        entry = Entry(
            key=key,
            source=name,
            folder=f"{key}/{content}",
            options=options,
            files=files,
            covers=(f"{release.covers[0]:%Y-%m}", f"{release.covers[1]:%Y-%m}"),
            rows=release.rows,
        )
        self._write([*others.values(), entry])
        for old in (self.folder / key).iterdir():
            if old != final and not old.name.startswith("."):
                shutil.rmtree(old)
        return entry, release

    @contextmanager
    def _staged(self, key: str, before: list[Entry], path: Path) -> Iterator[Path]:
        """Yield a folder with the files so far and the new one."""
        stage = self.folder / key / f".{os.getpid()}"
        new = [path] if path.is_file() else sorted(p for p in path.iterdir() if p.is_file())
        old = [self.folder / entry.folder / file for entry in before for file in entry.files]
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
        return tuple(self._read(entry) for entry in self.entries())

    def _read(self, entry: Entry) -> Release:
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
        for name, expected in entry.files.items():
            path = self.folder / entry.folder / name
            if not path.is_file() or sha256_of(path) != expected:
                state = "is not the file that was added" if path.is_file() else "is gone"
                raise RiskkitError(f"{path} {state}", hint="add it again with `riskkit data add`")
