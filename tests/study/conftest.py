"""A small study on a table of cells in the open sea, with everything that it makes."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from riskkit import Study
from riskkit.months import first_day, month_id
from riskkit.study.features import build_features

UNITS = range(100_001, 100_009)
"""Cells of the PRIO-GRID: their figures are about nobody."""
FIRST, LAST = month_id("2012-01"), month_id("2020-12")
STUDY = """
data:
  kind: files
  sources:
    - source: table
      path: deaths.csv
      options:
        unit: {column: gid, system: cell}
        time: {column: month}
        indicators:
          ged_sb: {unit: deaths, census: true}
          ged_ns: {unit: deaths, census: true}
features: {families: [conflict]}
target: {indicator: ged_sb}
models: {pool: {members: [ewhistory]}}
forecast: {model: pool, draws: 100, horizons: 1-3}
backtest: {models: [pool, last], reference: last, processes: 1, horizons: 1-3,
           origins: "2018-12,2019-12"}
"""


def deaths(units: Sequence[int] = UNITS) -> pl.DataFrame:
    """Counts of the units, the same ones whatever other units there are."""
    months = [first_day(month).isoformat()[:7] for month in range(FIRST, LAST + 1)]
    tables = []
    for unit in units:
        rng = np.random.default_rng(unit)
        rate = rng.gamma(0.5, 20) * rng.gamma(0.5, 2, len(months))
        counts = {"ged_sb": rng.poisson(rate), "ged_ns": rng.poisson(rate / 3)}
        tables.append(pl.DataFrame({"gid": unit, "month": months, **counts}))
    return pl.concat(tables)


@dataclass(frozen=True)
class Made:
    """A folder with a study and its results, the paths of which are relative to it."""

    folder: Path

    def study(self, *settings: str, features: bool = False) -> Study:
        return Study.open("params.yaml", settings, features=Path("features") if features else None)


def make(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Made:
    """Write a study into a folder, and make all that it makes."""
    folder.mkdir()
    monkeypatch.chdir(folder)
    deaths().write_csv("deaths.csv")
    Path("params.yaml").write_text(STUDY)
    made = Made(folder)
    study = made.study()
    build_features(study, Path("features"))
    outlook = study.forecast("forecast")
    study.backtest("backtest", scores=False)
    study.evaluate(["backtest"], "scores")
    study.publish("publication", outlook, "scores")
    return made


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """A study and its results; tests that change something do so in a copy."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        return make(tmp_path_factory.mktemp("whole") / "study", monkeypatch)


@pytest.fixture
def made(whole: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Made:
    """A copy of the study and its results, in which one stands."""
    copy = tmp_path / "elsewhere"
    shutil.copytree(whole.folder, copy)
    monkeypatch.chdir(copy)
    return Made(copy)
