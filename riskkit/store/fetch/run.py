"""`riskkit data fetch`: every source by itself, several at a time, and into the store."""

from __future__ import annotations

import os
import shutil
import zipfile
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Literal

from riskkit.errors import RiskkitError
from riskkit.reading.archives import unpack
from riskkit.registry import lookup, sources
from riskkit.sources import Address, Offer
from riskkit.store import Entry, Origin, Store, key_of, sha256_of
from riskkit.store.fetch.addresses import BY_HAND, TABLE
from riskkit.store.fetch.credentials import Secret, find
from riskkit.store.fetch.download import Job, Marks, download
from riskkit.store.fetch.pages import listed, pages, published_hash
from riskkit.store.fetch.request import Refused, Request, Session, hushed
from riskkit.store.fetch.token import exchange

PARTIAL = ".partial"
"""Folder of the store in which files wait until they are whole and read."""

_AT_ONCE = 4

State = Literal["fetched", "not modified", "skipped", "refused"]
Progress = Callable[[str, int], None]
"""Called with a source and the number of bytes that came; 0 when the source is done."""


@dataclass(frozen=True)
class Outcome:
    """What became of one source.

    Attributes:
        source: Its name.
        state: New content is in the store; the store has what the publisher has; nothing could be
            tried; or what came, or did not come, is told in `told`.
        told: One sentence.
        files: Names of its fetched files in the store.
        size: Bytes of these files.
        covers: First and last month.
    """

    source: str
    state: State
    told: str
    files: tuple[str, ...] = ()
    size: int = 0
    covers: tuple[str, str] | None = None


@dataclass(frozen=True)
class _Arrived:
    """A file as the reader will see it; `path` is None if the one in the store is still right."""

    name: str
    path: Path | None
    origin: Origin


@dataclass
class _Source:
    """One source that is being fetched."""

    name: str
    offer: Offer
    store: Store
    session: Session
    today: date
    progress: Progress
    parts: tuple[Secret, ...] = ()
    entries: tuple[Entry, ...] = field(default_factory=tuple)

    @property
    def folder(self) -> Path:
        return self.store.folder / PARTIAL / self.name

    @property
    def page(self) -> str:
        return sources()[self.name].url

    def fetched(self) -> dict[str, tuple[Path, Origin]]:
        """The intact files of the store that came from a public address, by name."""
        kept: dict[str, tuple[Path, Origin]] = {}
        for entry in self.entries:
            for name, file in entry.files.items():
                path = self.store.folder / entry.folder / name
                if file.address and path.is_file() and sha256_of(path) == file.sha256:
                    kept[name] = (path, file)
        return kept


def fetch(
    store: Store,
    names: Sequence[str] = (),
    *,
    table: Mapping[str, Offer] = TABLE,
    by_hand: Mapping[str, str] = BY_HAND,
    session: Session | None = None,
    progress: Progress | None = None,
    today: date | None = None,
) -> list[Outcome]:
    """Fetch sources from their public addresses into the store.

    Each is checked by its reader before it takes the place of what the store had. One that fails
    leaves the store as it was and the others go on.

    Args:
        store: Where to put them.
        names: Registry names; none for all.
        table: What can be fetched.
        by_hand: Source -> how to get it, of those that cannot be fetched.
        session: Limits of time and tries.
        progress: Called as bytes come and sources are done.
        today: The day, which tells which monthly files may exist.

    Returns:
        What became of each source, in the order of their names.

    Raises:
        RiskkitError: A name is unknown, or another process is using the store.
    """
    session, progress = session or Session(), progress or _unseen
    known = sources()
    wanted = sorted({*names} or {*known} & {*table, *by_hand})
    for name in wanted:
        lookup("source", known, name)
    outcomes = {name: _skipped(name, table, by_hand) for name in wanted}
    day = today or datetime.now(UTC).date()
    with store.locked(), hushed():
        entries = store.entries()
        started = [
            _Source(
                name, table[name], store, session, day, progress, _parts(table[name], session),
                tuple(entry for entry in entries if entry.source == name),
            )
            for name in wanted
            if outcomes[name] is None
        ]  # fmt: skip
        done = {outcome.source: outcome for outcome in _all(started)}
    skipped = {name: outcome for name, outcome in outcomes.items() if outcome}
    return [outcome for _, outcome in sorted({**skipped, **done}.items())]


