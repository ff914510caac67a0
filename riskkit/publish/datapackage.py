"""datapackage.json: the description of a publication (Data Package 2.0), and checks against it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any

import dataframely as dy

from riskkit.months import format_month, last_day
from riskkit.publish import MARKER, SCHEMA_VERSION, Publication, _identity
from riskkit.publish import _table as t
from riskkit.tables import Citation

_PROFILES = "https://datapackage.org/profiles/2.0"
_FORMATS = {
    ".csv": {"format": "csv", "mediatype": "text/csv"},
    ".geojson": {"format": "geojson", "mediatype": "application/geo+json"},
    ".html": {"format": "html", "mediatype": "text/html"},
    ".json": {"format": "json", "mediatype": "application/json"},
    ".md": {"format": "md", "mediatype": "text/markdown"},
    ".parquet": {"format": "parquet", "mediatype": "application/vnd.apache.parquet"},
}
Schemas = Mapping[str, type[dy.Schema]]


def write(publication: Publication, schemas: Schemas, folder: Path) -> None:
    """Describe every file that `folder` holds.

    `created` is the last day of `as_of` and not the time of writing, so that the same forecast
    gives the same bytes.

    Args:
        publication: What the folder is about.
        schemas: Schema of each CSV file.
        folder: Holds all files but this one.
    """
    files = _identity.files(folder)
    name, meaning = publication.licence
    threat, as_of = publication.first.threat.name, format_month(publication.as_of)
    descriptor = {
        "$schema": f"{_PROFILES}/datapackage.json",
        "name": f"riskkit-{threat}-{as_of}".lower(),
        "title": publication.title,
        "created": f"{last_day(publication.as_of).isoformat()}T00:00:00Z",
        "licenses": [{"name": name, "title": meaning}],
        "sources": [_source(source) for source in publication.sources],
        _identity.KEY: _identity.identity(publication),
        "resources": [_resource(folder, file, schemas) for file in files],
    }
    text = json.dumps(descriptor, indent=2, ensure_ascii=False)
    (folder / MARKER).write_text(f"{text}\n", encoding="utf-8", newline="\n")


def _source(source: Citation) -> dict[str, str]:
    return {
        "title": source.title,
        "path": source.url,
        "citation": source.citation,
        "licence": source.licence,
    }


def _resource(folder: Path, name: str, schemas: Schemas) -> dict[str, Any]:
    file = folder / name
    resource = {
        "$schema": f"{_PROFILES}/dataresource.json",
        "name": name.replace(".", "-").replace("/", "-").lower(),
        "path": name,
        **_FORMATS[file.suffix],
        "bytes": file.stat().st_size,
        "hash": _hash(file),
    }
    if file.suffix != ".parquet":
        resource["encoding"] = "utf-8"
    return {**resource, **_tabular(name, schemas)}


def _tabular(name: str, schemas: Schemas) -> dict[str, Any]:
    """Describe the columns of a table; a parquet file holds those of the CSV file, and draws.

    The draws are lists, which few readers of tables know: a reader is told to leave them out.
    """
    csv = str(PurePosixPath(name).with_suffix(".csv"))
    if csv not in schemas or name not in (csv, str(PurePosixPath(csv).with_suffix(".parquet"))):
        return {}
    schema = {
        "$schema": f"{_PROFILES}/tableschema.json",
        "fields": t.fields(schemas[csv]),
        "primaryKey": schemas[csv].primary_key(),
        "missingValues": [""],
    }
    if name == csv:
        return {"type": "table", "dialect": {"lineTerminator": "\n"}, "schema": schema}
    return {
        "type": "table",
        "description": f"The rows of {csv} with their draws, lists that `dialect` leaves out.",
        "dialect": {"parquet": {"columns": schemas[csv].column_names()}},
        "schema": {**schema, "fieldsMatch": "superset"},
    }


def _hash(file: Path) -> str:
    with file.open("rb") as handle:
        return f"sha256:{hashlib.file_digest(handle, 'sha256').hexdigest()}"


def check(folder: Path, schemas: Schemas) -> list[str]:
    """Compare the files with their description, and the description with the schemas.

    Returns:
        Findings, one a line.

    Raises:
        RiskkitError: The folder holds no publication, or one of another schema version.
    """
    descriptor = _identity.opened(folder)
    resources = {str(r.get("path")): r for r in descriptor.get("resources", [])}
    findings = [f"{MARKER} does not list {name}" for name in schemas if name not in resources]
    for name, resource in resources.items():
        findings += _check_file(folder, name, resource)
        if name in schemas and resource.get("schema") != _tabular(name, schemas)["schema"]:
            version = SCHEMA_VERSION
            findings.append(f"{MARKER} describes other columns of {name} than schema {version}")
    return findings


def _check_file(folder: Path, name: str, resource: dict[str, Any]) -> list[str]:
    if not _inside(name):
        return [f"{MARKER} lists a path outside the folder: {name}"]
    file = folder / name
    if not file.is_file():
        return [f"{name} is missing"]
    if file.stat().st_size != resource.get("bytes") or _hash(file) != resource.get("hash"):
        return [f"{name} was changed after it was published"]
    return []


def _inside(name: str) -> bool:
    """Whether a path stays in the folder: Data Package asks for relative ones without `..`."""
    path = PurePosixPath(name)
    return not path.is_absolute() and ".." not in path.parts and "\\" not in name
