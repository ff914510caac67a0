"""`dvc repro` as a modeller meets it, and every command of docs/modelling.md."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.dvc.checkout import ROOT, Checkout, ran

pytestmark = [
    pytest.mark.skipif(shutil.which("git") is None, reason="needs git"),
    pytest.mark.skipif(not (ROOT / ".git").exists(), reason="needs the git repository"),
    pytest.mark.skipif(
        find_spec("dvc") is None or find_spec("dvclive") is None, reason="needs the extra dvc"
    ),
    pytest.mark.slow,
]

EVERY = ["features", "backtest", "evaluate", "forecast", "publish"]
CLIMATE = "features/riskkit_features/climate/__init__.py"
NOT_RUN = {
    ".venv/bin/python -m pip install": "the tests run in an environment that has it already",
    ". .venv/bin/activate": "the same",
    "riskkit tune": "a search of many fits; tests/cli/test_tune.py runs one",
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
        until = time.monotonic() + 240
        while log.read_text().count("Running stage") < 2 and time.monotonic() < until:
            assert process.poll() is None, log.read_text()
            time.sleep(0.1)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    return ran(log.read_text())


@contextmanager
def changed(path: Path, change: Callable[[str], str]) -> Iterator[None]:
    """Change a file for a while."""
    before = path.read_text(encoding="utf-8")
    after = change(before)
    assert after != before
    path.write_text(after, encoding="utf-8")
    try:
        yield
    finally:
        path.write_text(before, encoding="utf-8")


def _remark(text: str) -> str:
    return text + "# touched\n"


def _doubled(text: str) -> str:
    return text.replace("(distance - draws @ weights,", "(2 * (distance - draws @ weights),")


def test_a_second_run_does_nothing(checkout: Checkout) -> None:
    assert checkout.repro() == []
    assert "up to date" in checkout.run("dvc status dvc.yaml")


@pytest.mark.parametrize(
    ("touched", "stale"),
    [
        ("riskkit/scoring/ensemble.py", ["evaluate", "publish"]),
        (CLIMATE, ["features", "backtest", "forecast", "publish"]),
        ("riskkit/models/hurdle.py", ["backtest", "forecast", "publish"]),
        ("riskkit/risk/score.py", ["forecast", "publish"]),
        ("riskkit/publish/ranking.py", ["publish"]),
        ("riskkit/panel/arrays.py", EVERY),
        ("data/manifest.json", EVERY),
    ],
)
def test_what_is_touched_makes_stale_what_stands_on_it(
    checkout: Checkout, touched: str, stale: list[str]
) -> None:
    with changed(checkout.folder / touched, _remark):
        assert sorted(checkout.stale()) == sorted(stale)


def _parts(checkout: Checkout) -> dict[str, int]:
    folder = checkout.folder / "work/backtest/parts"
    return {path.name: path.stat().st_mtime_ns for path in folder.iterdir()}


def test_a_function_deep_in_a_shared_module_reruns_what_uses_it(checkout: Checkout) -> None:
    """Another CRPS is another score and another record; nothing is built or forecast again."""
    metrics, parts = checkout.folder / "work/scores/metrics.json", _parts(checkout)
    crps = json.loads(metrics.read_text())["crps"]
    with changed(checkout.folder / "riskkit/scoring/ensemble.py", _doubled):
        assert checkout.repro() == ["evaluate", "publish"]
        assert json.loads(metrics.read_text())["crps"] == pytest.approx(2 * crps, rel=1e-5)
    assert _parts(checkout) == parts
    checkout.run("dvc repro")  # from the run cache
    assert json.loads(metrics.read_text())["crps"] == crps


def test_a_touched_family_is_built_alone_and_no_forecast_is_made_again(checkout: Checkout) -> None:
    """A remark changes the code but not the features: what was forecast from them stays."""
    parts, built = _parts(checkout), checkout.folder / "work/features"
    before = {name: (built / f"{name}.parquet").read_bytes() for name in ("climate", "conflict")}
    path = checkout.folder / CLIMATE
    path.write_text(_remark(path.read_text()))
    told = checkout.run("dvc repro features")
    assert ran(told) == ["features"]
    assert re.findall(r"features/(\w+)\.parquet: .*, unchanged$", told, re.M) == ["conflict"]
    assert (built / "conflict.parquet").read_bytes() == before["conflict"]
    assert (built / "climate.parquet").read_bytes() != before["climate"]
    assert sorted(checkout.repro()) == sorted(EVERY[1:])
    assert _parts(checkout) == parts
    assert checkout.repro() == []
    checkout.run("git commit --all --quiet --message touched")


def test_a_damaged_cache_is_noticed(checkout: Checkout) -> None:
    digest = checkout.locked()["work/backtest/forecasts.parquet"]
    cached = checkout.folder / ".dvc/cache/files/md5" / digest[:2] / digest[2:]
    whole = cached.read_bytes()
    cached.chmod(0o644)
    cached.write_bytes(whole[:-1])
    told = checkout.run("dvc status dvc.yaml").split()
    assert told[:6] == ["backtest:", "changed", "outs:", "not", "in", "cache:"]
    assert checkout.repro() == ["backtest"]
    assert cached.read_bytes() == whole


def test_a_saved_model_draws_the_same_in_another_process(checkout: Checkout) -> None:
    script = """
from pathlib import Path
from riskkit import Study
from riskkit.models import make_model
from riskkit.study.forecasting import model_file, read_outlook
from riskkit.study.jobs import Job
study = Study.open(features=Path("work/features"))
(threat,) = study.threats
data, params = study.forecast_dataset(threat), study.params
job = Job(data, "pool", study.model_options("pool"), params.forecast.draws, params.seed)
model = make_model("pool", job.options).load(Path("work/forecast") / model_file(threat.name))
again = model.forecast(data, job.size, job.stream)
kept = read_outlook(study, Path("work/forecast")).threats[threat.name].forecast
assert (again.draws == kept.draws).all()
assert model.training_losses()["xgboost_hurdle_any"]
"""
    (checkout.folder.parent / "load.py").write_text(script)
    checkout.run("python ../load.py")


def test_plots_have_data_and_titles(checkout: Checkout) -> None:
    told = checkout.run("dvc plots show --json 2> plots.err && rm plots.err")
    for title in ("CRPS by months ahead", "Reliability", "PIT", "Forecast of", "Training loss"):
        assert title in told


def test_another_path_gives_the_same_hashes(checkout: Checkout, tmp_path: Path) -> None:
    other = Checkout(tmp_path / "another place")
    path = other.folder / CLIMATE
    path.write_bytes((checkout.folder / CLIMATE).read_bytes())
    assert sorted(other.repro()) == sorted(EVERY)
    assert other.locked() == checkout.locked()


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
