"""Backtests: names of windows, finished work, parallel work, and errors that name the model."""

import os
import signal
import subprocess
import sys
from concurrent.futures import Future
from dataclasses import replace
from multiprocessing import active_children
from pathlib import Path
from threading import Thread, main_thread
from time import monotonic, sleep

import numpy as np
import polars as pl
import pytest

from riskkit.errors import RiskkitError
from riskkit.forecasting.targets import Target
from riskkit.models import Model
from riskkit.months import month_id
from riskkit.study import code
from riskkit.study import jobs as working
from riskkit.study.jobs import (
    Job,
    forecast_job,
    run_backtest,
    window_name,
    write_part,
)
from riskkit.study.parts import read_forecast
from riskkit.testing.datasets import made_up_dataset
from tests.contracts.killing import dawdle

ROOT = Path(__file__).parents[2]
CHEAP = ("conflictology", "bootstrap")
_SCRIPT = """
import sys
from pathlib import Path
from riskkit.study import jobs as working
from tests.study.test_jobs import jobs, tell, write_two
if __name__ == "__main__":
    working.write_part = write_two
    working.run_backtest(jobs(), Path(sys.argv[1]), int(sys.argv[2]), tell)
"""


def tell(job):
    print(job.model, job.window, flush=True)


def write_two(job, path):
    """Do the jobs of the first window; be at work on the others for longer than anybody waits."""
    if job.window != jobs()[0].window:
        dawdle()
    return write_part(job, path)


def begin(job, path):
    """Tell that the work on something has begun, and be at it for long."""
    path.touch()
    dawdle()


def jobs(models=CHEAP, origins=3, size=40, seed=5, options=None, **changes):
    """Jobs of some models at origins a year apart."""
    base = replace(made_up_dataset(units=6, months=84, horizons=range(1, 4)), **changes)
    cuts = [
        replace(base, origin=base.origin - m, X=base.X[:, : 84 - m], y=base.y[:, : 84 - m])
        for m in range(0, 12 * origins, 12)
    ]
    return [Job(data, name, options or {}, size, seed) for data in cuts for name in models]


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def stamps(folder):
    return {path.name: path.stat().st_mtime_ns for path in folder.glob("*.parquet")}


@pytest.mark.parametrize(
    ("origin", "horizons", "name"),
    [
        ("2017-10", range(3, 15), "2018"),
        ("2017-12", range(1, 13), "2018"),
        ("2017-10", (3,), "2018"),
        ("2017-10", range(1, 13), "2017-11..2018-10"),
        ("2017-10", range(3, 14), "2018-01..2018-11"),
        ("2017-10", range(3, 27), "2018-01..2019-12"),
        ("2017-12", (2, 6), "2018-02..2018-06"),
    ],
)
def test_window_names(origin, horizons, name):
    assert window_name(month_id(origin), horizons) == name


def test_every_model_and_window_has_a_file_in_the_order_of_the_jobs(tmp_path):
    told = []
    paths = run_backtest(jobs(), tmp_path, processes=1, on_done=told.append)
    assert [job.model for job in told] == [*CHEAP] * 3
    assert sorted(path.name for path in paths) == sorted(contents(tmp_path))
    for path, job in zip(paths, told, strict=True):
        forecast, window = read_forecast(path)
        assert (forecast.model, window) == (job.model, job.window)
        assert forecast.origin == job.data.origin
        np.testing.assert_array_equal(forecast.draws, forecast_job(job).draws)


@pytest.mark.parametrize(
    "models",
    [(*CHEAP, "ewhistory"), pytest.param(("xgboost", "network"), marks=pytest.mark.slow)],
)
def test_parallel_and_serial_work_give_the_same_bytes(tmp_path, models):
    todo = jobs(models, origins=2)
    run_backtest(todo, tmp_path / "serial", processes=1)
    run_backtest(todo[::-1], tmp_path / "parallel", processes=2)
    assert contents(tmp_path / "parallel") == contents(tmp_path / "serial")


def test_finished_files_are_not_made_again(tmp_path, monkeypatch):
    run_backtest(jobs(origins=1), tmp_path, processes=1)
    first = stamps(tmp_path)
    done = []
    monkeypatch.setattr(working, "forecast_job", lambda job: done.append(job) or forecast_job(job))
    told = []
    paths = run_backtest(jobs(), tmp_path, processes=1, on_done=told.append)
    assert (len(paths), len(told), len(done)) == (6, 6, 4)
    assert {name: stamps(tmp_path)[name] for name in first} == first


