"""How a backtest is divided into jobs."""

import pytest

from riskkit.study.backtesting import _Plan, _processes
from riskkit.study.study import Study


@pytest.mark.parametrize(
    ("models", "wanted"),
    [
        (["pool", "conflictology", "zero"], 1),
        (["conflictology", "zero"], 1),
        (["pool", "conflictology", "xgboost"], 0),
        (["pool", "pool"], 0),
    ],
)
def test_one_job_that_learns_needs_no_worker(models, wanted):
    plans = [_Plan("conflict", 400 + k, str(k), model) for k, model in enumerate(models)]
    assert _processes(Study.open(None, ["data.kind=world"]), plans) == wanted
