"""Social media in politics, as V-Dem's experts rate it by year since 2000.

V-Dem rates how far a country is free of a practice; the figures are reversed here, so that more of
it is a higher value.
"""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from riskkit.family import Feature

REVERSED = "V-Dem scale, reversed"
PRACTICES = {
    "media_false_information": (
        "v2smgovdom",
        "false information that the government spreads at home by social media",
    ),
    "media_filtering": ("v2smgovfilprc", "political content that the government filters online"),
    "media_arrests": ("v2smarrest", "likelihood of arrest for political content online"),
}
"""Feature -> V-Dem indicator, phrase."""


def media() -> Iterator[Feature]:
    """All features of this module."""
    for name, (indicator, phrase) in PRACTICES.items():
        yield Feature(name, -pl.col(indicator), REVERSED, (indicator,), phrase, "+")
