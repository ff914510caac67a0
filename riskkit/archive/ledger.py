"""ledger.csv: how publications turned out, one line a grade, chained by hashes, only ever longer.

The last field of a line is the sha256 of everything before it in the line, and that holds the hash
of the line before: whoever changes a past line breaks the chain there.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from riskkit.archive.grades import GRADES, grade
from riskkit.errors import RiskkitError
from riskkit.publish import COMPOSITE

FILE = "ledger.csv"
FIRST, SETTLED = "first", "settled"
FIGURES = (FIRST, SETTLED)
SETTLES = 12
"""Months beyond the window that a release must cover for its figures to count as settled."""
GRADED, VOID, EARLY = "graded", "void", "too early"
LIVE, REPLAYED = "live", "replayed"
BEGINNING = "begins"
"""What the first line names as the hash of the line before it."""
LEDGER: Mapping[str, pl.DataType] = {
    "line": pl.Int64(),
    "kind": pl.String(),
    "publication": pl.String(),
    "as_of": pl.String(),
    "window_start": pl.String(),
    "window_end": pl.String(),
    "model": pl.String(),
    "figures": pl.String(),
    "state": pl.String(),
    "reason": pl.String(),
    **GRADES,
    "graded_with": pl.String(),
    "publication_hash": pl.String(),
    "rule_hash": pl.String(),
    "outcomes_hash": pl.String(),
    "previous": pl.String(),
    "hash": pl.String(),
}
"""Columns, in this order.

`kind` is "live" for what was published, "replayed" for what would have been; `publication` the
dated folder; `model` that of the first threat; `figures` "first" or "settled"; `state` "graded", or
"void" with a `reason` and no grade; `graded_with` the month to which the outcomes at hand went. The
grades are explained in `riskkit.archive.grades.GRADES` and in each publication's grading.json.
"""
_REMEDY = "restore ledger.csv from a copy: its past lines are never to be changed"


@dataclass(frozen=True)
class Graded:
    """A publication that is to be graded, or was replayed.

    Attributes:
        name: Its dated folder.
        kind: "live" or "replayed".
        told: Its rule.
        points: Its table of points.
        publication_hash: sha256 of its datapackage.json; of a replayed one, of its points.
    """

    name: str
    kind: str
    told: Mapping[str, Any]
    points: pl.DataFrame
    publication_hash: str

    @property
    def about(self) -> dict[str, Any]:
        """The columns that every line about it shares."""
        first = next(iter(self.told["threats"].values()))
        return {
            "kind": self.kind,
            "publication": self.name,
            "as_of": self.told["as_of"],
            "window_start": first["window_start"],
            "window_end": first["window_end"],
            "model": first["model"],
            "publication_hash": self.publication_hash,
            "rule_hash": _hash(json.dumps(self.told, sort_keys=True)),
        }


def lines_of(
    one: Graded, figures: str, counts: pl.DataFrame, graded_with: str
) -> list[dict[str, Any]]:
    """Grade a publication: a line for each threat and rule, or one that says that it is void.

    Args:
        one: The publication.
        figures: "first" or "settled".
        counts: What came; see `riskkit.archive.grades.truths`.
        graded_with: Month to which the outcomes at hand went.
    """
    about = {
        **one.about,
        "figures": figures,
        "graded_with": graded_with,
        "outcomes_hash": _hash(outcomes_text(counts)),
    }
    grades = grade(one.told, one.points, counts)
    if grades.is_empty() or grades["threat"][0] != COMPOSITE:
        fewest = one.told["minimum"]["units"]
        return [{**about, "state": VOID, "reason": f"fewer than {fewest} units have outcomes"}]
    return [{**about, "state": GRADED, **row} for row in grades.to_dicts()]


def void(one: Graded, figures: str, reason: str) -> dict[str, Any]:
    """The line of a publication whose figures can no longer be had."""
    return {**one.about, "figures": figures, "state": VOID, "reason": reason}


def outcomes_text(counts: pl.DataFrame) -> str:
    """What came, as the file that the ledger names by its hash."""
    return counts.select("threat", "unit", "value").write_csv(float_precision=4)


def outcomes_file(name: str, figures: str) -> str:
    """Name that file."""
    return f"outcomes/{name}-{figures}.csv"


def appended(text: str, rows: Iterable[Mapping[str, Any]]) -> str:
    """Add lines to a ledger.

    Args:
        text: The ledger so far; empty for a new one.
        rows: Values by column; number and hashes are added here.

    Returns:
        The whole ledger.

    Raises:
        RiskkitError: The ledger so far is not whole.
    """
    table = read(text)
    previous = table["hash"][-1] if table.height else BEGINNING
    lines = [text] if text else [_line(LEDGER)]
    for number, row in enumerate(rows, table.height + 1):
        told = {**row, "line": number, "previous": previous}
        body = _line(told.get(name) for name in LEDGER if name != "hash")[:-1]
        previous = _hash(body)
        lines.append(f"{body},{previous}\n")
    return "".join(lines)


def read(text: str) -> pl.DataFrame:
    """Read a ledger whose chain is whole.

    Raises:
        RiskkitError: A line was changed, removed or added by somebody else; the text names it.
    """
    found = findings(text)
    if found:
        raise RiskkitError(found[0], hint=_REMEDY)
    if not text:
        return pl.DataFrame(schema=dict(LEDGER))
    return pl.read_csv(io.StringIO(text), schema=dict(LEDGER))


def findings(text: str) -> list[str]:
    """Say which lines are not what they were; each names its publication."""
    if not text:
        return []
    head, *lines = text.split("\n")
    if f"{head}\n" != _line(LEDGER):
        return [f"{FILE} has another header than this riskkit writes"]
    if not lines or lines.pop():
        return [f"{FILE} does not end with a whole line"]
    previous, told = BEGINNING, []
    for number, line in enumerate(lines, 1):
        body, _, own = line.rpartition(",")
        fields = next(csv.reader([line]), [])
        named = fields[list(LEDGER).index("publication")] if len(fields) == len(LEDGER) else "?"
        if len(fields) != len(LEDGER) or own != _hash(body):
            told.append(f"line {number} of {FILE} (publication {named}) was changed")
        elif fields[0] != str(number) or fields[-2] != previous:
            told.append(f"a line before line {number} of {FILE} (publication {named}) is gone")
        previous = own
    return told


def head(text: str) -> dict[str, Any]:
    """Number of lines and hash of the last one, which index.json keeps."""
    table = read(text)
    return {"lines": table.height, "hash": table["hash"][-1] if table.height else BEGINNING}


def holds(text: str, known: Mapping[str, Any]) -> bool:
    """Whether a ledger still has the line that was its last one before."""
    lines = int(known.get("lines", 0))
    if not lines:
        return True
    table = read(text)
    return table.height >= lines and table["hash"][lines - 1] == known["hash"]


def mean(values: Sequence[float], fewest: int) -> float | None:
    """Average of what enough publications came to; None below the minimum fixed in advance."""
    return None if len(values) < fewest else sum(values) / len(values)


def _line(fields: Iterable[Any]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerow("" if one is None else one for one in fields)
    return buffer.getvalue()


def _hash(body: str) -> str:
    return hashlib.sha256(body.encode()).hexdigest()
