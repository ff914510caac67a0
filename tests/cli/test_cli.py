"""The command line as a whole: help, exit codes, one line for errors, JSON for machines."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from riskkit import __version__
from riskkit.cli import riskkit as group
from riskkit.errors import RiskkitError
from tests.cli.running import ROOT, SMALL, process, riskkit, settings

SHORT = settings(*SMALL, "backtest.processes=1", "backtest.origins=2023-10")


def commands(
    command: click.Command = group, path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    if not isinstance(command, click.Group):
        yield path, command
        return
    context = click.Context(command)
    for name in command.list_commands(context):
        child = command.get_command(context, name)
        assert child is not None
        yield from commands(child, (*path, name))


COMMANDS = dict(commands())


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_every_help_has_an_example_of_the_command(path: tuple[str, ...]) -> None:
    text = riskkit(*path, "--help").out
    assert text.startswith(f"Usage: riskkit {' '.join(path)}")
    _, example, examples = text.partition("Example")
    assert example
    assert f"    riskkit {' '.join(path)}" in examples.partition("\nOptions:")[0]


def test_the_version() -> None:
    assert riskkit("--version").out == f"riskkit, version {__version__}\n"


@pytest.mark.parametrize(
    "arguments",
    [
        ["rank"],
        ["run", "--fast"],
        ["run", "--set"],
        ["data", "add"],
        ["score", "--forecasts", "f.csv"],
        ["score", "--format", "csv", "--forecasts", "f", "--actuals", "a"],
        ["backtest", "--processes", "-1"],
        ["backtest", "--export", "hub"],
        ["verify", "one", "two"],
    ],
    ids=" ".join,
)
def test_wrong_usage_exits_with_2(arguments: list[str]) -> None:
    done = riskkit(*arguments, code=2)
    assert done.out == ""
    assert "Error: " in done.err


@pytest.mark.parametrize(
    "arguments",
    [
        ["run", "--config", "none.yaml"],
        ["run", "--config", "."],
        ["run", "--set", "forecast"],
        ["run", "--set", "seed=[1"],
        ["run", "--set", "seed.x=1"],
        ["publish", "--forecast", "none"],
        ["verify", "none"],
        ["explain", "XAA"],
        ["leaderboard", "none"],
        ["panel", "show", "XXX", *settings(*SMALL)],
        ["features", "show", "weather"],
        ["features", "build", "weather"],
        ["data", "add", "gossip", "file.csv"],
        ["data", "add", "table", "none.csv"],
        ["score", "--forecasts", "none.csv", "--actuals", "none.csv"],
        ["backtest", "--models", "oracle", *SHORT],
        ["backtest", "--origins", "soon", *settings(*SMALL)],
        ["backtest", "--origins", "1990-01", *settings(*SMALL)],
        ["backtest", "--horizons", "0", *settings(*SMALL)],
        ["backtest", "--export", "views", "--models", "zero", *SHORT],
    ],
    ids=lambda arguments: " ".join(arguments[:4]),
)
def test_refused_input_exits_with_1_and_one_line(arguments: list[str], tmp_path: Path) -> None:
    done = riskkit(*arguments, code=1)
    told = [line for line in done.err.splitlines() if not line.startswith(("forecast ", "score "))]
    assert len(told) == 1
    assert told[0].startswith("riskkit: ")
    assert "mistake" not in told[0]
    assert done.out == ""


@pytest.mark.parametrize(
    "out", [".", "..", "dangling", "file", "file/below", "thesis", "/dev/null"]
)
@pytest.mark.parametrize("command", ["run", "publish"])
def test_an_out_that_cannot_be_replaced_is_refused_before_the_data_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, out: str, command: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("dangling").symlink_to("nowhere")
    Path("file").write_text("text")
    Path("thesis").mkdir()
    Path("thesis", "thesis.doc").write_text("years of work")
    done = riskkit(command, "--out", out, "--config", "there is none.yaml", code=1)
    assert "there is none" not in done.err
    assert out in done.err
    assert done.err.count("\n") == 1


@pytest.mark.parametrize("command", ["forecast", "backtest", "evaluate x", "features build"])
def test_an_out_that_cannot_be_written_is_refused_before_the_data_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("file").write_text("text")
    done = riskkit(*command.split(), "--out", "file", "--config", "there is none.yaml", code=1)
    assert done.err == "riskkit: file is a file; name a folder\n"


@pytest.mark.parametrize(
    ("number", "code", "told"),
    [(signal.SIGINT, 130, "run the same command again"), (signal.SIGTERM, 143, "as it was before")],
)
def test_a_command_that_is_stopped_says_what_stands(
    tmp_path: Path, number: signal.Signals, code: int, told: str
) -> None:
    paths = os.pathsep.join([str(ROOT), str(ROOT / "features")])
    # What is started by a job in the background ignores Ctrl-C unless it says otherwise.
    heeded = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"
    code_run = f"{heeded}; from riskkit.cli import main; main()"
    running = subprocess.Popen(
        [sys.executable, "-c", code_run, "run", "--set", "seed=1"],
        cwd=tmp_path, stderr=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": paths},
    )  # fmt: skip
    assert running.stderr is not None
    running.stderr.readline()  # the first step is done
    running.send_signal(number)
    _, rest = running.communicate(timeout=240)
    assert running.returncode == code
    assert "riskkit: stopped; what it was to replace is as it was before" in rest
    assert told in rest
    assert "Traceback" not in rest
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        (["bactest"], "there is no command 'bactest'; did you mean 'backtest'?"),
        (["data", "ad"], "there is no command 'ad'; did you mean 'add'?"),
        (["features", "bild"], "did you mean 'build'?"),
        (["zzz"], "there is no command 'zzz'; there are: run, data"),
    ],
)
def test_a_mistyped_command_is_asked_after(typed: list[str], meant: str) -> None:
    assert meant in riskkit(*typed, code=2).err


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (
            OSError(errno.ENOSPC, "No space left on device", "disk/x"),
            "the system refuses disk/x (got 'No space left on device'); make room on the disk, "
            "or choose another folder",
        ),
        (
            OSError(errno.EMFILE, "Too many open files"),
            "the system refuses (got 'Too many open files'); allow more open files with "
            "`ulimit -n 4096`, or use fewer processes",
        ),
        (MemoryError(), "there is not enough memory; use fewer draws, units or processes"),
        (RiskkitError("no such month", hint="try\nanother"), "no such month; try another"),
        (
            ValueError("two\nlines"),
            "a mistake of riskkit's own, ValueError('two\\nlines'); see --debug",
        ),
    ],
)
def test_errors_are_one_line_and_a_traceback_on_request(
    monkeypatch: pytest.MonkeyPatch, error: Exception, told: str
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr("riskkit.study.study.Study.open", fail)
    assert riskkit("run", code=1).err == f"riskkit: {told}\n"
    traceback, _, line = riskkit("--debug", "run", code=1).err.rpartition("\nriskkit: ")
    assert "in fail\n    raise error" in traceback
    assert line == f"{told}\n"


def test_a_closed_pipe_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise BrokenPipeError

    monkeypatch.setattr("riskkit.study.study.Study.open", fail)
    assert riskkit("run").err == ""


def test_the_installed_script_works(tmp_path: Path) -> None:
    done = process("data", "status", cwd=tmp_path)
    assert (done.code, done.err) == (0, "")
    assert done.out.endswith("data holds no data: `riskkit run` takes the embedded tables alone\n")
    assert process("data", "dance", cwd=tmp_path).code == 2
    refused = process("verify", cwd=tmp_path)
    assert (refused.code, refused.out) == (1, "")
    assert refused.err.startswith("riskkit: publication holds no datapackage.json")


JSON = {
    "run": settings(*SMALL, "forecast.model=zero"),
    "data list": [],
    "data status": [],
    "data verify": [],
    "panel build": settings(*SMALL),
    "panel show": ["XAA", *settings(*SMALL)],
    "features list": [],
    "features show": ["conflict"],
    "features build": settings(*SMALL),
    "forecast": settings(*SMALL, "forecast.model=zero"),
    "doctor": settings(*SMALL),
}
LATER = {
    "data add", "data remove", "data fetch", "publish", "explain", "verify", "backtest", "evaluate",
    "leaderboard", "score", "export", "decisions", "scenario", "tune", "experiment new",
    "experiment intervals", "experiment wars", "experiment onsets", "replay",
}  # fmt: skip
"""Commands whose JSON other tests read."""


@pytest.mark.parametrize("name", JSON)
def test_json_is_all_that_goes_to_stdout(name: str) -> None:
    assert json.loads(riskkit(*name.split(), *JSON[name], "--json").out) is not None


def test_every_command_offers_json() -> None:
    offered = {
        " ".join(p) for p, c in COMMANDS.items() if any(o.name == "as_json" for o in c.params)
    }
    assert offered == {" ".join(path) for path in COMMANDS} == {*JSON, *LATER}


def test_a_verbose_command_tells_what_it_reads_and_writes(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("unit,month,ged_sb\nXAA,2020-01,3\n")
    options = ("unit.column=unit", "time.column=month", "indicators.ged_sb.unit=deaths")
    chosen = [part for option in options for part in ("--option", option)]
    quiet = riskkit("data", "add", "table", "a.csv", *chosen)
    told = riskkit("--verbose", "data", "add", "table", "a.csv", *chosen)
    assert quiet.err == ""
    assert set(quiet.out.splitlines()) <= set(told.out.splitlines())
    assert told.err.splitlines() == [
        "reading a.csv", "reading data/manifest.json", "wrote data/manifest.json",
    ]  # fmt: skip
    assert riskkit("data", "add", "table", "a.csv", *chosen).err == ""


@pytest.mark.parametrize(
    ("typed", "position", "offered"),
    [
        ("riskkit da", 1, "plain,data"),
        ("riskkit data re", 2, "plain,remove"),
        ("riskkit data add --al", 3, "plain,--also"),
        ("riskkit run --ou", 2, "plain,--out"),
    ],
)
def test_the_shell_completes(typed: str, position: int, offered: str, tmp_path: Path) -> None:
    asked = {"COMP_WORDS": typed, "COMP_CWORD": str(position), "_RISKKIT_COMPLETE": "bash_complete"}
    paths = os.pathsep.join([str(ROOT), str(ROOT / "features")])
    done = subprocess.run(
        [sys.executable, "-c", "from riskkit.cli import main; main()"],
        env={**os.environ, **asked, "PYTHONPATH": paths}, capture_output=True, text=True,
        check=True, cwd=tmp_path,
    )  # fmt: skip
    assert offered in done.stdout.splitlines()
    assert list(tmp_path.iterdir()) == []


def test_features_are_built_beside_the_code_and_never_into_it(tmp_path: Path) -> None:
    package = tmp_path / "features" / "mine" / "__init__.py"
    package.parent.mkdir(parents=True)
    package.write_text("FAMILY = None\n")
    done = riskkit("features", "build", "--out", "features", code=1)
    assert "features already exists and holds no identity.json" in done.err
    riskkit("features", "build", *settings(*SMALL))
    assert sorted(path.name for path in (tmp_path / "work" / "features").iterdir()) == [
        "conflict.parquet", "identity.json",
    ]  # fmt: skip
    assert [path.name for path in (tmp_path / "features").rglob("*.py")] == ["__init__.py"]
