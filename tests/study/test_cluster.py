"""Features and a backtest on a Dask cluster of real processes, one of which is killed."""

import os
import pickle
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace

import numpy as np
import pytest
from distributed import Client
from distributed.utils import json_load_robust

from riskkit.errors import RiskkitError
from riskkit.models.parts import together
from riskkit.models.parts.boosting import FILLED, to_bytes, train, trained_by, training_losses
from riskkit.study import cube as cubes
from riskkit.study.cell_blocks import Block
from riskkit.study.cluster import (
    _submitted,
    build_there,
    forecast_there,
    on_cluster,
    require_cells,
    spread_over,
    training_on,
)
from riskkit.study.cluster_client import connected
from riskkit.study.jobs import run_backtest, told_forecast
from riskkit.study.parts import read_forecast
from riskkit.study.results import PARTS
from riskkit.study.stages import forecast_identity
from riskkit.study.study import Study
from tests.cli.running import riskkit
from tests.study.test_jobs import contents, jobs

ROOT = Path(__file__).parents[2]
PATIENCE = 240
"""Seconds in which a process has started on the busiest machine."""


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
    """A scheduler and its workers, all up; gives the address and the processes of the workers."""
    with ExitStack() as stack:
        told = Path(stack.enter_context(TemporaryDirectory())) / "scheduler.json"
        there = ("--host", "127.0.0.1", "--port", "0", "--scheduler-file", str(told))
        stack.enter_context(started("scheduler", *there, "--no-dashboard"))
        address = json_load_robust(told, timeout=PATIENCE)["address"]
        given = ("--nthreads", f"{threads}", "--no-nanny", "--no-dashboard")
        processes = [
            stack.enter_context(started("worker", address, *given)) for _ in range(workers)
        ]
        if workers:
            with Client(address, set_as_default=False, timeout=PATIENCE) as client:
                client.wait_for_workers(workers, timeout=PATIENCE)
        yield address, {process.pid: process for process in processes}


def kill_one(address, workers):
    """Kill a worker, one that is at a job unless all have done theirs by now."""
    pid = next((pid for pid in busy(address) if pid in workers), min(workers))
    os.kill(pid, signal.SIGKILL)
    return pid


def busy(address, job=""):
    """Process ids of the workers that are at a job, or at those of a name."""
    with Client(address, set_as_default=False, timeout=PATIENCE) as client:
        doing = client.processing().items()
        at_work = [worker for worker, keys in doing if any(job in key for key in keys)]
        return list(client.run(os.getpid, workers=at_work).values())


@pytest.mark.slow
def test_a_cluster_gives_the_same_bytes_though_a_worker_is_killed(tmp_path):
    """Four processes; one that is at a job when the first is done dies without warning."""
    todo = jobs(("network", "bootstrap"), origins=6)
    killed = []

    def on_done(_):
        if not killed:
            killed.append(kill_one(address, workers))

    with cluster(4) as (address, workers):
        run_backtest(todo, tmp_path / "cluster", on_done=on_done, spread=spread_over(address))
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

    def progress(_, total):
        def advance(_):
            if not killed:
                killed.append(kill_one(address, workers))

        return nullcontext(advance)

    with cluster(3) as (address, workers):
        there = Study.open(None, CELLS, scheduler=address, progress=progress)
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


def rows_and_labels(rows=4000):
    rng = np.random.default_rng(3)
    X = rng.normal(size=(rows, 12)).astype(np.float32)
    X[rng.random(X.shape) < 0.1] = np.nan
    label = (np.nan_to_num(X[:, 0]) + rng.normal(size=rows) > 1).astype(np.float64)
    return X, label, 1.0 + (np.arange(rows) % 3 == 0)


