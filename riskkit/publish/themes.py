"""themes.csv: of which themes of diplomacy the data speak, and what would tell of the others."""

from __future__ import annotations

import dataframely as dy
import polars as pl

from riskkit.publish import Publication
from riskkit.publish import _table as t


class Themes(dy.Schema):
    """Schema version 2."""

    theme = t.words("Theme of diplomacy.", primary_key=True)
    figures = dy.Int32(min=0, metadata=t.note("Figures in diplomacy.csv; 0 where none is at hand."))
    table = t.words("What brings the theme's figures, and the command that adds it.")
    data_kind = t.data_kind()
    schema_version = t.schema_version()


def table(publication: Publication) -> pl.DataFrame:
    """List the themes in their order; columns as in `Themes`."""
    themes = publication.dossier.themes
    frame = pl.DataFrame(
        {
            "theme": [theme.name for theme in themes],
            "figures": [len(theme.facts) for theme in themes],
            "table": [theme.missing for theme in themes],
        },
        schema_overrides={"theme": pl.String, "figures": pl.Int32, "table": pl.String},
    )
    return frame.with_columns(*t.stamp(publication)).select(Themes.column_names())
