"""Features and a backtest on a Dask cluster of real processes, one of which is killed."""

import os
import pickle
import signal
import socket
import subprocess
import sys
from contextlib import ExitStack, contextmanager, nullcontext
from pathlib import Path

import numpy as np
import pytest
from distributed import Client

from riskkit.errors import RiskkitError
from riskkit.study import cube as cubes
from riskkit.study.cell_blocks import Block
from riskkit.study.cluster import (
    build_there,
    forecast_there,
    on_cluster,
    require_cells,
    spread_over,
)
from riskkit.study.jobs import run_backtest
from riskkit.study.results import PARTS
from riskkit.study.study import Study
from tests.study.test_jobs import contents, jobs

ROOT = Path(__file__).parents[2]


@contextmanager
def started(*arguments):
    """A process of Dask that ends with the test."""
    paths = os.pathsep.join([str(ROOT), str(ROOT / "features")])
    command = [sys.executable, "-W", "ignore", "-m", "dask", *arguments]
    with subprocess.Popen(
        command,
        env={**os.environ, "PYTHONPATH": paths},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


@contextmanager
def cluster(workers, threads=1):
    """A scheduler and its workers; gives the address and the processes of the workers."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"tcp://127.0.0.1:{port}"
    with ExitStack() as stack:
        stack.enter_context(
            started("scheduler", "--host", "127.0.0.1", "--port", f"{port}", "--no-dashboard")
        )
        given = ("--nthreads", f"{threads}", "--no-nanny", "--no-dashboard")
        processes = [
            stack.enter_context(started("worker", address, *given)) for _ in range(workers)
        ]
        yield address, {process.pid: process for process in processes}


def busy(address):
    """Process ids of the workers that are at a job."""
    with Client(address, set_as_default=False, timeout=10) as client:
        at_work = [worker for worker, keys in client.processing().items() if keys]
        return list(client.run(os.getpid, workers=at_work).values())


@pytest.mark.slow
def test_a_cluster_gives_the_same_bytes_though_a_worker_is_killed(tmp_path):
    """Four processes; one that is at a job when the first is done dies without warning."""
    todo = jobs(("network", "bootstrap"), origins=6)
    killed = []

    def kill_one(_):
        if not killed:
            killed.append(next(pid for pid in busy(address) if pid in workers))
            os.kill(killed[0], signal.SIGKILL)

    with cluster(4) as (address, workers):
        with Client(address, set_as_default=False, timeout=30) as client:
            client.wait_for_workers(4, timeout=60)
        run_backtest(todo, tmp_path / "cluster", on_done=kill_one, spread=spread_over(address))
        assert workers[killed[0]].wait() == -signal.SIGKILL
    run_backtest(todo, tmp_path / "here", processes=1)
    assert len(contents(tmp_path / "here")) == 12
    assert contents(tmp_path / "cluster") == contents(tmp_path / "here")


CELLS = [
    *("data.kind=world", "data.world.cells=100", "data.world.months=300", "panel.level=cell"),
    *("target.indicator=ged_sb", "features.families=[conflict, neighbours]"),
]


@pytest.mark.slow
def test_features_by_cell_are_the_same_bytes_though_a_worker_is_killed(tmp_path, monkeypatch):
    """Blocks of 4 cells, of which those that a worker was at when it died are built by others."""
    monkeypatch.setattr(cubes, "AT_ONCE", 4)
    killed = []

    def kill_one(_, total):
        def advance(_):
            if not killed:
                killed.append(next(pid for pid in busy(address) if pid in workers))
                os.kill(killed[0], signal.SIGKILL)

        return nullcontext(advance)

    with cluster(3) as (address, workers):
        with Client(address, set_as_default=False, timeout=30) as client:
            client.wait_for_workers(3, timeout=60)
        there = Study.open(None, CELLS, scheduler=address, progress=kill_one)
        cubes.build_cube(there, there.panel, tmp_path / "there")
        assert workers[killed[0]].wait() == -signal.SIGKILL
    here = Study.open(None, CELLS)
    cubes.build_cube(here, here.panel, tmp_path / "here")
    parts = [contents(tmp_path / place / PARTS) for place in ("there", "here")]
    assert len(parts[0]) == 26
    assert parts[0] == parts[1]


def test_a_block_alone_holds_its_cells_and_those_that_they_look_at(monkeypatch):
    study = Study.open(None, CELLS)
    names = tuple(f.name for family in study.families for f in family.features)
    families = tuple(family.name for family in study.families)
    block = Block(7, study.panel, np.arange(40, 45), families, names)
    alone = block.alone()
    assert 5 < alone.panel.n_units < 60
    assert alone.panel.units["unit"][alone.places].equals(study.panel.units["unit"][block.places])
    there = build_there(pickle.loads(pickle.dumps(alone)), block.identity.hash)
    np.testing.assert_array_equal(there, block.build())


def test_a_cluster_has_nothing_to_build_of_countries():
    with pytest.raises(RiskkitError, match="but the units of this study are countries"):
        require_cells(Study.open(None, ["data.kind=base"], scheduler="tcp://127.0.0.1:9"))
    require_cells(Study.open(None, CELLS, scheduler="tcp://127.0.0.1:9"))


@pytest.mark.slow
def test_a_models_refusal_comes_back_from_the_cluster(tmp_path):
    todo = [*jobs(origins=1), *jobs(("xgboost",), origins=2, options={"depth": 4})]
    told = r"^model 'xgboost', window 2008-01\.\.2008-03: models\.xgboost has no se"
    with cluster(1) as (address, _), pytest.raises(RiskkitError, match=told):
        run_backtest(todo, tmp_path, spread=spread_over(address))


@pytest.mark.slow
def test_workers_of_several_threads_are_refused(tmp_path):
    told = r"^1 worker\(s\) of the cluster have more than one thread"
    with cluster(1, threads=2) as (address, _), pytest.raises(RiskkitError, match=told):
        run_backtest(jobs(), tmp_path, spread=spread_over(address))


@pytest.mark.slow
def test_a_cluster_without_workers_is_told(tmp_path):
    with cluster(0) as (address, _), pytest.raises(RiskkitError, match="has no worker"):
        list(on_cluster(iter([(tmp_path / "a", jobs()[0])]), address, patience=3))


def test_a_scheduler_that_does_not_answer_is_told(tmp_path):
    with pytest.raises(RiskkitError, match=r"^no Dask scheduler answers at tcp://127\.0\.0\.1:9"):
        list(on_cluster(iter([(tmp_path / "a", jobs()[0])]), "tcp://127.0.0.1:9", patience=0.2))


def test_where_nothing_is_left_to_do_nobody_is_asked():
    assert list(on_cluster(iter([]), "tcp://127.0.0.1:9", patience=0)) == []


def test_a_worker_with_other_code_is_refused():
    job = jobs(origins=1)[0]
    assert forecast_there(job, job.identity.hash).model == job.model
    with pytest.raises(RiskkitError, match="has other code or libraries than this machine"):
        forecast_there(job, "0" * 64)
