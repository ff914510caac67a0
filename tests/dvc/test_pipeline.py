"""`dvc repro` as a modeller meets it, and every command of docs/modelling.md."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.dvc.checkout import ROOT, Checkout

pytestmark = [
    pytest.mark.skipif(shutil.which("git") is None, reason="needs git"),
    pytest.mark.skipif(not (ROOT / ".git").exists(), reason="needs the git repository"),
    pytest.mark.xdist_group("dvc"),
]
pytest.importorskip("dvc", reason="needs the extra dvc")
pytest.importorskip("dvclive", reason="needs the extra dvc")

AFTER_FEATURES = [
    "baselines@naive",
    "baselines@own_history",
    "learned@xgboost",
    "learned@xgboost_hurdle",
    "pool",
    "evaluate",
    "forecast",
    "publish",
]
EVERY = ["features@climate", "features@conflict", *AFTER_FEATURES]
NOT_RUN = {
    ".venv/bin/python -m pip install": "the tests run in an environment that has it already",
    ". .venv/bin/activate": "the same",
}


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """A checkout whose pipeline was killed in the middle, and then ran to its end."""
    made = Checkout(tmp_path_factory.mktemp("dvc") / "first")
    first = _killed(made)
    rest = made.repro()
    assert sorted({*first, *rest}) == sorted(EVERY)
    assert not set(first[:-1]) & set(rest), "finished stages ran again"
    made.run("git add dvc.lock && git commit --quiet --message run")
    return made


def _killed(checkout: Checkout) -> list[str]:
    """Kill `dvc repro` when it has begun its second stage; name the stages that it began."""
    log = checkout.folder.parent / "killed.log"
    with log.open("w") as out:
        process = subprocess.Popen(
            ["dvc", "repro"],
            cwd=checkout.folder,
            env=checkout.environment,
            stdout=out,
            stderr=out,
            start_new_session=True,
        )
        until = time.monotonic() + 120
        while log.read_text().count("Running stage") < 2 and time.monotonic() < until:
            assert process.poll() is None, log.read_text()
            time.sleep(0.1)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    return re.findall(r"^Running stage '(.+)':$", log.read_text(), re.M)


def test_a_second_run_does_nothing(checkout: Checkout) -> None:
    assert checkout.repro() == []
    assert "up to date" in checkout.run("dvc status dvc.yaml")


@pytest.mark.parametrize(
    ("touched", "stale"),
    [
        ("features/riskkit_features/climate/__init__.py", {"features@climate"}),
        (
            "riskkit/models/hurdle.py",
            {"learned@xgboost_hurdle", "pool", "forecast"},
        ),
        ("riskkit/models/naive.py", {"baselines@naive", "forecast"}),
        ("riskkit/risk/score.py", {"forecast", "publish"}),
    ],
)
def test_what_is_touched_makes_stale_what_stands_on_it(
    checkout: Checkout, touched: str, stale: set[str]
) -> None:
    path = checkout.folder / touched
    before = path.read_bytes()
    path.write_bytes(before + b"# touched\n")
    told = checkout.run("dvc status dvc.yaml")
    path.write_bytes(before)
    assert set(re.findall(r"^(\S+):$", told, re.M)) == stale


def test_a_touched_family_builds_itself_only(checkout: Checkout) -> None:
    """A remark changes the code but not the features: what stands on them is not run."""
    path = checkout.folder / "features/riskkit_features/climate/__init__.py"
    path.write_bytes(path.read_bytes() + b"# touched\n")
    assert checkout.repro() == ["features@climate"]
    checkout.run("git commit --all --quiet --message touched")


def test_another_path_gives_the_same_hashes(checkout: Checkout, tmp_path: Path) -> None:
    other = Checkout(tmp_path / "another place")
    assert sorted(other.repro()) == sorted(EVERY)
    assert other.locked() == checkout.locked()


def test_a_damaged_cache_is_noticed(checkout: Checkout) -> None:
    name = "work/features/climate.parquet"
    digest = checkout.locked()[name]
    cached = checkout.folder / ".dvc/cache/files/md5" / digest[:2] / digest[2:]
    whole = cached.read_bytes()
    cached.chmod(0o644)
    cached.write_bytes(whole[:-1])
    told = checkout.run("dvc status dvc.yaml").split()
    assert told == ["features@climate:", "changed", "outs:", "not", "in", "cache:", name]
    assert checkout.repro() == ["features@climate"]
    assert cached.read_bytes() == whole


def test_a_saved_model_draws_the_same_in_another_process(checkout: Checkout) -> None:
    script = """
from pathlib import Path
from riskkit.study.backtest import Job
from riskkit.study.publishing import read_result
from riskkit.study.study import Study
from riskkit.models import make_model
study = Study.open(None, (), Path("work/features"))
data, params = study.forecast_dataset(), study.params
job = Job(data, "pool", study.model_options("pool"), params.forecast.draws, params.seed)
model = make_model("pool", job.options).load(Path("work/forecast/model.zip"))
again = model.forecast(data, job.size, job.stream)
assert (again.draws == read_result(Path("work/forecast")).forecast.draws).all()
assert model.training_losses()["network_classes_0"]
"""
    (checkout.folder.parent / "load.py").write_text(script)
    checkout.run("python ../load.py")


def test_plots_have_data_and_titles(checkout: Checkout) -> None:
    told = checkout.run("dvc plots show --json 2> plots.err && rm plots.err")
    for title in ("CRPS by months ahead", "Reliability", "PIT", "Forecast of", "Training loss"):
        assert title in told


def _commands() -> list[str]:
    text = (ROOT / "docs/modelling.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```sh\n(.*?)^```", text, re.M | re.S)
    return [line for block in blocks for line in block.splitlines()]


def test_every_command_of_the_guide_works(checkout: Checkout) -> None:
    commands = [line for line in _commands() if not line.startswith(tuple(NOT_RUN))]
    assert len(commands) > 25
    for command in commands:
        nothing_new = command.startswith("git commit") and not checkout.run("git diff --cached")
        checkout.run(command, code=1 if nothing_new else 0)
