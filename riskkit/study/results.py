"""Results of several files: one folder, exchanged as a whole and opened as a whole."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from riskkit.atomic import atomic_folder
from riskkit.errors import RiskkitError
from riskkit.files import read_parquet, reading
from riskkit.study.identity import KEY, Identity

MARKER = "identity.json"
"""What every result folder holds: its identity, and the hash of each of its files."""
_AGAIN = "make the result again"


@contextmanager
def result_folder(folder: Path, identity: Identity) -> Iterator[Path]:
    """Yield an empty folder; on success it takes the place of `folder`, with its identity.

    Raises:
        RiskkitError: The folder cannot be written, or holds something else.
    """
    with atomic_folder(folder, marker=MARKER) as fresh:
        yield fresh
        files = {
            path.relative_to(fresh).as_posix(): _sha256(path)
            for path in sorted(fresh.rglob("*"))
            if path.is_file() and not _is_part(path.relative_to(fresh))
        }
        told = {"identity": json.loads(identity.to_json()), "files": files}
        text = json.dumps(told, indent=1, ensure_ascii=False) + "\n"
        (fresh / MARKER).write_text(text, encoding="utf-8", newline="\n")


def write_stamped(
    table: pl.DataFrame, path: Path, identity: Identity, told: dict[str, str] | None = None
) -> None:
    """Write a parquet file that carries its identity, and other texts, in its metadata."""
    table.write_parquet(path, metadata={KEY: identity.to_json(), **(told or {})})


@contextmanager
def growing_table(path: Path) -> Iterator[Callable[[pl.DataFrame], None]]:
    """Yield what adds rows to a parquet file; memory holds only those that come at once.

    The file is there at the end, its rows in the order in which they came.
    """
    folder = path.with_name(f".{path.name}.parts")
    folder.mkdir()
    files: list[Path] = []

    def add(rows: pl.DataFrame) -> None:
        files.append(folder / f"{len(files):06}.parquet")
        rows.write_parquet(files[-1])

    yield add
    pl.concat([pl.scan_parquet(file, glob=False) for file in files]).sink_parquet(path)
    shutil.rmtree(folder)


def stamp_of(path: Path) -> Identity:
    """Read the identity that a parquet file carries.

    Raises:
        RiskkitError: The file cannot be read or carries none.
    """
    with reading(path, _AGAIN):
        metadata = pl.read_parquet_metadata(path)
    if KEY not in metadata:
        raise RiskkitError(
            f"{path} does not say what it stands on", hint="make it again with this riskkit"
        )
    return Identity.from_json(metadata[KEY], str(path))


@dataclass(frozen=True)
class Opened:
    """A result folder as it was when it was opened.

    Attributes:
        folder: Where it stands.
        identity: What it stands on.
        files: Hash of each of its files.
    """

    folder: Path
    identity: Identity
    files: dict[str, str]

    def path(self, name: str) -> Path:
        """Find a file and check that it is the one that was written with the others.

        Raises:
            RiskkitError: It is not part of the result, is gone, or is another result's.
        """
        path = self.folder / name
        if name not in self.files or not path.is_file():
            raise RiskkitError(f"there is no {path}", hint="make the result again")
        if _sha256(path) != self.files[name]:
            raise RiskkitError(
                f"{path} is not the file that was written with {self.folder / MARKER}",
                hint="it was changed or replaced meanwhile: read again, or make the result again",
            )
        return path

    def table(self, name: str) -> pl.DataFrame:
        """Read a parquet file of the result."""
        return read_parquet(self.path(name), _AGAIN)

    def metadata(self, name: str) -> dict[str, str]:
        """Read the texts that `write_stamped` put beside a table."""
        return dict(pl.read_parquet_metadata(self.path(name)))


def open_result(folder: Path, made_by: str) -> Opened:
    """Open a result folder.

    Args:
        folder: The folder.
        made_by: The command that makes such a result, for the error.

    Raises:
        RiskkitError: It is no result, or its identity is damaged.
    """
    path = folder / MARKER
    if not path.is_file():
        raise RiskkitError(f"there is no {path}", hint=f"run `{made_by}` first")
    with reading(path, _AGAIN):
        told: dict[str, Any] = json.loads(path.read_bytes())
        identity, files = json.dumps(told["identity"]), dict(told["files"])
    return Opened(folder, Identity.from_json(identity, str(path)), files)


def begin(out: Path, stage: str = "backtest") -> Path:
    """Make the folder of parts, in a folder that says it is not finished unless it says more."""
    if not (out / MARKER).is_file():
        with result_folder(out, Identity(stage=f"{stage}, not finished")) as fresh:
            (fresh / PARTS).mkdir()
    (out / PARTS).mkdir(exist_ok=True)
    return out / PARTS


def carry_over(old: Path, fresh: Path) -> None:
    """Give a fresh folder what is in an old one, without copying bytes where possible."""
    if not old.is_dir():
        return
    fresh.mkdir(parents=True, exist_ok=True)
    for path in old.iterdir():
        if path.is_dir():
            carry_over(path, fresh / path.name)
        elif path.is_file() and not path.name.startswith("."):
            try:
                os.link(path, fresh / path.name)
            except FileExistsError:
                continue
            except OSError:
                with suppress(FileNotFoundError):
                    shutil.copyfile(path, fresh / path.name)


PARTS = "parts"
"""Folder of finished parts in a backtest; each carries its own identity."""
PART_REMEDY = "remove it and run `riskkit backtest` again, which makes what is missing"


def _is_part(path: Path) -> bool:
    return path.parts[0] == PARTS


def _sha256(path: Path) -> str:
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()
