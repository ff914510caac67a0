"""Learned states on disk: one zip of arrays and JSON, never a pickle."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from riskkit.atomic import atomic_file
from riskkit.errors import RiskkitError

_HEADER = "riskkit"


def write_state(path: Path, name: str, state: dict[str, Any]) -> None:
    """Write a state whose values are arrays, bytes, or what JSON can hold."""
    arrays: dict[str, Any] = {}
    plain: dict[str, Any] = {}
    for key, value in state.items():
        if isinstance(value, np.ndarray):
            arrays[key] = value
        elif isinstance(value, bytes | bytearray):
            arrays[f"{key}.bytes"] = np.frombuffer(bytes(value), dtype=np.uint8)
        else:
            plain[key] = value
    header = json.dumps({"model": name, "state": plain}, sort_keys=True)
    arrays[_HEADER] = np.array(header)
    with atomic_file(path) as partial, partial.open("wb") as handle:
        np.savez(handle, allow_pickle=False, **arrays)


def read_state(path: Path, name: str) -> dict[str, Any]:
    """Read a state back.

    Raises:
        RiskkitError: The file is not one that `write_state` wrote for this model.
    """
    try:
        with np.load(path, allow_pickle=False) as archive:
            content = {key: archive[key] for key in archive.files}
        header = json.loads(str(content.pop(_HEADER)))
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
        raise RiskkitError(
            f"{path} is not a riskkit model file", hint="write it with Model.save"
        ) from error
    if header["model"] != name:
        raise RiskkitError(f"{path} holds the model {header['model']}, not {name}")
    state: dict[str, Any] = dict(header["state"])
    for key, value in content.items():
        if key.endswith(".bytes"):
            state[key.removesuffix(".bytes")] = value.tobytes()
        else:
            state[key] = value
    return state
