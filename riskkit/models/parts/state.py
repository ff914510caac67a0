"""Learned states on disk: one zip of arrays and JSON, never a pickle."""

from __future__ import annotations

import json
import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np

from riskkit.atomic import atomic_file
from riskkit.errors import RiskkitError

_HEADER = "riskkit"
_DAMAGES = (
    OSError,
    ValueError,
    KeyError,
    TypeError,
    EOFError,
    RuntimeError,
    zipfile.BadZipFile,
    zlib.error,
)
"""What reading raises on files that are damaged, or are something else."""


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
    with atomic_file(path) as partial, zipfile.ZipFile(partial, "w") as archive:
        for key, array in arrays.items():
            with archive.open(f"{key}.npy", "w") as entry:
                np.lib.format.write_array(entry, array, allow_pickle=False)


def read_state(path: Path, name: str) -> dict[str, Any]:
    """Read a state back.

    Raises:
        RiskkitError: The file is not one that `write_state` wrote for this model.
    """
    try:
        content = _read_arrays(path)
        header = json.loads(str(content.pop(_HEADER)))
        owner, state = header["model"], dict(header["state"])
    except _DAMAGES as error:
        raise RiskkitError(
            f"{path} is not a riskkit model file", hint="write it with Model.save"
        ) from error
    if owner != name:
        raise RiskkitError(f"{path} holds the model {owner}, not {name}")
    for key, value in content.items():
        if key.endswith(".bytes"):
            state[key.removesuffix(".bytes")] = value.tobytes()
        else:
            state[key] = value
    return state


def _read_arrays(path: Path) -> dict[str, Any]:
    arrays = {}
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            with archive.open(name) as entry:
                array = np.lib.format.read_array(entry, allow_pickle=False)
            arrays[name.removesuffix(".npy")] = array
    return arrays
