"""Rolling origins: every model forecasts every window, and is scored on what came."""

from __future__ import annotations

import os
import signal
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property, partial
from importlib import import_module
from itertools import chain, count, islice
from multiprocessing import active_children, get_context, parent_process
from pathlib import Path
from threading import Thread, current_thread, main_thread
from typing import Any, TypeVar

import numpy as np
from threadpoolctl import threadpool_limits

from riskkit.errors import RiskkitError
from riskkit.forecasting.dataset import Dataset
from riskkit.forecasting.forecast import Forecast
from riskkit.forecasting.reconcile import reconcile
from riskkit.models import Model, make_model
from riskkit.models.parts.blocks import in_blocks
from riskkit.models.parts.boosting import TooManyRowsError, Trainer, trained_by
from riskkit.months import first_day, format_month
from riskkit.study.identity import Identity
from riskkit.study.parts import (
    is_partitioned,
    model_beside,
    read_blocks,
    write_blocks,
    write_whole,
)
from riskkit.study.stages import part_identity, trained_together

Todo = TypeVar("Todo")
Done = TypeVar("Done")


@dataclass(frozen=True)
class Above:
    """What the cells of a job add up to.

    Attributes:
        forecast: Of their countries.
        owners: Country of each cell that lies in one.
        seed: See `riskkit.forecasting.reconcile`.
    """

    forecast: Forecast
    owners: Mapping[str, str]
    seed: int


@dataclass(frozen=True)
class Job:
    """One model at one origin.

    Attributes:
        data: What may be seen at the origin.
        model: Registry name.
        options: Settings of the model.
        size: Draws.
        seed: Seed of the study; each model and origin gets its own stream from it.
        rows: Trainings of more rows are done by all workers of a cluster together; None for none.
        above: What the forecast is reconciled with; None for nothing.
    """

    data: Dataset
    model: str
    options: dict[str, Any]
    size: int
    seed: int
    rows: int | None = None
    above: Above | None = None

    @property
    def window(self) -> str:
        """Name of the span that is forecast (see `window_name`)."""
        return window_name(self.data.origin, self.data.horizons)

    @property
    def stream(self) -> int:
        """Seed of this model and origin."""
        return stream_of(self.seed, self.data.origin, self.model)

    @cached_property
    def identity(self) -> Identity:
        """Everything that the forecast depends on, to recognise finished work."""
        above = None if self.above is None else self.above.forecast
        made = part_identity(self.data, self.model, self.options, self.size, self.seed, above)
        return made if self.rows is None else trained_together(made, self.rows)


Spread = Callable[[Iterator[tuple[Path, Job]]], Iterator[tuple[Path, Job]]]
"""Does jobs somewhere into their files, and yields each when its file is there."""


def stream_of(seed: int, origin: int, model: str) -> int:
    """Give each model and origin a stream of random numbers of its own."""
    parts = [seed, origin + 10_000, zlib.crc32(model.encode())]
    return int(np.random.SeedSequence(parts).generate_state(1)[0])


def window_name(origin: int, horizons: Sequence[int]) -> str:
    """Name a window by its calendar year, or by its first and last month.

    >>> window_name(454, range(3, 15))
    '2018'
    >>> window_name(454, (1, 2))
    '2017-11..2017-12'
    """
    first, last = origin + min(horizons), origin + max(horizons)
    if first % 12 == 1 and last in (first, first + 11):
        return str(first_day(first).year)
    return f"{format_month(first)}..{format_month(last)}"


def forecast_job(job: Job) -> Forecast:
    """Fit and draw; runs in a process of its own."""
    model = make_model(job.model, job.options).fit(job.data, job.stream)
    drawn = model.forecast(job.data, job.size, job.stream)
    if job.above is None:
        return drawn
    return reconcile(drawn, job.above.forecast, job.above.owners, job.above.seed)[0]


@contextmanager
def one_thread() -> Iterator[None]:
    """Keep the libraries that compute to one thread each.

    What is loaded later is not kept to it, so that scipy's linear algebra, which models load when
    they first need it, is loaded before.
    """
    import_module("scipy.linalg")
    with threadpool_limits(1):
        yield


def write_part(job: Job, path: Path, trainer: Trainer | None = None) -> Path:
    """Forecast a job into its file, or of many units its folder, unless that is there.

    Args:
        job: The job.
        path: Its file or folder.
        trainer: Trains what has many rows.
    """
    if path.exists():
        return path
    if is_partitioned(len(job.data.units)) and job.above is None:
        with _told(job), trained_by(trainer):
            _write_blocks(job, path)
        return path
    return keep_part(job, told_forecast(job, trainer), path)


def _write_blocks(job: Job, path: Path) -> None:
    """Forecast a job block by block; blocks that a stopped run finished are kept."""
    model = fitted_beside(job, path)
    rows = len(job.data.units)
    drawn: dict[int, Iterator[Forecast]] = {}

    def draw(block: slice) -> Forecast:
        if not drawn:  # from the first that is missing on
            left = [one for one in in_blocks(rows) if one.start >= block.start]
            drawn[0] = model.forecast_blocks(job.data, job.size, job.stream, left)
        return next(drawn[0])

    write_blocks(rows, draw, job.window, job.identity, path)


def fitted_beside(job: Job, path: Path) -> Model:
    """The model of a job, fitted anew unless it is kept beside the job's folder."""
    model, file = make_model(job.model, job.options), model_beside(path)
    if file.is_file():
        return model.load(file)
    model.fit(job.data, job.stream)
    model.save(file)
    return model


