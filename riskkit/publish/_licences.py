"""Under which terms a publication may be passed on: the strictest of its sources."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from riskkit.tables import Citation


@dataclass(frozen=True)
class Terms:
    """One kind of terms.

    Attributes:
        name: What datapackage.json says, an SPDX identifier or a `LicenseRef`.
        told: What it means for who passes the publication on.
        pattern: Words by which a source's licence is recognised.
    """

    name: str
    told: str
    pattern: str


STRICTEST_FIRST = (
    Terms(
        "LicenseRef-not-to-be-passed-on",
        "a source forbids passing its rows on: ask it before you publish anything of this folder",
        r"not be passed on|not for passing on|forbids? (redistribution|passing)|own use",
    ),
    Terms(
        "LicenseRef-unknown",
        "a source states no licence that is known here: ask it before you pass anything on",
        r"no licence|as (its|the) .* says?\b|that of each publisher|^\s*$",
    ),
    Terms("CC-BY-NC-4.0", "not for commerce, with attribution", r"\bNC\b|non-?commercial"),
    Terms(
        "CC-BY-SA-4.0",
        "with attribution, and what is made from it under the same terms",
        r"\bSA\b|share-?alike|ODbL",
    ),
    Terms(
        "CC-BY-4.0",
        "with attribution to every source",
        r"CC BY|Open Government|public domain|CC0|any use|Copernicus",
    ),
)
"""A source's licence is the first of these whose words it has; what none knows is unknown."""
_UNKNOWN = STRICTEST_FIRST[1]


def terms_of(licence: str) -> Terms:
    """Recognise the terms of a source by the words of its licence.

    >>> terms_of("CC BY-NC 4.0").name, terms_of("START's terms; not for passing on").name
    ('CC-BY-NC-4.0', 'LicenseRef-not-to-be-passed-on')
    """
    for terms in STRICTEST_FIRST:
        if re.search(terms.pattern, licence, re.IGNORECASE):
            return terms
    return _UNKNOWN


def duties(sources: Sequence[Citation]) -> list[tuple[Terms, list[Citation]]]:
    """Everything that binds who passes a publication on, the strictest terms first.

    Terms add up: of a source that forbids commerce and one that asks for the same terms, both
    hold. Attribution is not listed where anything beyond it is asked.

    Returns:
        Terms, and the sources whose they are.
    """
    found = [
        (terms, [one for one in sources if terms in _asked(one.licence)])
        for terms in STRICTEST_FIRST
    ]
    held = [(terms, whose) for terms, whose in found if whose]
    beyond = [pair for pair in held if pair[0] is not STRICTEST_FIRST[-1]]
    return beyond or held or [(STRICTEST_FIRST[-1], [])]


def _asked(licence: str) -> list[Terms]:
    """All terms whose words a licence has, or the unknown ones."""
    asked = [one for one in STRICTEST_FIRST if re.search(one.pattern, licence, re.IGNORECASE)]
    return asked or [_UNKNOWN]


def strictest(sources: Sequence[Citation]) -> Terms:
    """The strictest terms of some sources; without sources the publication is the maker's own."""
    found = [terms_of(source.licence) for source in sources]
    return min(found, key=STRICTEST_FIRST.index, default=STRICTEST_FIRST[-1])
