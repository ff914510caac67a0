"""What every reader of a publisher's table lets a user say."""

from __future__ import annotations

from pydantic import Field, create_model

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


class LaggedOptions(FileOptions):
    """How to read a table whose figures all appear after the same time.

    Attributes:
        lag_months: Months from the end of a year to the publication of its figures.
    """

    lag_months: int = Field(ge=0, le=240)


def lagged(months: int) -> type[LaggedOptions]:
    """Options with a default lag."""
    lag = (int, Field(default=months, ge=0, le=240))
    return create_model(f"Lagged{months}", __base__=LaggedOptions, lag_months=lag)
