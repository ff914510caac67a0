"""previous.csv: the ranking that a publication was compared with.

It is kept so that running the same month again compares with the same ranking, and gives the same
bytes, although the folder by then holds that month's own publication.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import dataframely as dy
import polars as pl

from riskkit.errors import RiskkitError
from riskkit.months import parse_month
from riskkit.publish import Publication, _identity
from riskkit.publish import _table as t
from riskkit.publish._history import carried
from riskkit.risk.score import CLASSES

FILE = "previous.csv"


class Previous(dy.Schema):
    """Schema version 2; without rows when there was nothing to compare with."""

    unit = dy.String(primary_key=True, metadata=t.note("Code of the unit, as in ranking.csv."))
    rank = dy.Int32(min=1, metadata=t.note("Its rank in the compared publication.", "rank"))
    rank_low = dy.Int32(min=1, metadata=t.note("As in that ranking.", "rank"))
    rank_high = dy.Int32(min=1, metadata=t.note("As in that ranking.", "rank"))
    score = t.points("Its score in that ranking.")
    score_low = t.points("As in that ranking.")
    score_high = t.points("As in that ranking.")
    risk_class = dy.Enum(CLASSES, metadata=t.note("As in that ranking."))
    p_top10 = t.probability("As in that ranking.")
    p_25 = t.probability("As in that ranking.")
    p_any = t.probability("As in that ranking.")
    conflict = t.points("As in that ranking.", nullable=True)
    terrorism = t.points("As in that ranking.", nullable=True)
    displacement = t.points("As in that ranking.", nullable=True)
    climate = t.points("As in that ranking.", nullable=True)
    as_of = t.month("Month at whose end the compared forecast was made.")


def find(folder: Path, publication: Publication) -> pl.DataFrame | None:
    """Find the ranking to compare a new publication with, in the folder that it will replace.

    It is the ranking there when that is of an earlier month; when it is of the same month, the
    one that it was itself compared with; and none when it is of a later month, or differs in
    schema version, threats, windows, models, scales or kind of data: unlike is not compared.

    Args:
        folder: Where the new publication will be written.
        publication: The new publication.

    Returns:
        Rows of `Previous`, or None.

    Raises:
        RiskkitError: The folder holds something else, or a damaged publication.
    """
    found = _identity.read(folder)
    if found is None:
        return None
    told = found[_identity.KEY]
    wanted = _identity.series(publication)
    if {key: told.get(key) for key in wanted} != wanted:
        return None
    made = parse_month(str(told.get("as_of")))
    if made > publication.as_of:
        return None
    frame = _read(folder / (FILE if made == publication.as_of else "ranking.csv"))
    return frame if frame.height else None


def compare(folder: Path, publication: Publication) -> Publication:
    """Give a publication what it is compared with: a ranking, its alerts, scores before it.

    Raises:
        RiskkitError: The folder holds something else, or a damaged publication.
    """
    earlier = find(folder, publication)
    found = _identity.read(folder)
    if earlier is None or found is None:
        return publication
    told = found[_identity.KEY]
    again = parse_month(str(told.get("as_of"))) == publication.as_of
    stood_on = told.get("compared_with") if again else _identity.stood_on(told)
    alerts = folder / "alerts.csv"
    return replace(
        publication,
        previous=earlier,
        history=carried(folder, earlier),
        compared=stood_on or {},
        earlier_alerts=pl.read_csv(alerts, glob=False) if alerts.is_file() else None,
    )


def _read(path: Path) -> pl.DataFrame:
    types = {name: column.dtype for name, column in Previous.columns().items()}
    try:
        frame = pl.read_csv(path, columns=list(types), schema_overrides=types, glob=False)
    except (OSError, pl.exceptions.PolarsError) as error:
        raise RiskkitError(
            f"cannot read the earlier publication's {path}",
            got=str(error).splitlines()[0],
            hint="run `riskkit verify` on the folder, or move it away",
        ) from error
    return t.checked(frame, Previous, str(path))


def table(publication: Publication) -> pl.DataFrame:
    """Give the compared ranking, sorted by rank; columns as in `Previous`."""
    if publication.previous is None:
        return Previous.create_empty()
    return publication.previous.select(Previous.column_names()).sort("rank")