def told_forecast(job: Job, trainer: Trainer | None = None) -> Forecast:
    """Forecast a job; whatever goes wrong says of which model and window.

    Args:
        job: The job.
        trainer: Trains what has many rows.
    """
    with _told(job), trained_by(trainer):
        return forecast_job(job)


@contextmanager
def _told(job: Job) -> Iterator[None]:
    place = f"model '{job.model}', window {job.window}"
    try:
        with one_thread():  # the workers share the cores; more threads only wait
            yield
    except TooManyRowsError:
        raise
    except RiskkitError as error:
        raise RiskkitError(f"{place}: {error.what}", got=error.got, hint=error.hint) from error
    except Exception as error:
        raise RiskkitError(f"{place} fails: {error!r}", hint="see --debug") from error


def keep_part(job: Job, forecast: Forecast, path: Path) -> Path:
    """Write a job's forecast into its place."""
    write_whole(forecast, job.window, job.identity, path)
    return path


def run_backtest(
    jobs: Iterable[Job],
    folder: Path,
    processes: int = 0,
    on_done: Callable[[Job], None] | None = None,
    spread: Spread | None = None,
) -> list[Path]:
    """Forecast every job into its own file below `folder`; finished files are not made again.

    Jobs are taken one by one as workers come free, so that few of their datasets are in memory at
    a time.

    Args:
        jobs: What to forecast.
        folder: Where the files go, one per model and window.
        processes: Worker processes; 0 means one per core.
        on_done: Called after each job.
        spread: Does the jobs elsewhere than in processes of this machine.

    Returns:
        The files, in the order of the jobs.

    Raises:
        RiskkitError: A model or an origin is named twice, a model refuses the data, or a finished
            file is damaged.
    """
    tell: Callable[[Job], None] = on_done or (lambda _: None)
    paths: dict[tuple[str, str, str], Path] = {}

    def unfinished() -> Iterator[tuple[Path, Job]]:
        for job in jobs:
            key = (job.data.target.name, job.model, job.window)
            if key in paths:
                raise RiskkitError("a model or an origin is named twice", hint="name each one once")
            path = paths[key] = folder / part_name(job)
            if path.exists():
                for _ in read_blocks(path):
                    pass
                tell(job)
            else:
                yield path, job

    if spread is None:
        spread = partial(_in_parallel, processes=processes or os.cpu_count() or 1)
    for _, job in spread(unfinished()):
        tell(job)
    return list(paths.values())


def part_name(job: Job) -> str:
    """Name the file of a finished job, by what it is and what it stands on."""
    return f"{job.data.target.name}_{job.model}_{job.window}_{job.identity.hash[:16]}.parquet"


def _in_parallel(
    remaining: Iterator[tuple[Path, Job]], processes: int
) -> Iterator[tuple[Path, Job]]:
    first = list(islice(remaining, 2))
    remaining = chain(first, remaining)
    if processes <= 1 or len(first) <= 1:
        for path, job in remaining:
            yield write_part(job, path), job
        return
    others = {*active_children()}
    # A forked polars deadlocks, so each worker starts afresh.
    with ProcessPoolExecutor(processes, get_context("spawn"), _end_with_parent) as workers:
        try:
            for (path, job), _ in first_failure_last(
                lambda one: workers.submit(write_part, one[1], one[0]), remaining, 2 * processes
            ):
                yield path, job
        except BrokenProcessPool as error:
            raise RiskkitError(
                "a worker process died, perhaps for want of memory",
                hint="lower backtest.processes; what is finished is kept",
            ) from error
        except BaseException as error:
            workers.shutdown(wait=False, cancel_futures=True)
            if not isinstance(error, Exception):  # nobody waits for what runs any more
                for worker in {*active_children()} - others:
                    worker.terminate()
            raise


@contextmanager
def _deaf_to_ctrl_c() -> Iterator[None]:
    """Start workers that leave Ctrl-C to their parent from their first moment on."""
    if current_thread() is not main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def first_failure_last(
    submit: Callable[[Todo], Future[Done]], remaining: Iterator[Todo], at_once: int
) -> Iterator[tuple[Todo, Done]]:
    """Yield what is finished; of several things that fail, raise the first of the list.

    Which worker fails first in time differs from run to run. Work starts in the order of the list,
    so that all before a failed one is under way and is waited for; what comes after it is dropped.
    """
    running: dict[Future[Done], tuple[int, Todo]] = {}
    failed: dict[int, BaseException] = {}
    places = count()
    while True:
        for todo in islice(remaining, 0 if failed else at_once - len(running)):
            with _deaf_to_ctrl_c():
                running[submit(todo)] = (next(places), todo)
        if not running:
            break
        for future in wait(running, return_when=FIRST_COMPLETED).done:
            place, todo = running.pop(future)
            error: BaseException | None = None
            if not future.cancelled():
                error = future.exception()
            elif not failed:
                error = RiskkitError(
                    "a job was given up by those who were to do it",
                    hint="run it again: what is finished is kept",
                )
            if error is not None:
                failed[place] = error
                for other, (later, _) in running.items():
                    if later > place:
                        other.cancel()
            elif not future.cancelled():
                yield todo, future.result()
    if failed:
        raise failed[min(failed)]


def _end_with_parent() -> None:
    """Let a worker die when the process that started it was killed; it would wait forever."""
    parent = parent_process()

    def wait() -> None:
        if parent is not None:
            parent.join()
            os._exit(1)

    Thread(target=wait, daemon=True).start()