def _unseen(source: str, size: int) -> None:
    """Show nobody how far it has come."""


def _skipped(name: str, table: Mapping[str, Offer], by_hand: Mapping[str, str]) -> Outcome | None:
    if name not in table:
        told = by_hand.get(name, "has no public address: add it with `riskkit data add`")
        return Outcome(name, "skipped", told)
    credential = table[name].credential
    if credential and not credential.optional and find(credential) is None:
        return Outcome(name, "skipped", credential.register)
    return None


def _parts(offer: Offer, session: Session) -> tuple[Secret, ...]:
    """Look the credential up, and have it hidden from here on."""
    parts = (find(offer.credential) if offer.credential else None) or ()
    for part in parts:
        session.veil.add(part)
    return parts


def _all(started: Sequence[_Source]) -> Iterator[Outcome]:
    """Fetch several sources at once; they are read and stored one after another."""
    pool = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="fetch")
    try:
        running = {pool.submit(_gather, source): source for source in started}
        for future in as_completed(running):
            source = running[future]
            try:
                outcome = _keep(source, future.result())
            except (RiskkitError, OSError) as error:
                outcome = Outcome(source.name, "refused", source.session.veil.over(str(error)))
            source.progress(source.name, 0)
            yield outcome
    finally:
        if started:
            started[0].session.stopped.set()
        pool.shutdown(cancel_futures=True)


def _gather(source: _Source) -> list[_Arrived]:
    """Fetch all files of a source into its waiting folder."""
    credential = source.offer.credential
    if credential and credential.place == "token" and source.parts:
        source.parts = (exchange(credential, source.parts, source.session),)
    stored = source.fetched()
    arrived: list[_Arrived] = []
    for address in source.offer.addresses(source.today):
        for single in _singles(source, address):
            arrived += _one(source, single, stored)
    if not arrived:
        raise Refused(f"nothing is published at the addresses of {source.name}")
    return arrived


def _job(source: _Source, address: Address, known: Marks | None = None) -> Job:
    request = Request(address.url, source.offer.credential, source.parts)
    path = source.folder / address.file
    return Job(request, path, address.most, source.page, known, address.optional)


def _singles(source: _Source, address: Address) -> list[Address]:
    if address.listing is None:
        return [address]
    report = _reporter(source)
    return listed(_job(source, address), address, source.session, report)


def _reporter(source: _Source) -> Callable[[int], None]:
    return lambda size: source.progress(source.name, size) if size else None


def _one(
    source: _Source, address: Address, stored: Mapping[str, tuple[Path, Origin]]
) -> list[_Arrived]:
    """Fetch what is at one address."""
    session, report = source.session, _reporter(source)
    if address.pages:
        job = _job(source, address)
        came = list(pages(job, address.pages, session, report))
        return [_Arrived(path.name, path, _origin(address, marks)) for path, marks in came]
    name = address.member or address.file
    held = stored.get(name)
    known = Marks.of(held[1]) if held and held[1].address == address.url else None
    job = _job(source, address, known)
    job = replace(job, checksum=published_hash(job, address, session, report))
    got = download(job, session, report)
    if got is None:
        return []
    if held and not job.path.is_file():
        return [_Arrived(name, None, held[1])]
    path = _member(job, address) if address.member else job.path
    return [_Arrived(name, path, _origin(address, got))]


def _origin(address: Address, marks: Marks) -> Origin:
    told = marks.model_dump(include={*Origin.model_fields})
    return Origin(**{**told, "vintage": address.vintage or _vintage(marks)})


def _vintage(marks: Marks) -> str:
    try:
        return f"{parsedate_to_datetime(marks.last_modified or ''):%Y-%m-%d}"
    except (ValueError, TypeError):
        return f"retrieved {marks.retrieved_at:%Y-%m-%d}"


def _member(job: Job, address: Address) -> Path:
    """Take the one file that is wanted out of an archive; its path inside is not used.

    Raises:
        Refused: The archive is damaged or lacks the file.
    """
    path = job.path.with_name(address.member or "")
    try:
        with zipfile.ZipFile(job.path) as archive:
            names = [n for n in archive.namelist() if n.rpartition("/")[2] == path.name]
            if len(names) == 1:
                path.write_bytes(unpack(address.url, archive, names[0]))
                return path
    except Exception:  # damaged archives lead zipfile into errors of any kind
        names = []
    job.forget()
    path.unlink(missing_ok=True)
    raise Refused(f"{address.url}: the archive does not hold {path.name}", hint=f"see {job.page}")


