"""Redirects that are followed and those that are not; errors that carry nothing along."""

from __future__ import annotations

import logging
import traceback
from time import monotonic

import httpx
import pytest
from stamina.instrumentation import get_on_retry_hooks

from riskkit.sources import Credential
from riskkit.store.fetch.credentials import Secret, Veil
from riskkit.store.fetch.request import (
    Limits,
    Refused,
    Request,
    Session,
    check_step,
    hushed,
    tried,
)
from tests.store.fetch.hostile import answer, serving

HERE = httpx.URL("https://data.example.org/a/file.csv")


@pytest.mark.parametrize(
    "location", ["other.csv", "/b", "//far.example.org/b", "https://far.example.org/b?c=d"]
)
def test_redirects_are_followed(location: str) -> None:
    check_step(HERE, HERE.join(location), str(HERE))


def test_an_open_connection_may_become_encrypted() -> None:
    check_step(httpx.URL("http://example.org/a"), httpx.URL("https://example.org/a"), "a")


@pytest.mark.parametrize(
    "location",
    [
        "http://data.example.org/a/file.csv", "ftp://example.org/a", "file:///etc/passwd",
        "javascript:alert(1)", "data:text/csv,a", "https://me:pw@example.org/",
    ],
)  # fmt: skip
def test_these_are_not(location: str) -> None:
    with pytest.raises(Refused, match=r"the redirect from https to \w+ is not followed"):
        check_step(HERE, HERE.join(location), str(HERE))


@pytest.mark.parametrize("place", ["query", "header", "token"])
@pytest.mark.parametrize(
    ("url", "home"),
    [
        ("https://data.example.org/x", True),
        ("https://data.example.org:444/x", False),
        ("https://data.example.org.evil.net/x", False),
        ("https://example.org/x?key=hunter2&a=1", False),
    ],
)
def test_a_credential_goes_home_only(place: str, url: str, home: bool) -> None:
    credential = Credential(("K",), place, "key", "register")  # type: ignore[arg-type]
    request = Request(str(HERE), credential, (Secret("hunter2"),))
    carried = {"key": "hunter2", "Authorization": "Bearer hunter2"} if place != "query" else {}
    sent = httpx.Request("GET", url, headers={} if home else carried)
    request.give(sent)
    own = {
        name: sent.headers.get(name) for name in ("key" if place == "header" else "Authorization",)
    }
    seen = f"{sent.url if place == 'query' else ''} {own}"
    assert ("hunter2" in seen) == home


@pytest.mark.parametrize(
    "error",
    [
        httpx.ConnectError("no route to hunter2"),
        httpx.RemoteProtocolError("Invalid URL in location header: hunter2"),
        httpx.InvalidURL("hunter2"),
        httpx.ReadTimeout("hunter2"),
        UnicodeEncodeError("ascii", "hunter2\xe9", 7, 8, "no"),
    ],
)
def test_errors_carry_no_secret_along(error: Exception) -> None:
    """Not in their text, and not in the errors that led to them."""

    async def work() -> None:
        raise error

    session = Session(Limits(), Veil([Secret("hunter2")]))
    with pytest.raises(Exception, match=r"^https://data") as caught:
        tried(work, str(HERE), session, monotonic() + 9)
    assert caught.value.__context__ is None
    assert caught.value.__cause__ is None
    assert "hunter2" not in "".join(traceback.format_exception(caught.value)).replace(
        'UnicodeEncodeError("ascii", "hunter2', ""
    )


def _ask(url: str) -> None:
    httpx.get(f"{url}?key=hunter2", headers={"X": "hunter2"}, trust_env=False)


def test_the_libraries_log_nothing_meanwhile(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    logging.getLogger("httpcore.http11").setLevel(logging.DEBUG)
    with serving() as server:
        server.script = [answer(b"x", ETag="hunter2", Location="/?hunter2")]
        with hushed():
            _ask(server.url())
        assert "hunter2" not in caplog.text
        _ask(server.url())
        assert "hunter2" in caplog.text
    logging.getLogger("httpcore.http11").setLevel(logging.NOTSET)


def test_retries_are_not_reported_meanwhile() -> None:
    before = get_on_retry_hooks()
    with hushed():
        assert get_on_retry_hooks() == ()
    assert get_on_retry_hooks() == before
