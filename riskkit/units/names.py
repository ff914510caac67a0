"""Free-text country names: what publishers call a country, mapped to its ISO3 code."""

from __future__ import annotations

import csv
import re
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from riskkit.errors import RiskkitError


def fold(name: str) -> str:
    """Bring a name into the form in which names are compared.

    >>> fold("  Antigua &  Barbuda ")
    'antigua and barbuda'
    """
    return " ".join(name.replace("&", " and ").replace("’", "'").casefold().split())


def match_name(name: str) -> str | None:
    """Find the one country whose pattern in country_converter's table matches a name.

    Returns:
        Its ISO3 code, or None where no pattern or several match.

    >>> match_name("Kingdom of eSwatini (Swaziland)"), match_name("Atlantis")
    ('SWZ', None)
    """
    matches = [unit for unit, pattern in _patterns() if pattern.search(name)]
    return matches[0] if len(matches) == 1 else None


def converter_rows() -> list[dict[str, str]]:
    """Rows of country_converter's table, without its obsolete ones.

    The table is read without its package, which imports pandas, takes half a second to start and
    refuses to start with pandas 3.

    Raises:
        RiskkitError: country_converter is not installed.
    """
    package = find_spec("country_converter")
    if package is None or package.origin is None:
        raise RiskkitError(
            "country names need the package country_converter", hint="install riskkit afresh"
        )
    table = Path(package.origin).with_name("country_data.tsv")
    with table.open(encoding="utf-8", newline="") as file:
        return [row for row in csv.DictReader(file, delimiter="\t") if not row["obsolete"]]


@cache
def _patterns() -> list[tuple[str, re.Pattern[str]]]:
    return [(row["ISO3"], re.compile(row["regex"], re.IGNORECASE)) for row in converter_rows()]