def _keep(source: _Source, arrived: list[_Arrived]) -> Outcome:
    """Put what came into the store, unless the store has it already."""
    stored = source.fetched()
    new = {a.name for a in arrived if a.path and not _same(a.path, stored.get(a.name))}
    names = {a.name for a in arrived}
    if not new and names == {*stored}:
        shutil.rmtree(source.folder, ignore_errors=True)
        return _outcome(source, "not modified", source.entries, names)
    ready = source.folder / "ready"
    shutil.rmtree(ready, ignore_errors=True)
    ready.mkdir(parents=True)
    for file in arrived:
        shutil.copyfile(file.path or stored[file.name][0], ready / file.name)
    try:
        entries = _add(source, ready, {a.name: a.origin for a in arrived})
    except RiskkitError as error:
        shutil.rmtree(source.folder, ignore_errors=True)
        told = str(error).replace(f"{ready}{os.sep}", "").replace(str(ready), source.name)
        raise Refused(
            f"what came from {arrived[0].origin.address} is refused by its reader: {told}",
            hint=f"the publisher may have changed it: see {source.page}",
        ) from None
    shutil.rmtree(source.folder, ignore_errors=True)
    return _outcome(source, "fetched", entries, names)


def _same(path: Path, held: tuple[Path, Origin] | None) -> bool:
    return held is not None and sha256_of(path) == sha256_of(held[0])


def _add(source: _Source, ready: Path, origins: Mapping[str, Origin]) -> list[Entry]:
    """Add the files, all as one entry if the source reads folders, else each as its own."""
    together = sources()[source.name].reads_folders
    paths = [ready] if together else sorted(ready.iterdir())
    now = {key_of(source.name, path) for path in paths}
    gone = [e.key for e in source.entries if _only_fetched(e) and e.key not in now]
    before = {entry.key: entry.options for entry in source.entries}
    added = []
    for path in paths:
        options = before.get(key_of(source.name, path)) or next(iter(before.values()), {})
        added.append(source.store.add(source.name, path, options, origins, gone).entry)
    return added


def _only_fetched(entry: Entry) -> bool:
    return all(file.address for file in entry.files.values())


def _outcome(
    source: _Source, state: State, entries: Sequence[Entry], names: Collection[str]
) -> Outcome:
    found = _held(source.name, state, entries, names)
    told = f"{found.told}, {found.size:,} bytes, vintage {_vintages(entries, names)}"
    return replace(found, told=told)


def _vintages(entries: Sequence[Entry], names: Collection[str]) -> str:
    files = (item for entry in entries for item in entry.files.items())
    vintages = sorted({file.vintage for name, file in files if name in names})
    return vintages[0] if len(vintages) == 1 else f"{vintages[0]} and others"


def _held(
    name: str, state: State, entries: Sequence[Entry], names: Collection[str] | None = None
) -> Outcome:
    """Describe the files of some entries, all of them or some."""
    every = {file: known for entry in entries for file, known in entry.files.items()}
    files = {file: known for file, known in every.items() if names is None or file in names}
    first, last = min(e.covers[0] for e in entries), max(e.covers[1] for e in entries)
    size = sum(file.size for file in files.values())
    told = f"{len(files)} file(s), {first} to {last}"
    return Outcome(name, state, told, tuple(sorted(files)), size, (first, last))


def offline(store: Store, names: Sequence[str] = ()) -> list[Outcome]:
    """Say what the store has of each source and how old it is; nobody is contacted.

    Raises:
        RiskkitError: A name is unknown, or the manifest is damaged.
    """
    for name in names:
        lookup("source", sources(), name)
    entries = store.entries()
    wanted = sorted({*names} or {entry.source for entry in entries})
    return [_aged(name, [e for e in entries if e.source == name], store) for name in wanted]


def _aged(name: str, entries: Sequence[Entry], store: Store) -> Outcome:
    if not entries:
        return Outcome(name, "skipped", f"is not in {store.folder}")
    oldest = min(file.retrieved_at for entry in entries for file in entry.files.values())
    found, days = _held(name, "not modified", entries), (datetime.now(UTC) - oldest).days
    return replace(found, told=f"{found.told}, from {oldest:%Y-%m-%d}, {days} days old")
