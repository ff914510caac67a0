"""E-mail and password against a token (OAuth, the grant named password)."""

from __future__ import annotations

import json

from riskkit.sources import Credential
from riskkit.store.fetch.credentials import Secret
from riskkit.store.fetch.request import (
    Refused,
    Request,
    Session,
    again_and_again,
    check_status,
    opened,
)

_TOKEN_BYTES = 100_000


def exchange(credential: Credential, parts: tuple[Secret, ...], session: Session) -> Secret:
    """Exchange e-mail and password for a token.

    Raises:
        Refused: The publisher does not know them.
        Passing: It did not answer.
    """
    url, (user, password) = credential.field, (part.reveal() for part in parts)
    fields = {"username": user, "password": password, "grant_type": "password"}
    request = Request(url, credential, form={**fields, **dict(credential.form)})

    async def ask() -> bytes:
        async with opened(request, {}, session) as answer:
            if answer.status_code == 400:
                raise Refused(f"{url}: access denied (400)", hint=credential.register)
            check_status(answer, request, url, session.limits)
            text = b""
            async for chunk in answer.aiter_raw():
                text += chunk
                if len(text) > _TOKEN_BYTES:
                    raise Refused(f"{url}: the answer is too large for a token")
            return text

    text = again_and_again(ask, url, session, session.limits.answer)
    try:
        token = json.loads(text)["access_token"]
    except (ValueError, KeyError, TypeError, RecursionError):
        token = None
    if not isinstance(token, str) or not token.isascii() or not token.isprintable() or not token:
        raise Refused(f"{url}: no token came", hint=credential.register)
    secret = Secret(token)
    session.veil.add(secret)
    return secret
