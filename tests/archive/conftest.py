"""Publications to archive, and places to archive them in: a folder, and a bucket behind HTTP."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from riskkit.archive import Archive
from riskkit.publish import publish
from tests.publish.sample import joint_publication

START = datetime(2022, 2, 1, 6, tzinfo=UTC)
Make = Callable[..., Path]


@pytest.fixture(scope="session")
def make(tmp_path_factory: pytest.TempPathFactory) -> Make:
    """Publish a month, or a month again with another seed."""
    home = tmp_path_factory.mktemp("publications")

    def made(as_of: int = 504, seed: int = 1, version: str = "a") -> Path:
        folder = home / f"{as_of}-{seed}-{version}"
        if not folder.exists():
            one = joint_publication(as_of=as_of, seed=seed, n_units=3)
            stage = json.dumps({"stage": "publication", "version": version, "seed": seed})
            publish(replace(one, identity=stage), folder)
        return folder

    return made


PLACES = ("folder", "memory")
_BUCKET = pytest.param("bucket", marks=pytest.mark.slow)
EVERYWHERE = pytest.mark.parametrize("where", [*PLACES, _BUCKET], indirect=True)
"""Also in a bucket, which takes ten times as long."""


@pytest.fixture(params=PLACES)
def where(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Each place in turn."""
    if request.param == "bucket":
        return str(request.getfixturevalue("bucket"))
    if request.param == "memory":
        return f"memory://{tmp_path.name}/archive"
    return str(tmp_path / "archive")


@pytest.fixture
def archive(where: str) -> Archive:
    return Archive(where, lambda: START)
