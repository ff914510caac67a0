"""Publications: a folder of tables with a machine-readable description, written whole or not.

One format per file. A format module gives a table (`table(publication)` and its schema) or writes
one file (`write(publication, folder)`); none imports another. `_formats` lists the tables,
`_publication` is what they are made of, and this module writes, reads and verifies the folder.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl

from riskkit.atomic import atomic_folder
from riskkit.errors import RiskkitError
from riskkit.publish._dossier import FACTS, INPUTS, SERIES, SITUATIONS, Dossier, Fact, Theme
from riskkit.publish._formats import formats, schemas
from riskkit.publish._part import Part
from riskkit.publish._publication import Publication

__all__ = [
    "FACTS",
    "INPUTS",
    "SERIES",
    "SITUATIONS",
    "Dossier",
    "Fact",
    "Part",
    "Publication",
    "Theme",
    "graded_lines",
    "publish",
    "read_description",
    "read_table",
    "schemas",
    "verify",
    "warnings_of",
    "worse_in",
]

SCHEMA_VERSION = 2
MARKER = "datapackage.json"
COMPOSITE = "composite"
"""What tables by threat call all threats together."""
STANDARD = ("conflict", "terrorism", "displacement", "climate")
"""Threats that have a column of their own in ranking.csv; all are in components.csv."""


def publish(publication: Publication, folder: Path) -> dict[str, Path]:
    """Write a publication in place of the one that `folder` holds.

    The folder changes in one step, after everything is written and checked: a process that is
    killed leaves the earlier publication as it was. The same publication gives the same bytes.

    Returns:
        Path of each file by its name.

    Raises:
        RiskkitError: The folder is not a publication or cannot be written, or a table breaks its
            schema.
    """
    from riskkit.publish import (
        _identity,
        _table,
        datapackage,
        forecasts,
        geojson,
        grading,
        model_card,
        report,
        units,
    )

    tables, described = _tables(publication), schemas()
    _identity.refuse_strangers(folder)
    try:
        with atomic_folder(folder, marker=MARKER) as fresh:
            for name, table in tables.items():
                _table.write_csv(table, described[name], fresh / name)
            forecasts.write(publication, fresh)
            grading.write(publication, fresh)
            model_card.write(publication, fresh)
            geojson.write(tables["ranking.csv"], fresh)
            report.write(publication, tables, fresh)
            units.write(publication, tables, fresh)
            datapackage.write(publication, described, fresh)
            names = _identity.files(fresh)
    except OSError as error:
        raise RiskkitError(f"cannot write {folder}", got=error.strerror) from error
    return {name: folder / name for name in names}


def _tables(publication: Publication) -> dict[str, pl.DataFrame]:
    """Make and check each CSV table, by file name."""
    from riskkit.publish import _table

    made: dict[str, pl.DataFrame] = {}
    for name, how in formats().items():
        table = how.table(publication, *(made[other] for other in how.made_of))
        made[name] = _table.checked(table, how.schema, name)
    return made


def graded_lines(publication: Publication) -> pl.DataFrame:
    """Lines on how earlier rankings turned out, as record.csv has them."""
    from riskkit.publish import record

    return record.table(publication)


def warnings_of(publication: Publication) -> list[str]:
    """Say where the models did worse than conflictology or zero in the recent graded windows."""
    from riskkit.publish._record import worse

    return worse(graded_lines(publication))


def worse_in(folder: Path) -> list[str]:
    """The warnings of a publication on disk."""
    from riskkit.publish import _table, record
    from riskkit.publish._record import worse

    return worse(_table.read_csv(folder / record.FILE, record.Record))


def verify(folder: Path) -> list[str]:
    """Check a publication against its own description and the schemas.

    Returns:
        What is wrong, one finding a line; empty when nothing is.

    Raises:
        RiskkitError: The folder holds no publication, or one of another schema version.
    """
    from riskkit.publish import _table, datapackage

    findings = datapackage.check(folder, schemas())
    for name, schema in schemas().items():
        try:
            _table.read_csv(folder / name, schema)
        except RiskkitError as error:
            findings.append(str(error))
    return findings


def read_description(folder: Path) -> dict[str, Any]:
    """Read the datapackage.json of a publication.

    Raises:
        RiskkitError: The folder holds no publication, or one of another schema version.
    """
    from riskkit.publish import _identity

    return _identity.opened(folder)


def read_table(folder: Path, name: str) -> pl.DataFrame:
    """Read a table of a publication by its file name, and check it against its schema.

    Raises:
        RiskkitError: The file cannot be read, has other columns or breaks a rule.
    """
    from riskkit.publish import _table

    return _table.read_csv(folder / name, schemas()[name])


def schema_page() -> str:
    """Write docs/ranking-schema.md: every column of every table, from the schemas."""
    from riskkit.publish import schema_docs

    return schema_docs.page(schemas())