@pytest.mark.slow
def test_all_workers_train_together_and_begin_anew_when_one_is_killed(monkeypatch):
    """The trees do not depend on the cluster, only on how many workers are left.

    Those are two, or one if xgboost leaves another waiting for the dead for good.
    """
    monkeypatch.setattr(together, "SILENCE", 30)
    X, label, weight = rows_and_labels()

    def trained(address, rounds):
        with trained_by(training_on(address, 1000, PATIENCE)):
            return train(X, label, rounds, weight, objective="binary:logistic", seed=5)

    with cluster(3) as (address, workers):
        of_three = trained(address, 20)
        with ThreadPoolExecutor(1) as thread:
            doing = thread.submit(trained, address, 3000)
            while len(at_work := busy(address, "fn-")) < 3:
                assert not doing.done()
            time.sleep(2)  # until they have found each other
            os.kill(at_work[0], signal.SIGKILL)
            assert doing.result(timeout=400).num_boosted_rounds() == 3000
        assert workers[at_work[0]].wait() == -signal.SIGKILL
        of_the_rest = trained(address, 20)
        left = sum(process.poll() is None for process in workers.values())
    assert left in {1, 2}
    with cluster(left) as (address, _):
        assert to_bytes(trained(address, 20)) == to_bytes(of_the_rest) != to_bytes(of_three)
    here = train(X, label, 20, weight, objective="binary:logistic", seed=5)
    losses = [training_losses(one)[-1] for one in (here, of_the_rest, of_three)]
    np.testing.assert_allclose(losses, losses[0], rtol=0.01)


@pytest.mark.slow
def test_who_does_not_give_up_a_training_that_failed_is_ended(monkeypatch):
    """But nobody who is at something else."""
    monkeypatch.setattr(together, "SILENCE", 2)
    monkeypatch.setattr(together, "_GRACE", 1)
    with (
        cluster(3) as (address, workers),
        Client(address, set_as_default=False, timeout=PATIENCE) as client,
    ):
        pids = client.run(os.getpid)
        stuck, other, idle = pids
        asleep = [client.submit(time.sleep, 600, workers=[w], pure=False) for w in (stuck, other)]
        while {*client.call_stack()} != {stuck, other}:
            time.sleep(0.1)
        client.cancel(asleep[0])  # as when a training fails: it is at it still
        assert together._idle(client, [stuck, idle]) == [idle]
        assert workers[pids[stuck]].wait(timeout=PATIENCE) == 1
        assert workers[pids[other]].poll() is None


def test_a_worker_that_is_just_gone_is_not_taken_for_a_failure(monkeypatch):
    monkeypatch.setattr(together, "_PAUSE", 0)
    answers = [OSError("in <TCP (closed)>"), {"a": {"sleep-1": ()}, "b": {}}, {"b": {}}]

    def call_stack():
        answer = answers.pop(0)
        if isinstance(answer, OSError):
            raise answer
        return answer

    workers = {one: {"name": one} for one in "cab"}
    told = SimpleNamespace(call_stack=call_stack, scheduler_info=lambda **_: {"workers": workers})
    assert together._idle(told) == ["a", "b", "c"]
    assert not answers


def test_without_what_training_together_needs_it_is_told(monkeypatch):
    monkeypatch.setitem(sys.modules, "xgboost.dask", None)
    monkeypatch.delattr("xgboost.dask", raising=False)  # left by whoever imported it before
    X, label, _ = rows_and_labels(1001)
    client = SimpleNamespace(
        call_stack=dict,
        scheduler_info=lambda **_: {"workers": {"a": {"name": "a"}}},
        nthreads=lambda: {"a": 1},
        as_current=nullcontext,
    )
    trainer = together.ClusterTrainer(lambda: nullcontext((client, 1)), 1000)
    told = r"^training on a cluster needs .* xgboost 3\.0.*pip install 'riskkit\[dask\]' here"
    with trained_by(trainer), pytest.raises(RiskkitError, match=told):
        train(X, label, 3)


def test_few_rows_are_trained_on_here():
    X, label, weight = rows_and_labels(1000)
    with trained_by(training_on("tcp://127.0.0.1:9", 1000, patience=0)):
        there = train(X, label, 3, weight)
    assert to_bytes(there) == to_bytes(train(X, label, 3, weight))


@pytest.mark.parametrize("count", [3, 10, 11, 400_003])
def test_no_worker_is_without_rows(count):
    where = together._places(count, ["a", "b", "c"])
    rows = np.concatenate([np.arange(count)[block] for _, block in where])
    assert rows.tolist() == list(range(count))
    assert {worker for worker, block in where if block.stop > block.start} == {*"abc"}
    assert max(block.stop - block.start for _, block in where) <= 200_000


@pytest.mark.parametrize("command", [("run",), ("forecast",), ("features", "build")], ids="-".join)
def test_commands_tell_that_countries_need_no_cluster(command, tmp_path):
    there = ("--engine", "dask", "--scheduler", "tcp://127.0.0.1:9")
    told = riskkit(*command, "--set", "data.kind=base", *there, "--out", tmp_path / "out", code=1)
    assert "but the units of this study are countries; leave out --engine dask" in told.err
    alone = riskkit(*command, "--engine", "dask", code=2)
    assert "--engine dask and --scheduler ADDRESS go together" in alone.err


