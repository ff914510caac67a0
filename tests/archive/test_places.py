"""Whoever is killed while archiving or appending to the ledger leaves a whole archive."""

from __future__ import annotations

import json
import multiprocessing
import os
import random
import shutil
import signal
import time
from collections import Counter
from contextlib import closing, suppress
from pathlib import Path

import pytest

from riskkit.archive import Archive
from riskkit.archive.ledger import read
from riskkit.publish import MARKER
from tests.archive import publisher
from tests.archive.conftest import Make

KILLS = int(os.environ.get("RISKKIT_KILLS", "2"))
"""Random moments in each place; 200 have been tried in both."""
_SERVER = multiprocessing.get_context("forkserver")
"""Forks from a process that has read all code and done nothing: a start takes 20 ms, not 3 s."""
_SERVER.set_forkserver_preload(["tests.archive.publisher", "s3fs"])
_AWS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_DEFAULT_REGION", "AWS_ENDPOINT_URL")


@pytest.mark.parametrize("place", ["folder", pytest.param("bucket", marks=pytest.mark.slow)])
def test_a_kill_at_any_moment_loses_nothing(
    place: str, tmp_path: Path, make: Make, request: pytest.FixtureRequest
) -> None:
    folders = [_small(make(month), tmp_path / str(month)) for month in (504, 505, 506)]
    rng = random.Random(f"{KILLS} {place}")
    where = str(tmp_path / "archive") if place == "folder" else request.getfixturevalue("bucket")
    _killed(f"{where}-first", folders, None)  # starts the server that forks
    longest = _seconds(f"{where}-whole", folders)
    stages: Counter[str] = Counter()
    for number in range(KILLS):
        here = f"{where}-{number}"
        told = _killed(here, folders, rng.random() * longest)
        archive = Archive(here)
        names = archive.names()
        assert set(told) <= set(names), "what was said to be archived is there"
        assert _broken(archive) == []
        lines = read(archive.ledger()).height
        assert len(told) <= lines <= len(folders)
        stages[f"{len(names)} folders, {lines} lines, {len(told)} told"] += 1
        assert len(_killed(here, folders, None)) == len(folders)
        assert archive.names() == ["2021-12", "2022-01", "2022-02"]
        assert archive.findings() == []
        assert read(archive.ledger()).height == len(folders)
        if place == "folder":
            left = [path.name for path in Path(here).iterdir() if ".partial" in path.name]
            assert left == []
    print(f"{KILLS} kills within {longest:.2f} s in a {place}: {sorted(stages.items())}")


def _small(publication: Path, folder: Path) -> Path:
    """Keep of a publication what a kill needs: its description and two of its files."""
    told = json.loads((publication / MARKER).read_text(encoding="utf-8"))
    kept = ("ranking.csv", "units/XAA.html")
    told["resources"] = [one for one in told["resources"] if one["path"] in kept]
    for name in kept:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(publication / name, folder / name)
    (folder / MARKER).write_text(json.dumps(told), encoding="utf-8")
    return folder


def _broken(archive: Archive) -> list[str]:
    """What a reader would find wrong with what is there right after the kill."""
    found = archive.findings()
    for name in archive.names():
        with archive.place.fetched(name) as folder:
            files = [f.relative_to(folder).as_posix() for f in folder.rglob("*") if f.is_file()]
            told = json.loads((folder / MARKER).read_text(encoding="utf-8"))["resources"]
            wanted = {one["path"]: one["bytes"] for one in told}
            found += [f"{name}/{path}" for path in wanted if path not in files]
            found += [
                f"{name}/{path} is cut"
                for path, size in wanted.items()
                if path in files and (folder / path).stat().st_size != size
            ]
    return found


def _killed(where: str, folders: list[Path], after: float | None) -> list[str]:
    """Let a process archive and kill it; the names that it said it had archived."""
    heard, said = _SERVER.Pipe(duplex=False)
    variables = {name: os.environ[name] for name in _AWS if name in os.environ}
    process = _SERVER.Process(target=publisher.work, args=(said, where, folders, variables))
    process.start()
    said.close()
    with heard, closing(process):
        assert heard.recv() == "ready"
        if after is not None:
            time.sleep(after)
            process.kill()
        told = []
        with suppress(EOFError):
            while True:
                told.append(heard.recv())
        process.join()
        assert process.exitcode in ({0} if after is None else {0, -signal.SIGKILL})
    return told


def _seconds(where: str, folders: list[Path]) -> float:
    start = time.monotonic()
    _killed(where, folders, None)
    return time.monotonic() - start
