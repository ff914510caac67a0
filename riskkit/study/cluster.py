"""Features and forecasts on a Dask cluster that somebody else runs (docs/scaling.md)."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from functools import partial
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from riskkit.errors import ConfigError, RiskkitError
from riskkit.forecasting.forecast import Forecast
from riskkit.study.cell_blocks import Block, Values
from riskkit.study.identity import Identity
from riskkit.study.jobs import Done, Job, Todo, first_failure_last, keep_part, told_forecast

if TYPE_CHECKING:
    from distributed import Client

    from riskkit.study.study import Study

_PATIENCE = 30
"""Seconds in which a scheduler answers and has a worker."""
_ATTEMPTS = 3
"""Times that something is sent whose result does not arrive."""
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

    def call(todo: tuple[Path, Job]) -> tuple[Callable[..., Forecast], Job, str]:
        return forecast_there, todo[1], todo[1].identity.hash

    for (path, job), forecast in _there(call, remaining, scheduler, patience):
        keep_part(job, forecast, path)
        yield path, job


def blocks_on_cluster(
    remaining: Iterator[Block], scheduler: str, patience: float = _PATIENCE
) -> Iterator[tuple[Block, Values]]:
    """Let the workers of a cluster build features.

    A block goes to a worker with its part of the panel, and its features come back, so that
    nothing need be shared.

    Args:
        remaining: Blocks, taken as workers come free.
        scheduler: Address such as `tcp://host:8786`.
        patience: Seconds in which the scheduler answers and has a worker.

    Raises:
        RiskkitError: As of `on_cluster`; or a feature is infinite.
    """

    def call(block: Block) -> tuple[Callable[..., Values], Block, str]:
        return build_there, block.alone(), block.identity.hash

    yield from _there(call, remaining, scheduler, patience)


def _there(
    call: Callable[[Todo], tuple[Callable[..., Done], Any, str]],
    remaining: Iterator[Todo],
    scheduler: str,
    patience: float,
) -> Iterator[tuple[Todo, Done]]:
    """Let workers do something, and yield what is done.

    Args:
        call: What a worker calls, with what, and the identity that it must have there.
        remaining: What is to be done.
        scheduler: As of `on_cluster`.
        patience: As of `on_cluster`.
    """
    first = list(islice(remaining, 1))
    if not first:
        return
    with _connected(scheduler, patience) as (client, workers):
        from distributed import KilledWorker

        def submit(todo: Todo) -> Future[Done]:
            return _submitted(client, *call(todo))

        try:
            yield from first_failure_last(submit, chain(first, remaining), 2 * workers)
        except KilledWorker as error:
            raise RiskkitError(
                "a job outlived several workers, perhaps for want of memory",
                hint="give the workers more memory; what is finished is kept",
            ) from error


def _submitted(client: Client, function: Callable[..., Done], *arguments: Any) -> Future[Done]:
    """Let a worker call a function, and another one if what it made is lost on the way here.

    Dask's own executor leaves who waits for such a result waiting without end.
    """
    from distributed import KilledWorker

    here: Future[Done] = Future()
    there: list[Any] = []

    def send() -> None:
        with warnings.catch_warnings():  # of arguments being large, which they are
            warnings.simplefilter("ignore", UserWarning)
            there.append(client.submit(function, *arguments, pure=False))
        there[-1].add_done_callback(tell)

    def tell(done: Any) -> None:
        lost = False
        try:
            settle = partial(here.set_result, done.result())
        except BaseException as error:
            lost = not isinstance(error, (RiskkitError, KilledWorker))
            settle = partial(here.set_exception, error)
        if done.status == "cancelled":
            here.cancel()
        elif lost and not here.cancelled() and len(there) < _ATTEMPTS:
            send()
            return
        if here.set_running_or_notify_cancel():
            settle()

    send()
    here.add_done_callback(lambda one: there[-1].cancel() if one.cancelled() else None)
    return here


def spread_over(scheduler: str) -> partial[Iterator[tuple[Path, Job]]]:
    """The cluster of an address, as `run_backtest` takes it.

    Raises:
        RiskkitError: Dask is not installed.
    """
    _require_dask()
    return partial(on_cluster, scheduler=scheduler)


def building_on(scheduler: str) -> partial[Iterator[tuple[Block, Values]]]:
    """The cluster of an address, as a builder of blocks.

    Raises:
        RiskkitError: Dask is not installed.
    """
    _require_dask()
    return partial(blocks_on_cluster, scheduler=scheduler)


def require_cells(study: Study) -> None:
    """Refuse a cluster to a study of countries, outside a backtest.

    Raises:
        ConfigError: It has one.
    """
    if study.scheduler is not None and not study.by_cell:
        raise ConfigError(
            "a Dask cluster builds features by cell, but the units of this study are countries",
            hint="leave out --engine dask: countries take seconds",
        )


def _require_dask() -> None:
    try:
        import distributed
    except ImportError as error:
        raise RiskkitError(
            "a Dask cluster needs Dask here, too", hint="pip install 'riskkit[dask]'"
        ) from error
    del distributed


def forecast_there(job: Job, identity: str) -> Forecast:
    """Forecast on a worker, if that forecasts what would be forecast here.

    Raises:
        RiskkitError: The worker has other code or libraries, or the model refuses the data.
    """
    _refuse_other(job.identity, identity)
    return told_forecast(job)


def build_there(block: Block, identity: str) -> Values:
    """Build features on a worker, if that builds what would be built here.

    Raises:
        RiskkitError: The worker has other code or libraries, or a feature is infinite.
    """
    _refuse_other(block.identity, identity)
    return block.build()


def _refuse_other(here: Identity, wanted: str) -> None:
    if here.hash != wanted:
        raise RiskkitError(
            "a worker of the cluster has other code or libraries than this machine",
            hint="install the same versions of riskkit and its libraries on both",
        )


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
