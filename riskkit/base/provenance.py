"""Where each embedded table comes from, what must be said of it, and what is wrong with it.

`about.json` is written by hand; `data/hashes.json` by `riskkit.base.make`.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from riskkit.errors import RiskkitError
from riskkit.tables import Citation

ABOUT = Path(__file__).with_name("about.json")
DATA = Path(__file__).with_name("data")
HASHES = DATA / "hashes.json"


@dataclass(frozen=True)
class Publisher:
    """Who published a table.

    Attributes:
        name: Key in `about.json`.
        title: Name of the data.
        citation: What must be said wherever the figures appear.
        licence: Terms of use.
        evidence: Where the licence was read, or that it is from general knowledge.
        url: Where the publisher's own file is to be had.
    """

    name: str
    title: str
    citation: str
    licence: str
    evidence: str
    url: str

    @property
    def cited(self) -> Citation:
        """What publications carry."""
        return Citation(self.title, self.citation, self.licence, self.url)


@dataclass(frozen=True)
class Table:
    """One embedded file.

    Attributes:
        name: File name without its ending.
        file: Where it is.
        publisher: Whose figures these are.
        title: What they are.
        vintage: Which version.
        lag: When a period's figures become known.
        lag_reason: Why.
        defects: What is known to be wrong, in one line.
        by_way_of: The repositories that passed the figures on.
        sha256: Hash of the file.
        rows: Number of rows; of the map, of countries.
        span: First and last period, such as "1989-01" or "1989"; empty where there is none.
    """

    name: str
    file: Path
    publisher: Publisher
    title: str
    vintage: str
    lag: str
    lag_reason: str
    defects: str
    by_way_of: str
    sha256: str
    rows: int
    span: tuple[str, ...]

    def check(self) -> None:
        """Refuse a file that is not the one that was embedded.

        Raises:
            RiskkitError: It is gone, or its bytes changed.
        """
        if not self.file.is_file() or sha256_of(self.file) != self.sha256:
            state = "is not the file that was embedded" if self.file.is_file() else "is gone"
            raise RiskkitError(f"base: {self.file} {state}", hint="install riskkit again")


@cache
def publishers() -> dict[str, Publisher]:
    """Every publisher by name."""
    return {name: Publisher(name, **told) for name, told in _read(ABOUT)["publishers"].items()}


@cache
def tables() -> dict[str, Table]:
    """Every embedded file by name, in the order of `about.json`."""
    made = _read(HASHES)["files"]
    return {name: _table(name, told, made[name]) for name, told in _read(ABOUT)["tables"].items()}


def written_by() -> str:
    """The version of polars that wrote the files that are no copies: another one's bytes differ."""
    return str(_read(HASHES)["polars"])


def sha256_of(path: Path) -> str:
    """Hash of a file's bytes, in hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _table(name: str, told: dict[str, str], made: dict[str, Any]) -> Table:
    return Table(
        name=name,
        file=DATA / made["file"],
        publisher=publishers()[told["publisher"]],
        **{key: text for key, text in told.items() if key != "publisher"},
        sha256=made["sha256"],
        rows=made["rows"],
        span=tuple(made["span"]),
    )


def _read(path: Path) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return read
