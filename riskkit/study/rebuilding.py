"""A publication made again from what it says of itself, and compared bit for bit."""

from __future__ import annotations

import hashlib
import json
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from riskkit.config import Params
from riskkit.errors import RiskkitError
from riskkit.files import read_json
from riskkit.publish import MARKER, backtest, chances, costs, decisions, onsets, record
from riskkit.publish import _table as t
from riskkit.publish import publish as write_publication
from riskkit.publish.previous import compare
from riskkit.study.identity import KEY, Identity
from riskkit.study.publishing import publication_of
from riskkit.study.stages import forecast_identity, publication_identity

if TYPE_CHECKING:
    from riskkit.study.study import Study

_REMEDY = "name the folder of a publication"


@dataclass(frozen=True)
class Rebuilt:
    """What building a publication again came to.

    Attributes:
        missing: What it stood on and is not at hand any more, in words.
        differing: Files that came out otherwise; empty when all are the same or none was made.
        files: How many were compared.
    """

    missing: tuple[str, ...] = ()
    differing: tuple[str, ...] = ()
    files: int = 0

    @property
    def same(self) -> bool:
        """Whether every file is the same, bit for bit."""
        return not self.missing and not self.differing


def rebuild(study: Study, folder: Path) -> Rebuilt:
    """Make a publication again from its identity, and compare it with what is there.

    Args:
        study: Says where data lie today; all other parameters are the publication's own.
        folder: The publication.

    Raises:
        RiskkitError: The folder does not say what it stands on.
    """
    path = folder / MARKER
    told = read_json(path, _REMEDY).get(KEY, {})
    if not told.get("identity") or not told.get("parameters"):
        raise RiskkitError(
            f"{path} does not say what it was made with", hint="publish again with this riskkit"
        )
    made = Identity.from_json(json.dumps(told["identity"]), str(path))
    again = replace(study, params=_params(study, told["parameters"]))
    try:
        now = publication_identity(again, {"forecast": forecast_identity(again)})
    except RiskkitError as error:
        return Rebuilt(missing=(f"what this study cannot make: {error}",))
    missing = replace(made, inputs={}).differences(replace(now, inputs={}))
    if missing:
        return Rebuilt(missing=tuple(missing))
    rows = t.read_csv(folder / backtest.FILE, backtest.Backtest)
    publication = publication_of(again, again.forecast(), rows if rows.height else None)
    publication = replace(
        publication,
        graded=t.read_csv(folder / record.FILE, record.Record),
        ungraded=str(told.get("ungraded", "")),
        alarms=t.read_csv(folder / "decisions.csv", decisions.Decisions),
        costs=t.read_csv(folder / "costs.csv", costs.Costs),
        chances=t.read_csv(folder / "chances.csv", chances.Chances),
        onsets=t.read_csv(folder / "onsets.csv", onsets.Onsets),
    )
    with tempfile.TemporaryDirectory() as home:
        fresh = Path(home) / "publication"
        write_publication(compare(folder, publication), fresh)
        return _compared(folder, fresh)


def _params(study: Study, told: dict[str, Any]) -> Params:
    """The publication's parameters, with data where they lie today."""
    here = study.params.data.model_dump(mode="json", include={"root", "store"})
    return Params.model_validate({**told, "data": {**told["data"], **here}})


def _compared(folder: Path, fresh: Path) -> Rebuilt:
    names = {r["path"] for place in (folder, fresh) for r in _resources(place)} | {MARKER}
    differing = [name for name in sorted(names) if _sha256(folder / name) != _sha256(fresh / name)]
    return Rebuilt(differing=tuple(differing), files=len(names))


def _resources(folder: Path) -> list[dict[str, Any]]:
    return list(read_json(folder / MARKER, _REMEDY)["resources"])


def _sha256(path: Path) -> str | None:
    if not path.is_file():
        return None
    return hashlib.sha256(path.read_bytes()).hexdigest()
