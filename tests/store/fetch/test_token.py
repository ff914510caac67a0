"""A password becomes a token, and neither is seen."""

from __future__ import annotations

import json

import pytest

from riskkit.sources import Credential
from tests.store.fetch.conftest import NEW, VARIABLE, Bench, leaks
from tests.store.fetch.hostile import (
    HTML,
    Answer,
    answer,
    file,
)

TOKEN = Credential((VARIABLE, "RISKKIT_TEST_PASSWORD"), "token", "", "register at example.org")


def test_a_password_becomes_a_token_and_neither_is_seen(
    bench: Bench,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setenv("RISKKIT_TEST_PASSWORD", "hunter2hunter2")
    bench.credential = Credential(
        TOKEN.variables, "token", bench.server.url("/oauth"), TOKEN.register
    )
    issued = json.dumps({"access_token": "t0ken-t0ken"}).encode()
    bench.server.script = [answer(issued), answer(b"", "401 t0ken-t0ken", X="t0ken-t0ken")]
    refused = bench.fetch()
    assert "access denied (401)" in refused.told
    assert b"hunter2hunter2" in bench.server.asked[0].body
    assert bench.server.asked[1].headers["authorization"] == "Bearer t0ken-t0ken"
    bench.server.script = [answer(issued), file(NEW)]
    assert bench.fetch().state == "fetched"
    seen = f"{refused}{caplog.text}{bench.written()}"
    assert not leaks(seen)
    assert "hunter2" not in seen
    assert "t0ken" not in seen


@pytest.mark.parametrize(
    ("reply", "told"),
    [
        (answer(b"{}"), "no token came"),
        (answer(HTML), "no token came"),
        (answer(b"[" * 100_000), "no token came"),
        (answer(b'{"access_token": "a\\r\\nX: y"}'), "no token came"),
        (answer(b"x" * 200_000), "too large for a token"),
        (answer(b"", "400 Bad Request"), "access denied (400)"),
        (answer(b"", "401 Unauthorized"), "access denied (401)"),
        (answer(b"", "302 Found", Location="http://127.0.0.1:1/"), "answers 302"),
        (answer(b"", "500 Oops"), "server failed (500)"),
    ],
)
def test_no_token(bench: Bench, monkeypatch: pytest.MonkeyPatch, reply: Answer, told: str) -> None:
    monkeypatch.setenv("RISKKIT_TEST_PASSWORD", "hunter2hunter2")
    url = bench.server.url("/oauth")
    bench.credential = Credential(TOKEN.variables, "token", url, TOKEN.register)
    bench.server.script = [reply]
    before = bench.kept()
    outcome = bench.fetch()
    assert told in outcome.told
    assert "hunter2" not in outcome.told
    assert bench.kept() == before
