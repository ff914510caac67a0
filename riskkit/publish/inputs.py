"""inputs.csv: the data that a publication stands on, and the months they speak of."""

from __future__ import annotations

import dataframely as dy
import polars as pl

from riskkit.publish import Publication
from riskkit.publish import _table as t


class Inputs(dy.Schema):
    """Schema version 2."""

    title = t.words("The publisher's name for the data.", primary_key=True)
    vintage = t.words("Which version of them.", nullable=True)
    licence = t.words("Licence or terms of use.", nullable=True)
    indicators = dy.Int32(min=0, metadata=t.note("Indicators and relations read.", "columns"))
    first_month = t.month(
        "First month they speak of; empty for what does not change.", nullable=True
    )
    last_month = t.month("Last month they speak of.", nullable=True)
    data_kind = t.data_kind()
    schema_version = t.schema_version()


def table(publication: Publication) -> pl.DataFrame:
    """List the data in the order in which they were read; columns as in `Inputs`."""
    months = [pl.col(name).dt.strftime("%Y-%m") for name in ("first_month", "last_month")]
    frame = publication.dossier.inputs.with_columns(*months, *t.stamp(publication))
    return frame.select(Inputs.column_names())
