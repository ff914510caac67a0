"""Fixtures for every test."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).parents[1]

# Before numpy and polars are imported: small matrices and tables on several threads cost many times
# the processor time. tests/cli/test_run.py compares with a process that has several.
for threads in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "POLARS_MAX_THREADS"):
    os.environ.setdefault(threads, "1")
# polars returns memory to the system at once, and takes it again a moment later: a page fault each.
os.environ.setdefault("_RJEM_MALLOC_CONF", "dirty_decay_ms:20000,muzzy_decay_ms:20000")

# What is printed does not depend on the terminal or the CI that tests are started from.
for asked in ("COLUMNS", "LINES", "FORCE_COLOR", "NO_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE"):
    os.environ.pop(asked, None)
# Servers of tests are on this machine, which no proxy leads to.
os.environ["NO_PROXY"] = os.environ["no_proxy"] = "127.0.0.1,localhost"

# What options this run was given are none of those of suites that tests start.
os.environ.pop("PYTEST_ADDOPTS", None)

# A busy machine must not fail a test, and a failure must come back on the next run.
settings.register_profile(
    "riskkit", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("riskkit")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with files that are slow by nature, so that no worker is left with them at the end."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)


def pytest_collection_finish() -> None:
    """Leave what was collected out of every later search for garbage: it stays to the end."""
    gc.freeze()


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder with the real data and the published benchmark, or skip."""
    folder = Path(os.environ.get("RISKKIT_SHARED_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"needs the real data, which are not shipped ({folder} is absent)")
    return folder


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
