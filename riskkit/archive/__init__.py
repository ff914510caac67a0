"""Dated publications that are never overwritten, and the ledger of how they turned out.

    2025-06/         a publication as it was written, and archived.json
    2025-06-r2/      its revision, with the reason
    latest/          the newest
    index.json       every publication, with its hash; the last line of the ledger
    status.json      fresh, late, no data or error, and when the next one is due
    feed.xml         Atom, an entry a publication
    SHA256SUMS       of what never changes: publications and outcomes
    ledger.csv       how publications turned out
    outcomes/        what came, as each line of the ledger names it

Folders and outcomes come first, and everything else is made from them: whoever is killed in
between leaves an archive that the next command completes.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from riskkit.archive import ledger
from riskkit.archive._feed import feed
from riskkit.archive._status import ERROR, NO_DATA, WORDS, status
from riskkit.archive.places import Place, place_of
from riskkit.errors import RiskkitError
from riskkit.publish import MARKER

__all__ = ["ERROR", "NO_DATA", "WORDS", "Archive", "Filed"]

INDEX, STATUS, FEED, SUMS, ABOUT = (
    "index.json",
    "status.json",
    "feed.xml",
    "SHA256SUMS",
    "archived.json",
)
VERSION = 1
_TRIES = 20
Entry = dict[str, Any]


@dataclass(frozen=True)
class Filed:
    """What archiving a publication came to.

    Attributes:
        name: Its dated folder.
        new: Whether it was not there before.
    """

    name: str
    new: bool


def _now() -> datetime:
    return datetime.now(UTC)


class Archive:
    """Where publications are kept.

    Attributes:
        place: The folder or bucket.
    """

    def __init__(self, archive: str | Path, clock: Callable[[], datetime] = _now) -> None:
        """Name an archive, which need not exist yet.

        Args:
            archive: A folder, or an address such as s3://bucket/folder.
            clock: Tells the time.
        """
        self.place: Place = place_of(archive)
        self._clock = clock

    # --- publications ---------------------------------------------------------------------------

    def publish(self, folder: Path, *, reason: str | None = None, due: str | None = None) -> Filed:
        """Keep a publication.

        One that stands on the same as the newest of its month is there already, and stays as it
        is. Another one of the same month is a revision and needs a reason.

        Args:
            folder: The publication.
            reason: Why the month is published again.
            due: Month in which the next figures come out.

        Raises:
            RiskkitError: The month is there and differs, or the archive cannot be written.
        """
        told, sha256 = _described(folder)
        month = told["riskkit"]["as_of"]
        with self.place.locked():
            earlier = [name for name in self.names() if name[:7] == month]
            if earlier:
                newest = earlier[-1]
                before = self._bytes(f"{newest}/{MARKER}")
                same = _stands_on(json.loads(before)) == _stands_on(told) and reason is None
                if same or hashlib.sha256(before).hexdigest() == sha256:
                    self._refresh(published=True)
                    return Filed(newest, new=False)
                if reason is None:
                    raise RiskkitError(
                        f"{self.place.where} holds {newest}, which stands on something else",
                        hint="publish it as a revision: --reason 'what was corrected'",
                    )
            name = month if not earlier else f"{month}-r{_revision(earlier[-1]) + 1}"
            about = {
                "archived": f"{self._clock():%Y-%m-%dT%H:%M:%SZ}",
                "revises": earlier[-1] if earlier else None,
                "reason": reason if earlier else None,
                "next_due": due,
            }
            self.place.put(name, folder, {ABOUT: _json(about)})
            self._refresh(published=True)
        return Filed(name, new=True)

    def names(self) -> list[str]:
        """Dated folders, the newest last."""
        return sorted(self.place.names(), key=lambda name: (name[:7], _revision(name)))

    @contextmanager
    def newest(self, until: str = "9999-12") -> Iterator[Path | None]:
        """A folder with the newest publication, to be read only; None where there is none.

        Args:
            until: Those of later months do not count.
        """
        names = [name for name in self.names() if name[:7] <= until]
        if not names:
            yield None
            return
        with self.place.fetched(names[-1]) as folder:
            yield folder

    def failed(self, word: str, what: str) -> None:
        """Say in status.json that no publication could be made.

        Args:
            word: "no data" or "error".
            what: The message.
        """
        with self.place.locked():
            told = status(self.entries(), self._clock(), word=word, what=what)
            self.place.write(STATUS, _json(told))

    def status(self) -> dict[str, Any]:
        """How the archive stands now, as status.json would say it."""
        kept = self.place.read(STATUS)
        before = json.loads(kept) if kept else {}
        failed = before.get("status") in (ERROR, NO_DATA) and before.get("message")
        word, what = (before["status"], before["message"]) if failed else (None, None)
        return status(self.entries(), self._clock(), word=word, what=what)

    def entries(self) -> list[Entry]:
        """What index.json knows of each publication, and what it does not know yet."""
        known = {one["folder"]: one for one in self._index().get("publications", [])}
        return [known.get(name) or self._entry(name) for name in self.names()]

    # --- the ledger -----------------------------------------------------------------------------

    def ledger(self) -> str:
        """The text of ledger.csv; empty where there is none.

        Raises:
            RiskkitError: It is shorter than it was.
        """
        text = (self.place.read(ledger.FILE) or b"").decode()
        known = self._index().get("ledger", {})
        if known and not ledger.holds(text, known):
            raise RiskkitError(
                f"{ledger.FILE} in {self.place.where} lost its last lines",
                got=f"index.json knows {known['lines']}",
                hint="restore ledger.csv from a copy: it only ever grows",
            )
        return text

    def record(self, rows: Sequence[Mapping[str, Any]], outcomes: Mapping[str, str]) -> int:
        """Append to the ledger what is not in it yet.

        Args:
            rows: Lines, without their number and hashes.
            outcomes: Text of each file of outcomes that they name, by path.

        Returns:
            How many lines are new.
        """
        with self.place.locked():
            before = self.ledger()
            there = _graded(before)
            new = [row for row in rows if _key(row) not in there]
            for path, text in outcomes.items():
                if new and self.place.read(path) is None:
                    self.place.write(path, text.encode())
            if new:
                self.place.write(ledger.FILE, ledger.appended(before, new).encode())
            self._refresh()
        return len(new)

    # --- what is made from it -------------------------------------------------------------------

    def refresh(self) -> None:
        """Complete what a killed publisher left, and make the lists anew."""
        with self.place.locked():
            self._refresh()

    def _refresh(self, *, published: bool = False) -> None:
        for _ in range(_TRIES):
            entries = self.entries()
            text = self.ledger()
            index = {
                "version": VERSION,
                "latest": entries[-1]["folder"] if entries else None,
                "publications": entries,
                "ledger": ledger.head(text),
            }
            self.place.write(INDEX, _json(index))
            if entries:
                self.place.point(entries[-1]["folder"])
            self.place.write(FEED, feed(entries))
            self.place.write(SUMS, self._sums(entries).encode())
            now = status(entries, self._clock()) if published else self.status()
            self.place.write(STATUS, _json(now))
            if [one["folder"] for one in entries] == self.names():
                return

    def _sums(self, entries: Sequence[Entry]) -> str:
        """Hashes of publications and outcomes; those that are told already are not made again."""
        known = self._told_sums()
        paths = [path for one in entries for path in self.place.files(one["folder"])]
        paths += self.place.files("outcomes")
        lines = [f"{known.get(path) or self._sha256(path)}  {path}\n" for path in paths]
        return "".join(lines)

    def _told_sums(self) -> dict[str, str]:
        lines = (self.place.read(SUMS) or b"").decode().splitlines()
        pairs = (line.split("  ", 1) for line in lines if "  " in line)
        return {path: told for told, path in pairs}

    def _sha256(self, path: str) -> str:
        return hashlib.sha256(self._bytes(path)).hexdigest()

    def _bytes(self, path: str) -> bytes:
        data = self.place.read(path)
        if data is None:
            raise RiskkitError(f"{self.place.where} holds no {path}", hint="restore it from a copy")
        return data

    def _index(self) -> dict[str, Any]:
        data = self.place.read(INDEX)
        try:
            return dict(json.loads(data)) if data else {}
        except ValueError as error:
            raise RiskkitError(
                f"{INDEX} in {self.place.where} is damaged",
                hint="restore it from a copy, or remove it: it is made again from the folders",
            ) from error

    def _entry(self, name: str) -> Entry:
        description = self._bytes(f"{name}/{MARKER}")
        told, about = json.loads(description), json.loads(self._bytes(f"{name}/{ABOUT}"))
        ours = told["riskkit"]
        keys = ("as_of", "window_start", "window_end", "data_kind", "units")
        return {
            "folder": name,
            "title": told["title"],
            **{key: ours[key] for key in keys},
            **about,
            "sha256": hashlib.sha256(description).hexdigest(),
        }

    # --- is it what it was? ---------------------------------------------------------------------

    def findings(self) -> list[str]:
        """Say by name what was changed or is gone: publications, outcomes, lines of the ledger."""
        found = self._changed_files()
        found += [
            f"{one['folder']}/{MARKER} is not the one that was archived"
            for one in self._index().get("publications", [])
            if one["folder"] in self.names()
            and self._sha256(f"{one['folder']}/{MARKER}") != one["sha256"]
        ]
        try:
            text = self.ledger()
        except RiskkitError as error:
            return [*found, error.what]
        broken = ledger.findings(text)
        return [*found, *(broken or self._unlike(text))]

    def _changed_files(self) -> list[str]:
        told = self._told_sums()
        paths = {path for name in self.names() for path in self.place.files(name)}
        paths |= set(self.place.files("outcomes"))
        known = {path.partition("/")[0] for path in told} - {"outcomes"}
        found = []
        for path in sorted(paths | set(told)):
            folder = path.partition("/")[0]
            if path not in paths:
                found.append(f"{path} is gone")
            elif path in told and self._sha256(path) != told[path]:
                found.append(f"{path} was changed")
            elif path not in told and folder in known:
                found.append(f"{path} was added after {folder} was archived")
        return found

    def _unlike(self, text: str) -> list[str]:
        """Publications and outcomes that are not those of the ledger's lines."""
        table = ledger.read(text)
        entries = {one["folder"]: one["sha256"] for one in self.entries()}
        found = []
        named = table.select("publication", "figures", "publication_hash", "outcomes_hash").unique(
            maintain_order=True
        )
        for name, figures, publication, outcomes in named.iter_rows():
            if entries.get(name) != publication:
                found.append(f"{name} is not the publication that the ledger graded")
            path = ledger.outcomes_file(name, figures)
            if outcomes and (self.place.read(path) is None or self._sha256(path) != outcomes):
                found.append(f"{path} is not what the ledger graded with")
        return list(dict.fromkeys(found))


def _graded(text: str) -> set[tuple[str, str, bool]]:
    table = ledger.read(text)
    return {_key(row) for row in table.select("publication", "figures", "state").to_dicts()}


def _key(row: Mapping[str, Any]) -> tuple[str, str, bool]:
    return row["publication"], row["figures"], row["state"] == ledger.GRADED


def _described(folder: Path) -> tuple[dict[str, Any], str]:
    path = folder / MARKER
    if not path.is_file():
        raise RiskkitError(f"{folder} holds no {MARKER}", hint="name the folder of a publication")
    data = path.read_bytes()
    return json.loads(data), hashlib.sha256(data).hexdigest()


def _stands_on(told: Mapping[str, Any]) -> Any:
    """What a publication stands on; without such a record nothing is like it."""
    return told["riskkit"].get("identity") or object()


def _revision(name: str) -> int:
    return int(name.partition("-r")[2] or 1)


def _json(value: Any) -> bytes:
    return (json.dumps(value, indent=1, ensure_ascii=False) + "\n").encode()
