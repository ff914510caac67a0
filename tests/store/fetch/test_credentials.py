"""Credentials: found where users put them, and shown nowhere."""

from __future__ import annotations

import copy
import json
import pickle
import sys
from types import SimpleNamespace

import pytest

from riskkit.sources import Credential
from riskkit.store.fetch.addresses import TABLE
from riskkit.store.fetch.credentials import SERVICE, Secret, Veil, find

KEY = Credential(("RISKKIT_TEST_A", "RISKKIT_TEST_B"), "query", "key", "register")


@pytest.fixture
def _no_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "keyring", None)


def test_a_secret_prints_as_stars() -> None:
    secret = Secret("hunter2")
    assert f"{secret} {secret!r} {secret:>3} {[secret]} %s" % secret == "*** *** *** [***] ***"
    assert secret.reveal() == "hunter2"
    for write in (pickle.dumps, copy.deepcopy, json.dumps):
        with pytest.raises(TypeError):
            write(secret)


@pytest.mark.usefixtures("_no_keyring")
def test_every_part_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RISKKIT_TEST_A", " a ")
    assert find(KEY) is None
    monkeypatch.setenv("RISKKIT_TEST_B", "")
    assert find(KEY) is None
    monkeypatch.setenv("RISKKIT_TEST_B", "b")
    assert [part.reveal() for part in find(KEY) or ()] == ["a", "b"]


def test_the_keyring_is_asked_after_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def get_password(service: str, name: str) -> str:
        asked.append((service, name))
        return "from the keyring"

    monkeypatch.setitem(sys.modules, "keyring", SimpleNamespace(get_password=get_password))
    monkeypatch.setenv("RISKKIT_TEST_A", "a")
    assert [part.reveal() for part in find(KEY) or ()] == ["a", "from the keyring"]
    assert asked == [(SERVICE, "RISKKIT_TEST_B")]


def test_a_locked_keyring_is_no_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    def get_password(service: str, name: str) -> str:
        raise RuntimeError("locked")

    monkeypatch.setitem(sys.modules, "keyring", SimpleNamespace(get_password=get_password))
    assert find(KEY) is None


@pytest.mark.parametrize(
    "text", ["a/b+c d&e", "a%2Fb%2Bc%20d%26e", "a/b%2Bc%20d%26e", "a%2Fb%2Bc+d%26e"]
)
def test_every_form_of_a_secret_is_hidden(text: str) -> None:
    veil = Veil([Secret("a/b+c d&e")])
    assert veil.over(f"https://x.org/?k={text}&l=1") == "https://x.org/?k=***&l=1"


def test_the_longer_secret_goes_first() -> None:
    assert Veil([Secret("abcd"), Secret("abcdefgh")]).over("abcdefgh abcd") == "*** ***"


WANTED = {offer.credential for offer in TABLE.values() if offer.credential}


def test_four_publishers_want_to_see_something() -> None:
    assert {credential.variables[0].split("_")[1] for credential in WANTED} == {
        "ACLED", "HAPI", "IDMC", "UCDP",
    }  # fmt: skip


@pytest.mark.parametrize(
    "credential", sorted(WANTED, key=lambda c: c.variables), ids=lambda c: c.variables[0]
)
def test_registration_is_one_sentence_with_a_place_and_the_variables(
    credential: Credential,
) -> None:
    assert "https://" in credential.register or "@" in credential.register
    assert all(name in credential.register for name in credential.variables)
    assert "\n" not in credential.register
