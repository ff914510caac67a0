"""Credentials: from the environment or the system keyring, shown to nobody."""

from __future__ import annotations

import os
from collections.abc import Iterable
from importlib import import_module
from urllib.parse import quote, quote_plus

from riskkit.sources import Credential

SERVICE = "riskkit"
"""Under this name the system keyring holds the credentials, each with its variable's name."""

_SHORTEST = 4


class Secret:
    """A text that is never shown: it prints as ***."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def __repr__(self) -> str:
        return "***"

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return "***"

    def __reduce__(self) -> str:
        raise TypeError("a secret is not written anywhere")

    def reveal(self) -> str:
        """The text itself, for the request that needs it."""
        return self._text


def find(credential: Credential) -> tuple[Secret, ...] | None:
    """Look up every part of a credential; None if one is missing."""
    found = [_find(variable) for variable in credential.variables]
    return tuple(part for part in found if part) if all(found) else None


def _find(variable: str) -> Secret | None:
    text = os.environ.get(variable, "").strip() or _from_keyring(variable)
    return Secret(text) if text else None


def _from_keyring(variable: str) -> str | None:
    """Ask the system keyring, if the package for it is installed and the keyring is open."""
    try:
        keyring = import_module("keyring")
    except ImportError:
        return None
    try:
        found = keyring.get_password(SERVICE, variable)
    except Exception:  # each system's keyring fails in its own way: locked, absent, refused
        return None
    return str(found) if found else None


class Veil:
    """Takes secrets out of texts that people or files will see."""

    def __init__(self, secrets: Iterable[Secret] = ()) -> None:
        self._forms: list[str] = []
        for secret in secrets:
            self.add(secret)

    def add(self, secret: Secret) -> None:
        """Hide one more secret, as it is and as addresses write it."""
        text = secret.reveal()
        if len(text) >= _SHORTEST:
            forms = {text, quote(text), quote(text, safe=""), quote_plus(text)}
            self._forms = sorted({*self._forms, *forms}, key=len, reverse=True)

    def over(self, text: str) -> str:
        """Write *** wherever a secret stands."""
        for form in self._forms:
            text = text.replace(form, "***")
        return text
