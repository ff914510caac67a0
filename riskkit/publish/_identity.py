"""What a publication is of, as its datapackage.json says under "riskkit"."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from riskkit.errors import RiskkitError
from riskkit.files import reading
from riskkit.forecasting.targets import Target
from riskkit.months import format_month
from riskkit.publish import MARKER, SCHEMA_VERSION, Publication

KEY = "riskkit"
_REMEDY = "restore the file, or move the folder away and publish again"


def series(target: Target, data_kind: str) -> dict[str, Any]:
    """Name what two publications must share for their ranks to be compared."""
    return {
        "schema_version": SCHEMA_VERSION,
        "target": target.name,
        "thresholds": list(target.thresholds),
        "data_kind": data_kind,
    }


def identity(publication: Publication) -> dict[str, Any]:
    """Give the "riskkit" entry of datapackage.json."""
    forecast = publication.forecast
    first, last = publication.window
    return {
        **series(publication.target, publication.data_kind),
        "threat": publication.threat,
        "model": forecast.model,
        "as_of": format_month(publication.as_of),
        "last_data": format_month(publication.last_data),
        "window_start": format_month(first),
        "window_end": format_month(last),
        "units": len(forecast.units),
        "draws": forecast.draws.shape[-1],
    }


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
    strangers = sorted(
        path.name for path in folder.iterdir() if path.name not in ours and path.name[0] != "."
    )
    if strangers:
        raise RiskkitError(
            f"{folder} holds files that are not part of the publication",
            got=strangers,
            hint="move them away: publishing replaces the whole folder",
        )
