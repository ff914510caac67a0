"""docs/ranking-schema.md, written from the schemas."""

from __future__ import annotations

from collections.abc import Mapping

import dataframely as dy

from riskkit.publish import SCHEMA_VERSION
from riskkit.publish import _table as t

_INTRODUCTION = f"""\
# The tables of a publication

Schema version {SCHEMA_VERSION}. This page is generated from the schemas that every publication
is validated against (`riskkit.publish.schema_page()`); the same constraints are in
`datapackage.json`. [risk.md](risk.md) says how the figures are defined and how to read them.

- CSV files are UTF-8 with `\\n` line ends, a header line, commas and standard quoting. An empty
  cell is a missing value. Numbers have fixed decimals: 2 for scores and counts, 4 for
  probabilities.
- `p_any`, `p_25` and `p_100` of ranking.csv are of the first threat and named after its usual
  thresholds 1, 25 and 100; elsewhere `p_1`, `p_2` and `p_3` stand beside the threat's thresholds.
- No text begins with `=`, `+`, `-`, `@` or a space, so that a spreadsheet takes none for a
  formula, and none holds a line break or carriage return, a control character, an override or
  isolate of the direction of writing, or a byte-order mark. A name or driver that does is refused
  when publishing.
- Adding, renaming, removing or redefining a column raises the schema version;
  [schema-versions.md](schema-versions.md) tells what changed.
- `forecasts.parquet` has the rows and columns of `forecasts.csv` and the column `draws`, a
  fixed-size array of unsigned 32-bit integers: draw k of all rows is one joint scenario.
"""


def page(schemas: Mapping[str, type[dy.Schema]]) -> str:
    """Describe every column of every table as Markdown."""
    parts = [_section(name, schema) for name, schema in schemas.items()]
    return "\n".join([_INTRODUCTION, *parts])


def _section(name: str, schema: type[dy.Schema]) -> str:
    key = ", ".join(f"`{column}`" for column in schema.primary_key())
    return f"## {name}\n\nKey: {key}.\n\n{t.page(schema)}"
