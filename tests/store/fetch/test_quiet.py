"""Logs hold no secret while files are fetched, and are as they were afterwards."""

from __future__ import annotations

import logging

import httpx
import pytest
from stamina.instrumentation import get_on_retry_hooks

from riskkit.store.fetch.credentials import Secret, Veil
from riskkit.store.fetch.quiet import hushed
from tests.store.fetch.hostile import answer, serving


def _ask(url: str) -> None:
    httpx.get(f"{url}?key=hunter2", headers={"X": "hunter2"}, trust_env=False)


def test_the_libraries_log_no_secret(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with serving() as server:
        server.script = [answer(b"x", ETag="hunter2", Location="/?hunter2")]
        with hushed(Veil([Secret("hunter2")])):
            _ask(server.url())
        assert "hunter2" not in caplog.text
        assert "***" in caplog.text
        _ask(server.url())
        assert "hunter2" in caplog.text


def test_retries_are_not_reported_meanwhile() -> None:
    before = get_on_retry_hooks()
    with hushed(Veil()):
        assert get_on_retry_hooks() == ()
    assert get_on_retry_hooks() == before
