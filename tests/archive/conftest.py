"""Publications to archive, and places to archive them in: a folder, and a bucket behind HTTP."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
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


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """An S3 server on this machine; its address."""
    moto = pytest.importorskip("moto.server")
    keys = {"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret"}
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {**keys, "AWS_DEFAULT_REGION": "us-east-1"}.items():
            patch.setenv(name, value)
        one = moto.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
        one.start()
        host, port = one.get_host_and_port()
        address = f"http://{host}:{port}"
        patch.setenv("AWS_ENDPOINT_URL", address)
        yield address
        one.stop()


_BUCKETS = iter(range(10_000))


@pytest.fixture
def bucket(server: str) -> str:
    """The address of a folder in a fresh bucket."""
    from s3fs import S3FileSystem

    name = f"bucket-{os.getpid()}-{next(_BUCKETS)}"
    S3FileSystem(endpoint_url=server, skip_instance_cache=True).mkdir(name)
    return f"s3://{name}/risk/archive"


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
