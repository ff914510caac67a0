"""Free-text country names: what publishers call a country, mapped to its ISO3 code.

A name counts whole: "Gulf of Guinea" is not Guinea, "Nigeria" not Niger and "Northern Mariana
Islands" nobody's islands but their own. Compared are names in one form (see `fold`) with the names
of `states.csv`, the spellings of `names.csv` and the parts of countries in `parts.csv`; a name in
brackets or behind a comma may be turned round ("Korea, Rep. of", "Iran (Islamic Republic of)"), or
be another name of the same country ("Myanmar (Burma)"). Nothing is searched for inside a name.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from riskkit.errors import RiskkitError

_ABBREVIATIONS = {
    "st": "saint",
    "ste": "saint",
    "sainte": "saint",
    "rep": "republic",
    "repub": "republic",
    "dem": "democratic",
    "fed": "federated",
    "federal": "federated",
    "sts": "states",
    "is": "islands",
    "isl": "islands",
    "isls": "islands",
    "island": "islands",
    "terr": "territory",
    "ter": "territory",
    "peoples": "people",
}
_SMALL = {"the", "of", "and"}
_INITIALS = re.compile(r"\b(\w)\.(?=\w\b)")
_INSIDE_WORDS = re.compile(r"['’‘`´ʼ]")
_BETWEEN_WORDS = re.compile(r"[^\w]+|_+")
_BRACKETS = re.compile(r"^([^(\[]*)[(\[](.*)[)\]]\s*$")
_ALIKE = 0.82
_WATER = {
    *("sea", "seas", "ocean", "gulf", "strait", "straits", "channel", "bay", "waters", "offshore"),
}
_NOBODY = {
    "unknown": "it is not known where",
    "unspecified": "it is not known where",
    "undetermined": "it is not known where",
    "not stated": "it is not known where",
    "various": "several countries at once",
    "multiple": "several countries at once",
    "multinational": "several countries at once",
    "international": "several countries or none",
    "stateless": "people without a state",
    "other": "a remainder",
    "others": "a remainder",
    "total": "a sum of countries",
    "all": "a sum of countries",
    "world": "a sum of countries",
    "global": "a sum of countries",
    **dict.fromkeys(
        (
            *("africa", "americas", "asia", "europe", "oceania", "caribbean", "melanesia"),
            *("latin america", "north america", "south america", "central america", "polynesia"),
            *("middle east", "sub saharan africa", "european union", "central asia", "east asia"),
            *("north africa", "northern africa", "southern africa", "eastern africa"),
            *("western africa", "middle africa", "west africa", "east africa"),
            *("southern asia", "south asia", "eastern asia", "western asia"),
            *("eastern europe", "western europe", "northern europe", "southern europe"),
        ),
        "a region",
    ),
}


def fold(name: str) -> str:
    """Bring a name into the form in which names are compared.

    Case, accents, however they are encoded, punctuation, blanks, small words and the abbreviations
    that publishers share do not tell names apart.

    >>> fold("  Antigua &  Barbuda "), fold("St. Kitts-Nevis"), fold("Congo, Dem. Rep. of the")
    ('antigua barbuda', 'saint kitts nevis', 'congo democratic republic')
    """
    plain = unicodedata.normalize("NFKD", name).casefold()
    plain = "".join(sign for sign in plain if not unicodedata.combining(sign))
    plain = _INSIDE_WORDS.sub("", _INITIALS.sub(r"\1", plain))
    words = _BETWEEN_WORDS.sub(" ", plain).split()
    kept = [_ABBREVIATIONS.get(word, word) for word in words if word not in _SMALL]
    return " ".join(kept or words)


def match_name(name: str) -> str | None:
    """Find the one country that a name stands for.

    Returns:
        Its ISO3 code, or None where it stands for none or is ambiguous.

    >>> match_name("Kingdom of eSwatini (Swaziland)"), match_name("Gulf of Guinea")
    ('SWZ', None)
    """
    return rules(name, known_names())


def rules(name: str, known: Mapping[str, str]) -> str | None:
    """Look a name up in a table of folded names, as it stands or turned round."""
    if "/" in name and fold(name) not in _with_slash():
        several = {known.get(fold(part)) for part in name.split("/")} - {None}
        if len(several) > 1:
            return None  # "China/Hong Kong" is two places, "Trinidad/Tobago" one
    if (unit := known.get(fold(name))) is not None:
        return unit or None
    for front, back in _parts(name):
        if unit := known.get(fold(f"{back} {front}")):
            return unit
    if (brackets := _BRACKETS.match(name)) or "/" in name:
        names = brackets.groups() if brackets else name.split("/")
        units = {known.get(fold(part)) for part in names}
        if len(units) == 1:
            return units.pop() or None
    return None


def _parts(name: str) -> Iterator[tuple[str, str]]:
    """What stands before and after a comma, or before and inside brackets."""
    front, comma, back = name.partition(",")
    if comma:
        yield front, back
    if brackets := _BRACKETS.match(name):
        yield brackets[1], brackets[2]


def no_country(name: str) -> str | None:
    """Say what a name stands for if it is plainly no country's; None if that is not plain.

    >>> no_country("Gulf of Oman"), no_country("Unknown "), no_country("Mali")
    ('a place at sea', 'it is not known where', None)
    """
    if match_name(name):
        return None
    folded = fold(name)
    if reason := _NOBODY.get(folded):
        return reason
    words = set(folded.split())
    if words & _WATER or folded.startswith("high sea"):
        return "a place at sea"
    return None


def resembles(name: str, own: Iterable[str] = ()) -> bool:
    """Whether a name is likely to be a misspelling of a country's, or of one of one's own names."""
    names = {*known_names(), *map(fold, own)}
    if any(fold(front) in names for front, _ in _parts(name)):
        return True  # "Sudan (pre-secession)", "Germany (until 1990)"
    return bool(get_close_matches(fold(name), sorted(names), n=1, cutoff=_ALIKE))


def part_of(name: str) -> str | None:
    """The unit that a name stands for a part of only, as Gaza for PSE; None for all other names.

    What is counted in a part has happened in the unit; a rate or an index of a part is not the
    unit's.

    >>> part_of("Zanzibar"), part_of("Cyprus (Northern)"), part_of("Tanzania")
    ('TZA', 'CYP', None)
    """
    parts = _part_names()
    pieces = [name, *(brackets.groups() if (brackets := _BRACKETS.match(name)) else ())]
    return rules(name, parts) or next((u for p in pieces if (u := parts.get(fold(p)))), None)


@cache
def known_names() -> dict[str, str]:
    """Every folded name and its unit, "" where several countries share it."""
    known: dict[str, str] = {}
    for row in (*_rows("states.csv"), *_rows("names.csv"), *_rows("parts.csv")):
        name = fold(row["name"])
        known[name] = row["unit"] if known.get(name, row["unit"]) == row["unit"] else ""
    return known


@cache
def _with_slash() -> set[str]:
    """Names that publishers write with a slash, as "Congo/Zaire"."""
    return {fold(row["name"]) for row in _rows("names.csv") if "/" in row["name"]}


@cache
def _part_names() -> dict[str, str]:
    return {fold(row["name"]): row["unit"] for row in _rows("parts.csv")}


def _rows(table: str) -> list[dict[str, str]]:
    with Path(__file__).with_name(table).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


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
