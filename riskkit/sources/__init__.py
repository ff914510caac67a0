"""What every source can do. One publisher per file; the registry finds them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict

from riskkit.sources._address import MB, Address, Credential, Offer, Pages, Way, offered
from riskkit.tables import Citation, Release

__all__ = [
    "MB", "Address", "Credential", "Layout", "Offer", "Options", "Pages", "Source", "Way",
    "offered",
]  # fmt: skip

Layout = Literal["real files", "documented layout", "own layout"]


class Options(BaseModel):
    """What a user may say about a file besides its path; sources extend it."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Source(ABC):
    """A publisher's data: bytes in, observations with their publication date out.

    Attributes:
        name: Registry name, as in `riskkit data add NAME PATH`.
        themes: What it tells of, of `riskkit.registry.THEMES`.
        sample: The layout of its sample, and of which releases that is.
        title: The publisher's name for the data.
        licence: Licence or terms of use.
        citation: What the publisher asks to be cited.
        url: Where people get the files.
        offer: What `riskkit data fetch` can fetch, and from where.
        by_hand: Where nothing can be fetched, one sentence on how to get the files.
        cadence: How often a new release appears.
        lag_months: Months from the end of a period to its publication.
        lag_reason: Where that lag comes from.
        redistributable: Whether rows may be passed on.
        every_months: Months from one release to the next at most; None where nothing regular comes
            any more, or ever did.
        tried_on: Whether the reader was tried on files of the publisher, on documented layouts
            only, or reads a layout of our own.
        reads_folders: True when several files of a folder are read as one (yearly and candidate
            releases, for instance).
        options: The model of what a user may set.
        layouts: Layouts that the reader takes besides that of its sample: a file in
            tests/sources/layouts/<name>/, and what it is, since when. With a reader of one's own,
            tests/sources/fixtures/<name>/ is enough.
    """

    name: ClassVar[str]
    themes: ClassVar[tuple[str, ...]] = ()
    sample: ClassVar[str] = ""
    title: ClassVar[str]
    licence: ClassVar[str]
    citation: ClassVar[str]
    url: ClassVar[str]
    offer: ClassVar[Offer | None] = None
    by_hand: ClassVar[str] = ""
    cadence: ClassVar[str]
    lag_months: ClassVar[int]
    lag_reason: ClassVar[str]
    redistributable: ClassVar[bool]
    every_months: ClassVar[int | None] = None
    tried_on: ClassVar[Layout] = "documented layout"
    reads_folders: ClassVar[bool] = False
    options: ClassVar[type[Options]] = Options
    layouts: ClassVar[tuple[tuple[str, str], ...]] = ()

    @abstractmethod
    def read(self, path: Path, options: Any) -> Release:
        """Read a publisher's file.

        Args:
            path: The file as the publisher ships it, or a folder of them (see `reads_folders`).
            options: An instance of `self.options`.

        Raises:
            SourceError: The file is not what it was declared to be; the text names the file, the
                line or column, and the fix.
        """

    @classmethod
    def needs(cls, options: Any) -> tuple[str, ...]:
        """Name the extras of riskkit that reading with these options takes; by default none."""
        del options
        return ()

    def cite(self, path: Path, options: Any) -> Citation:
        """Say what to cite for a file; by default what the publisher asks for."""
        del path, options
        return Citation(self.title, self.citation, self.licence, self.url)
