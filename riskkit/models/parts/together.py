"""Boosted trees trained by all workers of a Dask cluster together, each on its part of the rows."""

from __future__ import annotations

import math
import os
import time
from asyncio import CancelledError
from collections.abc import Callable, Sequence
from concurrent.futures import Future, wait
from contextlib import AbstractContextManager
from threading import Lock, Thread
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from riskkit.errors import RiskkitError
from riskkit.models.parts.blocks import in_blocks
from riskkit.models.parts.boosting import MAX_BIN
from riskkit.models.parts.rows import BATCH

if TYPE_CHECKING:
    import xgboost as xgb
    from distributed import Client

_ATTEMPTS = 3
SILENCE = 300
"""Seconds that a worker waits for another before it takes it for dead, as xgboost has it."""
_GRACE = 30
_PAUSE = 0.5
_turn = Lock()
"""Threats are fitted side by side, but all workers do one training at a time."""


class ClusterTrainer:
    """Lets the workers of a cluster train, by `xgboost.dask`.

    Each worker gets a run of rows, so that none is without, in an order that does not depend on
    where the workers are: the trees are the same for the same number of workers. They differ from
    those of one process as another seed's do, for each worker draws its own part of the rows that
    a tree is grown on, and bins are agreed upon (docs/scaling.md).

    A worker that dies ends the training, which the others begin anew. One of them that goes on
    waiting for the dead is ended, too: xgboost may leave it at that for good.

    Attributes:
        connect: Gives a client of the cluster, and how many workers that has.
        rows: Trainings of more rows than this are the cluster's.
    """

    def __init__(
        self, connect: Callable[[], AbstractContextManager[tuple[Client, int]]], rows: int
    ) -> None:
        self.connect, self.rows = connect, rows

    def train(
        self,
        design: Callable[[slice], NDArray[np.float32]],
        label: NDArray[np.float64],
        weight: NDArray[np.float64] | None,
        rounds: int,
        settings: dict[str, Any],
    ) -> tuple[xgb.Booster, list[float]]:
        """Boost trees, as `riskkit.models.parts.boosting.Trainer` says.

        Raises:
            RiskkitError: The cluster cannot be reached, or fails several times.
        """
        reason = ""
        workers: list[str] = []
        with _turn:
            for _ in range(_ATTEMPTS):
                with self.connect() as (client, _):
                    try:
                        workers = _idle(client, workers)
                        training = _Training(client, workers, rounds, settings)
                        return training.run(design, label, weight)
                    except RiskkitError:
                        raise
                    except ImportError as error:
                        raise RiskkitError(
                            "training on a cluster needs Dask's data frames and xgboost 3.0",
                            got=str(error),
                            hint="pip install 'riskkit[dask]' here and on the workers",
                        ) from error
                    except (Exception, CancelledError) as error:  # all tell of a lost worker
                        reason = f"{error!r}".split("\n")[0]
        raise RiskkitError(
            f"the cluster failed {_ATTEMPTS} times to train on {len(label):,} rows",
            got=reason,
            hint="look into the logs of the workers; more of them need less memory each",
        )


