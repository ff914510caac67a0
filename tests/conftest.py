"""Fixtures for every test."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).parents[1]

# Before numpy is imported: small matrices on several threads cost many times the processor time.
for library in ("OMP", "OPENBLAS", "MKL"):
    os.environ.setdefault(f"{library}_NUM_THREADS", "1")

# A busy machine must not fail a test, and a failure must come back on the next run.
settings.register_profile(
    "riskkit", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("riskkit")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with files that are slow by nature, so that no worker is left with them at the end."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder with the real data and the published benchmark, or skip."""
    folder = Path(os.environ.get("RISKKIT_SHARED_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"needs the real data, which are not shipped ({folder} is absent)")
    return folder
