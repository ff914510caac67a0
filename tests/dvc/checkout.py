"""A small checkout with a pipeline that takes seconds."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]
SMALL = {
    "data": {"kind": "world", "store": "data", "world": {"countries": 60, "months": 300}},
    "features": {"families": ["climate", "conflict"]},
    "target": {"indicator": "ged_sb"},
    "models": {
        "pool": {"members": ["ewhistory", "xgboost", "xgboost_hurdle"]},
        "xgboost": {"rounds": 3, "bins": 6, "max_depth": 3},
        "xgboost_hurdle": {"rounds": 3},
    },
}


class Checkout:
    """A copy of the working tree in its own git repository."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        names = subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=True).stdout
        for name in filter(None, names.split("\0")):
            if (ROOT / name).is_file() and not name.startswith(("tests/", "docs/")):
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(ROOT / name, folder / name)
        self._shrink()
        self.run("git init --quiet && git add --all && git commit --quiet --message start")

    def _shrink(self) -> None:
        params = self.folder / "params.yaml"
        study = yaml.safe_load(params.read_text()) | SMALL
        study["forecast"]["draws"] = 100
        study["backtest"] |= {
            "origins": "2022-10,2023-10",
            "models": ["conflictology", "ewhistory", "xgboost", "pool"],
            "processes": 1,
        }
        params.write_text(yaml.safe_dump(study))

    @property
    def environment(self) -> dict[str, str]:
        """This interpreter's tools, this checkout's code, and nobody to ask on the network."""
        return {
            **os.environ,
            "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
            "PYTHONPATH": os.pathsep.join([str(self.folder), str(self.folder / "features")]),
            "GIT_AUTHOR_NAME": "tester",
            "GIT_AUTHOR_EMAIL": "tester@example.org",
            "GIT_COMMITTER_NAME": "tester",
            "GIT_COMMITTER_EMAIL": "tester@example.org",
            "OMP_NUM_THREADS": "1",
        }

    def run(self, command: str, code: int = 0) -> str:
        """Run a shell command; expect its exit code."""
        done = subprocess.run(
            command,
            shell=True,
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == code, f"{command}\n{done.stdout}\n{done.stderr}"
        return done.stdout + done.stderr

    def repro(self) -> list[str]:
        """Run the pipeline; name the stages that were run."""
        return ran(self.run("dvc repro"))

    def stale(self) -> list[str]:
        """Name the stages that would run, those apart whose inputs others would make anew."""
        return re.findall(r"^(\S+):$", self.run("dvc status dvc.yaml"), re.M)

    def locked(self) -> dict[str, str]:
        """Hash of every output of the pipeline."""
        lock = yaml.safe_load((self.folder / "dvc.lock").read_text())
        return {
            out["path"]: out["md5"] for stage in lock["stages"].values() for out in stage["outs"]
        }


def ran(told: str) -> list[str]:
    """Name the stages that `dvc repro` said it was running."""
    return re.findall(r"^Running stage '(.+)':$", told, re.M)
