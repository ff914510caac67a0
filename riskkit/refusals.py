"""What pydantic finds wrong with settings, in words of a user's."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from riskkit.errors import ConfigError, RiskkitError, suggestion

MONTH = r"^[12]\d{3}-(0[1-9]|1[0-2])$"
NAME = r"^[a-z][a-z0-9_]*$"
SHORT_NAME = r"^[a-z][a-z0-9_]{0,30}$"
UNIT = r"^([A-Z]{3}|\d{1,6})$"
COLUMN = r"^[A-Za-z][A-Za-z0-9_]*$"
_FORMS = {
    MONTH: "a month, written 2021-12",
    NAME: "a name of lower-case letters, digits and _, a letter first",
    SHORT_NAME: "a name of at most 31 lower-case letters, digits and _, a letter first",
    UNIT: "a unit: three capitals such as MLI, or the number of a cell",
    COLUMN: "a name of letters, digits and _, a letter first",
}
"""Patterns of settings -> what they mean to a person."""
_KINDS = {
    "int": "takes a whole number",
    "float": "takes a number",
    "finite": "takes a number",
    "decimal": "takes a number",
    "bool": "takes true or false",
    "string": "takes text",
    "date": "takes a day, written YYYY-MM-DD",
    "tuple": "takes a list",
    "list": "takes a list",
    "frozen": "takes a list",
    "set": "takes a list",
    "iterable": "takes a list",
    "dict": "takes a section, one `key: value` a line",
    "mapping": "takes a section, one `key: value` a line",
    "model": "takes a section, one `key: value` a line",
    "dataclass": "takes a section, one `key: value` a line",
    "path": "takes a path",
    "too": "has too few or too many entries",
}
"""First word of what pydantic calls an error -> what the key takes."""
_RULES: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "missing": lambda _: "is needed and not there",
    "greater_than_equal": lambda given: f"is at least {given['ge']}",
    "greater_than": lambda given: f"is more than {given['gt']}",
    "less_than_equal": lambda given: f"is at most {given['le']}",
    "less_than": lambda given: f"is less than {given['lt']}",
    "literal_error": lambda given: f"is one of: {given['expected']}",
    "enum": lambda given: f"is one of: {given['expected']}",
    "value_error": lambda given: f": {given['error']}",
    "string_pattern_mismatch": lambda given: f"is {_form(given['pattern'])}",
    "string_too_short": lambda _: "is not empty",
    "too_short": lambda given: f"has at least {given['min_length']} entries",
    "too_long": lambda given: f"has at most {given['max_length']} entries",
}


def _form(pattern: str) -> str:
    return _FORMS.get(pattern, f"of the form {pattern}")


def refusal(
    error: ValidationError, kind: type[BaseModel], place: str, hint: str, noun: str = "key"
) -> ConfigError:
    """Say the first thing that is wrong, with the key, the value and what would do.

    Args:
        error: What was found.
        kind: What was wanted; its keys are the ones to suggest.
        place: What holds the keys: a file, or "settings".
        hint: Where the keys are described.
        noun: What a key is called there.
    """
    found = error.errors(include_url=False)
    first = next((one for one in found if one["type"] == "extra_forbidden"), found[0])
    way = tuple(part for part in first["loc"] if part != "[key]")
    key, given = ".".join(str(part) for part in way), first.get("ctx", {})
    if first["type"] == "extra_forbidden":
        known = _keys(kind, way[:-1])
        meant = suggestion(way[-1], known)
        listed = f"known: {', '.join(known)}" if known else hint
        return ConfigError(f"{place}: there is no {noun} '{key}'", hint=meant or listed)
    if first["type"] == "value_error":
        cause = given["error"].__cause__
        hint = cause.hint if isinstance(cause, RiskkitError) and cause.hint else hint
    rule, named = _rule(first["type"], given), key if noun == "key" else f"{noun} {key}"
    if first["type"] == "missing":
        return ConfigError(f"{place}: {named} {rule}", hint=hint)
    empty = " and is empty" if first["input"] is None else ""
    told = f"{place}: {named} {rule}{empty}".replace(" : ", ": ")
    return ConfigError(told, got=first["input"], hint=hint)


def _rule(name: str, given: Mapping[str, Any]) -> str:
    if name in _RULES:
        return _RULES[name](given)
    return _KINDS.get(name.partition("_")[0], "cannot have this value")


def _keys(kind: type[BaseModel], way: tuple[int | str, ...]) -> list[str]:
    """The keys that a section knows, found by the names that lead to it."""
    for part in way:
        if isinstance(part, str) and part in kind.model_fields:
            below = next(_sections(kind.model_fields[part].annotation), None)
            if below is None:
                return []
            kind = below
    return list(kind.model_fields)


def _sections(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _sections(part)
