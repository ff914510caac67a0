"""What several sources bring, by name: each is brought by one of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, TypeVar

from riskkit.errors import RiskkitError
from riskkit.tables import Indicator, Relation

Declared = TypeVar("Declared", Indicator, Relation)


def by_name(
    kind: Literal["indicator", "relation"], each: Iterable[Declared]
) -> dict[str, Declared]:
    """Indicators or relations by their name.

    Raises:
        RiskkitError: Two sources bring the same one.
    """
    found: dict[str, Declared] = {}
    for one in each:
        other = found.setdefault(one.name, one)
        if other is not one:
            raise RiskkitError(
                f"{kind} '{one.name}' comes from {other.source} and {one.source}",
                hint="leave one of the two sources out, or rename it in a table of your own",
            )
    return found
