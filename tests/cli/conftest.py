"""A small publication and a small backtest, made once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import chdir
from functools import cache
from pathlib import Path

import pytest

from riskkit.study import study
from tests.cli.running import SMALL, riskkit, settings


@pytest.fixture(autouse=True)
def _working_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stand in an empty folder, so that no parameter file or data of the checkout is found."""
    monkeypatch.chdir(tmp_path)


@pytest.fixture(autouse=True, scope="session")
def _one_world_each() -> Iterator[None]:
    """Simulate a world once, however many commands of this process are about it."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(study, "simulate", cache(study.simulate))
        yield


@pytest.fixture(scope="session")
def publication(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A publication of a small simulated world by the default pool."""
    folder = tmp_path_factory.mktemp("run")
    with chdir(folder):
        riskkit("run", *settings(*SMALL), "--out", folder / "publication")
    return folder / "publication"


@pytest.fixture(scope="session")
def backtest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backtest of two cheap models over two windows of a small simulated world."""
    folder = tmp_path_factory.mktemp("study") / "backtest"
    chosen = settings(*SMALL, "backtest.processes=1", "backtest.origins=2022-10,2023-10")
    with chdir(folder.parent):
        riskkit("backtest", *chosen, "--models", "ewhistory,last", "--out", folder)
    return folder
