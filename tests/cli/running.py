"""Call the command line as a user would, inside this process or as a process of its own."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from riskkit.cli import main

ROOT = Path(__file__).parents[2]
SMALL = (
    "data.kind=world",
    "target.indicator=ged_sb",
    "data.world.countries=60",
    "data.world.months=300",
    "features.families=[conflict]",
    "forecast.draws=200",
    "models.xgboost.rounds=15",
    "models.xgboost_hurdle.rounds=15",
    "models.network.seeds=1",
    "models.network.epochs=3",
    "models.distribution_regression.thresholds=5",
)
"""A study that takes about two seconds."""


@dataclass(frozen=True)
class Done:
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


def riskkit(*arguments: str | Path, code: int = 0) -> Done:
    """Run a command in this process; expect its exit code, and a traceback on request only."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        try:
            main([str(argument) for argument in arguments])
            status = 0
        except SystemExit as end:
            status = int(end.code or 0)
    done = Done(status, out.getvalue(), err.getvalue())
    assert done.code == code, done
    assert ("Traceback" in done.err) == ("--debug" in arguments and code == 1), done
    return done


def process(*arguments: str | Path, cwd: Path) -> Done:
    """Run a command in a process of its own, with another hash seed and several threads."""
    paths = os.pathsep.join([str(ROOT), str(ROOT / "features")])
    done = subprocess.run(
        [sys.executable, "-c", "from riskkit.cli import main; main()", *map(str, arguments)],
        cwd=cwd,
        env={
            **os.environ,
            "PYTHONPATH": paths,
            "PYTHONHASHSEED": "12345",
            "POLARS_MAX_THREADS": "4",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    return Done(done.returncode, done.stdout, done.stderr)


def settings(*pairs: str) -> list[str]:
    """Turn KEY=VALUE pairs into options."""
    return [part for pair in pairs for part in ("--set", pair)]


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below a folder."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}
