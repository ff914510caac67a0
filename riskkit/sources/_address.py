"""Where a publisher's files are, and what it wants to see before it hands them out.

A source declares its addresses; `riskkit.store.fetch` asks for them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Literal

MB = 1_000_000
Way = tuple[str | int, ...]
"""Names of fields and positions in lists that lead to a value."""


@dataclass(frozen=True)
class Credential:
    """What a publisher wants to see before it hands out data.

    Attributes:
        variables: Environment variables; all are needed.
        place: Where it goes: a query parameter, a header, or an exchange of e-mail and password
            for a token (OAuth) that goes into the header Authorization.
        field: Name of the parameter or header; for the exchange, its address.
        register: One sentence that says where and how to get it.
        optional: The publisher answers without it too.
        form: What the exchange for a token wants to see besides.
    """

    variables: tuple[str, ...]
    place: Literal["query", "header", "token"]
    field: str
    register: str
    optional: bool = False
    form: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Pages:
    """How an interface hands out its rows: JSON, page by page, each a numbered file.

    Attributes:
        field: Query parameter that names the page, or the first row of it.
        rows: Way to the list of rows.
        last: Way to the number of the last page; without it, pages follow until one is not full.
        size: Rows of a full page.
        first: Value of the parameter for the first page.
        step: By how much it grows.
    """

    field: str
    rows: Way
    last: Way | None = None
    size: int | None = None
    first: int = 1
    step: int = 1


@dataclass(frozen=True)
class Address:
    """One file of a publisher, or several that one address leads to.

    Attributes:
        url: Where it is, without secrets.
        file: What it is called here. Readers go by names, so it is the publisher's own.
        most: Largest number of bytes.
        vintage: Version that the address names; None: the date of the file tells it.
        optional: It may not be published yet.
        member: The one file of a zip archive that is kept, under this name.
        checksums: Address of a list of hashes (md5sum or sha256sum).
        pages: The address is of an interface that hands out pages.
        listing: The address is a folder; fetched are the files in it whose names match.
    """

    url: str
    file: str
    most: int = 200 * MB
    vintage: str | None = None
    optional: bool = False
    member: str | None = None
    checksums: str | None = None
    pages: Pages | None = None
    listing: str | None = None


@dataclass(frozen=True)
class Offer:
    """What can be fetched of one source.

    Attributes:
        addresses: Its files, as of a day.
        credential: What the publisher wants to see.
        newer: Where an address names a version: one sentence on how to find that of the next.
    """

    addresses: Callable[[date], tuple[Address, ...]]
    credential: Credential | None = None
    newer: str = ""


def offered(*addresses: Address, credential: Credential | None = None, newer: str = "") -> Offer:
    """Offer files whose addresses do not depend on the day."""
    return Offer(lambda _: addresses, credential, newer)
