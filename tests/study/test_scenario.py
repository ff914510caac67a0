"""The forecast with stated changes of inputs, on the simulated world."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from riskkit import Study
from riskkit.study.changes import Scenario
from riskkit.study.forecasting import Outlook
from riskkit.study.scenario import Contrast
from tests.cli.running import SMALL, riskkit

UNIT = "XCG"
"""The unit of the small world that has most deaths."""
SETTINGS = [*SMALL, "forecast.model=xgboost_hurdle"]


@pytest.fixture(scope="module")
def study() -> Study:
    return Study.open(None, SETTINGS)


@pytest.fixture(scope="module")
def outlook(study: Study) -> Outlook:
    return study.forecast()


def _asked(study: Study, outlook: Outlook, *changes: dict[str, object]) -> Contrast:
    return study.scenario(Scenario.model_validate({"changes": changes}), outlook)


def test_only_the_features_at_the_origin_change(study: Study, outlook: Outlook) -> None:
    from riskkit.study.changes import changed_panel
    from riskkit.study.scenario import redrawn

    change = {"indicator": "ged_sb", "units": [UNIT], "multiply": 20}
    wanted = Scenario.model_validate({"changes": [change]})
    then = redrawn(study, outlook.threats, changed_panel(study.panel, wanted.changes))
    was, now = outlook.threats["ged_sb"].data, then["ged_sb"].data
    assert was is not None
    assert now is not None
    assert np.array_equal(was.X[:, :-1], now.X[:, :-1], equal_nan=True)
    assert np.array_equal(was.y, now.y, equal_nan=True)
    moved = {was.units[i] for i in np.unique(np.nonzero(was.X[:, -1] != now.X[:, -1])[0])}
    assert UNIT in moved


def test_a_change_that_models_use_moves_the_unit_and_is_flagged(
    study: Study, outlook: Outlook
) -> None:
    found = _asked(
        study, outlook, {"indicator": "ged_sb", "units": [UNIT], "months": 24, "multiply": 0}
    )
    (one,) = found.moved
    assert one.values == 24
    assert one.missing == 0
    assert one.threats == ("ged_sb",)
    assert one.why_not is None
    assert "ged_sb_log" in one.features
    row = found.table.row(
        by_predicate=(pl.col("unit") == UNIT) & (pl.col("threat") == "ged_sb"), named=True
    )
    assert row["score_then"] < row["score"]
    grown = _asked(study, outlook, {"indicator": "ged_sb", "units": [UNIT], "multiply": 1000})
    named = {(two.unit, two.input) for two in grown.moved[0].beyond}
    assert (UNIT, "ged_sb") in named
    assert (UNIT, "ged_sb_log_lag_1") in named


def test_the_same_inputs_give_the_same_draws(study: Study, outlook: Outlook) -> None:
    found = _asked(study, outlook, {"indicator": "ged_sb", "multiply": 1})
    assert found.moved[0].threats == ()
    assert "does not reach the features of the origin" in str(found.moved[0].why_not)
    then = found.table.select(name for name in found.table.columns if name.endswith("_then"))
    now = found.table.select(name.removesuffix("_then") for name in then.columns)
    assert then.rename(lambda name: name.removesuffix("_then")).equals(now)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"indicator": "refugees_out", "multiply": 2}, "no feature reads it, so no member"),
        ({"indicator": "ged_sb", "months": "2000-05", "set": 3}, "no member of the models gives"),
    ],
)
def test_what_changes_nothing_is_said_to(
    change: dict[str, object], told: str, study: Study, outlook: Outlook
) -> None:
    found = _asked(study, outlook, change)
    assert told in str(found.moved[0].why_not)
    assert found.table["score"].equals(found.table["score_then"])


def test_each_change_is_told_by_itself(study: Study, outlook: Outlook) -> None:
    both = _asked(
        study,
        outlook,
        {"indicator": "ged_sb", "units": [UNIT], "months": 24, "multiply": 0},
        {"indicator": "refugees_out", "multiply": 2},
    )
    assert [bool(one.threats) for one in both.moved] == [True, False]
    assert both.units == tuple(study.units["unit"])


def test_the_command_on_a_written_forecast(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    settings = [word for one in SETTINGS for word in ("--set", one)]
    riskkit("forecast", *settings, "--out", "forecast")
    change = {"indicator": "ged_sb", "units": [UNIT], "months": 24, "multiply": 0}
    nothing = {"indicator": "refugees_out", "multiply": 2, "units": [UNIT]}
    Path("s.yaml").write_text(json.dumps({"name": "peace", "changes": [change, nothing]}))
    told = riskkit("scenario", "s.yaml", *settings, "--forecast", "forecast").out
    assert told.startswith("peace: what the fitted models associate with it, not what it would")
    assert "changes nothing: no feature reads it" in told
    assert "in the scenario" in told
    assert "all else stays the same" in told
    found = riskkit("scenario", "s.yaml", *settings, "--forecast", "forecast", "--json").json
    assert found["meaning"] == "association in the fitted models, not an effect"
    assert len(found["changes"]) == 2
    unit = next(row for row in found["rows"] if row["unit"] == UNIT and row["threat"] == "ged_sb")
    assert unit["score_then"] < unit["score"]


def test_the_command_refuses_in_a_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    settings = [word for one in SETTINGS for word in ("--set", one)]
    Path("s.yaml").write_text("changes: [{indicator: ged_bs, set: 1}]")
    done = riskkit("scenario", "s.yaml", *settings, code=1)
    assert "no indicator 'ged_bs'; did you mean 'ged_sb'?" in done.err
    assert done.err.count("\n") == 1
