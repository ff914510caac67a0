"""Forecasts of many units on disk: in blocks, gone on with after a stop, the same as at once."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from riskkit.errors import RiskkitError
from riskkit.models.hurdle import BoostedHurdle
from riskkit.models.parts import blocks, coupling, marginal
from riskkit.study import parts
from riskkit.study.comparison import compare_backtests
from riskkit.study.forecasting import FORECASTS, read_outlook
from riskkit.study.jobs import Job, forecast_job, run_backtest, write_part
from riskkit.study.parts import model_beside, read_blocks, read_forecast
from riskkit.study.study import Study
from riskkit.testing.datasets import made_up_dataset


@pytest.fixture
def small_blocks(monkeypatch):
    """Four units a block."""
    monkeypatch.setattr(blocks.in_blocks, "__defaults__", (4,))
    monkeypatch.setattr(coupling, "AT_ONCE", 2)
    for module in (parts, marginal):
        monkeypatch.setattr(module, "UNITS", 4)


@pytest.fixture
def job():
    data = made_up_dataset(units=10, months=84, horizons=range(1, 4))
    data.y[5] = np.nan  # it is not forecast
    return Job(data, "xgboost_hurdle", {"rounds": 5}, 40, 5)


def fresh(job):
    return replace(job, data=replace(job.data))


@pytest.mark.usefixtures("small_blocks")
def test_a_forecast_of_many_units_is_a_folder_of_blocks(job, tmp_path):
    (path,) = run_backtest([job], tmp_path, processes=1)
    assert path.is_dir()
    assert [file.name for file in sorted(path.iterdir())] == [
        f"block-0000{k}.parquet" for k in range(3)
    ]
    assert [len(one.units) for one, _ in read_blocks(path)] == [4, 3, 2]
    found, window = read_forecast(path)
    whole = forecast_job(fresh(job))
    assert (found.units, window) == (whole.units, job.window)
    np.testing.assert_array_equal(found.draws, whole.draws)
    assert pl.scan_parquet(path, glob=False).select(pl.len()).collect().item() == 27


@pytest.mark.usefixtures("small_blocks")
def test_what_a_stopped_run_finished_is_kept(job, tmp_path, monkeypatch):
    path, drawn = tmp_path / "one.parquet", []
    sample, fit = BoostedHurdle.marginals, BoostedHurdle.fit

    def stop_at_the_last(self, data, size):
        if len(drawn) == 2:
            raise KeyboardInterrupt
        drawn.append(data.units)
        return sample(self, data, size)

    monkeypatch.setattr(parts, "is_partitioned", lambda units: True)
    monkeypatch.setattr(BoostedHurdle, "marginals", stop_at_the_last)
    job = replace(job, data=made_up_dataset(units=10, months=84, horizons=range(1, 4)))
    with pytest.raises(KeyboardInterrupt):
        write_part(job, path)
    assert not path.exists()
    unfinished = tmp_path / "one.parquet.unfinished"
    before = {file.name: file.stat().st_mtime_ns for file in unfinished.iterdir()}
    assert sorted(before) == ["block-00000.parquet", "block-00001.parquet"]

    def refuse(*_):
        raise AssertionError("it is fitted again")

    drawn.clear()
    monkeypatch.setattr(BoostedHurdle, "fit", refuse)
    write_part(fresh(job), path)
    assert drawn == [job.data.units[8:]]
    after = {file.name: file.stat().st_mtime_ns for file in path.iterdir()}
    assert {name: after[name] for name in before} == before
    monkeypatch.setattr(BoostedHurdle, "fit", fit)
    monkeypatch.setattr(BoostedHurdle, "marginals", sample)
    np.testing.assert_array_equal(read_forecast(path)[0].draws, forecast_job(fresh(job)).draws)
    assert model_beside(path).is_file()


@pytest.mark.usefixtures("small_blocks")
def test_a_damaged_block_is_named(job, tmp_path):
    (path,) = run_backtest([job], tmp_path, processes=1)
    (path / "block-00001.parquet").write_bytes(b"PAR1")
    with pytest.raises(RiskkitError, match=r"block-00001\.parquet"):
        run_backtest([fresh(job)], tmp_path, processes=1)


@pytest.mark.slow
def test_a_study_of_many_cells_is_forecast_as_one_of_few(tmp_path, monkeypatch):
    settings = [
        *("data.kind=world", "data.world.cells=260", "data.world.months=300", "panel.level=cell"),
        *("target.indicator=ged_sb", "features.families=[neighbours]", "forecast.draws=100"),
        *("forecast.model=xgboost_hurdle", "models.xgboost_hurdle.rounds=5"),
        "forecast.horizons=1-3",
    ]
    once = Study.open(None, settings).forecast(tmp_path / "once")
    monkeypatch.setattr(blocks.in_blocks, "__defaults__", (250,))
    for module in (parts, marginal):
        monkeypatch.setattr(module, "UNITS", 250)
    monkeypatch.setattr("riskkit.models.parts.attribution.UNITS", 250)
    study = Study.open(None, settings)
    study.forecast(tmp_path / "blocks")
    assert (tmp_path / "once" / FORECASTS).is_file()
    assert len(list((tmp_path / "blocks" / FORECASTS).iterdir())) == 2
    one = once.threats["ged_sb"]
    other = read_outlook(study, tmp_path / "blocks").threats["ged_sb"]
    assert one.forecast.units == other.forecast.units
    np.testing.assert_array_equal(one.forecast.draws, other.forecast.draws)
    np.testing.assert_allclose(one.contributions.values, other.contributions.values, atol=1e-5)
    np.testing.assert_allclose(one.shares.values, other.shares.values, atol=1e-5)
    assert one.notes.outliers == {unit: tuple(t) for unit, t in other.notes.outliers.items()}


def test_scores_of_blocks_are_those_of_all_at_once(tmp_path, monkeypatch):
    settings = [
        *("data.kind=world", "data.world.cells=120", "data.world.months=300", "panel.level=cell"),
        *("target.indicator=ged_sb", "features.families=[neighbours]", "forecast.draws=100"),
        *("backtest.models=[ewhistory, zero]", "backtest.reference=conflictology"),
        *("backtest.horizons=1-3", "backtest.origins=2020-10,2021-10", "backtest.processes=1"),
    ]
    study = Study.open(None, settings)
    once = study.backtest(tmp_path / "once").leaderboard
    monkeypatch.setattr("riskkit.study.evaluating.AT_ONCE", 50)
    study.evaluate([tmp_path / "once"], tmp_path / "blocks")
    names = ("leaderboard.csv", "coverage.csv", "plots/crps_by_horizon.csv", "plots/corp.csv")
    for name in names:
        assert (tmp_path / "once" / name).read_bytes() == (tmp_path / "blocks" / name).read_bytes()
    rows = [pl.read_parquet(tmp_path / name / "scores.parquet") for name in ("once", "blocks")]
    assert rows[0].height == rows[1].height > 0
    assert not rows[0].equals(rows[1])  # block by block
    key = ("target", "model", "window", "rule", "unit", "month")
    one, other = (table.sort(key) for table in rows)
    assert one.drop("value").equals(other.drop("value"))
    np.testing.assert_allclose(one["value"], other["value"], rtol=1e-12, atol=1e-12)
    assert not [*(tmp_path / "blocks").glob(".*")]
    found = compare_backtests([tmp_path / "blocks"], "conflictology")
    shared = once.join(found.select("target").unique(), on="target", how="semi")
    assert_frame_equal(found, shared, rel_tol=1e-9, check_row_order=False)
