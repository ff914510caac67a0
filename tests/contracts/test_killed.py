"""Whoever is killed in the middle of writing: nothing is lost, blocked or left over.

`RISKKIT_KILLS=500` kills that many publishers in the middle, as many `data add`, `features build`,
`backtest` and `evaluate`; the short form is for every run of the tests.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SCRIPT = Path(__file__).with_name("killing.py")
KILLS = int(os.environ.get("RISKKIT_KILLS", "20"))
OWN_NUMBERS = ["unshare", "-Urpf", "--mount-proc", "--kill-child"]
"""Runs a command where process numbers begin anew, as in a container; not allowed everywhere."""
SECONDS = int(os.environ.get("RISKKIT_RACE_SECONDS", "2"))

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs a system that forks")


def _run(job: str, folder: Path, amount: int) -> int:
    paths = os.pathsep.join([str(ROOT), str(ROOT / "features")])
    command = [sys.executable, SCRIPT, job, folder, str(amount)]
    allowed = shutil.which("unshare") and not subprocess.call([*OWN_NUMBERS, "true"])
    if allowed:
        command = [*OWN_NUMBERS, *command]
    done = subprocess.run(
        command,
        env={**os.environ, "PYTHONPATH": paths},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    print(done.stderr)
    return int(done.stdout)


@pytest.mark.parametrize(
    ("job", "amount"),
    [
        ("publishing", KILLS),
        pytest.param("adding", KILLS, marks=pytest.mark.slow),
        pytest.param("commanding", KILLS if KILLS > 20 else 2, marks=pytest.mark.slow),
    ],
)
def test_who_is_killed_leaves_nothing_half_done(tmp_path: Path, job: str, amount: int) -> None:
    killed = _run(job, tmp_path, amount)
    assert killed >= amount
    print(f"{job}: {killed} killed")


def test_two_publishers_and_a_reader_never_mix(tmp_path: Path) -> None:
    assert _run("racing", tmp_path, SECONDS) >= 2
