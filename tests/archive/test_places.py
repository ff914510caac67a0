"""Whoever is killed while archiving or appending to the ledger leaves a whole archive."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from riskkit.archive import Archive
from riskkit.archive.ledger import read
from riskkit.publish import verify
from tests.archive.conftest import Make

ROOT = Path(__file__).parents[2]
KILLS = int(os.environ.get("RISKKIT_KILLS", "2"))
"""Random moments; 200 have been tried."""
_SCRIPT = """
import sys
from tests.archive.test_places import work
print("ready", flush=True)
work(sys.argv[1], sys.argv[2:])
"""


def work(where: str, folders: list[str]) -> None:
    """Archive publications one after another, and say so of each when it is archived."""
    archive = Archive(where)
    for folder in folders:
        name = archive.publish(Path(folder)).name
        sha256 = {one["folder"]: one["sha256"] for one in archive.entries()}[name]
        row = {"publication": name, "figures": "first", "state": "graded"}
        archive.record([row | {"publication_hash": sha256}], {})
        print(name, flush=True)


@pytest.mark.parametrize("place", ["folder", pytest.param("bucket", marks=pytest.mark.slow)])
def test_a_kill_at_any_moment_loses_nothing(
    place: str, tmp_path: Path, make: Make, request: pytest.FixtureRequest
) -> None:
    folders = [str(make(month)) for month in (504, 505, 506)]
    rng = random.Random(os.environ.get("RISKKIT_KILLS", "short") + place)
    where = str(tmp_path / "archive") if place == "folder" else request.getfixturevalue("bucket")
    start = time.monotonic()
    work(f"{where}-whole", folders)
    longest = time.monotonic() - start
    for number in range(KILLS if place == "folder" else 2):
        here = f"{where}-{number}"
        told = _killed(here, folders, rng.random() * longest)
        archive = Archive(here)
        names = archive.names()
        assert set(told) <= set(names), "what was said to be archived is there"
        assert _broken(archive) == []
        lines = read(archive.ledger()).height
        assert len(told) <= lines <= len(folders)
        if place == "bucket":
            archive.place._remove(".lock")  # it would be waited for; see the test of dead locks
        work(here, folders)
        assert archive.names() == ["2021-12", "2022-01", "2022-02"]
        assert archive.findings() == []
        assert read(archive.ledger()).height == len(folders)
        if place == "folder":
            left = [path.name for path in Path(here).iterdir() if ".partial" in path.name]
            assert left == []


def _broken(archive: Archive) -> list[str]:
    """What a reader would find wrong with what is there right after the kill."""
    found = archive.findings()
    for name in archive.names():
        with archive.place.fetched(name) as folder:
            found += verify(folder)
    return found


def _killed(where: str, folders: list[str], after: float) -> list[str]:
    """Let a process archive and kill it; the names that it said it had archived."""
    with subprocess.Popen(
        [sys.executable, "-c", _SCRIPT, where, *folders],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        time.sleep(after)
        process.send_signal(signal.SIGKILL)
        return process.stdout.read().split()
