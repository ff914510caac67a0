"""How fast riskkit is beside others: `python -m tests.benchmarks`."""

from collections.abc import Callable
from typing import Any

Prepared = tuple[Callable[[], Any], Callable[[Any], None]]
"""What is timed, and what checks its result. A result that is a dict is figures to be kept."""


def unchecked(result: Any) -> None:
    """Take any result."""
    del result
