"""The house: rooms from the ground up, arrows between them, and where to change what.

`python -m riskkit.testing.house` prints rooms and arrows from the code's own imports.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from riskkit.errors import RiskkitError

PACKAGE = Path(__file__).parents[1]
ROOMS = {
    "errors": "errors that a user can cause and fix",
    "months": "arithmetic of months",
    "atomic": "writes that happen as a whole or not at all",
    "files": "reading files back, and what is wrong with them",
    "progress": "how long work is shown",
    "yaml_text": "YAML in which nothing but text, numbers, true, false and null is meant",
    "refusals": "what is wrong with settings, in a user's words",
    "tables": "the contract: columns and keys of every table",
    "config": "params.yaml, typed",
    "registry": "what is installed: families, models, sources",
    "units": "countries and cells: codes, names, births and deaths",
    "base": "embedded open data of real countries",
    "reading": "public library of reading: sheets, text, files, archives, JSON, columns",
    "sources": "one publisher per module: layout, licence, lag, address",
    "store": "the folder of `riskkit data add`, and fetching into it",
    "panel": "the unit-month grid of what was known when; ties between units",
    "family": "what a feature is; backward-looking expressions",
    "forecasting": "targets, threats, who can be forecast; datasets, which alone align time",
    "models": "one model per file; models/parts are public building blocks",
    "scoring": "one proper score per file; comparison, leaderboard rules",
    "risk": "scores, ranks, composite, drivers, regions",
    "publish": "one format of a publication per file",
    "exchange": "a finished publication in the formats of others, one per file",
    "archive": "dated publications, and the ledger of how they turned out",
    "world": "the simulated world with known truth",
    "study": "Study and identities: what commands and notebooks call",
    "testing": "contract checks that plug-ins import",
    "cli": "one command per file; printing",
}
"""From the ground up: a room imports rooms before it only."""
FINDS_BY_NAME = ("", "registry")
"""`riskkit/__init__.py` and the registry look upwards, by name and only when asked."""


@dataclass(frozen=True)
class Place:
    """Where something is decided.

    Attributes:
        question: What somebody wants to change.
        file: The file, from the root of the project.
        line: A text that only the line has in which it is decided.
    """

    question: str
    file: str
    line: str

    def number(self) -> int:
        """Find the line.

        Raises:
            RiskkitError: The file has no such line, or more than one.
        """
        lines = (PACKAGE.parent / self.file).read_text(encoding="utf-8").splitlines()
        found = [number for number, text in enumerate(lines, 1) if self.line in text]
        if len(found) != 1:
            raise RiskkitError(
                f"{self.file} has {len(found)} lines with '{self.line}', not one",
                hint="name the line in WHERE of riskkit/testing/house.py that decides it now",
            )
        return found[0]


WHERE = (
    Place("the models that the pool is made of", "riskkit/models/pool.py", "members: ClassVar"),
    Place("which release of UCDP is fetched", "riskkit/sources/ucdp/_address.py", "_FINAL = "),
    Place("a column of the ranking", "riskkit/publish/ranking.py", "class Ranking("),
    Place(
        "what is done with values that came late",
        "riskkit/panel/__init__.py",
        'published = month_id_expr("known_from") <= as_of',
    ),
    Place("the 90 % of intervals", "riskkit/tables.py", "INTERVAL = "),
    Place("who is forecast and ranked", "riskkit/forecasting/eligibility.py", "MOST = "),
    Place(
        "the date of a forecast, unless one is named",
        "riskkit/study/study.py",
        "parse_month(as_of) if as_of else",
    ),
    Place("the rules of a leaderboard", "riskkit/scoring/leaderboard.py", "SHOWN = ("),
)
"""Each answered by one line."""


def modules() -> dict[str, Path]:
    """Every module of riskkit by its dotted name without the package."""
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        found[".".join(part for part in parts if part != "__init__")] = path
    return found


def imports(path: Path, *, inside_functions: bool = True) -> set[str]:
    """Full dotted names that a file imports: `from a import b` counts as a.b.

    Raises:
        RiskkitError: It imports relatively.
    """
    found: set[str] = set()
    pending: list[ast.AST] = [ast.parse(path.read_text(encoding="utf-8"))]
    while pending:
        node = pending.pop()
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            if node.level:
                raise RiskkitError(f"{path} imports relatively in line {node.lineno}")
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
        if inside_functions or not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            pending.extend(ast.iter_child_nodes(node))
    return found


def arrows() -> Mapping[str, Sequence[str]]:
    """Room -> rooms that its modules import, each from the ground up."""
    found: dict[str, set[str]] = defaultdict(set)
    order = list(ROOMS)
    for name, path in modules().items():
        room, rooms = name.partition(".")[0], set(_rooms_of(imports(path)))
        if name in FINDS_BY_NAME:
            rooms = {other for other in rooms if other in order[: order.index(room or "errors")]}
        found[room] |= rooms
    return {room: sorted(found[room] - {room}, key=order.index) for room in ROOMS}


def _rooms_of(names: set[str]) -> Iterator[str]:
    for name in names:
        top, _, rest = name.partition(".")
        room = rest.partition(".")[0]
        if top == "riskkit" and room in ROOMS:
            yield room


def where_table() -> str:
    """Tell as Markdown where to change what, with file and line."""
    rows = [
        f"| {place.question} | [{place.file}:{place.number()}]({place.file}#L{place.number()}) |"
        for place in WHERE
    ]
    return "\n".join(["| to change | look at |", "|---|---|", *rows, ""])


def house_table() -> str:
    """Draw the rooms as Markdown, from the ground up."""
    rows = [f"| `{room}` | {what} |" for room, what in ROOMS.items()]
    return "\n".join(["| room | what is in it |", "|---|---|", *rows, ""])


def main() -> None:
    """Print each room with the rooms that it imports, the ground floor last."""
    drawn = arrows()
    lines = {room: _lines(room) for room in ROOMS}
    for room in reversed(ROOMS):
        below = ", ".join(drawn.get(room, ())) or "nothing"
        print(f"{room:12}{lines[room]:7,} lines -> {below}")  # noqa: T201 - it is a command


def _lines(room: str) -> int:
    paths = [p for name, p in modules().items() if name.partition(".")[0] == room]
    return sum(len(path.read_text(encoding="utf-8").splitlines()) for path in paths)


if __name__ == "__main__":
    main()
