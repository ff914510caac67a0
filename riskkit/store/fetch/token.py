"""E-mail and password against a token (OAuth, the grant named password)."""

from __future__ import annotations

import json
from time import monotonic

import httpx
import stamina

from riskkit.store.fetch.credentials import Credential, Secret
from riskkit.store.fetch.request import (
    Passing,
    Refused,
    Request,
    Session,
    Watch,
    check_status,
    tried,
    trust,
)

_TOKEN_BYTES = 100_000


def exchange(credential: Credential, parts: tuple[Secret, ...], session: Session) -> Secret:
    """Exchange e-mail and password for a token.

    Raises:
        Refused: The publisher does not know them.
        Passing: It did not answer.
    """
    url, limits = credential.field, session.limits
    ends = monotonic() + limits.answer
    for attempt in stamina.retry_context(
        Passing, attempts=limits.attempts, timeout=limits.answer, wait_initial=limits.wait,
        wait_max=limits.wait_most, wait_jitter=limits.wait,
    ):  # fmt: skip
        with attempt:
            text = tried(lambda w: _posted(credential, parts, session, w), url, session, ends)
    try:
        token = json.loads(text)["access_token"]
    except (ValueError, KeyError, TypeError, RecursionError):
        token = None
    if not isinstance(token, str) or not token.isascii() or not token.isprintable() or not token:
        raise Refused(f"{url}: no token came", hint=credential.register)
    secret = Secret(token)
    session.veil.add(secret)
    return secret


def _posted(
    credential: Credential, parts: tuple[Secret, ...], session: Session, watch: Watch
) -> bytes:
    user, password = (part.reveal() for part in parts)
    fields = {"username": user, "password": password, "grant_type": "password"}
    fields |= {"client_id": "acled", "scope": "authenticated"}
    watch.within(session.limits.answer)
    with (
        httpx.Client(verify=trust(), timeout=session.limits.silence) as client,
        client.stream(
            "POST", credential.field, data=fields, extensions={"trace": watch.trace}
        ) as answer,
    ):
        request = Request(credential.field, credential)
        if answer.status_code == 400:
            raise Refused(f"{credential.field}: access denied (400)", hint=credential.register)
        check_status(answer, request, credential.field, session.limits)
        text = b""
        for chunk in answer.iter_raw():
            text += chunk
            if len(text) > _TOKEN_BYTES:
                raise Refused(f"{credential.field}: the answer is too large for a token")
        return text
