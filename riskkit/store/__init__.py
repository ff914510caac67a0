"""The folder of added data: publishers' files as they came, and a manifest of them."""

from __future__ import annotations

import hashlib
import json
import re
import secrets
import shutil
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from itertools import count
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout
from pydantic import ValidationError

from riskkit.atomic import refusals, sync, write_text
from riskkit.errors import RiskkitError, SourceError, suggestion
from riskkit.files import reading
from riskkit.refusals import refusal
from riskkit.registry import lookup, sources
from riskkit.sources import Options, Source
from riskkit.store.manifest import Entry, Manifest, Origin, StoredFile
from riskkit.tables import Release

__all__ = ["Added", "Entry", "Origin", "Store", "StoredFile", "read_file", "sha256_of"]

MANIFEST = "manifest.json"
LOCK = ".lock"
STAGE = ".adding"
"""Folder of the store in which a new entry is put together."""
PATIENCE = 5.0
"""Seconds that one process waits for another to be done with the folder."""
_CONTENT = re.compile(r"[0-9a-f]{12}")
"""Names of the folders that hold an entry's files."""


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


def _files_of(path: Path) -> list[Path]:
    return [path] if path.is_file() else sorted(p for p in path.iterdir() if p.is_file())


def brought_by(release: Release) -> tuple[str, ...]:
    """Names of the indicators and relations of a release."""
    return (*(i.name for i in release.indicators), *(r.name for r in release.relations))


def _content(files: Mapping[str, StoredFile]) -> str:
    """The name of a folder with these files."""
    hashes = {name: file.sha256 for name, file in files.items()}
    return hashlib.sha256(json.dumps(hashes).encode()).hexdigest()[:12]


@dataclass(frozen=True)
class _New:
    """A file that is to be added."""

    source: str
    key: str
    path: Path
    options: dict[str, Any]
    origins: Mapping[str, Origin] | None


