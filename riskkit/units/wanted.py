"""The unit that a person means by a code or a name."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from riskkit.errors import UnknownUnit
from riskkit.units.names import match_name


def find_unit(wanted: str, known: Iterable[tuple[str, ...]], where: str) -> str:
    """Find a unit by its code, or by its name in whatever spelling.

    Args:
        wanted: What somebody typed.
        known: The units there are: their code first, then other codes and, last, the name.
        where: What has these units, as the message begins.

    Raises:
        UnknownUnit: It is none of them; the nearest ones are named.

    >>> find_unit("mali", [("MLI", "ML", "Mali"), ("NER", "NE", "Niger")], "this")
    'MLI'
    """
    rows = [tuple(row) for row in known]
    texts = {text.casefold(): row[0] for row in rows for text in reversed(row) if text}
    key = wanted.strip().casefold()
    names = {row[0]: row[-1] for row in rows}
    unit = texts.get(key) or match_name(wanted)
    if unit in names:
        return str(unit)
    near = get_close_matches(key, texts, n=3)
    choices = dict.fromkeys(f"{names[texts[one]]} ({texts[one]})" for one in near)
    hint = f"did you mean {' or '.join(choices)}?" if choices else "use a code or name of its rows"
    raise UnknownUnit(f"{where} no unit '{wanted}'", hint=hint)
