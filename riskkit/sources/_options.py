"""What every reader of a publisher's table lets a user say."""

from __future__ import annotations

from pydantic import Field

from riskkit.reading import columns
from riskkit.sources import Options


class FileOptions(Options):
    """How to read a table of countries.

    Attributes:
        codes: The user's own codes or names of countries -> units, before any other.
        encoding: Encoding of text.
    """

    codes: columns.Codes = Field(default_factory=dict)
    encoding: columns.Encoding = "utf-8"
