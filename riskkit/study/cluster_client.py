"""A client of a Dask cluster that somebody else runs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from riskkit.errors import RiskkitError

if TYPE_CHECKING:
    from distributed import Client

PATIENCE = 30
"""Seconds in which a scheduler answers and has a worker."""
_START = "dask worker ADDRESS --nthreads 1"


@contextmanager
def connected(scheduler: str, patience: float) -> Iterator[tuple[Client, int]]:
    """A client of the cluster, and how many workers that has."""
    from distributed import Client

    try:
        client = Client(scheduler, timeout=patience, set_as_default=False)
    except (OSError, ValueError) as error:
        raise RiskkitError(
            f"no Dask scheduler answers at {scheduler}",
            got=str(error).split("\n")[0],
            hint="start one: dask scheduler",
        ) from error
    with client:
        yield client, _workers(client, scheduler, patience)


def _workers(client: Client, scheduler: str, patience: float) -> int:
    """Count the workers, which have one thread each."""
    try:
        client.wait_for_workers(1, timeout=patience)
    except TimeoutError as error:
        raise RiskkitError(
            f"the scheduler at {scheduler} has no worker", hint=f"start some: {_START}"
        ) from error
    threads = client.nthreads()
    several = sum(1 for count in threads.values() if count > 1)
    if several:
        raise RiskkitError(
            f"{several} worker(s) of the cluster have more than one thread, which wait for each "
            "other when models train",
            hint=f"one thread a worker, and a worker for each core: {_START}",
        )
    return len(threads)
