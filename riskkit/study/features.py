"""Built features on disk: one file a family, each with what it stands on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from riskkit.errors import RiskkitError
from riskkit.family import KEYS, Family, join_families
from riskkit.study.identity import Identity, refuse_other
from riskkit.study.results import (
    MARKER,
    carry_over,
    open_result,
    result_folder,
    stamp_of,
    write_stamped,
)
from riskkit.study.stages import features_identity

if TYPE_CHECKING:
    from riskkit.study.study import Study

_COMMAND = "riskkit features build"


@dataclass(frozen=True)
class BuiltFamily:
    """What was done about one family.

    Attributes:
        family: The family.
        path: Its file.
        frame: Its features.
        kept: Whether the file of an earlier build still holds.
    """

    family: Family
    path: Path
    frame: pl.DataFrame
    kept: bool


def build_features(study: Study, out: Path) -> list[BuiltFamily]:
    """Write the features of each family of a study into a folder.

    A family whose file there stands on the same data, parameters and code is kept; the folder is
    exchanged as a whole.

    Returns:
        What was done, family by family.
    """
    done = []
    identities = {family.name: features_identity(study, family) for family in study.families}
    with (
        study.progress("features", len(study.families)) as advance,
        result_folder(out, _of_all(list(identities.values()))) as fresh,
    ):
        if (out / MARKER).is_file():
            carry_over(out, fresh)
            (fresh / MARKER).unlink()
        for family in study.families:
            name = f"{family.name}.parquet"
            kept = _still_holds(fresh / name, identities[family.name])
            frame = pl.read_parquet(fresh / name, glob=False) if kept else family.build(study.panel)
            if not kept:
                (fresh / name).unlink(missing_ok=True)
                write_stamped(frame, fresh / name, identities[family.name])
            done.append(BuiltFamily(family, out / name, frame, kept))
            advance(f"{family.name}{' (unchanged)' if kept else ''}")
    return done


def read_features(study: Study, folder: Path) -> pl.DataFrame:
    """Read the features of a study that `build_features` wrote.

    Raises:
        RiskkitError: A family is missing, or was built for another study.
    """
    opened = open_result(folder, f"{_COMMAND} --out {folder}")
    frames = []
    for family in study.families:
        name = f"{family.name}.parquet"
        if name not in opened.files:
            raise RiskkitError(
                f"{folder} holds no features of '{family.name}'",
                hint=f"run `{_COMMAND} {family.name} --out {folder}`",
            )
        path = opened.path(name)
        refuse_other(
            stamp_of(path),
            features_identity(study, family),
            f"{path}",
            f"{_COMMAND} --out {folder}",
        )
        frames.append(opened.table(name))
    keys = study.panel.frame.select(KEYS)
    if any(not frame.select(KEYS).equals(keys) for frame in frames):
        raise RiskkitError(
            f"the features in {folder} are of other units or months than the data",
            hint=f"run `{_COMMAND} --out {folder}`",
        )
    return join_families(frames, study.panel.frame)


def _still_holds(path: Path, identity: Identity) -> bool:
    try:
        return path.is_file() and stamp_of(path).hash == identity.hash
    except RiskkitError:
        return False


def _of_all(identities: Sequence[Identity]) -> Identity:
    """The identity of a folder of several families."""
    return Identity(
        stage="features of several families",
        inputs={str(one.parameters["family"]): one.hash for one in identities},
    )
