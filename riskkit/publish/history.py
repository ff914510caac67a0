"""history.csv: the scores of earlier publications of the same kind."""

from __future__ import annotations

import polars as pl

from riskkit.publish import Publication
from riskkit.publish._history import History


def table(publication: Publication) -> pl.DataFrame:
    """Give the past scores, sorted by unit and month; columns as in `History`."""
    if publication.history is None:
        return History.create_empty()
    return publication.history.select(History.column_names()).sort("unit", "as_of")
