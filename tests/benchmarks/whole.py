"""Whole commands on the embedded data, and what of them xgboost needs for its trees alone."""

from __future__ import annotations

import contextlib
import io
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.benchmarks import Prepared, unchecked

_START = {
    "python": "pass",
    "import riskkit": "import riskkit",
    "riskkit --help": "from riskkit.cli import main; main(['--help'])",
}


def prepare(engine: str, p: dict[str, Any]) -> Prepared:
    """Nothing is loaded before: a command's first steps are part of it."""
    if engine in _START:
        command = [sys.executable, "-c", _START[engine]]

        def start() -> dict[str, float]:
            taken = []
            for _ in range(p["starts"]):
                begun = time.perf_counter()
                subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
                taken.append(time.perf_counter() - begun)
            return {"first": min(taken), "best": min(taken)}

        return start, unchecked
    out = Path(tempfile.mkdtemp(prefix="riskkit-benchmarks-"))
    given = ["--set", "data.kind=base", "--out", str(out / "made")]
    command = {
        "riskkit run": ["run", *given],
        "riskkit backtest": [
            *("backtest", *given, "--models", "pool", "--threats", "conflict"),
            *("--origins", "2017-10", "--processes", "1"),
        ],
    }[engine]
    return lambda: _command(command, out), unchecked


def _command(command: list[str], out: Path) -> dict[str, float]:
    """Run a command in this process, and take the time that xgboost grows its trees."""
    from xgboost import Booster

    from riskkit.cli import main

    grown: list[float] = []
    update = Booster.update

    def timed(*arguments: Any, **named: Any) -> None:
        begun = time.thread_time()
        update(*arguments, **named)
        grown.append(time.thread_time() - begun)

    Booster.update = timed
    with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):
        main(command)
    shutil.rmtree(out)
    used = resource.getrusage(resource.RUSAGE_SELF)
    return {"cpu": used.ru_utime + used.ru_stime, "trees": sum(grown)}