def test_nobody_trains_together_without_a_cluster():
    with pytest.raises(RiskkitError, match=r"^only workers of a cluster train together.*--sched"):
        Study.open(None, CELLS, together=50_000)


def test_a_study_says_in_its_identities_what_is_trained_together():
    plain, there = (
        Study.open(None, CELLS, scheduler="tcp://127.0.0.1:9", together=rows)
        for rows in (None, 50_000)
    )
    assert plain.trainer is None
    assert there.trainer.rows == 50_000
    there.__dict__.update(releases=plain.releases, units=plain.units)
    told = forecast_identity(plain), forecast_identity(there)
    assert told[1].parameters == {**told[0].parameters, "trained together": 50_000}


def test_a_training_of_many_rows_is_given_back():
    job = replace(jobs(("xgboost",), origins=1)[0], rows=1)
    assert forecast_there(job, job.identity.hash) is None
    few = replace(job, rows=10**9)
    np.testing.assert_array_equal(
        forecast_there(few, few.identity.hash).draws, told_forecast(replace(job, rows=None)).draws
    )
    assert len({one.identity.hash for one in (job, few, replace(job, rows=None))}) == 3


@pytest.mark.slow
def test_a_backtest_leaves_large_trainings_to_all_workers(tmp_path):
    """And its forecasts of small ones are those of one machine."""
    todo = [replace(one, rows=1) for one in jobs(("xgboost", "bootstrap"), origins=1)]
    with cluster(2) as (address, _):
        paths = run_backtest(todo, tmp_path / "there", spread=spread_over(address))
    here = run_backtest([replace(one, rows=None) for one in todo], tmp_path / "here", processes=1)
    (large, large_here), (small, small_here) = zip(paths, here, strict=True)
    assert read_forecast(small)[0].draws.tolist() == read_forecast(small_here)[0].draws.tolist()
    there, as_usual = (read_forecast(path)[0].draws for path in (large, large_here))
    assert not np.array_equal(there, as_usual)
    assert there.mean() == pytest.approx(as_usual.mean(), rel=0.3)


def tried(path, error, times):
    """Fails in a worker a number of times."""
    with path.open("a") as file:
        file.write("once\n")
    if len(path.read_text().split()) <= times:
        raise error
    return "done"


@pytest.mark.slow
def test_what_is_lost_on_the_way_is_asked_for_again(tmp_path):
    """Not so what a worker refuses."""
    lost = ConnectionError("the worker is gone")

    def asked(error, times):
        path = tmp_path / f"{type(error).__name__}-{times}"
        told = _submitted(client, tried, path, error, times)
        try:
            return told.result(timeout=PATIENCE), len(path.read_text().split())
        except type(error) as raised:
            return str(raised), len(path.read_text().split())

    with cluster(1) as (address, _), connected(address, PATIENCE) as (client, _):
        assert asked(lost, 2) == ("done", 3)
        assert asked(lost, 9) == ("the worker is gone", 3)
        assert asked(RiskkitError("no such thing"), 9) == ("no such thing", 1)


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
        list(on_cluster(iter([(tmp_path / "a", jobs()[0])]), address, patience=8))


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


@pytest.mark.slow
def test_a_forecast_in_parts_is_trained_together_as_well(tmp_path, monkeypatch):
    """The parts of many units are written by the machine that asks the cluster to train."""
    monkeypatch.setattr("riskkit.study.parts.UNITS", 50)
    settings = [*CELLS, "forecast.model=xgboost_hurdle", "models.xgboost_hurdle.rounds=5"]
    asked = []
    with cluster(2) as (address, _):
        study = Study.open(None, settings, scheduler=address, together=1000)
        by_all = together.ClusterTrainer.train
        monkeypatch.setattr(
            together.ClusterTrainer,
            "train",
            lambda self, *given: asked.append(len(given[1])) or by_all(self, *given),
        )
        outlook = study.forecast(tmp_path / "forecast")
    assert min(asked) > 1000
    (one,) = outlook.threats.values()
    assert one.forecast.draws.shape[0] == 100
    assert one.model.any.attr("missing") == str(FILLED), "as rows of one machine are"
