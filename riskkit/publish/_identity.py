"""What a publication is of, as its datapackage.json says under "riskkit"."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from riskkit.errors import RiskkitError
from riskkit.files import reading
from riskkit.months import format_month
from riskkit.publish import MARKER, SCHEMA_VERSION, Part, Publication

KEY = "riskkit"
_REMEDY = "restore the file, or move the folder away and publish again"


def series(publication: Publication) -> dict[str, Any]:
    """Name what two publications must share for their ranks and scores to be compared."""
    return {
        "schema_version": SCHEMA_VERSION,
        "data_kind": publication.data_kind,
        "exponent": publication.exponent,
        "threats": {part.threat.name: _scored(part) for part in publication.parts},
    }


def _scored(part: Part) -> dict[str, Any]:
    """How a threat is counted, forecast and scored."""
    threat = part.threat
    return {
        "target": threat.target.name,
        "thresholds": list(threat.target.thresholds),
        "months": part.window[1] - part.window[0] + 1,
        "model": part.forecast.model,
        "weight": threat.weight,
        "top": threat.top,
        "scale": threat.scale,
        "joined_with": list(threat.joined_with),
    }


def identity(publication: Publication) -> dict[str, Any]:
    """Give the "riskkit" entry of datapackage.json."""
    first, last = publication.window
    return {
        **series(publication),
        "as_of": format_month(publication.as_of),
        "last_data": {p.threat.name: format_month(p.last_data) for p in publication.parts},
        "window_start": format_month(first),
        "window_end": format_month(last),
        "absent": {one.name: one.reason for one in publication.absent},
        "units": len(publication.ranked),
        "draws": publication.first.forecast.draws.shape[-1],
        "identity": json.loads(publication.identity or "null"),
        "parameters": dict(publication.parameters) or None,
        "ungraded": publication.ungraded,
        "compared_with": dict(publication.compared) or None,
    }


def stood_on(told: dict[str, Any]) -> dict[str, Any]:
    """Keep what a later publication must know of this one to say why it differs."""
    return {key: told.get(key) for key in ("as_of", "last_data", "identity")}


def read(folder: Path) -> dict[str, Any] | None:
    """Read the datapackage.json of a publication; None where the folder has none.

    Raises:
        RiskkitError: The file cannot be read or is not riskkit's.
    """
    path = folder / MARKER
    if not path.exists():
        return None
    with reading(path, _REMEDY):
        found = json.loads(path.read_bytes())
    if not isinstance(found, dict) or not isinstance(found.get(KEY), dict):
        raise RiskkitError(
            f"{path} was not written by riskkit", hint="choose another folder, or move it away"
        )
    resources = found.get("resources")
    if not isinstance(resources, list) or not all(isinstance(one, dict) for one in resources):
        raise RiskkitError(f"{path} is damaged: it describes no files", hint=_REMEDY)
    return found


def opened(folder: Path) -> dict[str, Any]:
    """Read the datapackage.json of a publication that must be there, and of this version.

    Raises:
        RiskkitError: The folder holds no publication, or one of another schema version.
    """
    found = read(folder)
    if found is None:
        raise RiskkitError(f"{folder} holds no {MARKER}", hint="name the folder of a publication")
    version = found[KEY].get("schema_version")
    if version != SCHEMA_VERSION:
        raise RiskkitError(
            f"{folder} has schema version {version}, this riskkit reads {SCHEMA_VERSION}",
            hint="use the riskkit version that wrote it",
        )
    return found


def files(folder: Path) -> list[str]:
    """Paths of the files of a publication inside its folder, sorted; hidden ones do not count."""
    found = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    return sorted(path.as_posix() for path in found if not path.name.startswith("."))


def refuse_strangers(folder: Path) -> None:
    """Refuse to replace a folder that holds more than a publication.

    Raises:
        RiskkitError: The description is not riskkit's, or a file is not in it. Hidden files are
            the system's and do not count.
    """
    found = read(folder)
    if found is None:
        return
    ours = {MARKER, *(resource.get("path") for resource in found.get("resources", []))}
    strangers = [name for name in files(folder) if name not in ours]
    if strangers:
        raise RiskkitError(
            f"{folder} holds files that are not part of the publication",
            got=strangers,
            hint="move them away: publishing replaces the whole folder",
        )
