"""Redirects that are followed and those that are not; errors that carry nothing along."""

from __future__ import annotations

import traceback
from time import monotonic

import httpx
import pytest

from riskkit.store.fetch.credentials import Credential, Secret, Veil
from riskkit.store.fetch.request import (
    Limits,
    Refused,
    Request,
    Session,
    Watch,
    next_address,
    tried,
)

HERE = httpx.URL("https://data.example.org/a/file.csv")


@pytest.mark.parametrize(
    ("location", "there"),
    [
        ("other.csv", "https://data.example.org/a/other.csv"),
        ("/b", "https://data.example.org/b"),
        ("//far.example.org/b", "https://far.example.org/b"),
        ("https://far.example.org/b?c=d", "https://far.example.org/b?c=d"),
    ],
)
def test_redirects_are_followed(location: str, there: str) -> None:
    assert next_address(HERE, location, str(HERE)) == there


def test_an_open_connection_may_become_encrypted() -> None:
    there = next_address(httpx.URL("http://example.org/a"), "https://example.org/a", "a")
    assert there.scheme == "https"


@pytest.mark.parametrize(
    "location",
    [
        "http://data.example.org/a/file.csv", "ftp://example.org/a", "file:///etc/passwd",
        "javascript:alert(1)", "data:text/csv,a", "https://me:pw@example.org/",
    ],
)  # fmt: skip
def test_these_are_not(location: str) -> None:
    with pytest.raises(Refused, match=r"the redirect from https to \w+ is not followed"):
        next_address(HERE, location, str(HERE))


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
    address, headers = request.addressed(httpx.URL(url), {})
    seen = f"{address if place == 'query' else ''} {headers}"
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

    def work(watch: Watch) -> None:
        raise error

    session = Session(Limits(), Veil([Secret("hunter2")]))
    with pytest.raises(Exception, match=r"^https://data") as caught:
        tried(work, str(HERE), session, monotonic() + 9)
    assert caught.value.__context__ is None
    assert caught.value.__cause__ is None
    assert "hunter2" not in "".join(traceback.format_exception(caught.value)).replace(
        'UnicodeEncodeError("ascii", "hunter2', ""
    )