class _Training:
    """One attempt, with the workers that are there when it begins."""

    def __init__(
        self, client: Client, workers: Sequence[str], rounds: int, settings: dict[str, Any]
    ) -> None:
        self.client, self.workers = client, workers
        self.rounds, self.settings = rounds, settings

    def run(
        self,
        design: Callable[[slice], NDArray[np.float32]],
        label: NDArray[np.float64],
        weight: NDArray[np.float64] | None,
    ) -> tuple[xgb.Booster, list[float]]:
        """Train, unless a worker goes away and nobody tells of it."""
        done: Future[tuple[xgb.Booster, list[float]]] = Future()

        def work() -> None:
            try:
                done.set_result(self._train(design, label, weight))
            except BaseException as error:
                done.set_exception(error)

        Thread(target=work, daemon=True).start()  # which may wait for the dead without end
        until = math.inf
        while not wait([done], timeout=_PAUSE).done:
            if not {*self.workers} <= {*self.client.nthreads()}:
                until = min(until, time.monotonic() + SILENCE + _GRACE)
            if time.monotonic() > until:
                raise RuntimeError("a worker is gone")
        return done.result()

    def _train(
        self,
        design: Callable[[slice], NDArray[np.float32]],
        label: NDArray[np.float64],
        weight: NDArray[np.float64] | None,
    ) -> tuple[xgb.Booster, list[float]]:
        from xgboost import dask as dxgb
        from xgboost.collective import Config

        with self.client.as_current():
            matrix = self._matrix(design, label, weight)
            trained = dxgb.train(
                self.client,
                self.settings,
                matrix,
                self.rounds,
                evals=[(matrix, "training")],
                verbose_eval=False,
                coll_cfg=Config(timeout=SILENCE, tracker_timeout=SILENCE),
            )
        (curve,) = trained["history"]["training"].values()
        return trained["booster"], list(curve)

    def _matrix(
        self,
        design: Callable[[slice], NDArray[np.float32]],
        label: NDArray[np.float64],
        weight: NDArray[np.float64] | None,
    ) -> Any:
        """Send each worker its rows, and let them agree on bins."""
        from xgboost import dask as dxgb

        where = _places(len(label), self.workers)
        X = self._sent(design, where)
        y = self._sent(label.__getitem__, where)
        w = None if weight is None else self._sent(weight.__getitem__, where)
        matrix = dxgb.DaskQuantileDMatrix(self.client, X, y, weight=w, max_bin=MAX_BIN)
        held = {worker: len(parts) for worker, parts in matrix.worker_map.items()}
        meant = {worker: sum(1 for one, _ in where if one == worker) for worker in self.workers}
        if held != meant:
            raise RuntimeError(f"rows are elsewhere than they were sent: {held}")
        return matrix

    def _sent(
        self, rows: Callable[[slice], NDArray[Any]], where: Sequence[tuple[str, slice]]
    ) -> Any:
        """A Dask array of rows, whose parts are where they are to be used."""
        from dask import array
        from dask.delayed import delayed

        parts = []
        for worker, block in where:
            part = rows(block)
            there = delayed(self.client.scatter(part, workers=[worker], hash=False))
            parts.append(array.from_delayed(there, part.shape, part.dtype))
        return array.concatenate(parts)


def _places(count: int, workers: Sequence[str]) -> list[tuple[str, slice]]:
    """Divide rows among workers, in runs, and each one's into batches."""
    bounds = np.linspace(0, count, len(workers) + 1).astype(int).tolist()
    return [
        (worker, slice(start + part.start, start + part.stop))
        for worker, start, stop in zip(workers, bounds, bounds[1:], strict=False)
        for part in in_blocks(stop - start, BATCH)
    ]


def _idle(client: Client, failed: Sequence[str] = ()) -> list[str]:
    """Workers that have nothing to do, in the order that xgboost gives them.

    Args:
        client: A client of the cluster.
        failed: Those whose training has just failed. What they are at is what is left of it, and
            one that does not give it up is ended; if it has a nanny, that starts it again.

    Raises:
        RiskkitError: There is none.
    """
    until = time.monotonic() + SILENCE + _GRACE
    left = {(worker, key) for worker, key in _doing(client, until) if worker in failed}
    while doing := _doing(client, until):  # also what nobody waits for any more
        if time.monotonic() > until:
            stuck = sorted({worker for worker, _ in left & doing})
            client.run(os._exit, 1, workers=stuck, on_error="ignore")
            break
        time.sleep(_PAUSE)
    busy = {worker for worker, _ in doing}
    told = client.scheduler_info(n_workers=-1)["workers"]
    free = [worker for worker in told if worker not in busy]
    if not free:
        raise RiskkitError(
            "all workers of the cluster are busy with something else",
            hint="run it again when they are done: what is finished is kept",
        )
    return sorted(free, key=lambda worker: f"{told[worker]['name']}]:{worker}")


def _doing(client: Client, until: float) -> set[tuple[str, str]]:
    """Which worker is at what.

    Raises:
        OSError: One of them has not answered until then.
    """
    while True:
        try:
            stacks = client.call_stack()
        except OSError:  # one that is gone, and the scheduler has not found out yet
            if time.monotonic() > until:
                raise
            time.sleep(_PAUSE)
        else:
            return {(worker, key) for worker, keys in stacks.items() for key in keys}
