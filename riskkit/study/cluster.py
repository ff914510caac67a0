"""Features and forecasts on a Dask cluster that somebody else runs (docs/scaling.md)."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from functools import partial
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from riskkit.errors import ConfigError, RiskkitError
from riskkit.forecasting.forecast import Forecast
from riskkit.models.parts.boosting import TooManyRowsError
from riskkit.models.parts.together import ClusterTrainer
from riskkit.study.cell_blocks import Block, Values
from riskkit.study.cluster_client import PATIENCE, connected
from riskkit.study.identity import Identity
from riskkit.study.jobs import (
    Done,
    Job,
    Todo,
    first_failure_last,
    keep_part,
    told_forecast,
    write_part,
)

if TYPE_CHECKING:
    from distributed import Client

    from riskkit.study.study import Study

_ATTEMPTS = 3
"""Times that something is sent whose result does not arrive."""


def on_cluster(
    remaining: Iterator[tuple[Path, Job]], scheduler: str, patience: float = PATIENCE
) -> Iterator[tuple[Path, Job]]:
    """Let the workers of a cluster forecast, and write the forecasts here.

    A job goes to a worker with its data, so that workers need neither the data nor a file system
    in common. The jobs of a worker that dies are done by the others. A forecast is taken only from
    a worker on which it has the identity that it has here: the same code and libraries. Jobs with
    trainings of more rows than they say come last and are done here, but for the trainings, which
    all workers do together.

    Args:
        remaining: Jobs and their files, taken as workers come free.
        scheduler: Address such as `tcp://host:8786`.
        patience: Seconds in which the scheduler answers and has a worker.

    Raises:
        RiskkitError: The cluster does not answer, has no worker or one of several threads; a
            worker has other code or libraries; a model refuses the data; or a job outlives several
            workers.
    """

    def call(todo: tuple[Path, Job]) -> tuple[Callable[..., Forecast | None], Job, str]:
        return forecast_there, todo[1], todo[1].identity.hash

    large = []
    for (path, job), forecast in _there(call, remaining, scheduler, patience):
        if forecast is None:
            large.append((path, job))
            continue
        keep_part(job, forecast, path)
        yield path, job
    for path, job in large:
        trainer = training_on(scheduler, job.rows or 0, patience)
        write_part(job, path, trainer)
        yield path, job


def blocks_on_cluster(
    remaining: Iterator[Block], scheduler: str, patience: float = PATIENCE
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
    with connected(scheduler, patience) as (client, workers):
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


def training_on(scheduler: str, rows: int, patience: float = PATIENCE) -> ClusterTrainer:
    """The workers of a cluster as one trainer.

    Args:
        scheduler: As of `on_cluster`.
        rows: Trainings of more rows than this are the cluster's.
        patience: As of `on_cluster`.
    """
    _require_dask()
    return ClusterTrainer(partial(connected, scheduler, patience), rows)


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


class _NotHere:
    """Refuses trainings of more rows than a worker may hold."""

    def __init__(self, rows: int) -> None:
        self.rows = rows

    def train(self, *_: object) -> Any:
        raise TooManyRowsError


def forecast_there(job: Job, identity: str) -> Forecast | None:
    """Forecast on a worker, if that forecasts what would be forecast here.

    Returns:
        The forecast; None if a training has more rows than the job says.

    Raises:
        RiskkitError: The worker has other code or libraries, or the model refuses the data.
    """
    _refuse_other(job.identity, identity)
    try:
        return told_forecast(job, None if job.rows is None else _NotHere(job.rows))
    except TooManyRowsError:
        return None


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