@pytest.mark.parametrize(
    "changes",
    [
        {"size": 41},
        {"seed": 6},
        {"models": ("ewhistory",)},
        {"models": ("pool",), "options": {"members": ["ewhistory"]}},
        {"y": made_up_dataset(units=6, months=84).y + 1},
        {"X": made_up_dataset(units=6, months=84).X + 1},
        {"features": ("deaths_log", "other")},
        {"units": tuple("ABCDEF")},
        {"horizons": (1, 2)},
        {"target": Target("riots")},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_changed_work_is_made_again(tmp_path, changes):
    usual = {"models": ("conflictology",), "origins": 1}
    if "options" in changes:
        usual |= {"models": ("pool",), "options": {"members": ["conflictology"]}}
    run_backtest(jobs(**usual), tmp_path, processes=1)
    run_backtest(jobs(**{**usual, **changes}), tmp_path, processes=1)
    assert len(contents(tmp_path)) == 2


@pytest.mark.parametrize(
    ("module", "parts"),
    [
        ("models/own_history.py", 2),
        ("models/parts/level.py", 2),
        ("forecasting/dataset.py", 2),
        ("study/jobs.py", 2),
        ("models/boosted.py", 1),
        ("scoring/crps.py", 1),
    ],
)
def test_changed_code_is_made_again(tmp_path, monkeypatch, module, parts):
    """Whatever the model imports is part of what its forecast stands on, and nothing else is."""
    run_backtest(jobs(("ewhistory",), origins=1), tmp_path, processes=1)
    hash_of_file = code._hash
    monkeypatch.setattr(
        code,
        "_hash",
        lambda path: "changed" if path.as_posix().endswith(module) else hash_of_file(path),
    )
    run_backtest(jobs(("ewhistory",), origins=1), tmp_path, processes=1)
    assert len(contents(tmp_path)) == parts


def test_every_model_and_origin_has_a_stream_of_its_own():
    assert len({job.stream for job in jobs((*CHEAP, "last"))}) == 9
    assert jobs()[0].stream != jobs(seed=6)[0].stream


def test_a_killed_backtest_goes_on_where_it_stopped(tmp_path):
    """Killed without warning; its workers die with it, and what was finished stays."""
    paths = os.pathsep.join([str(ROOT), str(ROOT / "features")])
    with subprocess.Popen(
        [sys.executable, "-c", _SCRIPT, str(tmp_path), "1"],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": paths},
    ) as process:
        for model in CHEAP:
            assert process.stdout.readline().startswith(model.encode())
        process.send_signal(signal.SIGKILL)
    finished = stamps(tmp_path)
    assert len(finished) == 2
    run_backtest(jobs(), tmp_path, processes=1)
    run_backtest(jobs(), tmp_path / "whole", processes=1)
    assert {name: stamps(tmp_path)[name] for name in finished} == finished
    assert (
        contents(tmp_path / "whole").items()
        <= {name: (tmp_path / name).read_bytes() for name in stamps(tmp_path)}.items()
    )


def test_workers_end_when_their_parent_is_killed(tmp_path):
    script = tmp_path / "study.py"
    script.write_text(_SCRIPT)
    paths = os.pathsep.join([str(ROOT), str(ROOT / "features")])
    with subprocess.Popen(
        [sys.executable, str(script), str(tmp_path / "parts"), "2"],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": paths},
    ) as process:
        process.stdout.readline()
        process.send_signal(signal.SIGKILL)
        # The workers hold the other end: it closes when the last of them is gone.
        process.communicate(timeout=240)


def test_a_worker_that_dies_is_told(tmp_path, monkeypatch):
    others = set(active_children())  # processes of other tests, which still need them

    def kill_workers(job):
        for child in set(active_children()) - others:
            os.kill(child.pid, signal.SIGKILL)

    monkeypatch.setattr(working, "write_part", write_two)
    with pytest.raises(RiskkitError, match=r"a worker process died.*what is finished is kept"):
        run_backtest(jobs(), tmp_path, processes=2, on_done=kill_workers)
    assert stamps(tmp_path)


def refuse_the_first_last(job, path):
    """Refuse every job, and that of the first model long after the others."""
    if job.model == CHEAP[0]:
        sleep(1)
    raise RiskkitError(f"no {job.model}, {job.window}")


@pytest.mark.parametrize("processes", [1, 2])
def test_of_several_failures_the_first_of_the_list_is_told(tmp_path, monkeypatch, processes):
    """Which worker fails first in time differs from run to run."""
    monkeypatch.setattr(working, "write_part", refuse_the_first_last)
    todo = jobs()
    with pytest.raises(RiskkitError, match=f"^no {CHEAP[0]}, {todo[0].window}$"):
        run_backtest(todo, tmp_path, processes)


@pytest.mark.parametrize("processes", [1, 2])
def test_a_models_refusal_names_the_model_and_the_window(tmp_path, processes):
    todo = [*jobs(), *jobs(("xgboost",), origins=2, options={"depth": 4})]
    with pytest.raises(
        RiskkitError,
        match=r"^model 'xgboost', window 2008-01\.\.2008-03: models\.xgboost has no se",
    ):
        run_backtest(todo, tmp_path, processes)


def test_a_models_mistake_names_the_model_and_keeps_what_is_done(tmp_path, monkeypatch):
    class Broken(Model):
        name = "broken"

        def sample(self, data, size, seed):
            return np.zeros(3)[4]

    made = working.make_model
    monkeypatch.setattr(
        working, "make_model", lambda name, o: Broken() if name == "last" else made(name, o)
    )
    told = r"^model 'last', window 2008.* fails: IndexError\('index 4 is out of bounds.*--debug$"
    with pytest.raises(RiskkitError, match=told):
        run_backtest(jobs(("zero", "last"), origins=1), tmp_path, processes=1)
    assert [name.split("_")[:2] for name in contents(tmp_path)] == [["deaths", "zero"]]


@pytest.mark.parametrize("processes", [1, 2])
def test_data_are_taken_as_workers_come_free(tmp_path, processes):
    """Every dataset is a table of all features: a list of them all would not fit in memory."""
    taken, done, ahead = [], [], []

    def one_by_one():
        for job in jobs(("zero", "last"), origins=6):
            taken.append(job)
            ahead.append(len(taken) - len(done))
            yield job

    assert len(run_backtest(one_by_one(), tmp_path, processes, done.append)) == 12
    assert max(ahead) <= 2 * processes + 1


def test_the_same_work_twice_is_refused(tmp_path):
    with pytest.raises(RiskkitError, match="a model or an origin is named twice"):
        run_backtest([*jobs(), jobs()[0]], tmp_path)


def test_files_can_be_read_together(tmp_path):
    paths = run_backtest(jobs(), tmp_path, processes=1)
    frame = pl.concat([pl.read_parquet(path) for path in paths])
    assert frame.columns[-2:] == ["draws", "window"]
    assert frame["draws"].dtype == pl.Array(pl.Int64, 40)
    assert frame.height == 2 * 3 * 6 * 3


def test_workers_end_at_once_when_the_run_is_stopped(tmp_path, monkeypatch):
    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(working, "write_part", begin)
    todo, others, stopped = [(tmp_path / "a", 1), (tmp_path / "b", 2)], {*active_children()}, []

    def stop_when_both_are_at_work():
        while not all(path.exists() for path, _ in todo):
            sleep(0.05)
        stopped.append(monotonic())
        signal.pthread_kill(main_thread().ident, signal.SIGALRM)

    before = signal.signal(signal.SIGALRM, interrupt)
    try:
        Thread(target=stop_when_both_are_at_work, daemon=True).start()
        with pytest.raises(KeyboardInterrupt):
            next(working._in_parallel(todo, 2))
    finally:
        signal.signal(signal.SIGALRM, before)
    while {*active_children()} - others and monotonic() - stopped[0] < 200:
        sleep(0.05)
    assert monotonic() - stopped[0] < 120


def test_what_is_loaded_while_computing_is_kept_to_one_thread():
    """Models load scipy's linear algebra when they first need it, long after the limit was set."""
    script = """
from riskkit.study.jobs import one_thread
with one_thread():
    import scipy.optimize
    from threadpoolctl import threadpool_info
    print({one["num_threads"] for one in threadpool_info() if one["user_api"] == "blas"})
"""
    env = {name: value for name, value in os.environ.items() if "THREADS" not in name}
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, env=env, check=True
    )
    assert done.stdout == "{1}\n"


def test_a_job_that_is_given_up_is_told():
    """As when the scheduler of a cluster goes away: nothing is left out in silence."""

    def given_up(_):
        future = Future()
        future.cancel()
        future.set_running_or_notify_cancel()
        return future

    todo = iter([(Path("a"), jobs()[0]), (Path("b"), jobs()[1])])
    with pytest.raises(RiskkitError, match=r"^a job was given up.*what is finished is kept"):
        list(working.first_failure_last(given_up, todo, 2))
