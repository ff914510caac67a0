"""The default world, simulated once."""

from __future__ import annotations

import pytest

from riskkit.world import World, simulate


@pytest.fixture(scope="session")
def world() -> World:
    """The world that riskkit uses when it has no data."""
    return simulate()
