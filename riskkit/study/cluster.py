"""Jobs of a backtest on a Dask cluster that somebody else runs (docs/scaling.md)."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from functools import partial
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING

from riskkit.errors import RiskkitError
from riskkit.forecasting.forecast import Forecast
from riskkit.study.jobs import Job, first_failure_last, keep_part, told_forecast

if TYPE_CHECKING:
    from distributed import Client

_PATIENCE = 30
"""Seconds in which a scheduler answers and has a worker."""
_START = "dask worker ADDRESS --nthreads 1"


def on_cluster(
    remaining: Iterator[tuple[Path, Job]], scheduler: str, patience: float = _PATIENCE
) -> Iterator[tuple[Path, Job]]:
    """Let the workers of a cluster forecast, and write the forecasts here.

    A job goes to a worker with its data, so that workers need neither the data nor a file system
    in common. The jobs of a worker that dies are done by the others. A forecast is taken only from
    a worker on which it has the identity that it has here: the same code and libraries.

    Args:
        remaining: Jobs and their files, taken as workers come free.
        scheduler: Address such as `tcp://host:8786`.
        patience: Seconds in which the scheduler answers and has a worker.

    Raises:
        RiskkitError: The cluster does not answer, has no worker or one of several threads; a
            worker has other code or libraries; a model refuses the data; or a job outlives several
            workers.
    """
    first = list(islice(remaining, 1))
    if not first:
        return
    with _connected(scheduler, patience) as (client, workers):
        from distributed import KilledWorker

        executor = client.get_executor(pure=False)

        def submit(job: Job, path: Path) -> Future[Forecast]:
            del path
            with warnings.catch_warnings():  # of jobs being large, which they are
                warnings.simplefilter("ignore", UserWarning)
                found: Future[Forecast] = executor.submit(forecast_there, job, job.identity.hash)
            return found

        try:
            todo = chain(first, remaining)
            for path, job, forecast in first_failure_last(submit, todo, 2 * workers):
                keep_part(job, forecast, path)
                yield path, job
        except KilledWorker as error:
            raise RiskkitError(
                "a job outlived several workers, perhaps for want of memory",
                hint="give the workers more memory; what is finished is kept",
            ) from error


def spread_over(scheduler: str) -> partial[Iterator[tuple[Path, Job]]]:
    """The cluster of an address, as `run_backtest` takes it.

    Raises:
        RiskkitError: Dask is not installed.
    """
    try:
        import distributed
    except ImportError as error:
        raise RiskkitError(
            "a Dask cluster needs Dask here, too", hint="pip install 'riskkit[dask]'"
        ) from error
    del distributed
    return partial(on_cluster, scheduler=scheduler)


def forecast_there(job: Job, identity: str) -> Forecast:
    """Forecast on a worker, if that forecasts what would be forecast here.

    Raises:
        RiskkitError: The worker has other code or libraries, or the model refuses the data.
    """
    if job.identity.hash != identity:
        raise RiskkitError(
            "a worker of the cluster has other code or libraries than this machine",
            hint="install the same versions of riskkit and its libraries on both",
        )
    return told_forecast(job)


@contextmanager
def _connected(scheduler: str, patience: float) -> Iterator[tuple[Client, int]]:
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
