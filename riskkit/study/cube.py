"""Features by cell on disk: one mapped array, built block by block, gone on with after a stop.

A folder of features by cell holds `parts/features.npy`, an array [units, months, features] of
single precision, and beside it a note of each finished block with a hash of what it wrote. A build
that was stopped goes on after the last finished block; one of other data, parameters or code
begins anew.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.lib.format import open_memmap
from numpy.typing import NDArray

from riskkit.atomic import atomic_file
from riskkit.errors import RiskkitError
from riskkit.family.blocks import Places, blocks, present
from riskkit.files import read_json
from riskkit.forecasting.cube import Cube, open_mapped
from riskkit.months import format_month
from riskkit.panel import Panel
from riskkit.study.broadcast import Overlay, overlay
from riskkit.study.cell_blocks import Block, Builder, build_here
from riskkit.study.code import code_of
from riskkit.study.identity import Identity, hash_of, refuse_other
from riskkit.study.results import MARKER, PARTS, carry_over, open_result, result_folder
from riskkit.study.stages import features_identity

if TYPE_CHECKING:
    from riskkit.study.study import Study

ARRAY, CUBE = "features.npy", "cube.json"
AT_ONCE = 1500
"""Units of a block."""
_COMMAND = "riskkit features build"
_UNFINISHED = "features by cell, not finished"


def build_cube(study: Study, panel: Panel, out: Path) -> Cube:
    """Write the features of a study by cell into a folder, block by block.

    Blocks that an earlier build finished are kept, whatever stopped it.

    Args:
        study: The study.
        panel: Its panel, as of its date or an earlier one.
        out: The folder.

    Raises:
        RiskkitError: The folder holds something else, or a feature is infinite.
    """
    own = present(study.families, panel)
    if not own:
        nothing = np.empty((panel.n_units, panel.n_months, 0), dtype=np.float32)
        return Cube((), panel.first_month, nothing)
    identity = cube_identity(study, panel.as_of)
    if _stamp(out) != identity.hash:
        parts = _begin(out, identity)
        over = overlay(study, panel.as_of)
        names = own if over is None else (*own, *over.names)
        _write(study, panel, own, over, parts, identity)
        with result_folder(out, identity) as fresh:
            carry_over(parts, fresh / PARTS)
            told = {"names": names, "first_month": panel.first_month}
            (fresh / CUBE).write_text(json.dumps(told) + "\n", "utf-8")
    return read_cube(study, panel.as_of, out)


def read_cube(study: Study, as_of: int, folder: Path) -> Cube:
    """Map the features of a study by cell that `build_cube` wrote.

    Args:
        study: The study.
        as_of: Month id of the last month of the panel that they were built on.
        folder: The folder.

    Raises:
        RiskkitError: There are none, or they were built for another study.
    """
    command = f"{_COMMAND} --out {folder}"
    opened = open_result(folder, command)
    if opened.identity.stage == _UNFINISHED:
        raise RiskkitError(f"the features in {folder} are not finished", hint=f"run `{command}`")
    refuse_other(opened.identity, cube_identity(study, as_of), f"{folder}", command)
    told = read_json(opened.path(CUBE), f"run `{command}` again")
    first = int(told["first_month"])
    months = as_of - first + 1
    values = open_mapped(folder / PARTS / ARRAY, months, opened.identity.hash)
    return Cube(tuple(told["names"]), first, values)


def cube_identity(study: Study, as_of: int) -> Identity:
    """Tell what the features of all families together stand on, as of a month."""
    built = {family.name: features_identity(study, family).hash for family in study.families}
    told: dict[str, Any] = {"as_of": format_month(as_of)}
    code = code_of(("riskkit.family.blocks",))
    if study.of_countries is not None:
        told["owners"] = hash_of(sorted(study.owners.items()))
        built |= {
            f"{family.name} of countries": features_identity(study.of_countries, family).hash
            for family in study.of_countries.families
        }
    return Identity(stage="features by cell", parameters=told, inputs=built, code=code)


def _stamp(out: Path) -> str | None:
    if not (out / MARKER).is_file():
        return None
    return open_result(out, _COMMAND).identity.hash


def _begin(out: Path, identity: Identity) -> Path:
    """Make the folder of parts, unless one of the same unfinished build is there."""
    unfinished = Identity(stage=_UNFINISHED, inputs={"of": identity.hash})
    if _stamp(out) != unfinished.hash:
        with result_folder(out, unfinished) as fresh:
            (fresh / PARTS).mkdir()
    return out / PARTS


def _write(
    study: Study,
    panel: Panel,
    names: tuple[str, ...],
    over: Overlay | None,
    parts: Path,
    identity: Identity,
) -> None:
    """Write what is missing of the array: the cells' own features, then those of countries."""
    wide = len(names) + (0 if over is None else len(over.names))
    shape = (panel.n_units, panel.n_months, wide)
    todo = blocks(panel.n_units, AT_ONCE)
    families = tuple(family.name for family in study.families)
    with study.progress("features", len(todo)) as advance:

        def missing() -> Iterator[Block]:
            for number, places in enumerate(todo):
                if _finished(_note_of(parts, number), _opened(parts, shape), places, identity):
                    advance(f"block {number + 1} (unchanged)")
                else:
                    yield Block(number, panel, places, families, names)

        for block, built in _builder(study)(missing()):
            shared = [] if over is None else [over.of(block.places)]
            values = np.concatenate([built, *shared], axis=-1) if shared else built
            array = _opened(parts, shape)  # anew for each block, which lets go of the pages
            array[block.places[0] : block.places[-1] + 1] = values
            array.flush()
            del array
            _note(_note_of(parts, block.number), values, identity)
            advance(f"block {block.number + 1}")


def _builder(study: Study) -> Builder:
    """Who builds: this process, or the cluster of the study."""
    if study.scheduler is None:
        return build_here
    from riskkit.study.cluster import building_on

    return building_on(study.scheduler)


def _note_of(parts: Path, number: int) -> Path:
    return parts / f"block-{number:05}.json"


def _opened(parts: Path, shape: tuple[int, int, int]) -> np.memmap[Any, Any]:
    """Map the array for writing; a new one is as long as the whole at once."""
    path = parts / ARRAY
    try:
        if path.is_file():
            return open_memmap(path, mode="r+")
        return open_memmap(path, mode="w+", dtype=np.float32, shape=shape)
    except (OSError, ValueError) as error:
        raise RiskkitError(
            f"cannot write {path}",
            got=str(error),
            hint=f"it takes {4 * np.prod(shape) / 1e9:.1f} GB; free some, or remove the folder",
        ) from error


def _finished(note: Path, array: np.memmap[Any, Any], places: Places, identity: Identity) -> bool:
    """Whether a block is there as it was written."""
    if not note.is_file():
        return False
    told = read_json(note, "remove it")
    here = array[places[0] : places[-1] + 1]
    return bool(told == {"identity": identity.hash, "sha256": _hash(here)})


def _note(note: Path, values: NDArray[np.float32], identity: Identity) -> None:
    with atomic_file(note) as partial:
        told = {"identity": identity.hash, "sha256": _hash(values)}
        partial.write_text(json.dumps(told) + "\n", "utf-8")


def _hash(values: NDArray[np.float32]) -> str:
    return hashlib.sha256(np.ascontiguousarray(values).data).hexdigest()
