"""A hostile server, a store that has an older file, and limits that make no test wait."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from riskkit.sources import Address, Credential, Offer
from riskkit.store import Origin, Store
from riskkit.store.fetch.request import Limits, Session
from riskkit.store.fetch.run import Outcome, fetch
from tests.store.fetch.hostile import Server, serving

SECRET = "s3cr3t/+key&value"
VARIABLE = "RISKKIT_TEST_KEY"
CREDENTIAL = Credential((VARIABLE,), "query", "key", "register at https://example.org/register")
PATIENT = Limits(
    attempts=3,
    connect=60,
    answer=60,
    silence=60,
    whole=180,
    wait=0.01,
    wait_most=0.02,
    wait_asked=1,
)
"""Limits that no answer reaches on a busy machine; a test of one lowers that one only."""
OPTIONS = {
    "unit": {"column": "iso3", "codes": {"one": "XAA"}},
    "time": {"column": "month"},
    "indicators": {"riots": {"unit": "events"}},
}


def table(value: int, months: int = 480) -> bytes:
    """A publisher's file of some thousand bytes."""
    rows = [f"one,{1980 + m // 12}-{m % 12 + 1:02},{value}" for m in range(months)]
    return "\n".join(["iso3,month,riots", *rows, ""]).encode()


OLD, NEW = table(3), table(4)


@dataclass
class Bench:
    """A store with an older file of a source, and a server for the newer one."""

    store: Store
    server: Server
    credential: Credential | None = CREDENTIAL
    checksums: str | None = None

    def address(self) -> Address:
        return Address(self.server.url(), "riots.csv", 200_000, checksums=self.checksums)

    def fetch(self, *addresses: Address, name: str = "table", limits: Limits = PATIENT) -> Outcome:
        chosen = addresses or (self.address(),)
        offers = {name: Offer(lambda _: chosen, self.credential)}
        (outcome,) = fetch(
            self.store, [name], table=offers, by_hand={}, session=Session(limits),
            today=date(2026, 6, 1),
        )  # fmt: skip
        return outcome

    def add_old(self, etag: str | None = None) -> None:
        folder = self.store.folder.parent / "in"
        folder.mkdir(exist_ok=True)
        (folder / "riots.csv").write_bytes(OLD)
        now = datetime(2026, 1, 1, tzinfo=UTC)
        origin = Origin(retrieved_at=now, address=self.server.url(), vintage="1", etag=etag)
        self.store.add("table", folder / "riots.csv", OPTIONS, {"riots.csv": origin})

    def kept(self) -> tuple[bytes, bytes]:
        """The manifest and the file that it points to."""
        (entry,) = (entry for entry in self.store.entries() if entry.source == "table")
        (file,) = (self.store.folder / entry.folder / name for name in entry.files)
        self.store.check(entry)
        return (self.store.folder / "manifest.json").read_bytes(), file.read_bytes()

    def written(self) -> str:
        """Every name and text below the store."""
        paths = sorted(self.store.folder.rglob("*"))
        texts = [p.read_text("utf-8", "replace") for p in paths if p.is_file()]
        return "\n".join([*map(str, paths), *texts])


@pytest.fixture
def bench(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> Iterator[Bench]:
    monkeypatch.setenv(VARIABLE, SECRET)
    caplog.set_level(logging.DEBUG)
    with serving() as server:
        bench = Bench(Store(tmp_path / "data"), server)
        bench.add_old()
        yield bench


def leaks(text: str) -> bool:
    """Whether a text holds the secret, in any of the forms in which addresses write it."""
    return any(form in text for form in (SECRET, "s3cr3t", "key&value", "key%26value"))
