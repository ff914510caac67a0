"""What a store knows of its files."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict


def _inside(text: str) -> str:
    """Refuse what leads out of the store; whoever edits a manifest could have a folder removed."""
    parts = text.split("/")
    if any(part in ("", ".", "..") or "\\" in part or "\0" in part for part in parts):
        raise ValueError("this is no place inside the store")
    return text


def _name(text: str) -> str:
    if "/" in text:
        raise ValueError("this is no name of a file")
    return _inside(text)


Place = Annotated[str, AfterValidator(_inside)]
Name = Annotated[str, AfterValidator(_name)]


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
        brings: Names of their indicators and relations; empty in manifests of earlier versions.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    key: Place
    source: str
    folder: Place
    options: dict[str, Any]
    files: dict[Name, StoredFile]
    covers: tuple[str, str]
    rows: int
    brings: tuple[str, ...] = ()


class Manifest(BaseModel):
    """All entries of a store."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    entries: tuple[Entry, ...] = ()
