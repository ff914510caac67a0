"""Credentials: from the environment or the system keyring, shown to nobody."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from importlib import import_module
from typing import Literal
from urllib.parse import quote, quote_plus

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


@dataclass(frozen=True)
class Credential:
    """What a publisher wants to see before it hands out data.

    Attributes:
        variables: Environment variables; all are needed.
        place: Where it goes: a query parameter, a header, or an exchange of e-mail and password
            for a token (OAuth) that goes into the header Authorization.
        field: Name of the parameter or header; for the exchange, its address.
        register: One sentence that says where and how to get it.
        optional: The publisher answers without it too.
    """

    variables: tuple[str, ...]
    place: Literal["query", "header", "token"]
    field: str
    register: str
    optional: bool = False

    def find(self) -> tuple[Secret, ...] | None:
        """Look up every part; None if one is missing."""
        found = [_find(variable) for variable in self.variables]
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


UCDP = Credential(
    ("RISKKIT_UCDP_TOKEN",),
    "header",
    "x-ucdp-access-token",
    "UCDP gives tokens on request, see https://ucdp.uu.se/apidocs/, and its files so far without; "
    "set RISKKIT_UCDP_TOKEN",
    optional=True,
)
ACLED = Credential(
    ("RISKKIT_ACLED_EMAIL", "RISKKIT_ACLED_PASSWORD"),
    "token",
    "https://acleddata.com/oauth/token",
    "ACLED wants an account: register at https://acleddata.com/user/register, accept the terms, "
    "and set RISKKIT_ACLED_EMAIL and RISKKIT_ACLED_PASSWORD",
)
IDMC = Credential(
    ("RISKKIT_IDMC_CLIENT_ID",),
    "query",
    "client_id",
    "IDMC wants a client id: ask ch.datainfo@idmc.ch for one, and set RISKKIT_IDMC_CLIENT_ID",
)
HAPI = Credential(
    ("RISKKIT_HAPI_APP_ID",),
    "query",
    "app_identifier",
    "HDX HAPI wants an app identifier: make one of a name and your e-mail at "
    "https://hapi.humdata.org/docs (encode_app_identifier), and set RISKKIT_HAPI_APP_ID",
)