@dataclass(frozen=True)
class Added:
    """What adding a file did to a store.

    Attributes:
        entry: The new entry.
        release: What its reader made of it.
        replaced: Entries whose files it took the place of.
        joined: Files that were there before and are read together with it.
    """

    entry: Entry
    release: Release
    replaced: tuple[Entry, ...]
    joined: tuple[str, ...]


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
        with refusals(self.folder):
            try:
                self.folder.mkdir(parents=True, exist_ok=True)
                self._lock.acquire()
            except Timeout:
                raise RiskkitError(
                    f"another riskkit process is using {self.folder}", hint="wait until it is done"
                ) from None
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
        with reading(manifest, "move the folder away and add the files again"):
            return Manifest.model_validate_json(manifest.read_bytes()).entries

    def add(
        self,
        name: str,
        path: Path,
        options: dict[str, Any],
        origins: Mapping[str, Origin] | None = None,
        replaces: Collection[str] = (),
        *,
        also: bool = False,
    ) -> Added:
        """Check a file with its reader and, if it is accepted, copy it into the store.

        A source that reads folders takes the new file together with those added before; of the
        same name, the new one counts. A file of any other source takes the place of those of the
        same source that bring one of its indicators or relations. Nothing changes when the reader
        refuses.

        Args:
            name: Registry name of the reader.
            path: The file, or a folder of files that the reader reads together.
            options: What the reader must know.
            origins: Where fetched files came from, by name; they take the place of all that were
                fetched before, and of nothing else. None for files added by hand.
            replaces: Keys of other entries that go.
            also: Keep what the file would replace.

        Raises:
            RiskkitError: The file is refused, or the store cannot be written.
        """
        if not path.exists():
            _reader(name)
            raise SourceError(f"there is no file {path}", hint="check the path")
        release = read_file(name, path, options)
        with self.locked():
            earlier = {entry.key: entry for entry in self.entries()}
            key = key_of(name, path)
            if also:
                key = self._free_key(key, path, earlier)
            elif origins is None:
                replaces = (*replaces, *self._rivals(name, key, release, earlier.values()))
            new = _New(name, key, path, options, origins)
            return self._add(new, release, earlier, {*replaces})

    def _free_key(self, key: str, path: Path, earlier: Mapping[str, Entry]) -> str:
        """Name the place of a file that is kept beside all others.

        Raises:
            RiskkitError: Files that are read together cannot have the same name.
        """
        if key not in earlier:
            return key
        if "/" in key:
            numbers = (f"{key}-{number}" for number in count(2))
            return next(other for other in numbers if other not in earlier)
        same = [file.name for file in _files_of(path) if file.name in earlier[key].files]
        if same:
            raise RiskkitError(
                f"{self.folder / key} holds {same[0]} already, and its files are read together",
                hint="give the new file another name",
            )
        return key

    def _rivals(
        self, name: str, key: str, release: Release, earlier: Iterable[Entry]
    ) -> Iterator[str]:
        """Keys of other files of a source that bring something which a new one brings, too."""
        for entry in earlier:
            if entry.source == name and entry.key != key:
                brings = entry.brings or brought_by(self.read_entry(entry))
                if {*brings} & {*brought_by(release)}:
                    yield entry.key

    def _add(
        self, new: _New, release: Release, earlier: dict[str, Entry], replaces: set[str]
    ) -> Added:
        before = earlier.pop(new.key, None)
        together = _reader(new.source).reads_folders
        stays = _staying(before, fetched=new.origins is not None) if before and together else {}
        with self._staged(new.path, before, stays) as stage:
            if stays:
                release = read_file(new.source, stage, new.options)
            licence = _reader(new.source).licence
            files = _described(stage, licence, stays, new.origins or {})
            final = self.folder / new.key / _content(files)
            if final.exists() and not _intact(final, files):
                shutil.rmtree(final)
            if not final.exists():
                final.parent.mkdir(parents=True, exist_ok=True)
                stage.rename(final)
        entry = Entry(
            key=new.key,
            source=new.source,
            folder=f"{new.key}/{final.name}",
            options=new.options,
            files=files,
            covers=(f"{release.covers[0]:%Y-%m}", f"{release.covers[1]:%Y-%m}"),
            rows=release.rows,
            brings=brought_by(release),
        )
        kept = [e for key, e in earlier.items() if key not in replaces]
        self._write([*kept, entry])
        self._sweep([*kept, entry])
        gone = [earlier[key] for key in sorted(replaces) if key in earlier]
        if before and any(files.get(file) != known for file, known in before.files.items()):
            gone.append(before)
        return Added(
            entry, release, tuple(gone), tuple(file for file in stays if files[file] == stays[file])
        )

    def remove(self, key: str) -> Entry:
        """Take a file, or the files that one source reads together, out of the store.

        Args:
            key: Its key, or the source's name where it has one entry only.

        Returns:
            What the store knew of it.

        Raises:
            RiskkitError: There is no such entry; the text asks for the nearest or lists all.
        """
        with self.locked():
            entries = {entry.key: entry for entry in self.entries()}
            of_source = [one for one, entry in entries.items() if entry.source == key]
            if key not in entries and len(of_source) == 1:
                key = of_source[0]
            if key not in entries:
                meant = None if of_source else suggestion(key, entries)
                listed = ", ".join(of_source or entries) or "nothing"
                raise RiskkitError(
                    f"{self.folder} holds no '{key}'",
                    hint=f"{meant or ''} it holds: {listed}".strip(),
                )
            gone = entries.pop(key)
            self._write([*entries.values()])
            self._sweep([*entries.values()])
            return gone

    @contextmanager
    def _staged(
        self, path: Path, before: Entry | None, stays: Mapping[str, StoredFile]
    ) -> Iterator[Path]:
        """Yield a folder with the files so far and the new one."""
        stage = self.folder / STAGE / secrets.token_hex(8)
        old = [self.folder / before.folder / file for file in stays] if before else []
        stage.mkdir(parents=True)
        try:
            for file in (*old, *_files_of(path)):
                shutil.copyfile(file, stage / file.name)
                sync(stage / file.name)
            yield stage
        finally:
            shutil.rmtree(self.folder / STAGE, ignore_errors=True)

    def _sweep(self, entries: Collection[Entry]) -> None:
        """Remove what the manifest does not know: what was replaced, or left by killed processes.

        Only folders that are named as the store names them are touched.
        """
        shutil.rmtree(self.folder / STAGE, ignore_errors=True)
        known = {self.folder / entry.folder for entry in entries}
        needed = known.union(*(folder.parents for folder in known))
        for source in (self.folder / name for name in sources()):
            for folder in (*source.glob("*/*"), *source.glob("*")):
                if _CONTENT.fullmatch(folder.name) and folder.is_dir() and folder not in needed:
                    shutil.rmtree(folder, ignore_errors=True)
            for folder in (*source.glob("*"), source):
                with suppress(OSError):  # a folder that holds other files stays
                    folder.rmdir()

    def _write(self, entries: list[Entry]) -> None:
        ordered = tuple(sorted(entries, key=lambda entry: entry.key))
        text = Manifest(entries=ordered).model_dump_json(indent=2)
        write_text(self.folder / MANIFEST, text + "\n")

    def read(self) -> tuple[Release, ...]:
        """Read everything that was added.

        Raises:
            RiskkitError: A file is gone or changed, or is refused.
        """
        return tuple(self.read_entry(entry) for entry in self.entries())

    def read_entry(self, entry: Entry) -> Release:
        """Read one of the entries; the new one, if it was replaced meanwhile.

        Raises:
            RiskkitError: A file is gone or changed, or is refused.
        """
        try:
            return self._read(entry)
        except RiskkitError:
            now = next((one for one in self.entries() if one.key == entry.key), entry)
            if now == entry:
                raise
            return self.read_entry(now)

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
        for name, file in entry.files.items():
            path = self.folder / entry.folder / name
            if not path.is_file() or sha256_of(path) != file.sha256:
                state = "is not the file that was added" if path.is_file() else "is gone"
                raise RiskkitError(f"{path} {state}", hint="add it again with `riskkit data add`")
