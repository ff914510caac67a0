"""Learned states on disk: one zip of arrays and JSON, never a pickle."""

from __future__ import annotations

import io
import json
import math
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from riskkit.atomic import atomic_file
from riskkit.errors import RiskkitError
from riskkit.files import reading

_HEADER = "riskkit"
_REMEDY = "fit the model again, as `riskkit forecast` does"


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
    with reading(path, _REMEDY):
        content = _read_arrays(path)
        header = json.loads(str(content.pop(_HEADER)))
        owner, state = header["model"], dict(header["state"])
    if owner != name:
        raise RiskkitError(f"{path} holds the model {owner}, not {name}")
    for key, value in content.items():
        if key.endswith(".bytes"):
            state[key.removesuffix(".bytes")] = value.tobytes()
        else:
            state[key] = value
    return state


def _read_arrays(path: Path) -> dict[str, Any]:
    with zipfile.ZipFile(path) as archive:
        return {
            entry.filename.removesuffix(".npy"): _read_array(archive, entry)
            for entry in archive.infolist()
        }


def _read_array(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> NDArray[Any]:
    """Read one array, whose header may claim no more than the bytes that are there.

    Raises:
        ValueError: It claims more, or is packed, which `write_state` never does.
    """
    if entry.compress_type != zipfile.ZIP_STORED:
        raise ValueError(f"{entry.filename} is packed")
    data = archive.read(entry)
    head = io.BytesIO(data)
    version = np.lib.format.read_magic(head)
    read_header = np.lib.format.read_array_header_1_0
    if version != (1, 0):
        read_header = np.lib.format.read_array_header_2_0
    shape, _, kind = read_header(head)
    if math.prod(shape) * kind.itemsize != len(data) - head.tell():
        raise ValueError(f"{entry.filename} claims the shape {shape}, which its bytes do not fill")
    return np.lib.format.read_array(io.BytesIO(data), allow_pickle=False)
